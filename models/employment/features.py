"""The schema of the data, and how records become the matrix that the estimators see. Used by every script and by the endpoint.

A column with a domain becomes the position of its value in the domain; a column without one stays the number it is. Both are 64-bit floats, so the
same record gives the same row of the matrix in training and in serving.
"""

import json
import math
from pathlib import Path

import numpy as np

SCHEMA_FILE = 'schema.json'


class InvalidInput(ValueError):
    """A record that the model must not see. `status` is the HTTP status for the caller, `field` says where the fault is."""

    status = 400

    def __init__(self, field, problem):
        super().__init__(f'{field}: {problem}')
        self.field = field


class Schema:
    """`schema.json` of the model project."""

    def __init__(self, document):
        self.document = document
        self.version = document['version']
        self.record_id = document['recordId']
        self.target = document['target']
        self.order = document.get('order')
        self.features = document['features']
        self.feature_names = [column['name'] for column in self.features]
        for column in self.features:
            if column['type'] == 'string' and 'domain' not in column:
                raise ValueError(f'{SCHEMA_FILE}: the feature {column["name"]} is text without a domain; list its allowed values')

    @classmethod
    def load(cls, folder):
        """Reads `schema.json` of a folder."""
        return cls(json.loads(Path(folder, SCHEMA_FILE).read_text(encoding='utf-8')))

    @property
    def columns(self):
        """Every column, in the order of the schema."""
        return [column for column in (self.record_id, self.target, self.order, *self.features) if column is not None]

    def codes(self, column):
        """Position of each allowed value; text is compared as text."""
        return {key(value, column): float(position) for position, value in enumerate(column['domain'])}


def key(value, column):
    """How a value is compared with a domain."""
    return str(value) if column['type'] == 'string' else value


def encode_frame(frame, schema):
    """Matrix of a data frame that has the features as columns. A value outside its domain becomes NaN, which the estimators treat as missing."""
    matrix = np.empty((len(frame), len(schema.features)))
    for position, column in enumerate(schema.features):
        values = frame[column['name']]
        if 'domain' in column:
            if column['type'] == 'string':
                values = values.astype(str)
            values = values.map(schema.codes(column))
        matrix[:, position] = values.astype(float)
    return matrix


class RecordEncoder:
    """Checks the records of a request and turns them into the matrix. No data frame: a request has few rows and must be quick.

    Types, missing fields and domains are refused. The range of a number is not: such a value can be scored, and out-of-range input is what the
    monitor must see in the inference log.
    """

    def __init__(self, schema):
        self.readers = [ColumnReader(column, schema) for column in schema.features]

    def encode(self, records):
        """Matrix of records given as dictionaries. Raises InvalidInput that names the first faulty field, such as `records[0].AGEP`."""
        matrix = np.empty((len(records), len(self.readers)))
        for row, record in enumerate(records):
            if not isinstance(record, dict):
                raise InvalidInput(f'records[{row}]', f'must be an object with the features by name, got {shown(record)}')
            for position, reader in enumerate(self.readers):
                try:
                    matrix[row, position] = reader.read(record[reader.name])
                except KeyError:
                    raise InvalidInput(f'records[{row}].{reader.name}', f'is missing; it must be {reader.expected}') from None
                except ValueError as error:
                    raise InvalidInput(f'records[{row}].{reader.name}', str(error)) from None
        return matrix


class ColumnReader:
    """One feature of a request: its value as a number, or a ValueError that says what was expected."""

    def __init__(self, column, schema):
        self.name = column['name']
        self.type = column['type']
        self.nullable = column.get('nullable', False)
        self.codes = schema.codes(column) if 'domain' in column else None
        self.expected = f'one of {", ".join(map(str, column["domain"]))}' if 'domain' in column else EXPECTED[self.type]

    def read(self, value):
        if self.nullable and value is None:
            return math.nan
        if not is_of_type(value, self.type):
            raise ValueError(f'must be {self.expected}{" as text" if self.type == "string" else ""}, got {shown(value)}')
        if self.codes is None:
            return float(value)
        code = self.codes.get(value)
        if code is None:
            raise ValueError(f'must be {self.expected}, got {shown(value)}')
        return code


EXPECTED = {'integer': 'a whole number', 'number': 'a number', 'boolean': 'true or false'}


def is_of_type(value, wanted):
    """Whether a JSON value has the type of a column. 45.0 is a whole number; true is no number."""
    if wanted == 'string':
        return isinstance(value, str)
    if isinstance(value, bool):
        return wanted == 'boolean'
    if wanted == 'integer':
        return isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return wanted == 'number' and isinstance(value, (int, float)) and math.isfinite(value)


def shown(value):
    """A value as JSON, short enough for an error message."""
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else f'{text[:57]}...'
