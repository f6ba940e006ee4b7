"""How often the model gate holds on the committed sample when the seed of split and training changes. Thresholds come from model.yaml, unchanged.

    python seed_study.py [--data FILE.parquet] [--seeds 20] [--least 18]

Exits with 1 when the gate holds for fewer seeds than `--least`. Needs PyYAML, which only the local environment has.
"""

import argparse
import math
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import yaml
from threadpoolctl import threadpool_limits

from algorithms import ALGORITHMS
from features import Schema, encode_frame
from job import CODE_FOLDER, read_file
from metrics import quality
from prepare import split


def midranks(values):
    """Ranks from 1, ties share their middle."""
    order = np.argsort(values, kind='mergesort')
    ordered = values[order]
    first = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    last = np.concatenate((first[1:], [len(values)]))
    ranks = np.empty(len(values))
    ranks[order] = np.repeat((first + last + 1) / 2, last - first)
    return ranks


def placements(label, score):
    """Share of the other class that each positive beats, and of positives that beat each negative; ties count half."""
    positive, negative = score[label == 1], score[label == 0]
    together = midranks(np.concatenate((positive, negative)))
    of_positive = (together[: len(positive)] - midranks(positive)) / len(negative)
    of_negative = 1 - (together[len(positive):] - midranks(negative)) / len(positive)
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


def judge(matrix, label, sides, schema, declaration, seed):
    """Trains both algorithms with a seed and compares them with the thresholds; returns measures and the names of what failed."""
    options = SimpleNamespace(seed=seed, **declaration['training']['hyperparameters'])
    train, test = sides == 'train', sides == 'test'
    score = {name: make(schema, options).fit(matrix[train], label[train]).predict_proba(matrix[test])[:, 1] for name, make in ALGORITHMS.items()}
    auc, baseline_auc, p_value = delong(label[test], score['candidate'], score['baseline'])
    accuracy = quality(label[test], score['candidate'], declaration['decisionThreshold'])['accuracy']
    limits = declaration['quality']
    failed = [name for name, holds in {
        'auc': auc >= limits['minimumAuc'],
        'accuracy': accuracy >= limits['minimumAccuracy'],
        'margin': auc - baseline_auc >= limits['baseline']['margin'],
        'DeLong': p_value < limits['baseline']['significance'],
    }.items() if not holds]
    return (auc, accuracy, auc - baseline_auc, p_value), failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('--data', type=Path, default=CODE_FOLDER / 'data' / 'employment-2015.parquet')
    parser.add_argument('--seeds', type=int, default=20)
    parser.add_argument('--least', type=int, default=18)
    options = parser.parse_args()
    declaration = yaml.safe_load((CODE_FOLDER / 'model.yaml').read_text(encoding='utf-8'))
    schema = Schema.load(CODE_FOLDER)
    frame = read_file(options.data, [column['name'] for column in schema.columns]).to_pandas()
    matrix, label = encode_frame(frame, schema), (frame[schema.target['name']] == declaration['positiveLabel']).astype(int).to_numpy()
    held, measures = 0, []
    with threadpool_limits(limits=1):
        for seed in range(options.seeds):
            measured, failed = judge(matrix, label, split(frame, schema.record_id['name'], seed), schema, declaration, seed)
            measures.append(measured)
            held += not failed
            auc, accuracy, margin, p_value = measured
            print(f'seed {seed:2}  AUC {auc:.4f}  accuracy {accuracy:.4f}  margin {margin:.4f}  p {p_value:.1e}  {"failed: " + ", ".join(failed) if failed else "holds"}')
    mean, spread = np.mean(measures, axis=0), np.std(measures, axis=0)
    print(f'mean     AUC {mean[0]:.4f}  accuracy {mean[1]:.4f}  margin {mean[2]:.4f}   (standard deviations {spread[0]:.4f}, {spread[1]:.4f}, {spread[2]:.4f})')
    print(f'the model gate holds for {held} of {options.seeds} seeds')
    sys.exit(0 if held >= options.least else 1)


if __name__ == '__main__':
    main()
