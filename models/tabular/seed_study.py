"""How often a project's limits hold on its committed data when the seed of split and training changes. Thresholds come from model.yaml, unchanged.

    PYTHONPATH=models python models/employment/seed_study.py [--data FILE ...] [--seeds 20] [--least 18]

Ends with 1 when the limits hold for fewer seeds than `--least`. Tuning is left out: its first trial is the declared setting, so it can only help on the rows
it sees. Needs PyYAML, which only the local environment has.
"""

import argparse
import math
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import yaml
from scipy import stats
from threadpoolctl import threadpool_limits

from .files import read_file
from .prepare import clean
from .problems import predict, problem_of
from .project import Project
from .split import RECORD_ID, sides


def placements(label, score):
    """Share of the other class that each positive beats, and of positives that beat each negative; ties count half."""
    positive, negative = score[label == 1], score[label == 0]
    together = stats.rankdata(np.concatenate((positive, negative)))
    of_positive = (together[: len(positive)] - stats.rankdata(positive)) / len(negative)
    of_negative = 1 - (together[len(positive):] - stats.rankdata(negative)) / len(positive)
    return of_positive, of_negative


def delong(label, first, second):
    """AUC of two scores on the same rows and the two-sided p-value of the paired DeLong test that they are equal."""
    (first_positive, first_negative), (second_positive, second_negative) = placements(label, first), placements(label, second)
    covariance = np.cov(first_positive, second_positive) / len(first_positive) + np.cov(first_negative, second_negative) / len(first_negative)
    difference = first_positive.mean() - second_positive.mean()
    variance = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    if variance <= 0:
        return first_positive.mean(), second_positive.mean(), 1.0 if difference == 0 else 0.0
    return first_positive.mean(), second_positive.mean(), math.erfc(abs(difference) / math.sqrt(2 * variance))


def gain(problem, target, candidate, baseline):
    """How much better the candidate is than the baseline by the primary metric, and the p-value of the paired test that it is not."""
    if problem.name == 'binaryClassification':
        first, second, p_value = delong(target, candidate, baseline)
        return first - second, p_value
    if problem.name == 'multiclassClassification':
        right = [prediction.argmax(axis=1) == target for prediction in (candidate, baseline)]
        better, worse = int(np.sum(right[0] & ~right[1])), int(np.sum(right[1] & ~right[0]))
        return (better - worse) / len(target), stats.binomtest(better, better + worse).pvalue if better + worse > 0 else 1.0
    errors = [(prediction - target) ** 2 for prediction in (candidate, baseline)]
    return 1 - math.sqrt(errors[0].mean() / errors[1].mean()), stats.ttest_rel(*errors).pvalue


def groups_of(values, bands=None):
    """Rows of each group of a column: by value, or by bands of its numbers."""
    names = np.searchsorted(bands, values, side='right') if bands else values.astype(str)
    return [names == name for name in np.unique(names)]


def slice_loss(problem, target, prediction, rows, limits):
    """How much worse the primary metric of the worst slice is than over all, of the slices that are large enough."""
    def primary(which):
        return problem.measure(target[which], prediction[which])[problem.primary]
    overall = primary(np.full(len(target), True))
    large = [group for name in limits['columns'] for group in groups_of(rows[name].to_numpy()) if group.sum() >= limits['minimumRows']]
    values = [primary(group) for group in large if len(np.unique(target[group])) > 1]
    return max(overall - value if problem.higher_is_better else value / overall - 1 for value in values)


def selection_ratio(target, decided, groups, limits):
    """Least ratio of a group's selection rate to the best group's, and the least lower 95 % bound (Katz), of the groups that are large enough."""
    large = [(int(decided[group].sum()), int(group.sum())) for group in groups if group.sum() >= limits['minimumRows'] and target[group].sum() >= limits['minimumPositives']]
    best = max(large, key=lambda one: one[0] / one[1])
    ratios = []
    for chosen, of in large:
        if (chosen, of) != best:
            ratio = (chosen / of) / (best[0] / best[1])
            ratios.append((ratio, ratio * math.exp(-1.959964 * math.sqrt(1 / chosen - 1 / of + 1 / best[0] - 1 / best[1])) if chosen else 0.0))
    return min(ratio for ratio, _ in ratios), min(bound for _, bound in ratios)


