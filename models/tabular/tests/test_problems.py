import unittest

import numpy as np
import pandas as pd

from tests.support import TARGETS

from tabular import metrics
from tabular.job import UserError
from tabular.seed_study import delong, gain
from tabular.problems import PROBLEMS, checked, described_problem, problem_of

LABEL = np.array([1] * 7 + [0] * 5 + [1] * 4 + [0] * 4)
SCORE = np.array([.92, .81, .77, .44, .66, .58, .31, .55, .42, .23, .12, .61, .71, .48, .35, .53, .22, .15, .05, .52])


class MetricsTest(unittest.TestCase):
    def assert_close(self, expected, measured):
        for name, value in expected.items():
            self.assertAlmostEqual(value, measured[name], places=9, msg=name)

    def test_two_classes_agree_with_reference_values(self):
        expected = {
            'auc': 0.8282828283, 'averagePrecision': 0.8690738554, 'accuracy': 0.65, 'balancedAccuracy': 0.6515151515, 'precision': 0.7, 'recall': 0.6363636364,
            'f1': 0.6666666667, 'logLoss': 0.5069658872, 'brierScore': 0.171855,
        }
        self.assert_close(expected, metrics.binary(LABEL, SCORE, 0.5))

    def test_calibration_agrees_with_a_reference_value(self):
        error = metrics.calibration_error(np.array([0, 0, 1, 1, 1, 1, 0, 0]), np.array([.1, .4, .45, .8, .85, .95, .3, .6]), bins=5)
        self.assertAlmostEqual(0.15625, error)

    def test_numbers_agree_with_reference_values(self):
        expected = {'rmse': 0.6123724357, 'mae': 0.5, 'r2': 0.9486081370, 'mape': 0.3273809524, 'medianAbsoluteError': 0.5, 'bias': 0.25}
        self.assert_close(expected, metrics.regression(np.array([3, -.5, 2, 7]), np.array([2.5, 0, 2, 8])))

    def test_several_classes_of_which_one_does_not_occur(self):
        measured = metrics.multiclass(np.array([0, 0, 1, 1]), np.array([[.8, .1, .1], [.4, .5, .1], [.2, .7, .1], [.1, .8, .1]]))
        self.assert_close({'accuracy': 0.75, 'balancedAccuracy': 0.75, 'macroAuc': 1}, measured)

    def test_what_is_undefined_is_left_out(self):
        self.assertNotIn('macroAuc', metrics.multiclass(np.zeros(3, dtype=int), np.full((3, 2), 0.5)))
        self.assertEqual({'r2', 'mape'}, {'r2', 'mape'} - set(metrics.regression(np.zeros(3), np.ones(3))))


class LabelTest(unittest.TestCase):
    def test_the_last_value_of_the_domain_is_positive_unless_told(self):
        target = TARGETS['binaryClassification']
        self.assertEqual(('No', 'Yes'), problem_of('binaryClassification', target).labels)
        self.assertEqual(('Yes', 'No'), problem_of('binaryClassification', target, 'No').labels)

    def test_labels_may_be_text_numbers_or_truth_values(self):
        for kind, domain, positive, values in (('string', ['n', 'y'], 'y', ['y', 'n']), ('integer', [0, 1], '1', [1, 0]), ('boolean', [False, True], 'True', [True, False]), ('number', [1.5, 2.5], '2.5', [2.5, 1.5])):
            with self.subTest(kind):
                problem = problem_of('binaryClassification', {'name': 'answer', 'type': kind, 'domain': domain}, positive)
                self.assertEqual([1, 0], problem.encode(pd.Series(values)).tolist())

    def test_a_truth_value_needs_no_domain(self):
        self.assertEqual((False, True), problem_of('binaryClassification', {'name': 'answer', 'type': 'boolean'}).labels)

    def test_says_what_is_wrong_with_a_target(self):
        binary = TARGETS['binaryClassification']
        for action, message in (
            (lambda: problem_of('binaryClassification', binary, 'Maybe'), 'positive label Maybe'),
            (lambda: problem_of('binaryClassification', {'name': 'answer', 'type': 'string'}), 'has no domain'),
            (lambda: problem_of('ranking', binary), 'there is no problem type ranking'),
            (lambda: problem_of('binaryClassification', binary).encode(pd.Series(['Yes', 'Perhaps'])), '1 of 2 rows have a answer that is none of'),
            (lambda: problem_of('binaryClassification', binary).encode(pd.Series(['Yes', 'Yes'])), 'all 2 rows have the same label'),
            (lambda: problem_of('regression', TARGETS['regression']).encode(pd.Series([1, None])), '1 of 2 values of the target answer are no numbers'),
        ):
            with self.subTest(message), self.assertRaisesRegex(UserError, message):
                action()

    def test_metadata_makes_the_same_problem_again(self):
        for name in PROBLEMS:
            problem = problem_of(name, TARGETS[name])
            self.assertEqual(problem.description, described_problem(problem.description, TARGETS[name]).description)


class PredictionTest(unittest.TestCase):
    def test_what_is_no_prediction_never_leaves_a_model(self):
        for name, wrong in (
            ('binaryClassification', [[0.5, np.nan], [0.5, 1.1]]), ('multiclassClassification', [[[0.5, 0.4, 0.2]], [[np.nan, 0.5, 0.5]]]), ('regression', [[np.inf], [np.nan]]),
        ):
            for prediction in wrong:
                with self.subTest(name=name, prediction=prediction), self.assertRaisesRegex(RuntimeError, 'the model gave'):
                    checked(problem_of(name, TARGETS[name]), np.array(prediction))

    def test_a_class_that_no_training_row_has_is_never_probable(self):
        estimator = type('Estimator', (), {'classes_': np.array([0, 2]), 'predict_proba': lambda self, matrix: np.full((len(matrix), 2), 0.5)})()
        prediction = problem_of('multiclassClassification', TARGETS['multiclassClassification']).predict(estimator, np.zeros((2, 1)))
        self.assertEqual([[0.5, 0, 0.5]] * 2, prediction.tolist())


class SeedStudyTest(unittest.TestCase):
    OTHER = np.array([.70, .62, .55, .50, .41, .66, .35, .58, .47, .30, .28, .52, .60, .44, .49, .40, .33, .25, .20, .54])

    def test_the_paired_test_of_two_classes_agrees_with_reference_values(self):
        for expected, value in zip((0.8282828283, 0.7676767677, 0.2873330697), delong(LABEL, SCORE, self.OTHER)):
            self.assertAlmostEqual(expected, value, places=9)

    def test_the_paired_test_of_several_classes_agrees_with_a_reference_value(self):
        target = np.zeros(19, dtype=int)
        candidate, baseline = (np.array([[1, 0]] * right + [[0, 1]] * (19 - right)) for right in (15, 0))
        baseline[15:] = [1, 0]
        margin, p_value = gain(problem_of('multiclassClassification', TARGETS['multiclassClassification']), target, candidate, baseline)
        self.assertAlmostEqual(11 / 19, margin)
        self.assertAlmostEqual(0.0192108, p_value, places=7)

    def test_a_regression_gains_the_share_of_the_error_that_it_saves(self):
        random = np.random.default_rng(0)
        error = random.normal(0, 1, 400)
        margin, p_value = gain(problem_of('regression', TARGETS['regression']), np.zeros(400), 0.5 * error, error)
        self.assertAlmostEqual(0.5, margin)
        self.assertLess(p_value, 1e-6)


if __name__ == '__main__':
    unittest.main()
