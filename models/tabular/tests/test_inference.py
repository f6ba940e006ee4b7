import csv
import io
import json
import os
import shutil
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import joblib
import numpy as np
import pyarrow.parquet as pq

from tests.support import RECORD, pipeline

from tabular import inference
from tabular.forest import Forest, verify
from tabular.problems import PROBLEMS, described_problem
from tabular.project import Project

JSON = 'application/json'


def ask(body, content_type=JSON, accept=JSON, problem_type='binaryClassification'):
    """The way of a request through the endpoint."""
    model = inference.model_fn(pipeline(problem_type).folder / 'model')
    return inference.output_fn(inference.predict_fn(inference.input_fn(body, content_type), model), accept)


class AnswerTest(unittest.TestCase):
    def answer(self, problem_type, record=RECORD):
        return json.loads(ask(json.dumps({'records': [record]}), problem_type=problem_type)[0])['predictions'][0]

    def test_answers_in_the_form_of_the_problem_and_names_the_model(self):
        with mock.patch.dict(os.environ, MLOPS_MODEL_PACKAGE='arn:package/1'):
            body, content_type = ask(json.dumps({'records': [RECORD, {**RECORD, 'people': 1, 'area': 'north'}]}))
        answer = json.loads(body)
        self.assertEqual((JSON, 'arn:package/1'), (content_type, answer['modelPackageArn']))
        self.assertEqual(['Yes', 'No'], [prediction['label'] for prediction in answer['predictions']])
        self.assertEqual({'probability', 'label'}, set(answer['predictions'][0]))

    def test_several_classes_and_numbers_have_their_own_forms(self):
        several = self.answer('multiclassClassification')
        self.assertEqual(['low', 'middle', 'high'], list(several['probabilities']))
        self.assertAlmostEqual(1, sum(several['probabilities'].values()))
        self.assertEqual(max(several['probabilities'], key=several['probabilities'].get), several['label'])
        self.assertEqual(['value'], list(self.answer('regression')))

    def test_a_record_may_carry_its_id(self):
        self.assertEqual(ask(json.dumps({'records': [RECORD]})), ask(json.dumps({'records': [{'id': 'r7', **RECORD}]})))

    def test_every_format_gives_the_same_answer(self):
        text = io.StringIO()
        writer = csv.DictWriter(text, ['id', *RECORD])
        writer.writeheader()
        writer.writerow({'id': 'r7', **RECORD, 'garden': 'true'})
        for problem_type in PROBLEMS:
            expected = self.answer(problem_type)
            for body, content_type in ((text.getvalue(), 'text/csv'), (text.getvalue().encode(), 'text/csv; charset=utf-8'), (json.dumps(RECORD), 'application/jsonlines')):
                with self.subTest(problem_type=problem_type, content_type=content_type):
                    self.assertEqual(expected, json.loads(ask(body, content_type, problem_type=problem_type)[0])['predictions'][0])

    def test_a_missing_number_in_a_csv_is_missing(self):
        header, values = zip(*{**RECORD, 'rooms': '', 'garden': 'true'}.items())
        body = f'{",".join(header)}\n{",".join(map(str, values))}\n'
        self.assertEqual(self.answer('regression', {**RECORD, 'rooms': None}), json.loads(ask(body, 'text/csv', problem_type='regression')[0])['predictions'][0])

    def test_answers_in_the_wanted_format(self):
        body = json.dumps({'records': [RECORD]})
        self.assertRegex(ask(body, accept='text/csv')[0], r'^probability,label\n0\.\d+,Yes\n$')
        self.assertTrue(ask(body, accept='text/csv', problem_type='multiclassClassification')[0].startswith('probability_low,probability_middle,probability_high,label\n'))
        self.assertRegex(ask(body, accept='text/csv', problem_type='regression')[0], r'^value\n-?\d+\.\d+\n$')
        self.assertEqual('Yes', json.loads(ask(body, accept='application/jsonlines')[0])['label'])
        self.assertEqual(JSON, ask(body, accept='*/*')[1])


class RefusalTest(unittest.TestCase):
    def refusal(self, body, content_type=JSON, accept=JSON):
        with self.assertRaises(ValueError) as caught:
            ask(body, content_type, accept)
        return caught.exception

    def test_names_the_field_of_bad_input(self):
        for body, field in (
            ('{', 'body'), ('[]', 'records'), ('{"records": []}', 'records'), ('{"records": {}}', 'records'), ('{"records": [{}]}', 'records[0].rooms'),
            (json.dumps({'records': [RECORD, {**RECORD, 'area': 'east'}]}), 'records[1].area'), (b'\xff\xfe', 'body'),
        ):
            with self.subTest(body):
                error = self.refusal(body)
                self.assertEqual((400, field), (error.status, error.field))

    def test_names_the_field_of_a_bad_csv(self):
        header = ','.join(RECORD)
        for body, field in ((header, 'body'), (f'{header}\n1,2', 'records[0]'), (f'{header}\n4,many,south,true,1990-05-01', 'records[0].people'), (f'{header}\n4,3,south,true,', 'records[0].built')):
            with self.subTest(body):
                self.assertEqual(field, self.refusal(body, 'text/csv').field)

    def test_refuses_unknown_formats(self):
        self.assertEqual(415, self.refusal('x', 'image/png').status)
        self.assertEqual(406, self.refusal(json.dumps({'records': [RECORD]}), accept='image/png').status)

    def test_in_the_container_a_refusal_is_a_response_with_its_status(self):
        with mock.patch.object(inference, 'Response', side_effect=lambda **arguments: arguments):
            response = ask('{"records": [{}]}')
        self.assertEqual(400, response['status'])
        self.assertEqual('records[0].rooms', json.loads(response['response'])['field'])


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

    def test_refuses_a_schema_or_transforms_that_are_not_the_models(self):
        (self.model / 'code' / 'transforms.py').unlink()
        with self.assertRaisesRegex(RuntimeError, 'features and transforms make'):
            inference.model_fn(self.model)
        self.change(lambda metadata: metadata['features'].pop())
        with self.assertRaisesRegex(RuntimeError, 'the model was trained on'):
            inference.model_fn(self.model)

    def test_serves_the_baseline_too(self):
        model = inference.model_fn(pipeline().folder / 'baseline')
        self.assertEqual(1, len(inference.predict_fn([RECORD], model)))


class ForestTest(unittest.TestCase):
    def parts(self, problem_type):
        run = pipeline(problem_type)
        features = Project(run.project).features
        problem = described_problem(run.json('model/metadata.json')['problem'], features.schema.target)
        return joblib.load(run.folder / 'model' / 'model.joblib'), features.of_frame(pq.read_table(run.folder / 'test').to_pandas()), problem, features

    def test_gives_the_estimators_own_predictions_also_for_missing_values(self):
        for problem_type in PROBLEMS:
            with self.subTest(problem_type):
                estimator, matrix, problem, _ = self.parts(problem_type)
                np.testing.assert_array_equal(problem.predict(estimator, matrix), problem.predict(Forest(estimator), matrix))
                matrix[np.random.default_rng(0).random(matrix.shape) < 0.1] = np.nan
                np.testing.assert_array_equal(problem.predict(estimator, matrix), problem.predict(Forest(estimator), matrix))

    def test_a_difference_is_found_when_a_model_is_loaded(self):
        estimator, _, problem, features = self.parts('binaryClassification')
        forest = Forest(estimator)
        forest.value = forest.value + 0.01
        with self.assertRaisesRegex(RuntimeError, 'fast scoring differs'):
            verify(forest, estimator, features.sizes, problem)


if __name__ == '__main__':
    unittest.main()
