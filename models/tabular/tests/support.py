"""What the tests share: small projects of every problem type with made-up data, and runs of their scripts."""

import contextlib
import functools
import io
import json
import os
import runpy
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import numpy as np
import pandas as pd

from tabular.testing import pack

ROWS = 900
SCRIPTS = ('prepare', 'tune', 'train', 'evaluate')

ALGORITHMS = '''
from tabular.estimators import BOOSTING, boosting, linear

HYPERPARAMETERS = {**BOOSTING, 'max_iter': 20, 'max_leaf_nodes': 6}
REGRESSION = %s


def candidate(features, options):
    return boosting(features, options, regression=REGRESSION)


def baseline(features, options):
    return linear(features, options, regression=REGRESSION)
'''

TRANSFORMS = '''
def derive(columns):
    return {'density': columns['people'] / columns['rooms']}
'''

FEATURES = [
    {'name': 'rooms', 'type': 'number', 'minimum': 0, 'nullable': True},
    {'name': 'people', 'type': 'integer', 'minimum': 0},
    {'name': 'area', 'type': 'string', 'domain': ['north', 'south', 'west']},
    {'name': 'garden', 'type': 'boolean'},
    {'name': 'built', 'type': 'date'},
]
TARGETS = {
    'binaryClassification': {'name': 'answer', 'type': 'string', 'domain': ['No', 'Yes']},
    'multiclassClassification': {'name': 'answer', 'type': 'string', 'domain': ['low', 'middle', 'high']},
    'regression': {'name': 'answer', 'type': 'number'},
}
RECORD = {'rooms': 4.5, 'people': 3, 'area': 'south', 'garden': True, 'built': '1990-05-01'}


def schema_of(problem_type, **changes):
    """`schema.json` of a made-up project."""
    return {
        'version': '1', 'recordId': {'name': 'id', 'type': 'string'}, 'target': TARGETS[problem_type], 'order': {'name': 'time', 'type': 'timestamp'},
        'entity': {'name': 'owner', 'type': 'integer'}, 'features': FEATURES, **changes,
    }


def rows_of(problem_type, count=ROWS, seed=0):
    """Made-up rows in which the target follows from the features, with some noise."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame({
        'id': [f'r{number:05}' for number in range(count)],
        'time': pd.Timestamp('2024-01-01') + pd.to_timedelta(np.arange(count), unit='h'),
        'owner': random.integers(0, count // 4, count),
        'rooms': np.where(random.random(count) < 0.05, np.nan, random.uniform(1, 10, count).round(2)),
        'people': random.integers(1, 7, count),
        'area': random.choice(['north', 'south', 'west'], count),
        'garden': random.random(count) < 0.4,
        'built': (pd.Timestamp('1950-01-01') + pd.to_timedelta(random.integers(0, 25_000, count), unit='D')).strftime('%Y-%m-%d'),
    })
    level = frame['people'] + 3 * (frame['area'] == 'south') - 2 * (frame['garden'] & (frame['people'] > 3)) + random.normal(0, 0.3, count)
    target = {
        'binaryClassification': np.where(level > 4, 'Yes', 'No'),
        'multiclassClassification': np.select([level < 3, level < 5], ['low', 'middle'], 'high'),
        'regression': level.round(3),
    }[problem_type]
    return frame.assign(answer=target)


def write_project(folder, problem_type, transforms=TRANSFORMS, **changes):
    """Writes a project into a folder and returns the folder."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / 'schema.json').write_text(json.dumps(schema_of(problem_type, **changes)))
    (folder / 'algorithms.py').write_text(ALGORITHMS % (problem_type == 'regression'))
    if transforms is not None:
        (folder / 'transforms.py').write_text(transforms)
    (folder / 'inference.py').write_text('from tabular.inference import input_fn, model_fn, output_fn, predict_fn\n')
    for script in SCRIPTS:
        (folder / f'{script}.py').write_text(f"from tabular.{script} import run\n\nif __name__ == '__main__':\n    run(__file__)\n")
    return folder


