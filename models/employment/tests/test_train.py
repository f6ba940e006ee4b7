import json
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace

import joblib
import numpy as np
import pyarrow.parquet as pq

from tests.support import PROJECT, call, pipeline

from algorithms import ALGORITHMS
from features import Schema, encode_frame
from job import UserError
from train import labels_of

SCHEMA = Schema.load(PROJECT)
OPTIONS = SimpleNamespace(
    seed=1, max_iter=10, learning_rate=0.1, max_leaf_nodes=8, min_samples_leaf=20, l2_regularization=0.0, max_features=1.0, ordinal_features='SCHL'
)


class AlgorithmTest(unittest.TestCase):
    def test_both_learn_a_rule_from_random_data(self):
        random = np.random.default_rng(0)
        matrix = np.column_stack([random.integers(0, len(column.get('domain', range(80))), 600) for column in SCHEMA.features]).astype(float)
        label = (matrix[:, 0] > 40).astype(int)
        for name, make in ALGORITHMS.items():
            with self.subTest(name):
                probability = make(SCHEMA, OPTIONS).fit(matrix, label).predict_proba(matrix)[:, 1]
                self.assertTrue(np.isfinite(probability).all())
                self.assertGreater(np.mean((probability >= 0.5) == label), 0.9)


class LabelTest(unittest.TestCase):
    def test_the_last_value_of_the_domain_is_positive_unless_told(self):
        self.assertEqual((1, 0), labels_of(SCHEMA, None))
        self.assertEqual((0, 1), labels_of(SCHEMA, '0'))

    def test_refuses_a_label_outside_the_domain(self):
        with self.assertRaisesRegex(UserError, 'positive label 7'):
            labels_of(SCHEMA, '7')


class ScriptTest(unittest.TestCase):
    def test_the_artifact_carries_model_schema_code_and_versions(self):
        model = pipeline().folder / 'model'
        names = sorted(str(path.relative_to(model)) for path in model.rglob('*') if path.is_file())
        self.assertEqual(['code/features.py', 'code/forest.py', 'code/inference.py', 'metadata.json', 'model.joblib', 'schema.json'], names)
        metadata = json.loads((model / 'metadata.json').read_text())
        self.assertEqual(SCHEMA.feature_names, metadata['features'])
        self.assertEqual(7, metadata['hyperparameters']['seed'])
        self.assertIn('scikit-learn', metadata['environment']['packages'])

    def test_prints_metrics_in_the_form_of_training_jobs(self):
        self.assertRegex(pipeline().trained.stdout, r'validation_auc=0\.8\d+;')

    def test_the_same_seed_gives_the_same_model(self):
        again = pipeline().folder / 'again'
        pipeline().train('candidate', again)
        test = pq.read_table(pipeline().folder / 'test').to_pandas()
        matrix = encode_frame(test, SCHEMA)
        first, second = (joblib.load(folder / 'model.joblib').predict_proba(matrix) for folder in (pipeline().folder / 'model', again))
        np.testing.assert_array_equal(first, second)

    def failure_of(self, *arguments):
        with tempfile.TemporaryDirectory() as folder:
            output = Path(folder, 'output')
            finished = call('train.py', *arguments, SM_OUTPUT_DIR=str(output), SM_MODEL_DIR=str(Path(folder, 'model')))
            self.assertEqual(1, finished.returncode)
            return (output / 'failure').read_text()

    def test_a_wrong_hyperparameter_is_the_failure_reason(self):
        self.assertIn('unknown: --max_iterations', self.failure_of('--max_iterations', 5))
        self.assertIn('invalid int value', self.failure_of('--max_iter', 'many'))

    def test_passes_over_the_hyperparameters_of_sagemaker_itself(self):
        self.assertIn('holds no data file', self.failure_of('--sagemaker_program', 'train.py', '--train', '/nowhere'))


if __name__ == '__main__':
    unittest.main()