def groups_measured(problem, target, prediction, rows, quality):
    """Slices and fairness of two classes, as far as they are declared; measures and the names of what failed."""
    measures, failed = {}, []
    if 'slices' in quality:
        measures['slice loss'] = slice_loss(problem, target, prediction, rows, quality['slices'])
        failed += ['slices'] if measures['slice loss'] > quality['slices']['maximumLoss'] else []
    fairness = quality.get('fairness') if problem.name == 'binaryClassification' else None
    for one in fairness['attributes'] if fairness else []:
        ratio, bound = selection_ratio(target, prediction >= problem.threshold, groups_of(rows[one['column']].to_numpy(), one.get('bands')), fairness)
        measures |= {one['column']: ratio, f'{one["column"]} bound': bound}
        failed += [f'fairness of {one["column"]}'] if one['gate'] and (ratio < fairness.get('minimumSelectionRatio', 0.8) or bound < fairness.get('floor', 0)) else []
    return measures, failed


def judge(project, frame, declaration, seed):
    """Trains both algorithms with a seed and holds them to the declaration; returns measures and the names of what failed."""
    training, quality = declaration['training'], declaration['quality']
    problem = problem_of(declaration['problemType'], project.schema.target, declaration.get('positiveLabel'), declaration.get('decisionThreshold'))
    split = training.get('split', {})
    side = sides(frame, project.schema, seed, split.get('by', RECORD_ID), split.get('entity'))
    matrix, target = project.features.of_frame(frame), problem.encode(frame[project.schema.target['name']])
    options = SimpleNamespace(**{**project.algorithms.HYPERPARAMETERS, **training['hyperparameters'], 'seed': seed})
    train, test = side == 'train', side == 'test'
    predictions = [
        predict(problem, getattr(project.algorithms, name)(project.features, options).fit(matrix[train], target[train]), matrix[test]) for name in ('candidate', 'baseline')
    ]
    metrics = problem.measure(target[test], predictions[0])
    margin, p_value = gain(problem, target[test], *predictions)
    failed = [name for name, limit in quality['metrics'].items() if not limit.get('minimum', -math.inf) <= metrics[name] <= limit.get('maximum', math.inf)]
    failed += ['margin'] if margin < quality['baseline']['margin'] else []
    failed += ['paired test'] if not p_value < quality['baseline']['significance'] else []
    by_group, unequal = groups_measured(problem, target[test], predictions[0], frame[test], quality)
    return {**{name: metrics[name] for name in quality['metrics']}, 'margin': margin, 'p': p_value, **by_group}, failed + unequal


def run(script):
    """The study of a project; `script` is the path of its `seed_study.py`."""
    folder = Path(script).resolve().parent
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('--data', type=Path, nargs='+', default=sorted((folder / 'data').glob('*.parquet'))[:1])
    parser.add_argument('--seeds', type=int, default=20)
    parser.add_argument('--least', type=int, default=18)
    options = parser.parse_args()
    declaration = yaml.safe_load((folder / 'model.yaml').read_text(encoding='utf-8'))
    project = Project(folder)
    names = [column['name'] for column in project.schema.columns]
    rows = pd.concat([read_file(path, names).to_pandas(date_as_object=False) for path in options.data], ignore_index=True)
    frame, _ = clean(rows, project.schema)
    held, measures = 0, []
    with threadpool_limits(limits=1):
        for seed in range(options.seeds):
            measured, failed = judge(project, frame, declaration, seed)
            measures.append(measured)
            held += not failed
            print(f'seed {seed:2}  {"  ".join(f"{name} {value:.4g}" for name, value in measured.items())}  {"failed: " + ", ".join(failed) if failed else "holds"}')
    table = pd.DataFrame(measures)
    for word, summary in (('mean', table.mean()), ('standard deviation', table.std()), ('least', table.min()), ('greatest', table.max())):
        print(f'{word}: {"  ".join(f"{name} {value:.4g}" for name, value in summary.items())}')
    print(f'the limits hold for {held} of {options.seeds} seeds')
    sys.exit(0 if held >= options.least else 1)
