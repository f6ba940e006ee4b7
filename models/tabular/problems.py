"""The problem types: what they do differently with targets, predictions, metrics and answers. Everything else in this package is the same for all.

A *prediction* is what an estimator says about rows, as the rest of the process carries it: the probability of the positive class (one column), the
probabilities of all classes (one column each), or a value.
"""

import numpy as np
import pandas as pd

from . import metrics
from .job import UserError
from .schema import key


class Binary:
    """Two classes, of which one counts as positive."""

    name = 'binaryClassification'
    primary, higher_is_better = 'auc', True

    def __init__(self, target, positive_label=None, decision_threshold=None):
        domain = classes_of(target)
        positive = next((value for value in domain if same(value, positive_label)), None) if positive_label is not None else domain[-1]
        if positive is None or len(domain) != 2:
            raise UserError(f'the target {target["name"]} has the values {domain}; two are needed, one of them the positive label {positive_label}')
        self.labels = (next(value for value in domain if value != positive), positive)
        self.threshold = 0.5 if decision_threshold is None else float(decision_threshold)
        self.target = target

    @property
    def description(self):
        """What it takes to make this problem again, as it stands in `metadata.json`."""
        return {'problemType': self.name, 'positiveLabel': self.labels[1], 'negativeLabel': self.labels[0], 'decisionThreshold': self.threshold}

    def encode(self, values):
        """0 or 1 for every value of the target."""
        label = positions(values, self.target, self.labels)
        if len(label) > 0 and label.min() == label.max():
            raise UserError(f'all {len(label)} rows have the same label; nothing can be learned or measured')
        return label

    def predict(self, estimator, matrix):
        return estimator.predict_proba(matrix)[:, list(estimator.classes_).index(1)]

    def trivial(self, target):
        """What the predictor says that knows the training rows' target and nothing else."""
        return [float(np.mean(target))]

    def constant(self, trivial, rows):
        return np.full(rows, trivial[0])

    def measure(self, target, prediction):
        return metrics.binary(target, prediction, self.threshold)

    def fault(self, prediction):
        return None if np.all((prediction >= 0) & (prediction <= 1)) else 'a probability outside 0 to 1'

    def label_column(self, target):
        return target

    def columns(self, role, prediction):
        """Columns of `predictions.parquet`."""
        return {role: prediction}

    def strata(self, target, prediction):
        """Order of the rows from which golden records are drawn evenly."""
        return np.lexsort((prediction, target))

    def vectors(self, prediction):
        """One list of numbers for each row: what every other place must give."""
        return prediction.reshape(-1, 1).tolist()

    def answers(self, prediction):
        """What the endpoint says of each row."""
        return [{'probability': value, 'label': self.labels[value >= self.threshold]} for value in prediction.tolist()]


class Multiclass:
    """Several classes, in the order of the target's domain."""

    name = 'multiclassClassification'
    primary, higher_is_better = 'accuracy', True

    def __init__(self, target, positive_label=None, decision_threshold=None):
        del positive_label, decision_threshold
        self.labels = tuple(classes_of(target))
        self.target = target

    @property
    def description(self):
        return {'problemType': self.name, 'classes': list(self.labels)}

    def encode(self, values):
        """Position of the class for every value of the target."""
        return positions(values, self.target, self.labels)

    def predict(self, estimator, matrix):
        known = estimator.predict_proba(matrix)
        # A class that no training row has is never probable.
        probabilities = np.zeros((len(matrix), len(self.labels)))
        probabilities[:, np.asarray(estimator.classes_, dtype=int)] = known
        return probabilities

    def trivial(self, target):
        return (np.bincount(target, minlength=len(self.labels)) / len(target)).tolist()

    def constant(self, trivial, rows):
        return np.tile(trivial, (rows, 1))

    def measure(self, target, prediction):
        return metrics.multiclass(target, prediction)

    def fault(self, prediction):
        inside = np.all((prediction >= 0) & (prediction <= 1))
        return None if inside and np.allclose(prediction.sum(axis=1), 1, rtol=0, atol=1e-6) else 'probabilities that are no shares of 1'

    def label_column(self, target):
        return self._texts(target)

    def columns(self, role, prediction):
        decided = {role: self._texts(prediction.argmax(axis=1))}
        return {**decided, **{f'{role}_{position}': prediction[:, position] for position in range(len(self.labels))}}

    def strata(self, target, prediction):
        return np.lexsort((prediction.max(axis=1), target))

    def vectors(self, prediction):
        return prediction.tolist()

    def answers(self, prediction):
        names = [text_of(label) for label in self.labels]
        return [{'probabilities': dict(zip(names, values)), 'label': self.labels[int(np.argmax(values))]} for values in prediction.tolist()]

    def _texts(self, classes):
        return np.array([text_of(label) for label in self.labels], dtype=object)[classes]


