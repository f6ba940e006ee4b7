import unittest
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from tabular.problems import predict, problem_of
from tabular.project import Project
from tabular.schema import TIMES
from tabular.testing import FeatureTests, made_up, RowTests, with_value

PROJECT = Project(Path(__file__).resolve().parents[1])
SCHEMA, FEATURES = PROJECT.schema, PROJECT.features
PROBLEM_TYPE, POSITIVE_LABEL = '{{problemType}}', {{positiveLabel}}
PROBLEM = problem_of(PROBLEM_TYPE, SCHEMA.target, POSITIVE_LABEL)


class RowsTest(RowTests, unittest.TestCase):
    """Cleaning again, missing values, values never seen, bounds: inherited. What else your rows must be, test here."""

    project = PROJECT


class FeaturesTest(FeatureTests, unittest.TestCase):
    """Missing values, categories never seen, the order of rows and columns, the same again: inherited. What transforms.py derives, test here."""

    project = PROJECT


class AlgorithmTest(unittest.TestCase):
    OPTIONS = SimpleNamespace(**{**PROJECT.algorithms.HYPERPARAMETERS, 'seed': 1, 'max_iter': 5})

    def prediction(self, make, rows):
        matrix, target = FEATURES.of_frame(rows), PROBLEM.encode(rows[SCHEMA.target['name']])
        return predict(PROBLEM, make(FEATURES, self.OPTIONS).fit(matrix, target), matrix)

    def test_both_fit_and_predict_rows_that_the_schema_allows(self):
        rows = made_up(SCHEMA)
        for column in SCHEMA.features:
            if column.get('nullable') or column['type'] in TIMES:
                rows = with_value(rows, column['name'], None)
        for make in (PROJECT.algorithms.candidate, PROJECT.algorithms.baseline):
            with self.subTest(make.__name__):
                self.assertEqual(len(rows), len(self.prediction(make, rows)))

    def test_the_same_seed_gives_the_same_model(self):
        for make in (PROJECT.algorithms.candidate, PROJECT.algorithms.baseline):
            with self.subTest(make.__name__):
                np.testing.assert_array_equal(self.prediction(make, made_up(SCHEMA)), self.prediction(make, made_up(SCHEMA)))


if __name__ == '__main__':
    unittest.main()
