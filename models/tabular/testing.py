"""Tests that every project must pass, whatever its columns: what cleaning and features promise. A project's tests inherit them.

    class RowsTest(RowTests, unittest.TestCase):
        project = PROJECT

    class FeaturesTest(FeatureTests, unittest.TestCase):
        project = PROJECT

They run on rows that are made up of the schema, since nobody's data belong in a test.
"""

import functools
import tarfile

import numpy as np
import pandas as pd

from .evaluate import records_of
from .features import InvalidInput
from .prepare import clean
from .schema import NUMERIC
from .studies_model import random_column, random_frame

UNSEEN = {'string': 'no value of the domain', 'integer': 987_654, 'number': 987_654.5}
OUT_OF_PLACE = {'boolean': 'perhaps'}


def made_up(schema, rows=300, seed=5):
    """Random rows that the schema allows, in the types that every later step sees."""
    random = np.random.default_rng(seed)
    frame = random_frame(schema, rows, random)
    frame[schema.record_id['name']] = range(rows) if schema.record_id['type'] == 'integer' else [f'row {row}' for row in range(rows)]
    for column in (schema.order, schema.entity):
        if column is not None and column['name'] not in frame:
            frame[column['name']] = [f'one {row % 40}' for row in range(rows)] if column['type'] == 'string' else random_column(column, rows, random)
    frame[schema.target['name']] = random_column(schema.target, rows, random)
    return clean(frame, schema)[0]


def with_value(rows, name, value):
    """A copy with one value in the fourth row."""
    changed = rows.astype({name: object})
    changed.at[3, name] = value
    return changed


def pack(model, folder):
    """Makes model.tar.gz of a model folder, as SageMaker does."""
    folder.mkdir()
    with tarfile.open(folder / 'model.tar.gz', 'w:gz') as archive:
        for path in sorted(model.iterdir()):
            archive.add(path, arcname=path.name)
    return folder


@functools.lru_cache(maxsize=None)
def made_up_once(schema):
    return made_up(schema)


class ProjectTests:
    """`project`: the Project under test."""

    project = None

    @property
    def schema(self):
        return self.project.schema

    @property
    def features(self):
        return self.project.features

    @property
    def coded(self):
        return [column for column in self.schema.features if 'domain' in column]

    def rows(self):
        return made_up_once(self.schema).copy()

    def record(self):
        return records_of(self.rows().head(1), self.schema)[0]


class RowTests(ProjectTests):
    """Cleaning, before rows are split."""

    def test_cleaning_again_changes_nothing(self):
        once = self.rows()
        pd.testing.assert_frame_equal(once, clean(once, self.schema)[0], check_dtype=False)
        self.assertEqual(300, len(once))

    def test_a_missing_value_is_kept_where_the_schema_allows_it_and_drops_the_row_elsewhere(self):
        for column in self.schema.columns:
            with self.subTest(column['name']):
                dropped = clean(with_value(self.rows(), column['name'], None), self.schema)[1]['rows_invalid']
                self.assertEqual(0 if column.get('nullable') else 1, dropped)

    def test_a_value_that_was_never_seen_drops_the_row(self):
        for column in self.schema.features:
            value = UNSEEN.get(column['type']) if 'domain' in column else OUT_OF_PLACE.get(column['type'])
            if value is not None:
                with self.subTest(column['name']):
                    self.assertEqual(1, clean(with_value(self.rows(), column['name'], value), self.schema)[1]['rows_invalid'])

    def test_a_number_beyond_its_bounds_drops_the_row(self):
        for column in self.schema.features:
            if column['type'] in NUMERIC and 'maximum' in column:
                with self.subTest(column['name']):
                    self.assertEqual(1, clean(with_value(self.rows(), column['name'], column['maximum'] + 1), self.schema)[1]['rows_invalid'])


class FeatureTests(ProjectTests):
    """The matrix that estimators see, with what `transforms.py` derives."""

    def test_one_row_of_the_matrix_for_each_row(self):
        self.assertEqual((300, len(self.features.names)), self.features.of_frame(self.rows()).shape)

    def test_making_the_matrix_again_gives_the_same_and_leaves_the_rows_as_they_were(self):
        rows = self.rows()
        before = rows.copy(deep=True)
        matrix = self.features.of_frame(rows)
        pd.testing.assert_frame_equal(before, rows)
        np.testing.assert_array_equal(matrix, self.features.of_frame(rows))

    def test_the_order_of_rows_does_not_matter(self):
        rows = self.rows()
        np.testing.assert_array_equal(self.features.of_frame(rows)[::-1], self.features.of_frame(rows.iloc[::-1]))

    def test_the_order_of_columns_does_not_matter(self):
        rows = self.rows()
        np.testing.assert_array_equal(self.features.of_frame(rows), self.features.of_frame(rows[rows.columns[::-1]]))

    def test_each_row_is_transformed_by_itself(self):
        rows = self.rows()
        np.testing.assert_array_equal(self.features.of_frame(rows)[7:8], self.features.of_frame(rows.iloc[7:8]))

    def test_a_request_gives_the_same_row_as_the_data_whatever_the_order_of_its_fields(self):
        rows = self.rows()
        records = records_of(rows, self.schema)
        for given in (records, [dict(reversed(record.items())) for record in records]):
            np.testing.assert_array_equal(self.features.of_frame(rows), self.features.of_records(given))

    def test_a_missing_value_is_missing_in_the_matrix(self):
        for position, column in enumerate(self.schema.features):
            with self.subTest(column['name']):
                self.assertTrue(np.isnan(self.features.of_frame(with_value(self.rows(), column['name'], None))[3, position]))

    def test_a_category_that_was_never_seen_is_missing_in_the_matrix_and_refused_in_a_request(self):
        for column in self.coded:
            name, unseen = column['name'], UNSEEN[column['type']]
            with self.subTest(name):
                self.assertTrue(np.isnan(self.features.of_frame(with_value(self.rows(), name, unseen))[3, self.schema.feature_names.index(name)]))
                with self.assertRaisesRegex(InvalidInput, 'must be one of'):
                    self.features.of_records([{**self.record(), name: unseen}])

    def test_a_request_without_a_field_is_refused_by_its_name(self):
        for name in self.schema.feature_names:
            record = self.record()
            del record[name]
            with self.subTest(name), self.assertRaises(InvalidInput) as refused:
                self.features.of_records([record])
            self.assertEqual(f'records[0].{name}', refused.exception.field)

    def test_derived_columns_are_numbers_or_missing(self):
        derived = self.features.of_frame(self.rows())[:, len(self.schema.features):]
        self.assertFalse(np.isinf(derived).any())
