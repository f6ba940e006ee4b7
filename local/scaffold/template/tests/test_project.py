import unittest
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd

from tabular.evaluate import records_of
from tabular.features import InvalidInput
from tabular.prepare import clean
from tabular.problems import predict, problem_of
from tabular.project import Project
from tabular.schema import NUMERIC, TIMES
from tabular.studies_model import random_column, random_frame

PROJECT = Project(Path(__file__).resolve().parents[1])
SCHEMA, FEATURES = PROJECT.schema, PROJECT.features
PROBLEM_TYPE, POSITIVE_LABEL = '{{problemType}}', {{positiveLabel}}
PROBLEM = problem_of(PROBLEM_TYPE, SCHEMA.target, POSITIVE_LABEL)
FEATURE = SCHEMA.features[0]
CODED = [column for column in SCHEMA.features if 'domain' in column]
UNSEEN = {'string': 'no value of the domain', 'integer': 987_654, 'number': 987_654.5}
OUT_OF_PLACE = {'boolean': 'perhaps'}


def made_up(rows=300, seed=5):
    """Rows that the schema allows. They are random, since nobody's data belong in a test."""
    random = np.random.default_rng(seed)
    frame = random_frame(SCHEMA, rows, random)
    frame[SCHEMA.record_id['name']] = range(rows) if SCHEMA.record_id['type'] == 'integer' else [f'row {row}' for row in range(rows)]
    for column in (SCHEMA.order, SCHEMA.entity):
        if column is not None:
            frame[column['name']] = [f'one {row % 40}' for row in range(rows)] if column['type'] == 'string' else random_column(column, rows, random)
    frame[SCHEMA.target['name']] = random_column(SCHEMA.target, rows, random)
    # In the types that every later step sees.
    return clean(frame, SCHEMA)[0]


def with_value(rows, name, value):
    """A copy with one value in the fourth row."""
    changed = rows.astype({name: object})
    changed.at[3, name] = value
    return changed


class RowsTest(unittest.TestCase):
    def test_cleaning_again_changes_nothing(self):
        once = made_up()
        pd.testing.assert_frame_equal(once, clean(once, SCHEMA)[0], check_dtype=False)
        self.assertEqual(300, len(once))

    def test_a_missing_value_is_kept_where_the_schema_allows_it_and_drops_the_row_elsewhere(self):
        for column in SCHEMA.columns:
            with self.subTest(column['name']):
                dropped = clean(with_value(made_up(), column['name'], None), SCHEMA)[1]['rows_invalid']
                self.assertEqual(0 if column.get('nullable') else 1, dropped)

    def test_a_value_that_was_never_seen_drops_the_row(self):
        for column in SCHEMA.features:
            value = UNSEEN.get(column['type']) if 'domain' in column else OUT_OF_PLACE.get(column['type'])
            if value is not None:
                with self.subTest(column['name']):
                    self.assertEqual(1, clean(with_value(made_up(), column['name'], value), SCHEMA)[1]['rows_invalid'])

    def test_a_number_beyond_its_bounds_drops_the_row(self):
        for column in SCHEMA.features:
            if column['type'] in NUMERIC and 'maximum' in column:
                with self.subTest(column['name']):
                    self.assertEqual(1, clean(with_value(made_up(), column['name'], column['maximum'] + 1), SCHEMA)[1]['rows_invalid'])


class FeaturesTest(unittest.TestCase):
    def test_one_row_of_the_matrix_for_each_row_and_the_rows_stay_as_they_are(self):
        rows = made_up()
        before = rows.copy(deep=True)
        matrix = FEATURES.of_frame(rows)
        self.assertEqual((len(rows), len(FEATURES.names)), matrix.shape)
        pd.testing.assert_frame_equal(before, rows)
        np.testing.assert_array_equal(matrix, FEATURES.of_frame(rows))

    def test_the_order_of_rows_does_not_matter(self):
        rows = made_up()
        np.testing.assert_array_equal(FEATURES.of_frame(rows)[::-1], FEATURES.of_frame(rows.iloc[::-1]))

    def test_the_order_of_columns_does_not_matter(self):
        rows = made_up()
        np.testing.assert_array_equal(FEATURES.of_frame(rows), FEATURES.of_frame(rows[rows.columns[::-1]]))

    def test_each_row_is_transformed_by_itself(self):
        rows = made_up()
        np.testing.assert_array_equal(FEATURES.of_frame(rows)[7:8], FEATURES.of_frame(rows.iloc[7:8]))

    def test_a_request_gives_the_same_row_as_the_data(self):
        rows = made_up()
        np.testing.assert_array_equal(FEATURES.of_frame(rows), FEATURES.of_records(records_of(rows, SCHEMA)))

    def test_a_missing_value_is_missing_in_the_matrix(self):
        for position, column in enumerate(SCHEMA.features):
            with self.subTest(column['name']):
                self.assertTrue(np.isnan(FEATURES.of_frame(with_value(made_up(), column['name'], None))[3, position]))

    def test_a_category_that_was_never_seen_is_missing_in_the_matrix_and_refused_in_a_request(self):
        for column in CODED:
            with self.subTest(column['name']):
                rows = with_value(made_up(), column['name'], UNSEEN[column['type']])
                self.assertTrue(np.isnan(FEATURES.of_frame(rows)[3, SCHEMA.feature_names.index(column['name'])]))
                with self.assertRaisesRegex(InvalidInput, 'must be one of'):
                    FEATURES.of_records([{**records_of(made_up(), SCHEMA)[0], column['name']: UNSEEN[column['type']]}])

    def test_a_request_without_a_field_is_refused_by_its_name(self):
        record = records_of(made_up(), SCHEMA)[0]
        del record[FEATURE['name']]
        with self.assertRaises(InvalidInput) as refused:
            FEATURES.of_records([record])
        self.assertEqual(f'records[0].{FEATURE["name"]}', refused.exception.field)

    def test_derived_columns_are_numbers_or_missing(self):
        derived = FEATURES.of_frame(made_up())[:, len(SCHEMA.features):]
        self.assertFalse(np.isinf(derived).any())


class AlgorithmTest(unittest.TestCase):
    OPTIONS = SimpleNamespace(**{**PROJECT.algorithms.HYPERPARAMETERS, 'seed': 1, 'max_iter': 5})

    def prediction(self, make, rows):
        matrix, target = FEATURES.of_frame(rows), PROBLEM.encode(rows[SCHEMA.target['name']])
        return predict(PROBLEM, make(FEATURES, self.OPTIONS).fit(matrix, target), matrix)

    def test_both_fit_and_predict_rows_that_the_schema_allows(self):
        rows = made_up()
        for column in SCHEMA.features:
            if column.get('nullable') or column['type'] in TIMES:
                rows = with_value(rows, column['name'], None)
        for make in (PROJECT.algorithms.candidate, PROJECT.algorithms.baseline):
            with self.subTest(make.__name__):
                self.assertEqual(len(rows), len(self.prediction(make, rows)))

    def test_the_same_seed_gives_the_same_model(self):
        for make in (PROJECT.algorithms.candidate, PROJECT.algorithms.baseline):
            with self.subTest(make.__name__):
                np.testing.assert_array_equal(self.prediction(make, made_up()), self.prediction(make, made_up()))


if __name__ == '__main__':
    unittest.main()
