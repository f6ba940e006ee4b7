import json
import tempfile
import unittest
from pathlib import Path

import joblib
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tests.support import Run, call, pipeline, write_project

from tabular.inference import model_fn, predict_fn
from tabular.problems import PROBLEMS
from tabular.project import Project
from tabular.tune import candidates

VALUES = {
    'binaryClassification': lambda answer: [answer['probability']],
    'multiclassClassification': lambda answer: list(answer['probabilities'].values()),
    'regression': lambda answer: [answer['value']],
}


class EveryProblemTest(unittest.TestCase):
    def test_the_candidate_beats_the_trivial_predictor(self):
        for name, problem in PROBLEMS.items():
            with self.subTest(name):
                evaluation = pipeline(name).json('evaluation/evaluation.json')
                self.assertEqual(name, evaluation['problemType'])
                candidate, trivial = (evaluation[role][problem.primary] for role in ('metrics', 'trivial'))
                self.assertGreater(candidate, trivial) if problem.higher_is_better else self.assertLess(candidate, trivial)
                self.assertIsNone(evaluation['champion'])

    def test_the_endpoint_gives_the_golden_predictions(self):
        for name in PROBLEMS:
            with self.subTest(name):
                golden = pipeline(name).json('evaluation/golden.json')
                answers = predict_fn(golden['records'], model_fn(pipeline(name).folder / 'model'))
                np.testing.assert_allclose([VALUES[name](answer) for answer in answers], golden['expected'], rtol=0, atol=1e-12)

    def test_predictions_have_a_column_for_every_contender_and_group(self):
        expected = {
            'binaryClassification': ['id', 'label', 'candidate', 'baseline', 'trivial', 'champion', 'by_area'],
            'multiclassClassification': ['id', 'label', *(f'{role}{part}' for role in ('candidate', 'baseline', 'trivial', 'champion') for part in ('', '_0', '_1', '_2')), 'by_area'],
            'regression': ['id', 'label', 'candidate', 'baseline', 'trivial', 'champion', 'by_area'],
        }
        for name, columns in expected.items():
            with self.subTest(name):
                table = pq.read_table(pipeline(name).folder / 'evaluation' / 'predictions.parquet')
                self.assertEqual(columns, table.column_names)
                self.assertEqual(pq.read_table(pipeline(name).folder / 'test').num_rows, table.num_rows)
                self.assertEqual(table.num_rows, table.column('champion').null_count)
                self.assertEqual(0, table.column('candidate').null_count)

    def test_a_champion_is_measured_on_the_same_rows(self):
        for name in PROBLEMS:
            with self.subTest(name):
                run = pipeline(name)
                run.evaluate(run.packed, run.folder / 'with-champion')
                evaluation = run.json('with-champion/evaluation.json')
                self.assertEqual(evaluation['metrics'], evaluation['champion'])

    def test_the_same_seed_gives_the_same_model(self):
        for name in PROBLEMS:
            with self.subTest(name):
                run = pipeline(name)
                run.train('candidate', run.folder / 'again', '--refit', 'true')
                golden = run.json('evaluation/golden.json')
                answers = predict_fn(golden['records'], model_fn(run.folder / 'again'))
                np.testing.assert_array_equal([VALUES[name](answer) for answer in answers], golden['expected'])


class PredictionFileTest(unittest.TestCase):
    def test_a_missing_champion_has_the_types_of_the_candidate(self):
        schema = pq.read_table(pipeline('multiclassClassification').folder / 'evaluation' / 'predictions.parquet').schema
        self.assertEqual([pa.string(), pa.float64()], [schema.field(name).type for name in ('champion', 'champion_0')])

    def test_the_label_of_two_classes_is_a_number_and_of_several_a_text(self):
        labels = {name: set(pq.read_table(pipeline(name).folder / 'evaluation' / 'predictions.parquet').column('label').to_pylist()) for name in PROBLEMS}
        self.assertEqual({0, 1}, labels['binaryClassification'])
        self.assertEqual({'low', 'middle', 'high'}, labels['multiclassClassification'])


