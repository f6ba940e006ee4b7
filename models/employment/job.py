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
from pyarrow import csv
import pyarrow.json as pa_json
import pyarrow.parquet as pq
from threadpoolctl import threadpool_limits

CODE_FOLDER = Path(__file__).resolve().parent
FAILURE_LIMIT = 1024
DELIMITERS = (',', ';', '\t', '|')
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


def read_data(folder, columns=None, optional=(), text=()):
    """Table of all data files below a folder, in the order of their paths: Parquet, CSV, JSON lines. All columns by default.

    An optional column that a file lacks is null there. `text` names the columns whose values are text even where they look like numbers.
    """
    files = sorted(path for path in Path(folder).rglob('*') if path.suffix in READERS and path.is_file())
    if not files:
        raise UserError(f'{folder}: holds no data file ({", ".join(READERS)})')
    table = pa.concat_tables([read_file(path, columns, optional, text) for path in files], promote_options='permissive')
    if table.num_rows == 0:
        raise UserError(f'{folder}: {len(files)} data files with no row')
    return table


def read_file(path, columns=None, optional=(), text=()):
    try:
        table = READERS[path.suffix](path, columns, text)
    except (pa.ArrowInvalid, OSError) as error:
        raise UserError(f'{path}: cannot be read as {path.suffix}: {error}') from error
    columns = table.column_names if columns is None else columns
    missing = [name for name in columns if name not in table.column_names and name not in optional]
    if missing:
        raise UserError(f'{path}: lacks the columns {", ".join(missing)}')
    table = table.select([name for name in columns if name in table.column_names])
    # Dictionaries of two files differ; plain text joins. So do codes that one file holds as numbers.
    fields = [field.with_type(field.type.value_type) if pa.types.is_dictionary(field.type) else field for field in table.schema]
    return table.cast(pa.schema([field.with_type(pa.string()) if field.name in text else field for field in fields]))


def parse_csv(path, _columns, text):
    with open(path, encoding='utf-8') as file:
        header = file.readline()
    delimiter = max(DELIMITERS, key=header.count)
    convert = csv.ConvertOptions(column_types={name: pa.string() for name in text}, strings_can_be_null=True)
    return csv.read_csv(path, parse_options=csv.ParseOptions(delimiter=delimiter), convert_options=convert)


def parse_json(path, _columns, _text):
    return pa_json.read_json(path)


def parse_parquet(path, columns, _text):
    file = pq.ParquetFile(path)
    return file.read(columns=None if columns is None else [name for name in columns if name in file.schema_arrow.names])


READERS = {'.parquet': parse_parquet, '.pq': parse_parquet, '.csv': parse_csv, '.tsv': parse_csv, '.jsonl': parse_json, '.ndjson': parse_json}


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
