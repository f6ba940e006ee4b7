"""Processing step: cleans the snapshot and splits it into training, validation and test rows.

A row's side depends on its record id and the seed alone: it keeps its side when more data arrives, so no row that trained an earlier model can be in
the test rows of a later comparison.

    python prepare.py --data DATA --output OUT --seed 7        writes OUT/train, OUT/validation, OUT/test
"""

import hashlib

import numpy as np
import pandas as pd

from features import Schema, key
from job import CODE_FOLDER, Arguments, UserError, read_data, report, run_job, write_parquet

SHARES = {'train': 0.6, 'validation': 0.2, 'test': 0.2}
NUMERIC = ('integer', 'number')


def side_of(record_id, seed):
    """A number from 0 to 1, the same for the same id and seed everywhere."""
    digest = hashlib.sha256(f'{seed}:{record_id}'.encode()).digest()
    return int.from_bytes(digest[:8], 'big') / 2**64


def split(frame, record_id, seed):
    """Name of the split of every row."""
    position = np.array([side_of(value, seed) for value in frame[record_id].tolist()])
    edges = np.cumsum(list(SHARES.values()))[:-1]
    return np.array(list(SHARES))[np.searchsorted(edges, position, side='right')]


def is_valid(values, column):
    """Which values keep to type, range and domain of their column. Null is valid where the schema allows it."""
    if column['type'] in NUMERIC:
        numbers = pd.to_numeric(values, errors='coerce')
        valid = numbers.notna() & np.isfinite(numbers.astype(float))
        valid &= numbers.ge(column.get('minimum', -np.inf)) & numbers.le(column.get('maximum', np.inf))
        if column['type'] == 'integer':
            valid &= numbers.mod(1).eq(0)
        if 'domain' in column:
            valid &= numbers.isin(column['domain'])
    else:
        valid = values.notna()
        if 'domain' in column:
            valid &= values.map(lambda value: key(value, column)).isin(column['domain'])
    return valid | values.isna() if column.get('nullable') else valid


def typed(values, column):
    """Values in the type of their column, after the invalid ones are gone."""
    if column['type'] == 'integer':
        return pd.to_numeric(values).astype('Int64' if column.get('nullable') else 'int64')
    return pd.to_numeric(values).astype('float64') if column['type'] == 'number' else values.astype(str if column['type'] == 'string' else bool)


def clean(frame, schema):
    """Valid rows, each record once: the last delivery of a record counts. The data gate has judged how many may fall away."""
    valid = pd.Series(True, index=frame.index)
    for column in schema.columns:
        valid &= is_valid(frame[column['name']], column)
    kept = frame[valid]
    kept = kept.drop_duplicates(schema.record_id['name'], keep='last').reset_index(drop=True)
    if kept.empty:
        raise UserError(f'no valid row among {len(frame)}: every row breaks type, range or domain of a column of schema.json')
    for column in schema.columns:
        kept[column['name']] = typed(kept[column['name']], column)
    return kept, {'rows_read': len(frame), 'rows_invalid': int((~valid).sum()), 'rows_repeated': int(valid.sum()) - len(kept)}


def main():
    parser = Arguments(description=__doc__)
    parser.add_argument('--data', default='/opt/ml/processing/input/data')
    parser.add_argument('--output', default='/opt/ml/processing/output')
    parser.add_argument('--seed', type=int, default=0)
    options = parser.parse()

    schema = Schema.load(CODE_FOLDER)
    optional = [column['name'] for column in schema.columns if column.get('nullable')]
    names = [column['name'] for column in schema.columns]
    text = [column['name'] for column in schema.columns if column['type'] == 'string']
    frame = read_data(options.data, names, optional, text).to_pandas()
    frame, counts = clean(frame.reindex(columns=names), schema)
    report(**counts)
    sides = split(frame, schema.record_id['name'], options.seed)
    for name in SHARES:
        rows = frame[sides == name]
        if rows.empty:
            raise UserError(f'{len(frame)} rows leave none for the split {name} with seed {options.seed}; deliver more rows')
        write_parquet(rows, f'{options.output}/{name}')
        report(**{f'rows_{name}': len(rows)})


if __name__ == '__main__':
    run_job(main)
