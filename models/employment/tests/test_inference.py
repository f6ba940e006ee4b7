import csv
import io
import json
import os
import shutil
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

import joblib
import numpy as np
import pyarrow.parquet as pq

from tests.support import PROJECT, RECORD, pipeline

import inference
from features import Schema, encode_frame
from forest import Forest, verify

JSON = 'application/json'


def ask(body, content_type=JSON, accept=JSON):
    """The way of a request through the endpoint."""
    model = inference.model_fn(pipeline().folder / 'model')
    return inference.output_fn(inference.predict_fn(inference.input_fn(body, content_type), model), accept)


class AnswerTest(unittest.TestCase):
    def test_answers_probability_and_label_and_names_the_model(self):
        with mock.patch.dict(os.environ, MLOPS_MODEL_PACKAGE='arn:package/1'):
            body, content_type = ask(json.dumps({'records': [RECORD, {**RECORD, 'AGEP': 90}]}))
        answer = json.loads(body)
        self.assertEqual(JSON, content_type)
        self.assertEqual('arn:package/1', answer['modelPackageArn'])
        self.assertEqual([1, 0], [prediction['label'] for prediction in answer['predictions']])
        self.assertTrue(all(0 <= prediction['probability'] <= 1 for prediction in answer['predictions']))

    def test_a_record_may_carry_its_id(self):
        self.assertEqual(ask(json.dumps({'records': [RECORD]})), ask(json.dumps({'records': [{'id': 7, **RECORD}]})))

    def test_every_format_gives_the_same_probability(self):
        text = io.StringIO()
        writer = csv.DictWriter(text, ['id', *RECORD])
        writer.writeheader()
        writer.writerow({'id': 7, **RECORD})
        expected = json.loads(ask(json.dumps({'records': [RECORD]}))[0])['predictions'][0]['probability']
        for body, content_type in ((text.getvalue(), 'text/csv'), (text.getvalue().encode(), 'text/csv; charset=utf-8'), (json.dumps(RECORD), 'application/jsonlines')):
            with self.subTest(content_type):
                self.assertEqual(expected, json.loads(ask(body, content_type)[0])['predictions'][0]['probability'])

    def test_answers_in_the_wanted_format(self):
        self.assertRegex(ask(json.dumps({'records': [RECORD]}), accept='text/csv')[0], r'^probability,label\n0\.\d+,1\n$')
        self.assertEqual(1, json.loads(ask(json.dumps({'records': [RECORD]}), accept='application/jsonlines')[0])['label'])
        self.assertEqual(JSON, ask(json.dumps({'records': [RECORD]}), accept='*/*')[1])


class RefusalTest(unittest.TestCase):
    def refusal(self, body, content_type=JSON, accept=JSON):
        with self.assertRaises(ValueError) as caught:
            ask(body, content_type, accept)
        return caught.exception

    def test_names_the_field_of_bad_input(self):
        for body, field in (
            ('{', 'body'), ('[]', 'records'), ('{"records": []}', 'records'), ('{"records": {}}', 'records'), ('{"records": [{}]}', 'records[0].AGEP'),
            (json.dumps({'records': [RECORD, {**RECORD, 'SEX': '7'}]}), 'records[1].SEX'), (b'\xff\xfe', 'body'),
        ):
            with self.subTest(body):
                error = self.refusal(body)
                self.assertEqual((400, field), (error.status, error.field))

    def test_names_the_field_of_a_bad_csv(self):
        header = ','.join(RECORD)
        for body, field in ((header, 'body'), (f'{header}\n1,2', 'records[0]'), (f'{header}\n' + ','.join(['old', *list(RECORD.values())[1:]]), 'records[0].AGEP')):
            with self.subTest(body):
                self.assertEqual(field, self.refusal(body, 'text/csv').field)

    def test_refuses_unknown_formats(self):
        self.assertEqual(415, self.refusal('x', 'image/png').status)
        self.assertEqual(406, self.refusal(json.dumps({'records': [RECORD]}), accept='image/png').status)

    def test_in_the_container_a_refusal_is_a_response_with_its_status(self):
        with mock.patch.object(inference, 'Response', side_effect=lambda **arguments: arguments):
            response = ask('{"records": [{}]}')
        self.assertEqual(400, response['status'])
        self.assertEqual('records[0].AGEP', json.loads(response['response'])['field'])


class ArtifactTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.model = Path(folder.name, 'model')
        shutil.copytree(pipeline().folder / 'model', self.model)

    def change(self, change):
        path = self.model / 'metadata.json'
        metadata = json.loads(path.read_text())
        change(metadata)
        path.write_text(json.dumps(metadata))

    def test_refuses_the_model_of_another_scikit_learn(self):
        self.change(lambda metadata: metadata['environment']['packages'].update({'scikit-learn': '1.2.1'}))
        with self.assertRaisesRegex(RuntimeError, 'made with scikit-learn 1.2.1'):
            inference.model_fn(self.model)

    def test_refuses_a_schema_that_is_not_the_models(self):
        self.change(lambda metadata: metadata['features'].pop())
        with self.assertRaisesRegex(RuntimeError, 'the model was trained on'):
            inference.model_fn(self.model)

    def test_serves_the_baseline_too(self):
        model = inference.model_fn(pipeline().folder / 'baseline')
        self.assertEqual(1, len(inference.predict_fn([RECORD], model)))


class ForestTest(unittest.TestCase):
    def setUp(self):
        self.estimator = joblib.load(pipeline().folder / 'model' / 'model.joblib')
        self.matrix = encode_frame(pq.read_table(pipeline().folder / 'test').to_pandas(), Schema.load(PROJECT))

    def test_gives_the_estimators_own_probabilities(self):
        np.testing.assert_array_equal(self.estimator.predict_proba(self.matrix)[:, 1], Forest(self.estimator).probability(self.matrix))

    def test_treats_missing_values_as_the_estimator_does(self):
        self.matrix[np.random.default_rng(0).random(self.matrix.shape) < 0.1] = np.nan
        np.testing.assert_array_equal(self.estimator.predict_proba(self.matrix)[:, 1], Forest(self.estimator).probability(self.matrix))

    def test_a_difference_is_found_when_a_model_is_loaded(self):
        forest = Forest(self.estimator)
        forest.threshold = forest.threshold + 5
        with self.assertRaisesRegex(RuntimeError, 'fast scoring differs'):
            verify(forest, self.estimator, [len(column['domain']) if 'domain' in column else None for column in Schema.load(PROJECT).features])

    def test_scores_one_record_within_three_milliseconds(self):
        model = inference.model_fn(pipeline().folder / 'model')
        body = json.dumps({'records': [RECORD]})
        seconds = []
        for _ in range(50):
            started = time.perf_counter()
            inference.output_fn(inference.predict_fn(inference.input_fn(body, JSON), model), JSON)
            seconds.append(time.perf_counter() - started)
        self.assertLess(sorted(seconds)[len(seconds) // 2], 0.003)


if __name__ == '__main__':
    unittest.main()
