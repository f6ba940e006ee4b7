"""Processing step: cleans the snapshot and splits it into training, validation and test rows.

    python prepare.py --data DATA --output OUT --seed 7        writes OUT/train, OUT/validation, OUT/test and OUT/resources
"""

import re

import numpy as np
import pandas as pd

from .files import read_data, write_json, write_parquet
from .job import Arguments, UserError, report, run_job
from .project import Project
from .schema import NUMERIC, TIMES, key
from .split import SHARES, add_split_arguments, sides

TRUTH = {True: True, False: False, 'true': True, 'false': False, 'True': True, 'False': False}


def is_valid(values, column):
    """Which values keep to type, range, domain and form of their column. Null is valid where the schema allows it."""
    kind = column['type']
    if kind in NUMERIC:
        numbers = pd.to_numeric(values, errors='coerce').astype('Float64')
        valid = numbers.notna() & np.isfinite(numbers.to_numpy(dtype=float, na_value=np.nan))
        valid &= numbers.ge(column.get('minimum', -np.inf)).fillna(False) & numbers.le(column.get('maximum', np.inf)).fillna(False)
        if kind == 'integer':
            valid &= numbers.mod(1).eq(0).fillna(False)
        if 'domain' in column:
            valid &= numbers.isin(column['domain'])
    elif kind in TIMES:
        valid = times_of(values).notna()
    elif kind == 'boolean':
        valid = values.isin(TRUTH)
    else:
        valid = values.notna()
        if 'domain' in column:
            valid &= values.map(lambda value: key(value, column)).isin(column['domain'])
        if 'pattern' in column:
            form = re.compile(column['pattern'])
            valid &= values.map(lambda value: form.fullmatch(str(value)) is not None)
    valid = valid.astype(bool)
    return valid | values.isna() if column.get('nullable') else valid


def times_of(values):
    """Points in time in UTC without a zone, as every reader of Parquet understands them; NaT for what is none."""
    return pd.to_datetime(values, utc=True, errors='coerce', format='ISO8601' if values.dtype == object else None).dt.tz_localize(None)


def typed(values, column):
    """Values in the type of their column, after the invalid ones are gone."""
    kind = column['type']
    if kind == 'integer':
        return pd.to_numeric(values).astype('Int64' if column.get('nullable') else 'int64')
    if kind == 'number':
        return pd.to_numeric(values).astype('float64')
    if kind in TIMES:
        times = times_of(values)
        return times.dt.date if kind == 'date' else times
    if kind == 'boolean':
        return values.map(TRUTH).astype('boolean' if column.get('nullable') else 'bool')
    return values.map(str, na_action='ignore')


def clean(frame, schema):
    """Valid rows, each record once: the last delivery of a record counts. The data gate has judged how many may fall away."""
    valid = pd.Series(True, index=frame.index)
    for column in schema.columns:
        valid &= is_valid(frame[column['name']], column)
    kept = frame[valid]
    kept = kept.drop_duplicates(schema.record_id['name'], keep='last').reset_index(drop=True)
    if kept.empty:
        raise UserError(f'no valid row among {len(frame)}: every row breaks type, range, domain or form of a column of schema.json')
    # Column by column into a new frame: assigning into the old one would fragment it.
    kept = pd.DataFrame({column['name']: typed(kept[column['name']], column) for column in schema.columns})
    return kept, {'rows_read': len(frame), 'rows_invalid': int((~valid).sum()), 'rows_repeated': int(valid.sum()) - len(kept)}


def read_snapshot(folder, schema):
    """Frame of all deliveries with the columns of the schema."""
    columns = schema.columns
    optional = [column['name'] for column in columns if column.get('nullable')]
    # What a file holds as text is parsed here, in one way for all formats.
    text = [column['name'] for column in columns if column['type'] == 'string']
    names = [column['name'] for column in columns]
    return read_data(folder, names, optional, text).to_pandas(date_as_object=False).reindex(columns=names)


def run(script):
    """The step of a project; `script` is the path of its `prepare.py`."""
    parser = Arguments(description=__doc__)
    parser.add_argument('--data', default='/opt/ml/processing/input/data')
    parser.add_argument('--output', default='/opt/ml/processing/output')
    parser.add_argument('--seed', type=int, default=0)
    add_split_arguments(parser)

    def main(usage):
        options = parser.parse()
        schema = Project.of_script(script).schema
        frame, counts = clean(read_snapshot(options.data, schema), schema)
        report(**counts)
        split = sides(frame, schema, options.seed, options.split_by, options.entity)
        for name in SHARES:
            rows = frame[split == name]
            if rows.empty:
                raise UserError(f'{len(frame)} rows leave none for the split {name} with seed {options.seed}; deliver more rows')
            write_parquet(rows, f'{options.output}/{name}')
            report(**{f'rows_{name}': len(rows)})
        write_json(usage.report(), f'{options.output}/resources', 'resources.json')

    run_job(main)
