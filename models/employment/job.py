"""What the scripts of the pipeline have in common: arguments, failure file, threads, reading and writing of data."""

import argparse
import json
import os
import platform
import sys
import tarfile
import traceback
from importlib.metadata import version
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from threadpoolctl import threadpool_limits

CODE_FOLDER = Path(__file__).resolve().parent
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


def run_job(main):
    """Runs a script: one thread, so that the same input gives the same model everywhere; on failure writes the reason where SageMaker looks for it."""
    try:
        with threadpool_limits(limits=1):
            main()
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


def read_parquet(folder, columns=None, optional=()):
    """Table of all Parquet files below a folder, in the order of their paths; all columns by default. An optional column that a file lacks is null there."""
    files = sorted(path for path in Path(folder).rglob('*') if path.suffix in ('.parquet', '.pq') and path.is_file())
    if not files:
        raise UserError(f'{folder}: holds no Parquet file (*.parquet)')
    table = pa.concat_tables([read_file(path, columns, optional) for path in files], promote_options='permissive')
    if table.num_rows == 0:
        raise UserError(f'{folder}: {len(files)} Parquet files with no row')
    return table


def read_file(path, columns, optional):
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise UserError(f'{path}: cannot be read as Parquet: {error}') from error
    present = set(file.schema_arrow.names)
    columns = file.schema_arrow.names if columns is None else columns
    missing = [name for name in columns if name not in present and name not in optional]
    if missing:
        raise UserError(f'{path}: lacks the columns {", ".join(missing)}; it has {", ".join(file.schema_arrow.names)}')
    table = file.read(columns=[name for name in columns if name in present])
    # Dictionaries of two files differ; plain text joins.
    plain = [field.with_type(field.type.value_type) if pa.types.is_dictionary(field.type) else field for field in table.schema]
    return table.cast(pa.schema(plain))


def write_parquet(frame, folder, name='part-0.parquet'):
    Path(folder).mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), Path(folder, name), compression='zstd')


def write_json(document, folder, name):
    Path(folder).mkdir(parents=True, exist_ok=True)
    # NaN is no JSON: better to fail here than at whoever reads it.
    Path(folder, name).write_text(json.dumps(document, indent=2, allow_nan=False) + '\n', encoding='utf-8')


def unpack_model(source, target):
    """Unpacks `model.tar.gz` of a folder and returns the folder of its content; refuses members that would leave it."""
    with tarfile.open(Path(source, 'model.tar.gz')) as archive:
        archive.extractall(target, filter='data')
    return Path(target)


def environment():
    return {'python': platform.python_version(), 'packages': {name: version(name) for name in PACKAGES}}
