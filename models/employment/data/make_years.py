"""Writes one Parquet file of adults for each year, with labels: the committed sample, or with `--full` all rows.

    python models/employment/data/make_years.py --source .cache/employment --output models/employment/data

The sample is stratified: the rows of a year are put in order of label and of the score that comes with the data (a model of 2014, not ours), cut into
as many equal pieces as rows are wanted, and one row of each piece is drawn. So the sample is as hard as the whole, whatever the seed.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

ADULT = 16
OF_ANOTHER_MODEL = ['prediction', 'predicted_probability']
SCORE = 'predicted_probability'


def adults(source):
    """All adults of all years with their labels."""
    reference, analysis, target = (pd.read_parquet(Path(source, f'employment_MA_{name}.pq')) for name in ('reference', 'analysis', 'analysis_target'))
    rows = pd.concat([reference, analysis.merge(target, on='id', validate='one_to_one')], ignore_index=True)
    rows = rows[rows['AGEP'] >= ADULT]
    codes = [name for name in rows.columns if not pd.api.types.is_numeric_dtype(rows[name])]
    return rows.astype({'AGEP': 'int64', **{name: 'str' for name in codes}})


def draw(rows, count, seed):
    """A stratified sample of so many rows, in order of id."""
    ordered = rows.sort_values(['employed', SCORE, 'id'])
    edges = np.linspace(0, len(ordered), count + 1).astype(int)
    chosen = np.random.default_rng(seed).integers(edges[:-1], edges[1:])
    return ordered.iloc[chosen].sort_values('id')


def write(rows, path):
    """One row group, codes as a dictionary, so that a year is small."""
    table = pa.Table.from_pandas(rows.drop(columns=OF_ANOTHER_MODEL), preserve_index=False).replace_schema_metadata(None)
    pq.write_table(table, path, compression='zstd', compression_level=19, row_group_size=len(rows))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('--source', type=Path, required=True, help='folder with the three employment_MA_*.pq files')
    parser.add_argument('--output', type=Path, required=True)
    parser.add_argument('--rows', type=int, default=12_000, help='rows of a year')
    parser.add_argument('--seed', type=int, default=2015)
    parser.add_argument('--full', action='store_true', help='all rows')
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    for year, rows in adults(options.source).groupby('year'):
        write(rows if options.full else draw(rows, options.rows, options.seed), options.output / f'employment-{year}.parquet')


if __name__ == '__main__':
    main()