class RecordTest(unittest.TestCase):
    def test_what_every_step_used_is_recorded(self):
        resources = pipeline().json('evaluation/evaluation.json')['resources']
        self.assertEqual(['Prepare', 'Tune', 'Train', 'TrainBaseline', 'Evaluate'], list(resources))
        for step, used in resources.items():
            self.assertEqual({'wallSeconds', 'cpuSeconds', 'peakMemoryBytes'}, set(used), step)

    def test_the_cost_of_every_contender_is_recorded(self):
        costs = pipeline().json('evaluation/evaluation.json')['costs']
        self.assertEqual({'candidate', 'baseline'}, set(costs))
        self.assertGreater(costs['candidate']['modelBytes'], 1000)

    def test_the_artifact_carries_model_schema_code_and_versions(self):
        model = pipeline().folder / 'model'
        names = {str(path.relative_to(model)) for path in model.rglob('*') if path.is_file() and '__pycache__' not in path.parts}
        self.assertLessEqual({'code/inference.py', 'code/algorithms.py', 'code/transforms.py', 'code/tabular/inference.py', 'metadata.json', 'model.joblib', 'schema.json'}, names)
        self.assertFalse([name for name in names if '/tests/' in name or name in ('code/train.py', 'code/test.py')])
        metadata = json.loads((model / 'metadata.json').read_text())
        self.assertEqual({'problemType': 'binaryClassification', 'positiveLabel': 'Yes', 'negativeLabel': 'No', 'decisionThreshold': 0.5}, metadata['problem'])
        self.assertEqual([*metadata['features'], 'density'], metadata['columns'])
        self.assertIn('scikit-learn', metadata['environment']['packages'])


class TuningTest(unittest.TestCase):
    def test_finds_the_best_of_its_trials_and_never_less_than_the_declared_setting(self):
        for name, problem in PROBLEMS.items():
            with self.subTest(name):
                found = pipeline(name).json('tune/best-parameters.json')
                scores = [trial[problem.primary] for trial in found['trials']]
                self.assertEqual(3, len(scores))
                self.assertEqual({'max_leaf_nodes': 6, 'learning_rate': 0.1}, found['trials'][0]['parameters'])
                self.assertEqual((max if problem.higher_is_better else min)(scores), found['value'])

    def test_the_candidate_is_fitted_with_what_was_found_on_training_and_validation_rows(self):
        run = pipeline()
        metadata = run.json('model/metadata.json')
        found = run.json('tune/best-parameters.json')['best']
        self.assertEqual(found, {name: metadata['hyperparameters'][name] for name in found})
        self.assertEqual('tuning', metadata['chosenBy'])
        rows = {name: pq.read_table(run.folder / name).num_rows for name in ('train', 'validation')}
        self.assertEqual(sum(rows.values()), metadata['trainRows'])
        self.assertEqual(sum(rows.values()), run.json('baseline/metadata.json')['trainRows'])

    def test_without_tuning_the_declared_setting_is_fitted_on_the_training_rows(self):
        run = Run('regression', tune=False)
        metadata = run.json('model/metadata.json')
        self.assertEqual('declaration', metadata['chosenBy'])
        self.assertEqual(pq.read_table(run.folder / 'train').num_rows, metadata['trainRows'])
        self.assertIn('rmse', metadata['validation'])
        self.assertIsNone(run.json('evaluation/evaluation.json')['tuning'])

    def test_a_small_space_of_lists_is_searched_in_full_and_nothing_twice(self):
        space = {'a': [1, 2], 'b': ['x', 'y']}
        found = candidates(space, {'a': 1, 'b': 'y'}, 10, 0)
        self.assertEqual({'a': 1, 'b': 'y'}, found[0])
        self.assertEqual(4, len(found))
        self.assertEqual(2, len(candidates(space, {'a': 1, 'b': 'y'}, 2, 0)))

    def test_ranges_keep_their_bounds_scale_and_type_and_the_seed_decides(self):
        space, declared = {'rate': {'minimum': 0.001, 'maximum': 1, 'scale': 'log'}, 'leaves': {'minimum': 2, 'maximum': 30}}, {'rate': 0.1, 'leaves': 8}
        found = candidates(space, declared, 200, 1)[1:]
        rates = np.array([setting['rate'] for setting in found])
        self.assertTrue(np.all((rates >= 0.001) & (rates <= 1)))
        self.assertAlmostEqual(np.log(0.001) / 2, np.mean(np.log(rates)), delta=0.5)
        self.assertTrue(all(isinstance(setting['leaves'], int) and 2 <= setting['leaves'] <= 30 for setting in found))
        self.assertEqual(found, candidates(space, declared, 200, 1)[1:])
        self.assertNotEqual(found, candidates(space, declared, 200, 2)[1:])

    def test_cross_validation_and_an_end_by_time(self):
        run = pipeline('regression')
        arguments = ['--train', run.folder / 'train', '--validation', run.folder / 'validation', '--output', run.folder / 'short', *run.problem, *run.SPACE]
        run.call('tune', *arguments, '--folds', 3, '--maximum-minutes', 0)
        found = run.json('short/best-parameters.json')
        self.assertEqual(('time', 1, 3), (found['endedBy'], len(found['trials']), found['budget']['folds']))

    def test_refuses_a_hyperparameter_that_the_project_does_not_know(self):
        finished = call(pipeline().project / 'tune.py', '--space', 'depth=[1]', *pipeline().problem)
        self.assertIn('training.tuning.space names depth', finished.stderr)


