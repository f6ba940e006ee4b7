import unittest

import numpy as np
import pandas as pd

from tests.support import PROJECT, RECORD

from features import InvalidInput, RecordEncoder, Schema, encode_frame

SCHEMA = Schema.load(PROJECT)
ENCODER = RecordEncoder(SCHEMA)


class SchemaTest(unittest.TestCase):
    def test_names_the_features_and_no_label(self):
        self.assertEqual(16, len(SCHEMA.feature_names))
        self.assertNotIn('employed', SCHEMA.feature_names)

    def test_refuses_text_without_a_domain(self):
        with self.assertRaisesRegex(ValueError, 'note is text without a domain'):
            Schema({**SCHEMA.document, 'features': [{'name': 'note', 'type': 'string'}]})


class EncodingTest(unittest.TestCase):
    def test_a_request_and_a_data_frame_give_the_same_matrix(self):
        other = {**RECORD, 'AGEP': 16, 'RELP': '17', 'MIL': '0'}
        np.testing.assert_array_equal(encode_frame(pd.DataFrame([RECORD, other]), SCHEMA), ENCODER.encode([RECORD, other]))

    def test_order_of_fields_does_not_matter(self):
        turned = dict(reversed(RECORD.items()))
        np.testing.assert_array_equal(ENCODER.encode([RECORD]), ENCODER.encode([turned]))

    def test_an_unknown_code_in_a_frame_is_missing(self):
        matrix = encode_frame(pd.DataFrame([{**RECORD, 'MAR': '9'}]), SCHEMA)
        self.assertTrue(np.isnan(matrix[0, SCHEMA.feature_names.index('MAR')]))


class RefusalTest(unittest.TestCase):
    def refusal(self, change):
        record = {**RECORD, **change}
        record = {name: value for name, value in record.items() if value is not ...}
        with self.assertRaises(InvalidInput) as caught:
            ENCODER.encode([RECORD, record])
        self.assertEqual(400, caught.exception.status)
        return caught.exception

    def test_names_row_and_field_of_a_missing_feature(self):
        error = self.refusal({'AGEP': ...})
        self.assertEqual('records[1].AGEP', error.field)
        self.assertEqual('records[1].AGEP: is missing; it must be a whole number', str(error))

    def test_refuses_what_has_the_wrong_type_or_code(self):
        for change in ({'AGEP': '45'}, {'AGEP': 45.5}, {'AGEP': True}, {'AGEP': None}, {'AGEP': float('nan')}, {'SEX': 1}, {'SEX': '3'}, {'SCHL': []}):
            with self.subTest(change):
                name = next(iter(change))
                self.assertEqual(f'records[1].{name}', self.refusal(change).field)

    def test_says_what_is_allowed(self):
        self.assertEqual('records[1].SEX: must be one of 1, 2, got "3"', str(self.refusal({'SEX': '3'})))
        self.assertEqual('records[1].SEX: must be one of 1, 2 as text, got 1', str(self.refusal({'SEX': 1})))

    def test_refuses_a_record_that_is_no_object(self):
        with self.assertRaisesRegex(InvalidInput, r'records\[0\]: must be an object'):
            ENCODER.encode([[1, 2]])

    def test_scores_a_number_out_of_range_since_the_monitor_must_see_it(self):
        self.assertEqual(540.0, ENCODER.encode([{**RECORD, 'AGEP': 540}])[0, 0])

    def test_takes_null_where_the_schema_allows_it(self):
        schema = Schema({**SCHEMA.document, 'features': [{'name': 'AGEP', 'type': 'integer', 'nullable': True}]})
        self.assertTrue(np.isnan(RecordEncoder(schema).encode([{'AGEP': None}])[0, 0]))


if __name__ == '__main__':
    unittest.main()
