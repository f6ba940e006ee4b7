import tempfile
import unittest

import numpy as np
import pandas as pd

from tests.support import FEATURES, RECORD, schema_of, write_project

from tabular.features import Features, InvalidInput
from tabular.project import Project
from tabular.schema import Schema

SCHEMA = Schema(schema_of('binaryClassification'))
FEATURES_OF = Features(SCHEMA)
OTHER = {**RECORD, 'rooms': None, 'area': 'west', 'garden': False, 'built': '2001-12-31'}


def density(columns):
    return {'density': columns['people'] / columns['rooms']}


class SchemaTest(unittest.TestCase):
    def test_names_the_features_and_nothing_else(self):
        self.assertEqual([feature['name'] for feature in FEATURES], SCHEMA.feature_names)

    def test_refuses_text_without_a_domain(self):
        with self.assertRaisesRegex(ValueError, 'note is text without a domain'):
            Schema(schema_of('regression', features=[{'name': 'note', 'type': 'string'}]))


class EncodingTest(unittest.TestCase):
    def test_a_request_and_a_data_frame_give_the_same_matrix(self):
        for features in (FEATURES_OF, Features(SCHEMA, density)):
            with self.subTest(features.names):
                np.testing.assert_array_equal(features.of_frame(pd.DataFrame([RECORD, OTHER])), features.of_records([RECORD, OTHER]))

    def test_dates_are_seconds_since_1970_whatever_their_form(self):
        expected = 641_520_000.0
        frames = [pd.DataFrame([RECORD]), pd.DataFrame([RECORD]).assign(built=pd.Timestamp('1990-05-01')), pd.DataFrame([RECORD]).assign(built=pd.Timestamp('1990-05-01').date())]
        for frame in frames:
            self.assertEqual(expected, FEATURES_OF.of_frame(frame)[0, 4])
        self.assertEqual(expected, FEATURES_OF.of_records([RECORD])[0, 4])

    def test_a_time_with_an_offset_is_the_same_moment(self):
        schema = Schema(schema_of('regression', features=[{'name': 'seen', 'type': 'timestamp'}]))
        records = [{'seen': text} for text in ('2026-01-31T12:00:00Z', '2026-01-31T14:00:00+02:00', '2026-01-31 12:00:00', '2026-01-31T12:00:00.000000000Z')]
        self.assertEqual(1, len(set(Features(schema).of_records(records)[:, 0])))

    def test_order_of_fields_and_of_columns_does_not_matter(self):
        turned = dict(reversed(RECORD.items()))
        np.testing.assert_array_equal(FEATURES_OF.of_records([RECORD]), FEATURES_OF.of_records([turned]))
        np.testing.assert_array_equal(FEATURES_OF.of_frame(pd.DataFrame([RECORD])), FEATURES_OF.of_frame(pd.DataFrame([turned])))

    def test_order_of_rows_does_not_matter(self):
        features = Features(SCHEMA, density)
        np.testing.assert_array_equal(features.of_records([RECORD, OTHER])[::-1], features.of_records([OTHER, RECORD]))

    def test_an_unknown_code_and_a_missing_one_are_missing(self):
        matrix = FEATURES_OF.of_frame(pd.DataFrame([{**RECORD, 'area': 'east'}, {**RECORD, 'area': None}]))
        self.assertTrue(np.isnan(matrix[:, 2]).all())


class TransformTest(unittest.TestCase):
    def test_derived_columns_come_after_the_features(self):
        features = Features(SCHEMA, density)
        self.assertEqual([*SCHEMA.feature_names, 'density'], features.names)
        self.assertEqual(3 / 4.5, features.of_records([RECORD])[0, 5])

    def test_what_cannot_be_derived_is_missing(self):
        matrix = Features(SCHEMA, density).of_records([{**RECORD, 'rooms': 0}, OTHER])
        self.assertTrue(np.isnan(matrix[:, 5]).all())

    def test_refuses_a_name_that_the_schema_has_and_a_wrong_shape(self):
        with self.assertRaisesRegex(ValueError, 'derives people, which the schema has already'):
            Features(SCHEMA, lambda columns: {'people': columns['people']})
        with self.assertRaisesRegex(ValueError, r'total has the shape \(\)'):
            Features(SCHEMA, lambda columns: {'total': columns['people'].sum()})

    def test_a_project_without_transforms_derives_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(SCHEMA.feature_names, Project(write_project(folder, 'regression', transforms=None)).features.names)


class RefusalTest(unittest.TestCase):
    def refusal(self, change):
        record = {name: value for name, value in {**RECORD, **change}.items() if value is not ...}
        with self.assertRaises(InvalidInput) as caught:
            FEATURES_OF.of_records([RECORD, record])
        self.assertEqual(400, caught.exception.status)
        return caught.exception

    def test_names_row_and_field_of_a_missing_feature(self):
        error = self.refusal({'people': ...})
        self.assertEqual('records[1].people', error.field)
        self.assertEqual('records[1].people: is missing; it must be a whole number', str(error))

    def test_refuses_what_has_the_wrong_type_or_code(self):
        wrong = {'people': ['3', 3.5, True, None, float('nan')], 'area': [1, 'east', []], 'garden': ['true', 1], 'built': ['1990-02-30', '1990', 5, '1990-05-01T00:00:00'], 'rooms': ['4']}
        for name, values in wrong.items():
            for value in values:
                with self.subTest(name=name, value=value):
                    self.assertEqual(f'records[1].{name}', self.refusal({name: value}).field)

    def test_says_what_is_allowed(self):
        self.assertEqual('records[1].area: must be one of north, south, west, got "east"', str(self.refusal({'area': 'east'})))
        self.assertEqual('records[1].built: must be a date such as 2026-01-31, got "old"', str(self.refusal({'built': 'old'})))

    def test_refuses_a_record_that_is_no_object(self):
        with self.assertRaisesRegex(InvalidInput, r'records\[0\]: must be an object'):
            FEATURES_OF.of_records([[1, 2]])

    def test_scores_a_number_out_of_range_since_the_monitor_must_see_it(self):
        self.assertEqual(-5, FEATURES_OF.of_records([{**RECORD, 'people': -5}])[0, 1])


if __name__ == '__main__':
    unittest.main()
