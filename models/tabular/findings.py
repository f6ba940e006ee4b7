"""What a study leaves behind, and what studies have in common."""

import numpy as np


def measured(value, explanation, rows=None, **details):
    """A finding with a number. `rows`: how many rows it rests on."""
    value = float(value)
    if not np.isfinite(value):
        return {'status': 'notMeasured', 'explanation': f'{explanation}: the value is {value}'}
    return {'status': 'measured', 'value': value, 'explanation': explanation, **({} if rows is None else {'sampleSize': int(rows)}), **({'details': details} if details else {})}


def not_applicable(explanation, **details):
    return {'status': 'notApplicable', 'explanation': explanation, **({'details': details} if details else {})}


def difference(first, second):
    """Greatest difference of two predictions, absolute up to a size of 1 and relative beyond it."""
    first, second = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if first.shape != second.shape:
        return float('inf')
    return float(np.max(np.abs(first - second) / np.maximum(1, np.abs(second)), initial=0.0))


def bad_rows(problem, prediction):
    """Which rows have a prediction that is none."""
    rows = np.asarray(prediction, dtype=float).reshape(len(prediction), -1)
    finite = np.isfinite(rows).all(axis=1)
    # A fault is said of all rows at once: each is asked alone.
    return ~finite | np.array([ok and problem.fault(prediction[row:row + 1]) is not None for row, ok in enumerate(finite)])