def call(script, *arguments, **environment):
    """Runs a script in this process, which saves the imports; what it prints and how it ends."""
    output, errors, code = io.StringIO(), io.StringIO(), 0
    with mock.patch.object(sys, 'argv', [str(script), *map(str, arguments)]), mock.patch.dict(os.environ, environment):
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
            try:
                runpy.run_path(str(script), run_name='__main__')
            except SystemExit as end:
                code = end.code
    return SimpleNamespace(returncode=code, stdout=output.getvalue(), stderr=errors.getvalue(), args=[script, *arguments])


def expect(finished):
    if finished.returncode != 0:
        raise AssertionError(f'{finished.args} ended with {finished.returncode}:\n{finished.stdout}{finished.stderr}')
    return finished


class Run:
    """A project and its whole pipeline: prepare, tune, train twice, evaluate. `problem`: arguments of the problem for every fitting script."""

    SETTINGS = {'binaryClassification': ['--positive_label', 'Yes', '--decision_threshold', '0.5']}
    SPACE = ['--space', 'max_leaf_nodes=[4, 8]', '--space', 'learning_rate={"minimum": 0.05, "maximum": 0.3, "scale": "log"}', '--trials', '3']

    def __init__(self, problem_type, tune=True, split=(), **changes):
        self._folder = tempfile.TemporaryDirectory()
        self.folder = Path(self._folder.name)
        self.project = write_project(self.folder / 'project', problem_type, **changes)
        self.problem = ['--problem_type', problem_type, *self.SETTINGS.get(problem_type, [])]
        data = self.folder / 'snapshot' / 'training' / 'first'
        data.mkdir(parents=True)
        self.rows = rows_of(problem_type)
        self.rows.to_parquet(data / 'part-0.parquet')
        self.prepared = self.call('prepare', '--data', self.folder / 'snapshot', '--output', self.folder, '--seed', 7, *split)
        sides = ['--train', self.folder / 'train', '--validation', self.folder / 'validation']
        if tune:
            self.tuned = self.call('tune', *sides, '--output', self.folder / 'tune', *self.problem, *self.SPACE)
        self.trained = self.train('candidate', self.folder / 'model', '--refit', str(tune).lower())
        self.train('baseline', self.folder / 'baseline', '--refit', str(tune).lower())
        self.packed = pack(self.folder / 'model', self.folder / 'packed')
        self.packed_baseline = pack(self.folder / 'baseline', self.folder / 'packed-baseline')
        self.no_champion = self.folder / 'champion'
        self.no_champion.mkdir()
        (self.no_champion / 'NONE').touch()
        self.evaluated = self.evaluate(self.no_champion, self.folder / 'evaluation')

    def call(self, script, *arguments, **environment):
        return expect(call(self.project / f'{script}.py', *arguments, **environment))

    def train(self, algorithm, model_dir, *arguments):
        """Paths through the variables that the training toolkit sets."""
        channels = {f'SM_CHANNEL_{name.upper()}': str(self.folder / name) for name in ('train', 'validation', 'tune')}
        return self.call('train', '--algorithm', algorithm, '--seed', 7, *self.problem, *arguments, **channels, SM_MODEL_DIR=str(model_dir))

    def evaluate(self, champion, output, *arguments):
        places = ['--test', self.folder / 'test', '--model', self.packed, '--baseline', self.packed_baseline, '--champion', champion, '--output', output]
        places += ['--tune', self.folder / 'tune', '--resources', self.folder / 'resources']
        return self.call('evaluate', *places, '--by', 'area', '--seed', 7, *arguments)

    def json(self, path):
        return json.loads((self.folder / path).read_text())


@functools.lru_cache(maxsize=None)
def pipeline(problem_type='binaryClassification'):
    return Run(problem_type)
