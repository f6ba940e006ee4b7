"""Studies of what the model lives on: its age, and its features."""

import numpy as np
import pandas as pd

from .features import column_values
from .findings import measured, not_applicable
from .schema import NUMERIC

# An order with more values than this is cut into periods of equal numbers of rows.
MOST_PERIODS = 12
CUT_PERIODS = 5
COMPARED_ROWS = 4000
LEAST_ROWS = 200
IMPORTANCE_ROWS = 600
REPEATS = 2
DAY = 86400
YEAR_DAYS = 365.25


def periods_of(values, column):
    """Number of the period of every row, and the days from the first period to each; None for days where the order is no time."""
    distinct = np.unique(values)
    if len(distinct) <= MOST_PERIODS:
        number, starts = np.searchsorted(distinct, values), distinct
    else:
        edges = np.unique(np.quantile(values, np.linspace(0, 1, CUT_PERIODS + 1)[1:-1]))
        number = np.searchsorted(edges, values, side='right')
        starts = np.array([np.median(values[number == period]) for period in range(len(edges) + 1)])
    if column['type'] not in NUMERIC:
        return number, [float(start - starts[0]) / DAY for start in starts]
    # Whole numbers such as 2015 are years.
    years = column['type'] == 'integer' and 1900 <= distinct.min() and distinct.max() <= 2200
    return number, [float(start - starts[0]) * YEAR_DAYS for start in starts] if years else None


def staleness(subject):
    """Trained on the first period, how much worse is a model on each later one? The greatest loss within the age that is asked for."""
    order = subject.schema.order
    if order is None:
        return not_applicable('the schema has no order')
    frame = pd.concat(subject.splits.values(), ignore_index=True)
    values = column_values(frame[order['name']], order)
    frame, values = frame[~np.isnan(values)], values[~np.isnan(values)]
    number, days = periods_of(values, order) if len(values) else (np.array([], dtype=int), None)
    counts = np.bincount(number)
    if len(counts) < 2:
        return not_applicable(f'the rows hold {len(counts)} period of {order["name"]}; the age of a model shows from two on')
    if counts[0] < 2 * LEAST_ROWS:
        return not_applicable(f'the first period of {order["name"]} has {counts[0]} rows; {2 * LEAST_ROWS} are needed to train and to compare')
    random = subject.random('staleness')
    drawn = [random.permutation(np.flatnonzero(number == period)) for period in range(len(counts))]
    fitted = min(subject.options.rows, len(drawn[0]) // 2)
    train = frame.iloc[drawn[0][:fitted]]
    estimator = subject.fit(train, subject.target(train))
    fresh = value_on(subject, estimator, frame.iloc[drawn[0][fitted:fitted + COMPARED_ROWS]])
    later = []
    for period, rows in enumerate((each[:COMPARED_ROWS] for each in drawn[1:]), start=1):
        value = value_on(subject, estimator, frame.iloc[rows]) if len(rows) >= LEAST_ROWS else None
        age = None if days is None else days[period]
        later.append({'period': period, 'ageDays': age, 'rows': len(rows), subject.problem.primary: value, 'loss': None if None in (value, fresh) else subject.loss(fresh, value)})
    limit, oldest = subject.options.maximum_loss, subject.options.maximum_age_days
    judged = [one for one in later if one['loss'] is not None and (oldest is None or one['ageDays'] is None or one['ageDays'] <= oldest)]
    details = {'primaryMetric': subject.problem.primary, 'fresh': fresh, 'trainRows': len(train), 'periods': later, 'maximumLoss': limit, **age_limit(later, limit)}
    if not judged:
        return not_applicable(f'no later period of {order["name"]} is large enough and young enough to compare', **details)
    worst = max(judged, key=lambda one: one['loss'])
    age = f'{worst["period"]} periods' if worst['ageDays'] is None else f'{worst["ageDays"]:.0f} days'
    return measured(worst['loss'], f'{subject.problem.primary} is {fresh:.4f} in the period of training and loses at most {worst["loss"]:.4f}, after {age}', sum(one['rows'] for one in judged), **details)


def value_on(subject, estimator, frame):
    return subject.primary(subject.target(frame), subject.predict(estimator, frame))


def age_limit(later, limit):
    """The greatest age up to which every period loses no more than the limit; reached when a later period did lose more."""
    if limit is None:
        return {}
    held = []
    for one in later:
        if one['loss'] is None or one['loss'] > limit:
            break
        held.append(one['ageDays'])
    ages = [age for age in held if age is not None]
    return {'ageLimitDays': ages[-1] if ages else None, 'ageLimitReached': len(held) < len(later)}


def importance(subject):
    """Loss of the primary metric when one feature is permuted over the test rows: what the model makes of it."""
    frame = subject.sample('test', IMPORTANCE_ROWS, 'importance').reset_index(drop=True)
    target = subject.target(frame)
    reference = subject.primary(target, subject.predict(subject.candidate.estimator, frame))
    if reference is None:
        return not_applicable(f'{subject.problem.primary} is not defined on {len(frame)} test rows')
    random = subject.random('importance')
    names = subject.schema.feature_names
    permuted = [frame.assign(**{name: frame[name].to_numpy()[random.permutation(len(frame))]}) for name in names for _ in range(REPEATS)]
    predictions = subject.predict(subject.candidate.estimator, pd.concat(permuted, ignore_index=True))
    losses = [subject.loss(reference, subject.primary(target, predictions[start:start + len(frame)])) for start in range(0, len(predictions), len(frame))]
    subject.importances = {name: float(np.mean(losses[position * REPEATS:(position + 1) * REPEATS])) for position, name in enumerate(names)}
    ranked = dict(sorted(subject.importances.items(), key=lambda item: -item[1]))
    useless = [name for name, loss in ranked.items() if loss <= 0]
    first = ', '.join(f'{name} {loss:.4f}' for name, loss in list(ranked.items())[:3])
    which = f' ({", ".join(useless)})' if useless else ''
    explanation = f'{len(useless)} of {len(names)} features cost nothing when permuted{which}; the most important are {first}'
    return measured(len(useless), explanation, len(frame), primaryMetric=subject.problem.primary, lossWhenPermuted=ranked, repeats=REPEATS)


def drop_one(subject):
    """Models that do without one of the least important features, each against the whole model on the same rows: a gain says that the feature harms."""
    names = sorted(subject.importances, key=subject.importances.get)[: subject.options.drops]
    if not names:
        return not_applicable('no feature was asked to be left out')
    train = subject.sample('train', subject.options.rows, 'dropOne')
    rows = subject.sample('test', COMPARED_ROWS // 2, 'dropOne')
    target, expected = subject.target(train), subject.target(rows)
    reference = subject.primary(expected, subject.predict(subject.fit(train, target), rows))
    # A column without a value tells nothing, and transforms that need it still find it.
    gains = {}
    for name in names:
        value = subject.primary(expected, subject.predict(subject.fit(train.assign(**{name: None}), target), rows.assign(**{name: None})))
        gains[name] = -subject.loss(reference, value)
    best = max(gains, key=gains.get)
    explanation = f'without {best} the model {"gains" if gains[best] > 0 else "loses"} {abs(gains[best]):.4f} of {subject.problem.primary}'
    return measured(gains[best], explanation, len(rows), primaryMetric=subject.problem.primary, gainWithout=gains, fittedRows=len(train))
