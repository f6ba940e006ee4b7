"""How records become the matrix that estimators see. Used by every job and by the endpoint, so that the same record gives the same row everywhere.

A column with a domain becomes the position of its value in the domain; numbers stay what they are; truth values become 0 and 1, dates and times seconds
since 1970. All are 64-bit floats, and what is missing is NaN. A project may derive further columns of these (`transforms.py`).
"""

import math

import numpy as np
import pandas as pd

from .schema import EXPECTED, TIMES, codes, epoch_seconds, is_of_type, key, shown


class InvalidInput(ValueError):
    """A record that the model must not see. `status` is the HTTP status for the caller, `field` says where the fault is."""

    status = 400

    def __init__(self, field, problem):
        super().__init__(f'{field}: {problem}')
        self.field = field


class Features:
    """The columns of the matrix.

    `derive`: the project's function from columns by name (arrays of floats of equal length) to derived columns by name; None if it has none.
    """

    def __init__(self, schema, derive=None):
        self.schema = schema
        self.derive = derive
        self.readers = [ColumnReader(column) for column in schema.features]
        derived = [] if derive is None else list(self._derived(np.empty((0, len(self.readers)))))
        clash = sorted(set(derived) & set(schema.feature_names))
        if clash:
            raise ValueError(f'transforms.py derives {", ".join(clash)}, which the schema has already; give the derived columns names of their own')
        self.names = [*schema.feature_names, *derived]
        # Number of codes of each column; None for a number.
        self.sizes = [len(column['domain']) if 'domain' in column else None for column in schema.features] + [None] * len(derived)

    @property
    def coded(self):
        """Which columns of the matrix are codes."""
        return [size is not None for size in self.sizes]

    def of_frame(self, frame):
        """Matrix of a data frame with the features as columns. A value outside its domain becomes NaN, which estimators treat as missing."""
        matrix = np.empty((len(frame), len(self.readers)))
        for position, column in enumerate(self.schema.features):
            matrix[:, position] = column_values(frame[column['name']], column)
        return self._with_derived(matrix)

    def of_records(self, records):
        """Matrix of records given as dictionaries. Raises InvalidInput that names the first faulty field, such as `records[0].AGEP`.

        Types, missing fields and domains are refused. The range of a number is not: such a value can be scored, and out-of-range input is what the
        monitor must see in the inference log.
        """
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
        return self._with_derived(matrix)

    def _with_derived(self, matrix):
        return matrix if self.derive is None else np.column_stack((matrix, *self._derived(matrix).values()))

    def _derived(self, matrix):
        given = {name: matrix[:, position] for position, name in enumerate(self.schema.feature_names)}
        # A division by zero or by a missing value is missing, whatever the project's function makes of it.
        with np.errstate(all='ignore'):
            derived = {name: np.asarray(values, dtype=float) for name, values in self.derive(given).items()}
        for name, values in derived.items():
            if values.shape != (len(matrix),):
                raise ValueError(f'transforms.py: {name} has the shape {values.shape}, one value for each of {len(matrix)} rows is needed')
        return {name: np.where(np.isfinite(values), values, np.nan) for name, values in derived.items()}


def column_values(values, column):
    """One column of a data frame as floats."""
    if 'domain' in column:
        known = codes(column)
        # Only text is compared as text; None must not become the text "None".
        keys = values.map(lambda value: key(value, column), na_action='ignore') if column['type'] == 'string' else values
        return keys.map(known).to_numpy(dtype=float, na_value=np.nan)
    if column['type'] in TIMES:
        return seconds(values)
    return values.astype('Float64' if values.dtype.kind in 'biuf' else 'object').to_numpy(dtype=float, na_value=np.nan)


def seconds(values):
    """Seconds since 1970 of a column of dates or times."""
    times = pd.to_datetime(values, utc=True, format='ISO8601' if values.dtype == object else None)
    whole = times.dt.as_unit('us').astype('int64').to_numpy() / 1e6
    return np.where(times.isna(), np.nan, whole)


class ColumnReader:
    """One feature of a request: its value as a number, or a ValueError that says what was expected."""

    def __init__(self, column):
        self.name = column['name']
        self.type = column['type']
        self.nullable = column.get('nullable', False)
        self.codes = codes(column) if 'domain' in column else None
        self.expected = f'one of {", ".join(map(str, column["domain"]))}' if 'domain' in column else EXPECTED[self.type]
        self.number = epoch_seconds if self.type in TIMES else float

    def read(self, value):
        if self.nullable and value is None:
            return math.nan
        if not is_of_type(value, self.type):
            raise ValueError(f'must be {self.expected}{" as text" if self.type == "string" else ""}, got {shown(value)}')
        if self.codes is None:
            return self.number(value)
        code = self.codes.get(value)
        if code is None:
            raise ValueError(f'must be {self.expected}, got {shown(value)}')
        return code
