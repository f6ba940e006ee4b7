import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd

import algorithms
import inference
import transforms
from tabular.prepare import clean
from tabular.project import Project
from tabular.testing import FeatureTests, pack, RowTests, with_value

PROJECT = Path(__file__).resolve().parents[1]
SAMPLE = PROJECT / 'data' / 'housing.parquet'
HOUSING = Project(PROJECT)
FEATURES = HOUSING.features
RECORD = {'HouseAge': 25, 'AveRooms': 6.0, 'AveBedrms': 1.2, 'Population': 1500, 'AveOccup': 3.0, 'Latitude': 34.2, 'Longitude': -118.2}


def columns(**changes):
    return {name: np.array([value, value], dtype=float) for name, value in {**RECORD, **changes}.items()}


class TransformsTest(unittest.TestCase):
    def test_derives_what_the_averages_hide(self):
        derived = {name: values[0] for name, values in transforms.derive(columns()).items()}
        self.assertEqual({'households': 500.0, 'roomsPerPerson': 2.0, 'bedroomShare': 0.2}, {name: round(value, 12) for name, value in derived.items()})

    def test_what_is_missing_or_divided_by_nothing_is_missing(self):
        for change in ({'AveOccup': 0}, {'AveOccup': np.nan}):
            with self.subTest(change):
                matrix = FEATURES.of_frame(pd.DataFrame([{**RECORD, **change}]))
                self.assertTrue(np.isnan(matrix[0, FEATURES.names.index('households')]))

    def test_leaves_what_it_is_given_as_it_was(self):
        given = columns()
        before = {name: values.copy() for name, values in given.items()}
        transforms.derive(given)
        for name, values in before.items():
            np.testing.assert_array_equal(values, given[name])


class FeaturesTest(FeatureTests, unittest.TestCase):
    project = HOUSING


class RowsTest(RowTests, unittest.TestCase):
    project = HOUSING

    def test_an_institution_or_a_time_that_is_none_is_no_valid_row(self):
        for name, value in (('AveOccup', 600), ('AveRooms', None), ('timestamp', 'yesterday'), ('MedInc', -1)):
            with self.subTest(name):
                self.assertEqual(1, clean(with_value(self.rows(), name, value), HOUSING.schema)[1]['rows_invalid'])


class AlgorithmTest(unittest.TestCase):
    def test_both_learn_a_rule_from_random_data(self):
        options = SimpleNamespace(**{**algorithms.HYPERPARAMETERS, 'seed': 1, 'max_iter': 30})
        matrix = np.random.default_rng(0).random((500, len(FEATURES.names)))
        target = 10 * matrix[:, 1] + matrix[:, 2]
        for make in (algorithms.candidate, algorithms.baseline):
            with self.subTest(make.__name__):
                error = make(FEATURES, options).fit(matrix, target).predict(matrix) - target
                self.assertLess(np.mean(error**2), np.var(target) / 10)


@unittest.skipUnless(SAMPLE.is_file(), 'the sample stays in the repository')
class SampleTest(unittest.TestCase):
    def test_the_sample_keeps_to_the_schema(self):
        _, counts = clean(pd.read_parquet(SAMPLE), HOUSING.schema)
        self.assertEqual({'rows_read': 5000, 'rows_invalid': 0, 'rows_repeated': 0}, counts)

    def run_script(self, script, *arguments, **environment):
        command = [sys.executable, str(PROJECT / f'{script}.py'), *map(str, arguments)]
        finished = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **environment})
        self.assertEqual(0, finished.returncode, finished.stderr)

    def test_from_the_sample_to_the_answers_of_the_endpoint(self):
        with tempfile.TemporaryDirectory() as work:
            folder = Path(work)
            (folder / 'data').mkdir()
            (folder / 'data' / 'part-0.parquet').symlink_to(SAMPLE)
            self.run_script('prepare', '--data', folder / 'data', '--output', folder, '--seed', 1)
            sides = {f'SM_CHANNEL_{name.upper()}': str(folder / name) for name in ('train', 'validation')}
            for algorithm in ('candidate', 'baseline'):
                self.run_script('train', '--algorithm', algorithm, '--problem_type', 'regression', '--max_iter', 40, **sides, SM_MODEL_DIR=str(folder / algorithm))
                pack(folder / algorithm, folder / f'packed-{algorithm}')
            places = ['--test', folder / 'test', '--model', folder / 'packed-candidate', '--baseline', folder / 'packed-baseline', '--champion', folder / 'data']
            self.run_script('evaluate', *places, '--output', folder / 'evaluation')
            evaluation, golden = (json.loads((folder / 'evaluation' / f'{name}.json').read_text()) for name in ('evaluation', 'golden'))
            self.assertLess(evaluation['metrics']['rmse'], evaluation['baseline']['rmse'])
            self.assertLess(evaluation['baseline']['rmse'], evaluation['trivial']['rmse'])
            answers = inference.predict_fn(golden['records'], inference.model_fn(folder / 'candidate'))
            np.testing.assert_allclose([[answer['value']] for answer in answers], golden['expected'], rtol=0, atol=1e-12)


if __name__ == '__main__':
    unittest.main()
