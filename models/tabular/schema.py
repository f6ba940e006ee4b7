"""`schema.json` of a model project: columns with their types and domains, and how single values are read."""

import json
import math
import re
from datetime import datetime, timezone
from pathlib import Path

SCHEMA_FILE = 'schema.json'
NUMERIC = ('integer', 'number')
TIMES = ('date', 'timestamp')
ISO = {
    'date': re.compile(r'\d{4}-\d{2}-\d{2}'),
    'timestamp': re.compile(r'\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?'),
}
EXPECTED = {
    'integer': 'a whole number', 'number': 'a number', 'boolean': 'true or false', 'string': 'a text', 'date': 'a date such as 2026-01-31',
    'timestamp': 'a time such as 2026-01-31T12:00:00Z',
}


class Schema:
    """The schema of the data. Columns are dictionaries as they stand in the file."""

    def __init__(self, document):
        self.document = document
        self.version = document['version']
        self.record_id = document['recordId']
        self.target = document['target']
        self.order = document.get('order')
        self.entity = document.get('entity')
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
        return [column for column in (self.record_id, self.target, self.order, self.entity, *self.features) if column is not None]

    def column(self, name):
        """A column by its name; a KeyError if there is none."""
        return {column['name']: column for column in self.columns}[name]


def key(value, column):
    """How a value is compared with a domain: text as text, all else as it is."""
    return str(value) if column['type'] == 'string' else value


def codes(column):
    """Position of each allowed value of a column with a domain."""
    return {key(value, column): float(position) for position, value in enumerate(column['domain'])}


def epoch_seconds(text):
    """Seconds since 1970 of an ISO 8601 date or timestamp, without an offset in UTC; a ValueError for what is none."""
    # Python reads at most six digits of a second.
    text = re.sub(r'(\.\d{6})\d+', r'\1', text)
    time = datetime.fromisoformat(text)
    return (time if time.tzinfo is not None else time.replace(tzinfo=timezone.utc)).timestamp()


def is_of_type(value, wanted):
    """Whether a JSON value has the type of a column. 45.0 is a whole number; true is no number."""
    if wanted == 'string':
        return isinstance(value, str)
    if wanted in TIMES:
        return isinstance(value, str) and ISO[wanted].fullmatch(value) is not None and is_time(value)
    if isinstance(value, bool):
        return wanted == 'boolean'
    if wanted == 'integer':
        return isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return wanted == 'number' and isinstance(value, (int, float)) and math.isfinite(value)


def is_time(text):
    try:
        epoch_seconds(text)
        return True
    except ValueError:
        return False


def shown(value):
    """A value as JSON, short enough for an error message."""
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else f'{text[:57]}...'