class FailureTest(unittest.TestCase):
    def failure_of(self, script, *arguments, **environment):
        with tempfile.TemporaryDirectory() as folder:
            output = Path(folder, 'output')
            finished = call(pipeline().project / script, *arguments, SM_OUTPUT_DIR=str(output), SM_MODEL_DIR=str(Path(folder, 'model')), **environment)
            self.assertEqual(1, finished.returncode)
            return (output / 'failure').read_text()

    def test_a_wrong_hyperparameter_is_the_failure_reason(self):
        self.assertIn('unknown: --max_iterations', self.failure_of('train.py', '--max_iterations', 5))
        self.assertIn('invalid int value', self.failure_of('train.py', '--max_iter', 'many'))

    def test_passes_over_the_hyperparameters_of_sagemaker_itself(self):
        self.assertIn('holds no data file', self.failure_of('train.py', '--sagemaker_program', 'train.py', '--train', '/nowhere'))

    def test_a_missing_model_fails_with_its_role(self):
        self.assertIn('candidate', self.failure_of('evaluate.py', '--test', pipeline().folder / 'test', '--model', pipeline().project))

    def test_a_column_to_group_by_that_is_not_there(self):
        run = pipeline()
        finished = call(run.project / 'evaluate.py', '--test', run.folder / 'test', '--model', run.packed, '--baseline', run.packed_baseline, '--output', run.folder / 'x', '--by', 'sex')
        self.assertIn('the test rows lack the columns sex', finished.stderr)

    def test_a_champion_of_another_problem_cannot_be_compared(self):
        other, run = pipeline('regression'), pipeline()
        finished = call(run.project / 'evaluate.py', '--test', run.folder / 'test', '--model', run.packed, '--baseline', run.packed_baseline, '--champion', other.packed, '--output', run.folder / 'y')
        self.assertIn('champion: was trained for', finished.stderr)

    def test_a_project_without_a_baseline_is_told_so(self):
        with tempfile.TemporaryDirectory() as folder:
            project = write_project(folder, 'regression')
            (project / 'algorithms.py').write_text('HYPERPARAMETERS = {}\n')
            self.assertIn('algorithms.py lacks candidate, baseline', call(project / 'train.py').stderr)


class InstancesTest(unittest.TestCase):
    def test_of_several_instances_the_first_writes_the_model(self):
        run = pipeline()
        for host, expected in (('algo-1', True), ('algo-2', False)):
            model = run.folder / f'model-of-{host}'
            channels = {f'SM_CHANNEL_{name.upper()}': str(run.folder / name) for name in ('train', 'validation')}
            run.call('train', *run.problem, **channels, SM_MODEL_DIR=str(model), SM_HOSTS='["algo-1", "algo-2"]', SM_CURRENT_HOST=host)
            self.assertEqual(expected, (model / 'model.joblib').is_file())


class SpecificationTest(unittest.TestCase):
    def test_both_algorithms_learn_a_rule_from_random_data(self):
        for role in ('model', 'baseline'):
            estimator = joblib.load(pipeline('regression').folder / role / 'model.joblib')
            random = np.random.default_rng(0)
            sizes = Project(pipeline('regression').project).features.sizes
            matrix = np.column_stack([random.random(400) if size is None else random.integers(0, size, 400) for size in sizes])
            target = matrix[:, 1] * 10
            estimator.fit(matrix, target)
            self.assertLess(np.mean((estimator.predict(matrix) - target) ** 2), np.var(target) / 4)


if __name__ == '__main__':
    unittest.main()
