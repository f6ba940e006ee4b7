"""What the tests share: the project and one run of its scripts as processes, on the committed sample."""

import functools
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tabular.testing import pack

PROJECT = Path(__file__).resolve().parents[1]
SAMPLE = PROJECT / 'data' / 'employment-2015.parquet'
FEW_TREES = ['--max_iter', '30', '--max_leaf_nodes', '15', '--max_features', '0.5', '--ordinal_features', 'SCHL', '--positive_label', '1']
RECORD = {
    'AGEP': 45, 'SCHL': '21', 'MAR': '1', 'RELP': '0', 'DIS': '2', 'ESP': '0', 'CIT': '1', 'MIG': '1', 'MIL': '4', 'ANC': '1', 'NATIVITY': '1',
    'DEAR': '2', 'DEYE': '2', 'DREM': '2', 'SEX': '1', 'RAC1P': '1',
}


def run(script, *arguments, **environment):
    """Runs a script of the project as its own process, as a job does."""
    finished = subprocess.run([sys.executable, str(PROJECT / script), *map(str, arguments)], capture_output=True, text=True, check=False, env={**os.environ, **environment})
    if finished.returncode != 0:
        raise AssertionError(f'{finished.args} ended with {finished.returncode}:\n{finished.stdout}{finished.stderr}')
    return finished


class Run:
    """Prepare, train twice and evaluate on the sample."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory()
        self.folder = Path(self._folder.name)
        data = self.folder / 'snapshot'
        data.mkdir()
        (data / 'part-0.parquet').symlink_to(SAMPLE)
        run('prepare.py', '--data', data, '--output', self.folder, '--seed', 7)
        for algorithm in ('candidate', 'baseline'):
            channels = {'SM_CHANNEL_TRAIN': str(self.folder / 'train'), 'SM_CHANNEL_VALIDATION': str(self.folder / 'validation'), 'SM_MODEL_DIR': str(self.folder / algorithm)}
            run('train.py', '--algorithm', algorithm, '--seed', 7, *FEW_TREES, **channels)
        packed = {name: pack(self.folder / name, self.folder / f'packed-{name}') for name in ('candidate', 'baseline')}
        places = ['--test', self.folder / 'test', '--model', packed['candidate'], '--baseline', packed['baseline'], '--champion', data, '--output', self.folder / 'evaluation']
        run('evaluate.py', *places, '--seed', 7)


@functools.lru_cache(maxsize=1)
def pipeline():
    return Run()