class Regression:
    """A number."""

    name = 'regression'
    primary, higher_is_better = 'rmse', False

    def __init__(self, target, positive_label=None, decision_threshold=None):
        del positive_label, decision_threshold
        self.target = target

    @property
    def description(self):
        return {'problemType': self.name}

    def encode(self, values):
        target = np.asarray(pd.to_numeric(values), dtype=float)
        if not np.isfinite(target).all():
            raise UserError(f'{np.count_nonzero(~np.isfinite(target))} of {len(target)} values of the target {self.target["name"]} are no numbers')
        return target

    def predict(self, estimator, matrix):
        return np.ravel(estimator.predict(matrix)).astype(float)

    def trivial(self, target):
        return [float(np.mean(target))]

    def constant(self, trivial, rows):
        return np.full(rows, trivial[0])

    def measure(self, target, prediction):
        return metrics.regression(target, prediction)

    def fault(self, prediction):
        del prediction

    def label_column(self, target):
        return target

    def columns(self, role, prediction):
        return {role: prediction}

    def strata(self, target, prediction):
        del target
        return np.argsort(prediction, kind='mergesort')

    def vectors(self, prediction):
        return prediction.reshape(-1, 1).tolist()

    def answers(self, prediction):
        return [{'value': value} for value in prediction.tolist()]


PROBLEMS = {problem.name: problem for problem in (Binary, Multiclass, Regression)}


def problem_of(name, target, positive_label=None, decision_threshold=None):
    """The problem of a project. `target`: the column of the schema."""
    if name not in PROBLEMS:
        raise UserError(f'there is no problem type {name}; there are {", ".join(PROBLEMS)}')
    return PROBLEMS[name](target, positive_label, decision_threshold)


def described_problem(description, target):
    """The problem that a model was trained for, from its metadata."""
    return problem_of(description['problemType'], target, description.get('positiveLabel'), description.get('decisionThreshold'))


def predict(problem, estimator, matrix):
    """Predictions of an estimator; a RuntimeError when they are none, so that NaN never leaves a model."""
    return checked(problem, problem.predict(estimator, matrix))


def checked(problem, prediction):
    """The prediction itself; a RuntimeError when it is none."""
    fault = 'a prediction that is no number' if not np.isfinite(prediction).all() else problem.fault(prediction)
    if fault is not None:
        raise RuntimeError(f'the model gave {fault}')
    return prediction


def classes_of(target):
    """The values of a target with classes."""
    domain = target.get('domain', [False, True] if target['type'] == 'boolean' else None)
    if domain is None:
        raise UserError(f'the target {target["name"]} has no domain in schema.json; a classification needs its classes')
    return domain


def positions(values, target, labels):
    """Position of the label of each row among the labels."""
    known = {key(label, target): position for position, label in enumerate(labels)}
    found = values.map(lambda value: known.get(key(value, target), -1)).to_numpy()
    if (found < 0).any():
        strange = sorted({str(value) for value in values[found < 0]})[:3]
        raise UserError(f'{np.count_nonzero(found < 0)} of {len(found)} rows have a {target["name"]} that is none of {list(labels)}, such as {", ".join(strange)}')
    return found.astype(int)


def same(value, label):
    """Whether a label that came as an argument, so as text, is this value of the domain."""
    return str(label).lower() == text_of(value) if isinstance(value, bool) else text_of(value) == text_of(label)


def text_of(label):
    """A label as text, as in JSON and in every file: `true`, `1`, `Yes`."""
    return str(label).lower() if isinstance(label, bool) else str(label)
