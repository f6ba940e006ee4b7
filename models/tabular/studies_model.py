"""Studies of estimators: their specification, their behaviour on strange input, their independence of order, their reproducibility."""

import numpy as np
import pandas as pd

from .findings import bad_rows, difference, measured
from .problems import Multiclass, Regression
from .schema import NUMERIC, TIMES

SPECIFICATION_ROWS = 400
STABILITY_ROWS = 5
COMPARED_ROWS = 1000
# Far beyond any measurement, and what a sensor or a join gone wrong may send.
EXTREMES = (0.0, -1.0, 1e9, -1e9, 1e300)
TIME_EXTREMES = ('1900-01-01', '2200-01-01')


def random_frame(schema, rows, random):
    """Rows that the schema allows, each column by itself."""
    return pd.DataFrame({column['name']: random_column(column, rows, random) for column in schema.features})


def random_column(column, rows, random):
    if 'domain' in column:
        return np.array(column['domain'], dtype=object)[random.integers(len(column['domain']), size=rows)]
    if column['type'] == 'boolean':
        return random.random(rows) < 0.5
    if column['type'] in TIMES:
        days = pd.Timestamp('2020-01-01') + pd.to_timedelta(random.integers(0, 1000, size=rows), unit='D')
        return days if column['type'] == 'date' else days + pd.to_timedelta(random.integers(0, 86400, size=rows), unit='s')
    low, high = column.get('minimum', 0), column.get('maximum', column.get('minimum', 0) + 100)
    values = low + (high - low) * random.random(rows)
    return np.round(values).astype(int) if column['type'] == 'integer' else values


def planted_target(problem, matrix):
    """A target that the first columns tell: what can learn anything must learn this."""
    ranks = np.argsort(np.argsort(np.nan_to_num(matrix[:, :3]), axis=0, kind='mergesort'), axis=0, kind='mergesort').sum(axis=1)
    if isinstance(problem, Regression):
        return ranks / len(matrix)
    classes = len(problem.labels) if isinstance(problem, Multiclass) else 2
    return np.minimum(np.argsort(np.argsort(ranks, kind='mergesort'), kind='mergesort') * classes // len(matrix), classes - 1)


def specification(subject):
    """Both algorithms are fitted to random rows with a planted target: the loss must fall below the trivial predictor's, shapes hold, no number be missing."""
    problem = subject.problem
    frame = random_frame(subject.schema, SPECIFICATION_ROWS, subject.random('specification'))
    target = planted_target(problem, subject.features.of_frame(frame))
    trivial = loss_of(problem, target, problem.constant(problem.trivial(target), len(target)))
    broken, losses = [], {'trivial': trivial}
    for algorithm in ('candidate', 'baseline'):
        prediction = subject.predict(subject.fit(frame, target, algorithm), frame)
        expected = np.shape(problem.constant(problem.trivial(target), len(target)))
        if np.shape(prediction) != expected:
            broken.append(f'{algorithm}: predictions have the shape {np.shape(prediction)}, expected {expected}')
        elif bad_rows(problem, prediction).any():
            broken.append(f'{algorithm}: {bad_rows(problem, prediction).sum()} of {len(target)} predictions are none')
        else:
            losses[algorithm] = loss_of(problem, target, prediction)
            if not losses[algorithm] < trivial:
                broken.append(f'{algorithm}: the loss stays at {losses[algorithm]:.4g}, the trivial predictor has {trivial:.4g}')
    words = '; '.join(broken) or f'on {len(target)} random rows the loss falls from {trivial:.4g} (trivial) to {losses["candidate"]:.4g} (candidate), {losses["baseline"]:.4g} (baseline)'
    return measured(len(broken), words, len(target), losses=losses)


def loss_of(problem, target, prediction):
    """The loss that algorithms lower: log loss, or the root mean squared error."""
    measures = problem.measure(target, prediction)
    return measures.get('logLoss', measures.get('rmse'))


def stability(subject):
    """Predictions on extreme, missing and unseen input must be finite and in range."""
    base = subject.sample('test', STABILITY_ROWS, 'stability')[subject.schema.feature_names].astype(object)
    inside, outside = [], []
    for column in subject.schema.features:
        for value in allowed_values(column):
            inside.append(base.assign(**{column['name']: pd.Series([value] * len(base), index=base.index, dtype=object)}))
        for value in strange_values(column):
            outside.append(base.assign(**{column['name']: pd.Series([value] * len(base), index=base.index, dtype=object)}))
    outside.append(base.assign(**{name: None for name in base.columns}))
    counts, examples = {}, []
    for kind, frames in (('allowed', inside), ('strange', outside)):
        frame = pd.concat(frames, ignore_index=True)
        prediction = subject.predict(subject.candidate.estimator, frame)
        bad = bad_rows(subject.problem, prediction)
        if kind == 'allowed' and isinstance(subject.problem, Regression):
            bad |= wild(prediction, subject.target(subject.splits['train']))
        counts[kind] = {'rows': len(frame), 'bad': int(bad.sum())}
        examples += [{name: str(value) for name, value in frame.iloc[row].items()} for row in np.flatnonzero(bad)[:3]]
    total, rows = (sum(count[name] for count in counts.values()) for name in ('bad', 'rows'))
    return measured(total, f'{total} of {rows} predictions on the bounds of the schema and on extreme, missing and unseen input are not finite or out of range', rows, counts=counts, examples=examples)


def wild(prediction, target):
    """Values that lie further from the training targets than these from each other."""
    low, high = target.min(), target.max()
    return (prediction < low - (high - low)) | (prediction > high + (high - low))


def allowed_values(column):
    if 'domain' in column:
        return column['domain']
    return [column[bound] for bound in ('minimum', 'maximum') if bound in column] if column['type'] in NUMERIC else []


def strange_values(column):
    if 'domain' in column:
        return [None, 'unseen'] if column['type'] == 'string' else [None]
    if column['type'] in TIMES:
        return [None, *TIME_EXTREMES]
    return [None] if column['type'] == 'boolean' else [None, *EXTREMES]


def invariance(subject):
    """A prediction must not depend on its neighbours, nor on the order of rows and columns."""
    frame = subject.sample('test', COMPARED_ROWS, 'invariance')
    expected = subject.predict(subject.candidate.estimator, frame)
    order = subject.random('invariance order').permutation(len(frame))
    found = {
        'rows in another order': difference(subject.predict(subject.candidate.estimator, frame.iloc[order])[np.argsort(order)], expected),
        'columns in another order': difference(subject.predict(subject.candidate.estimator, frame[frame.columns[::-1]]), expected),
        'half of the rows': difference(subject.predict(subject.candidate.estimator, frame.iloc[: len(frame) // 2]), expected[: len(frame) // 2]),
    }
    worst = max(found, key=found.get)
    return measured(found[worst], f'the greatest difference is {found[worst]:.3g}, with {worst}', len(frame), differences=found)


def reproducibility(subject):
    """Two fits on the same rows with the same seed must predict the same."""
    frame = subject.sample('train', subject.options.rows, 'reproducibility')
    rows = subject.sample('test', COMPARED_ROWS, 'reproducibility')
    first, second = (subject.predict(subject.fit(frame, subject.target(frame)), rows) for _ in range(2))
    found = difference(first, second)
    return measured(found, f'two fits of {len(frame)} rows with the same seed differ by at most {found:.3g} on {len(rows)} test rows', len(rows), fittedRows=len(frame))
