"""Which rows train, validate and test.

By record id or entity a seeded hash decides: a row keeps its side when more data arrives, so no row that trained an earlier model can be in the test rows
of a later comparison. By order the oldest rows train and the newest test, as it will be in production; values of the order stay together.
"""

import hashlib

import numpy as np

from .features import column_values
from .job import UserError

SHARES = {'train': 0.6, 'validation': 0.2, 'test': 0.2}
RECORD_ID, ORDER = 'recordId', 'order'


def add_split_arguments(parser):
    """What training.split of model.yaml says, as arguments."""
    parser.add_argument('--split-by', choices=[RECORD_ID, ORDER], default=RECORD_ID)
    parser.add_argument('--entity', help='column of which no value may be on two sides')


def sides(frame, schema, seed, by=RECORD_ID, entity=None):
    """Name of the split of every row. With an entity, all rows of one entity are on one side."""
    if by == ORDER:
        return by_order(frame, schema, entity)
    return by_hash(frame[entity or schema.record_id['name']].tolist(), seed)


def by_hash(keys, seed):
    position = np.array([place_of(value, seed) for value in keys])
    edges = np.cumsum(list(SHARES.values()))[:-1]
    return np.array(list(SHARES))[np.searchsorted(edges, position, side='right')]


def place_of(value, seed):
    """A number from 0 to 1, the same for the same value and seed everywhere."""
    digest = hashlib.sha256(f'{seed}:{value}'.encode()).digest()
    return int.from_bytes(digest[:8], 'big') / 2**64


def time_of(frame, schema, entity=None):
    """Time of every row as a number; with an entity that of the entity's newest row. Raises UserError where a row has none."""
    if schema.order is None:
        raise UserError('the split goes by order, but schema.json has no column "order"')
    time = column_values(frame[schema.order['name']], schema.order)
    if np.isnan(time).any():
        raise UserError(f'{np.isnan(time).sum()} of {len(time)} rows have no {schema.order["name"]}; a split by order needs it of every row')
    return time if entity is None else frame.assign(_time=time).groupby(entity, dropna=False)['_time'].transform('max').to_numpy()


def by_order(frame, schema, entity=None):
    """Cuts the time of the rows in three. An entity goes where its newest row goes: so nothing that trains is newer than the first cut."""
    time = time_of(frame, schema, entity)
    ordered = np.sort(time)
    cuts = [ordered[int(share * len(ordered))] for share in np.cumsum(list(SHARES.values()))[:-1]]
    # From a cut on, the next split begins.
    result = np.array(list(SHARES))[np.searchsorted(cuts, time, side='right')]
    missing = [name for name in SHARES if not (result == name).any()]
    if missing:
        values = len(np.unique(time))
        raise UserError(f'the {values} values of {schema.order["name"]} leave no row for the split {", ".join(missing)}; deliver more of the past, or split by recordId')
    return result
