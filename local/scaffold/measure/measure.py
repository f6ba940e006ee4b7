"""Measures what a new project can reach: its candidate, the linear baseline and the trivial predictor on several seeded splits of its data.

    PYTHONPATH=models python local/scaffold/measure/measure.py PROJECT DATA OUT --problem-type regression [--positive-label Yes] [--split-by order] [--entity COLUMN]

PROJECT holds `schema.json` and `algorithms.py`, DATA is a folder with the data. Writes OUT: the setting that was best on the validation rows, and for
each seed the metrics and predictions on the test rows. It proposes nothing: `thresholds.ts` does.
"""

import argparse
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from threadpoolctl import threadpool_limits

from tabular.job import UserError
from tabular.prepare import clean, read_snapshot
from tabular.problems import predict, problem_of
from tabular.project import Project
from tabular.split import ORDER, RECORD_ID, sides

# More rows tell the thresholds no better and take longer.
MOST_ROWS = 20_000
SHARE_OF_AN_ORDER = 0.8
# From the most to the least that a model may learn: small data need the last.
SETTINGS = [
    {'max_iter': 200, 'learning_rate': 0.08, 'max_leaf_nodes': 31, 'min_samples_leaf': 20},
    {'max_iter': 150, 'learning_rate': 0.06, 'max_leaf_nodes': 15, 'min_samples_leaf': 20},
    {'max_iter': 100, 'learning_rate': 0.06, 'max_leaf_nodes': 8, 'min_samples_leaf': 20},
    {'max_iter': 100, 'learning_rate': 0.05, 'max_leaf_nodes': 4, 'min_samples_leaf': 10},
]


class Split:
    """One seeded split: a matrix and a target of each side."""

    def __init__(self, project, problem, frame, options, seed):
        # Time can be cut in one way only: other rows make other splits of it.
        drawn = frame.sample(frac=SHARE_OF_AN_ORDER, random_state=seed) if options.split_by == ORDER else frame
        side = sides(drawn, project.schema, seed, options.split_by, options.entity)
        self.seed = seed
        self.sides = {}
        for name in ('train', 'validation', 'test'):
            rows = drawn[side == name]
            if len(rows) == 0:
                raise UserError(f'the rows leave none for the split {name}')
            self.sides[name] = project.features.of_frame(rows), problem.encode(rows[project.schema.target['name']])


def fitted(project, algorithm, setting, split):
    options = SimpleNamespace(**{**project.algorithms.HYPERPARAMETERS, **setting, 'seed': split.seed})
    return getattr(project.algorithms, algorithm)(project.features, options).fit(*split.sides['train'])


def measure(problem, split, side, estimator):
    matrix, target = split.sides[side]
    prediction = predict(problem, estimator, matrix)
    return prediction, problem.measure(target, prediction)


def best_setting(project, problem, splits):
    """The setting with the best mean of the primary metric on the validation rows."""
    means = [float(np.mean([measure(problem, split, 'validation', fitted(project, 'candidate', setting, split))[1][problem.primary] for split in splits])) for setting in SETTINGS]
    return (int(np.argmax(means)) if problem.higher_is_better else int(np.argmin(means))), means


def outcome(project, problem, split, setting):
    """Metrics and predictions of one split."""
    target = split.sides['test'][1]
    predictions, metrics = {}, {}
    for name, algorithm in (('candidate', 'candidate'), ('baseline', 'baseline')):
        predictions[name], metrics[name] = measure(problem, split, 'test', fitted(project, algorithm, setting, split))
    predictions['trivial'] = problem.constant(problem.trivial(split.sides['train'][1]), len(target))
    metrics['trivial'] = problem.measure(target, predictions['trivial'])
    return {
        'seed': split.seed,
        'rows': {name: len(label) for name, (_, label) in split.sides.items()},
        'labels': target.tolist(),
        'metrics': metrics,
        'predictions': {name: problem.vectors(prediction) for name, prediction in predictions.items()},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('project', type=Path)
    parser.add_argument('data', type=Path)
    parser.add_argument('out', type=Path)
    parser.add_argument('--problem-type', required=True)
    parser.add_argument('--positive-label')
    parser.add_argument('--split-by', choices=[RECORD_ID, ORDER], default=RECORD_ID)
    parser.add_argument('--entity')
    parser.add_argument('--seeds', type=int, nargs='+', required=True)
    options = parser.parse_args()
    project = Project(options.project)
    problem = problem_of(options.problem_type, project.schema.target, options.positive_label)
    try:
        frame, counts = clean(read_snapshot(options.data, project.schema), project.schema)
        frame = frame.sample(MOST_ROWS, random_state=0).sort_index() if len(frame) > MOST_ROWS else frame
        with threadpool_limits(limits=1):
            splits = [Split(project, problem, frame, options, seed) for seed in options.seeds]
            chosen, means = best_setting(project, problem, splits)
            document = {
                'primary': problem.primary, 'rows': len(frame), **counts, 'settings': SETTINGS, 'validation': means, 'chosen': chosen,
                'outcomes': [outcome(project, problem, split, SETTINGS[chosen]) for split in splits],
            }
    except UserError as error:
        document = {'fault': str(error)}
    options.out.write_text(json.dumps(document, allow_nan=False), encoding='utf-8')


if __name__ == '__main__':
    main()
