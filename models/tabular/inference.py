"""Endpoint: loads the artifact and answers requests.

In:  application/json `{"records": [{"<feature>": ...}, ...]}`, application/jsonlines (one record a line) or text/csv with a header.
Out: application/json `{"predictions": [...], "modelPackageArn": "arn:..."}`, or text/csv and application/jsonlines without the ARN. One prediction is
`{"probability": 0.7, "label": 1}`, `{"probabilities": {"a": 0.7, "b": 0.3}, "label": "a"}` or `{"value": 1.5}`.

A request that cannot be answered raises an error with the attributes `status` (400, 406, 415) and `field`. The container's own web server knows only
errors of its own making, so there the error travels as a value and `output_fn` answers it with that status.
"""

import csv
import io
import json
import math
import os
from pathlib import Path

import joblib
import sklearn

from .features import InvalidInput
from .files import read_json
from .forest import Forest, verify
from .problems import checked, described_problem
from .project import Project
from .schema import TIMES

try:
    from sagemaker_containers.beta.framework.worker import Response
except ImportError:
    Response = None

JSON, JSON_LINES, CSV = 'application/json', 'application/jsonlines', 'text/csv'
ANY = ('*/*', 'application/*', '', None)


class UnsupportedFormat(ValueError):
    """A content type that this endpoint does not speak."""

    field = None

    def __init__(self, status, header, value):
        super().__init__(f'{header} "{value}" is not supported; supported are {JSON}, {JSON_LINES}, {CSV}')
        self.status = status


class Model:
    """A loaded artifact: scores records."""

    def __init__(self, folder):
        self.metadata = read_json(Path(folder, 'metadata.json'))
        made_with = self.metadata['environment']['packages']['scikit-learn']
        if made_with != sklearn.__version__:
            # A pickle of another version may load and answer wrongly.
            raise RuntimeError(f'the model was made with scikit-learn {made_with}, this is {sklearn.__version__}: train it anew or use its image')
        project = Project(folder, Path(folder, 'code'))
        self.features, schema = project.features, project.schema
        for name, expected, found in (('schema.json lists', 'features', schema.feature_names), ('features and transforms make', 'columns', self.features.names)):
            if found != self.metadata[expected]:
                raise RuntimeError(f'{name} {found}, the model was trained on {self.metadata[expected]}')
        # Where the pickle refers to the project's own classes, it finds them under this name.
        _ = project.algorithms
        self.columns = {column['name']: column['type'] for column in schema.features}
        self.problem = described_problem(self.metadata['problem'], schema.target)
        self.scorer = scorer(joblib.load(Path(folder, 'model.joblib')), self.features, self.problem)

    def predict(self, records):
        """The answer for each record."""
        if not records:
            return []
        return self.problem.answers(checked(self.problem, self.problem.predict(self.scorer, self.features.of_records(records))))


def scorer(estimator, features, problem):
    """What predicts for an estimator: the fast way where there is one, and only if it gives the estimator's own numbers."""
    if not hasattr(estimator, '_predictors'):
        return estimator
    forest = Forest(estimator)
    verify(forest, estimator, features.sizes, problem)
    return forest


def model_fn(model_dir):
    return Model(model_dir)


def input_fn(request_body, content_type):
    """Records of a request as dictionaries; what they hold is checked by predict_fn, which knows the schema."""
    try:
        media_type = (content_type or '').split(';')[0].strip().lower()
        if media_type not in PARSERS:
            raise UnsupportedFormat(415, 'content type', content_type)
        return PARSERS[media_type](as_text(request_body))
    except ValueError as error:
        return refusal(error)


def predict_fn(records, model):
    if isinstance(records, Exception):
        return records
    try:
        return model.predict([row.typed(model.columns) if isinstance(row, TextRow) else row for row in records])
    except ValueError as error:
        return refusal(error)


def output_fn(prediction, accept):
    """Body and content type; in the container a response that carries the status of a refusal."""
    try:
        if isinstance(prediction, Exception):
            raise prediction
        media_type = JSON if accept in ANY else accept.split(',')[0].split(';')[0].strip().lower()
        if media_type not in WRITERS:
            raise UnsupportedFormat(406, 'accept', accept)
        return WRITERS[media_type](prediction), media_type
    except ValueError as error:
        refusal(error)
        body = {'error': 'ValidationError', 'field': getattr(error, 'field', None), 'message': str(error)}
        return Response(response=json.dumps(body), status=getattr(error, 'status', 400), mimetype=JSON)


def refusal(error):
    """Raises where the server maps errors to a status, else gives the error back as the value to pass on."""
    if Response is None:
        raise error
    return error


class TextRow(dict):
    """A row of a CSV file: all values are text."""

    def typed(self, columns):
        return {name: from_text(value, columns[name]) for name, value in self.items() if name in columns}


def from_text(text, kind):
    """The value that the text stands for in a column of that type; text that stands for none stays text and is refused with its field."""
    if kind == 'string' or kind in TIMES:
        return text if text != '' or kind == 'string' else None
    if kind == 'boolean':
        return {'true': True, 'false': False}.get(text.strip().lower(), text)
    try:
        number = float(text)
    except ValueError:
        return None if text == '' else text
    return int(number) if math.isfinite(number) and number.is_integer() else number


def as_text(body):
    try:
        return body.decode('utf-8') if isinstance(body, (bytes, bytearray)) else body
    except UnicodeDecodeError as error:
        raise InvalidInput('body', f'is not UTF-8: {error}') from error


def parse_json(text):
    document = load_json(text, 'body')
    records = document.get('records') if isinstance(document, dict) else None
    if not isinstance(records, list) or not records:
        raise InvalidInput('records', 'must be a list of at least one record: {"records": [{...}]}')
    return records


def parse_json_lines(text):
    records = [load_json(line, f'records[{row}]') for row, line in enumerate(line for line in text.splitlines() if line.strip())]
    if not records:
        raise InvalidInput('body', 'must hold at least one record, one JSON object a line')
    return records


def load_json(text, field):
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidInput(field, f'is not JSON: {error}') from error


def parse_csv(text):
    rows = list(csv.reader(io.StringIO(text)))
    rows = [row for row in rows if row]
    if len(rows) < 2:
        raise InvalidInput('body', 'must hold a header with the names of the features and at least one row')
    header, *body = rows
    for number, row in enumerate(body):
        if len(row) != len(header):
            raise InvalidInput(f'records[{number}]', f'has {len(row)} values, the header has {len(header)}')
    return [TextRow(zip(header, row)) for row in body]


def write_json(predictions):
    return json.dumps({'predictions': predictions, 'modelPackageArn': os.environ.get('MLOPS_MODEL_PACKAGE')})


def write_json_lines(predictions):
    return ''.join(f'{json.dumps(prediction)}\n' for prediction in predictions)


def write_csv(predictions):
    output = io.StringIO()
    writer = csv.writer(output, lineterminator='\n')
    rows = [flat(prediction) for prediction in predictions]
    if rows:
        writer.writerow(rows[0])
    writer.writerows(row.values() for row in rows)
    return output.getvalue()


def flat(prediction):
    """A prediction as one row: probabilities of several classes become columns of their own."""
    columns = {}
    for name, value in prediction.items():
        columns |= {f'probability_{label}': share for label, share in value.items()} if isinstance(value, dict) else {name: value}
    return columns


PARSERS = {JSON: parse_json, JSON_LINES: parse_json_lines, CSV: parse_csv}
WRITERS = {JSON: write_json, JSON_LINES: write_json_lines, CSV: write_csv}
