"""Folds of cross-validation. They are cut as the test rows were (`split.py`), so that a setting is not chosen for what it remembers of an entity or of the
future; the rows of a fold that measures have never been seen by the fit that it measures.

- by record id: a seeded permutation; folds differ by one row at most (k-fold).
- by entity: all rows of one entity are in one fold, as in scikit-learn's `GroupKFold`; the largest entity goes first, each into the smallest fold so far.
- by order: forward chaining. Time is cut into one block more than there are folds; fold k fits the blocks before it and measures the next, so every row that
  fits is older than every row that measures (Tashman 2000, *Out-of-sample tests of forecasting accuracy*, International Journal of Forecasting 16;
  scikit-learn's `TimeSeriesSplit`). Rows of one time stay together, and an entity stands where its newest row stands.
"""

import numpy as np
import pandas as pd

from .job import UserError
from .split import ORDER, time_of


def folds(frame, schema, count, seed, by, entity=None):
    """Pairs of masks over the rows of a frame: those that fit and those that measure. Raises UserError where the rows allow no such folds."""
    if by == ORDER:
        return forward_chaining(time_of(frame, schema, entity), count, schema.order['name'])
    fold = permuted(len(frame), count, seed) if entity is None else grouped(frame[entity], count, seed)
    return [(fold != k, fold == k) for k in range(count)]


def permuted(rows, count, seed):
    """Fold of every row."""
    return np.random.default_rng(seed).permutation(np.arange(rows) % count)


def grouped(values, count, seed):
    """Fold of every row, the same for rows with the same value. Rows without one belong together."""
    codes, known = pd.factorize(values, use_na_sentinel=False)
    if len(known) < count:
        raise UserError(f'training.tuning.folds is {count}, but {values.name} has {len(known)} values in the training and validation rows; each fold needs one of its own')
    sizes, fold_of, load = np.bincount(codes), np.empty(len(known), dtype=int), np.zeros(count, dtype=int)
    shuffled = np.random.default_rng(seed).permutation(len(known))
    for group in shuffled[np.argsort(-sizes[shuffled], kind='stable')]:
        fold_of[group] = load.argmin()
        load[fold_of[group]] += sizes[group]
    return fold_of[codes]


def forward_chaining(time, count, name):
    """Pairs of masks, from the oldest to the newest fold."""
    ordered = np.sort(time)
    cuts = ordered[np.arange(1, count + 1) * len(ordered) // (count + 1)]
    block = np.searchsorted(cuts, time, side='right')
    if len(np.unique(block)) <= count:
        raise UserError(
            f'training.tuning.folds is {count}, but the {len(np.unique(time))} values of {name} in the training and validation rows cannot be cut into {count + 1} periods; '
            'take fewer folds, or leave them out, so that the validation rows decide'
        )
    return [(block < k, block == k) for k in range(1, count + 1)]
