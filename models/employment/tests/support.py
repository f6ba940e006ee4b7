"""What the tests share: paths, rows, and one run of the scripts as processes."""

import contextlib
import functools
import importlib
import io
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

PROJECT = Path(__file__).resolve().parents[1]
if str(PROJECT) not in sys.path:
    sys.path.insert(0, str(PROJECT))

SAMPLE = PROJECT / 'data' / 'employment-2015.parquet'
FEW_TREES = ['--max_iter', '30', '--max_leaf_nodes', '15', '--max_features', '0.5', '--ordinal_features', 'SCHL']
RECORD = {
    'AGEP': 45, 'SCHL': '21', 'MAR': '1', 'RELP': '0', 'DIS': '2', 'ESP': '0', 'CIT': '1', 'MIG': '1', 'MIL': '4', 'ANC': '1', 'NATIVITY': '1',
    'DEAR': '2', 'DEYE': '2', 'DREM': '2', 'SEX': '1', 'RAC1P': '1',
}


def run(script, *arguments, **environment):
    """Runs a script of the project as its own process, as a job does."""
    command = [sys.executable, str(PROJECT / script), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **environment})


def call(script, *arguments, **environment):
    """The same within this process, which saves the imports; for what ends badly."""
    module, job = importlib.import_module(script.removesuffix('.py')), importlib.import_module('job')
    output, errors, code = io.StringIO(), io.StringIO(), 0
    with mock.patch.object(sys, 'argv', [script, *map(str, arguments)]), mock.patch.dict(os.environ, environment):
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
            try:
                job.run_job(module.main)
            except SystemExit as end:
                code = end.code
    return SimpleNamespace(returncode=code, stdout=output.getvalue(), stderr=errors.getvalue(), args=[script, *arguments])


def expect(finished):
    if finished.returncode != 0:
        raise AssertionError(f'{finished.args} ended with {finished.returncode}:\n{finished.stdout}{finished.stderr}')
    return finished


def pack(model, folder):
    """Makes model.tar.gz of a model folder, as SageMaker does."""
    folder.mkdir()
    with tarfile.open(folder / 'model.tar.gz', 'w:gz') as archive:
        for path in sorted(model.iterdir()):
            archive.add(path, arcname=path.name)
    return folder


class Run:
    """Prepare, train twice and evaluate on the sample."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory()
        self.folder = Path(self._folder.name)
        data = self.folder / 'snapshot' / 'training' / 'first'
        data.mkdir(parents=True)
        (data / 'part-0.parquet').symlink_to(SAMPLE)
        self.prepared = expect(run('prepare.py', '--data', self.folder / 'snapshot', '--output', self.folder, '--seed', 7))
        self.trained = self.train('candidate', self.folder / 'model')
        self.train('baseline', self.folder / 'baseline')
        self.packed = pack(self.folder / 'model', self.folder / 'packed')
        self.packed_baseline = pack(self.folder / 'baseline', self.folder / 'packed-baseline')
        self.no_champion = self.folder / 'champion'
        self.no_champion.mkdir()
        (self.no_champion / 'NONE').touch()
        self.evaluation = self.evaluate(self.no_champion, self.folder / 'evaluation')

    def train(self, algorithm, model_dir, seed=7):
        """Paths through the variables that the training toolkit sets."""
        channels = {'SM_CHANNEL_TRAIN': str(self.folder / 'train'), 'SM_CHANNEL_VALIDATION': str(self.folder / 'validation'), 'SM_MODEL_DIR': str(model_dir)}
        return expect(run('train.py', '--algorithm', algorithm, '--seed', seed, *FEW_TREES, **channels))

    def evaluate(self, champion, output):
        places = ['--test', self.folder / 'test', '--model', self.packed, '--baseline', self.packed_baseline, '--champion', champion, '--output', output]
        return expect(run('evaluate.py', *places, '--seed', 7))


@functools.lru_cache(maxsize=1)
def pipeline():
    return Run()
