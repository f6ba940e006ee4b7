"""What the jobs of the pipeline have in common: arguments, the reason of a failure, threads, resources, metrics on standard output."""

import argparse
import os
import platform
import resource
import sys
import time
import traceback
from importlib.metadata import version
from pathlib import Path

from threadpoolctl import threadpool_limits

FAILURE_LIMIT = 1024
# Those that decide what a model is and whether it can be loaded.
PACKAGES = ('scikit-learn', 'numpy', 'scipy', 'pandas', 'pyarrow', 'joblib')


class UserError(Exception):
    """A fault of data or settings, whose message is enough for a person to mend it."""


class Arguments(argparse.ArgumentParser):
    """Arguments of a job; a wrong one becomes the job's failure reason. SageMaker's own hyperparameters are passed over."""

    def error(self, message):
        raise UserError(f'arguments: {message}')

    def parse(self):
        known, unknown = self.parse_known_args()
        foreign = [argument for argument in unknown if argument.startswith('--') and not argument.startswith('--sagemaker_')]
        if foreign:
            self.error(f'unknown: {" ".join(foreign)}')
        return known


def truth(text):
    """`true` or `false`, as the type of an argument."""
    known = {'true': True, 'false': False}.get(str(text).strip().lower())
    if known is None:
        raise argparse.ArgumentTypeError(f'must be true or false, got {text!r}')
    return known


def channel(name):
    """Default of the folder of a training channel."""
    return os.environ.get(f'SM_CHANNEL_{name.upper()}', f'/opt/ml/input/data/{name}')


class Usage:
    """Resources that this process used since the object was made."""

    def __init__(self):
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def report(self):
        """Seconds of the clock and of the processors, and the greatest resident memory so far in bytes."""
        return {
            'wallSeconds': round(time.perf_counter() - self.wall, 3),
            'cpuSeconds': round(time.process_time() - self.cpu, 3),
            # Linux counts in KiB, macOS in bytes.
            'peakMemoryBytes': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == 'darwin' else 1024),
        }


def run_job(main):
    """Runs a job: one thread, so that the same input gives the same model everywhere; on failure writes the reason where SageMaker looks for it."""
    try:
        with threadpool_limits(limits=1):
            main(Usage())
    except Exception as error:  # pylint: disable=broad-exception-caught
        traceback.print_exc()
        reason = str(error) if isinstance(error, UserError) else f'{type(error).__name__}: {error}'
        write_failure(reason)
        sys.exit(1)


def write_failure(reason):
    """Training reads the reason from `failure`, processing from `message`; a plain process has neither and says it on standard error."""
    output = Path(os.environ.get('SM_OUTPUT_DIR', '/opt/ml/output'))
    try:
        if output.parent.is_dir():
            output.mkdir(exist_ok=True)
            for name in ('failure', 'message'):
                output.joinpath(name).write_text(reason[:FAILURE_LIMIT], encoding='utf-8')
    except OSError as error:
        print(f'{output}: the reason of the failure could not be written: {error}', file=sys.stderr)


def report(**metrics):
    """Prints metrics in the form that training jobs search their output for."""
    for name, value in metrics.items():
        print(f'{name}={value:.6g};' if isinstance(value, float) else f'{name}={value};', flush=True)


def environment():
    return {'python': platform.python_version(), 'packages': {name: version(name) for name in PACKAGES}}
