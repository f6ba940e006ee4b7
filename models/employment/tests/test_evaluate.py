import json
import unittest

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tests.support import PROJECT, call, pipeline

from inference import model_fn, predict_fn
from metrics import quality
from seed_study import delong


def evaluation_of(folder):
    return json.loads((folder / 'evaluation.json').read_text())


class MetricsTest(unittest.TestCase):
    LABEL = [1] * 7 + [0] * 5 + [1] * 4 + [0] * 4
    SCORE = [.92, .81, .77, .44, .66, .58, .31, .55, .42, .23, .12, .61, .71, .48, .35, .53, .22, .15, .05, .52]
    OTHER = [.70, .62, .55, .50, .41, .66, .35, .58, .47, .30, .28, .52, .60, .44, .49, .40, .33, .25, .20, .54]

    def test_agree_with_reference_values(self):
        expected = {'auc': 0.8282828283, 'accuracy': 0.65, 'logLoss': 0.5069658872, 'brier': 0.171855, 'f1': 0.6666666667}
        measured = quality(self.LABEL, self.SCORE, 0.5)
        for name, value in expected.items():
            self.assertAlmostEqual(value, measured[name], places=9)

    def test_the_paired_test_of_the_seed_study_agrees_with_reference_values(self):
        first, second, p_value = delong(np.array(self.LABEL), np.array(self.SCORE), np.array(self.OTHER))
        self.assertAlmostEqual(0.8282828283, first, places=9)
        self.assertAlmostEqual(0.7676767677, second, places=9)
        self.assertAlmostEqual(0.2873330697, p_value, places=9)


class ScriptTest(unittest.TestCase):
    def test_measures_candidate_and_baseline_without_a_champion(self):
        evaluation = evaluation_of(pipeline().folder / 'evaluation')
        self.assertEqual('binaryClassification', evaluation['problemType'])
        self.assertGreater(evaluation['metrics']['auc'], evaluation['baseline']['auc'])
        self.assertIsNone(evaluation['champion'])

    def test_predictions_have_one_row_for_each_test_row_and_a_null_champion(self):
        table = pq.read_table(pipeline().folder / 'evaluation' / 'predictions.parquet')
        self.assertEqual(['id', 'label', 'candidate', 'baseline', 'champion'], table.column_names)
        self.assertEqual(pq.read_table(pipeline().folder / 'test').num_rows, table.num_rows)
        self.assertEqual(pa.float64(), table.schema.field('champion').type)
        self.assertEqual(table.num_rows, table.column('champion').null_count)

    def test_measures_a_champion_on_the_same_rows(self):
        output = pipeline().folder / 'with-champion'
        pipeline().evaluate(pipeline().packed, output)
        evaluation = evaluation_of(output)
        self.assertEqual(evaluation['metrics'], evaluation['champion'])

    def test_the_endpoint_gives_the_golden_probabilities(self):
        golden = json.loads((pipeline().folder / 'evaluation' / 'golden.json').read_text())
        self.assertEqual(200, len(golden['records']))
        answers = predict_fn(golden['records'], model_fn(pipeline().folder / 'model'))
        np.testing.assert_allclose([answer['probability'] for answer in answers], golden['expected'], rtol=0, atol=1e-12)
        self.assertEqual({0, 1}, {answer['label'] for answer in answers})

    def test_a_missing_model_fails_with_its_role(self):
        finished = call('evaluate.py', '--test', pipeline().folder / 'test', '--model', PROJECT, SM_OUTPUT_DIR=str(pipeline().folder / 'output'))
        self.assertEqual(1, finished.returncode)
        self.assertIn('candidate', (pipeline().folder / 'output' / 'failure').read_text())


if __name__ == '__main__':
    unittest.main()
