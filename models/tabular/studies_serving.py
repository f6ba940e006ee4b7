"""Studies of the endpoint: what it takes, what it answers, and that it says what the training process says."""

import filecmp
import json
import os
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pandas as pd

from . import inference
from .evaluate import golden, records_of
from .features import InvalidInput
from .findings import difference, measured
from .job import UserError
from .problems import Multiclass, Regression
from .studies_model import allowed_values

PACKAGE = Path(__file__).resolve().parent
SCHEMA_ROWS = 200
# What an answer of the endpoint must hold so that the application can write the inference record.
MEMBERS = {'binaryClassification': {'probability', 'label'}, 'multiclassClassification': {'probabilities', 'label'}, 'regression': {'value'}}
PACKAGE_ARN = 'arn:aws:sagemaker:us-east-1:123456789012:model-package/study/1'


def served(subject):
    """The artifact, loaded as the container loads it. Its code must be this code, or the study would say nothing about it."""
    copy = subject.folder / 'code' / PACKAGE.name
    names = [path.name for path in PACKAGE.glob('*.py')]
    _, different, absent = filecmp.cmpfiles(PACKAGE, copy, names, shallow=False)
    if different or absent:
        raise UserError(f'the artifact holds other code than this job: {", ".join(different + absent)}; train it anew')
    return inference.model_fn(str(subject.folder))


def answer(model, records):
    """The endpoint's answer to records, through every function of the container's contract."""
    body = json.dumps({'records': records})
    text, _ = inference.output_fn(inference.predict_fn(inference.input_fn(body, inference.JSON), model), inference.JSON)
    return json.loads(text)


def vector(problem, prediction):
    """An answer as the numbers of golden.json."""
    if isinstance(problem, Regression):
        return [prediction['value']]
    if isinstance(problem, Multiclass):
        return list(prediction['probabilities'].values())
    return [prediction['probability']]


def edge_records(subject, records):
    """The first record at the bounds and at every value of the schema, and without what may be missing."""
    edges = []
    for column in subject.schema.features:
        values = [*allowed_values(column), *([None] if column.get('nullable') else [])]
        edges += [{**records[0], column['name']: value} for value in values]
    return edges


def parity(subject):
    """`inference.py` must say what the training process says: on golden records, on the edges of the schema, and with members in another order."""
    model = served(subject)
    test = subject.splits['test']
    chosen = golden(test, subject.target(test), subject.candidate, subject.options.seed)
    edges = edge_records(subject, chosen['records'])
    expected = list(chosen['expected'])
    if edges:
        frame = pd.DataFrame(edges, columns=[subject.schema.record_id['name'], *subject.schema.feature_names], dtype=object)
        expected += subject.problem.vectors(subject.predict(subject.candidate.estimator, frame))
    records = [*chosen['records'], *edges]
    answers = answer(model, records)['predictions']
    turned = answer(model, [dict(reversed(record.items())) for record in records])['predictions']
    found = max(difference([vector(subject.problem, one) for one in each], expected) for each in (answers, turned))
    return measured(found, f'inference.py and the training process differ by at most {found:.3g} on {len(chosen["records"])} golden records and {len(edges)} at the edges of the schema', len(records))


def schema(subject):
    """Records of the test rows must be taken, answers have the promised form and range, and faulty records be refused by the name of the field."""
    model = served(subject)
    rows = records_of(subject.sample('test', SCHEMA_ROWS, 'schema'), subject.schema)
    faults = []
    taken = []
    for record in rows:
        try:
            model.features.of_records([record])
            taken.append(record)
        except InvalidInput as error:
            faults.append(f'a test row was refused: {error}')
    predictions = answer(model, taken)['predictions'] if taken else []
    if len(predictions) != len(taken):
        faults.append(f'{len(taken)} records got {len(predictions)} answers')
    faults += [f'the answer {json.dumps(prediction)} breaks the output schema' for prediction in predictions if not is_answer(subject.problem, prediction)]
    attempts = [(name, faulty) for record in taken[:1] for name, faulty in faulty_records(subject.schema, record)]
    for name, faulty in attempts:
        try:
            answer(model, [faulty])
            faults.append(f'a record with a faulty {name} was answered')
        except InvalidInput as error:
            if not error.field.endswith(f'.{name}'):
                faults.append(f'a record with a faulty {name} was refused by the field {error.field}')
    explanation = f'{len(faults)} faults in {len(rows)} records, their answers and {len(attempts)} faulty records' + (f', such as: {faults[0]}' if faults else '')
    return measured(len(faults), explanation, len(rows) + len(attempts), faults=faults[:10])


def is_answer(problem, prediction):
    if set(prediction) != MEMBERS[problem.name]:
        return False
    values = vector(problem, prediction)
    if not all(isinstance(value, (int, float)) and np.isfinite(value) for value in values):
        return False
    if isinstance(problem, Regression):
        return True
    return prediction['label'] in problem.labels and all(0 <= value <= 1 for value in values)


def faulty_records(columns, record):
    """A record without a feature, with one of another type, and with one outside its domain."""
    for column in columns.features:
        name = column['name']
        yield name, {key: value for key, value in record.items() if key != name}
        yield name, {**record, name: {'no': 'value'}}
        if column['type'] == 'string':
            yield name, {**record, name: '\u2204'}


def record(subject):
    """The answers and the artifact must provide what the inference record says of a model: output, package, version of the schema."""
    with patch.dict(os.environ, {'MLOPS_MODEL_PACKAGE': PACKAGE_ARN}):
        model = served(subject)
        rows = records_of(subject.splits['test'].iloc[:3], subject.schema)
        given = answer(model, rows)
    members = {
        'output': len(given.get('predictions', [])) == len(rows) and all(set(one) == MEMBERS[subject.problem.name] for one in given['predictions']),
        'modelPackageArn': given.get('modelPackageArn') == PACKAGE_ARN,
        'schemaVersion': model.metadata.get('schemaVersion') == subject.schema.version,
        'recordId': all(subject.schema.record_id['name'] in row for row in rows),
    }
    missing = [name for name, provided in members.items() if not provided]
    return measured(len(missing), f'the answers do not provide {", ".join(missing)}' if missing else f'the answers provide {", ".join(members)} of the inference record', len(rows))
