"""Writes the committed sample, or with `--full` all districts, as Parquet.

    npm run local -- fetch-data housing
    python examples/models/housing/data/make_sample.py --source .cache/housing --output examples/models/housing/data

The sample is stratified: the districts are put in order of time, cut into as many equal pieces as rows are wanted, and one of each piece is drawn.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

# Prisons, barracks and holiday resorts are no districts of households: about one in two hundred.
LIMITS = {'AveOccup': 10, 'AveRooms': 20, 'AveBedrms': 4}
COLUMNS = ['id', 'timestamp', 'MedInc', 'HouseAge', 'AveRooms', 'AveBedrms', 'Population', 'AveOccup', 'Latitude', 'Longitude']


def districts(source):
    """Districts of households of both files in order of time; the predictions and the labels of the published task stay out."""
    rows = pd.concat([pd.read_csv(Path(source, f'california_housing_{part}.csv'), usecols=COLUMNS) for part in ('reference', 'analysis')], ignore_index=True)
    rows['timestamp'] = pd.to_datetime(rows['timestamp'])
    for name, limit in LIMITS.items():
        rows = rows[rows[name] <= limit]
    return rows[COLUMNS].astype({'HouseAge': 'int64', 'Population': 'int64'}).sort_values('timestamp')


def draw(rows, count, seed):
    edges = np.linspace(0, len(rows), count + 1).astype(int)
    return rows.iloc[np.random.default_rng(seed).integers(edges[:-1], edges[1:])]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('--source', type=Path, required=True, help='folder with the california_housing_*.csv files')
    parser.add_argument('--output', type=Path, required=True)
    parser.add_argument('--rows', type=int, default=5_000)
    parser.add_argument('--seed', type=int, default=1990)
    parser.add_argument('--full', action='store_true', help='all rows')
    options = parser.parse_args()
    rows = districts(options.source)
    options.output.mkdir(parents=True, exist_ok=True)
    (rows if options.full else draw(rows, options.rows, options.seed)).to_parquet(
        options.output / 'housing.parquet', index=False, compression='zstd', coerce_timestamps='us', allow_truncated_timestamps=True)


if __name__ == '__main__':
    main()
