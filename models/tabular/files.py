"""Reading data files of every kind that the process takes, writing results, unpacking models."""

import json
import tarfile
from pathlib import Path

import pyarrow as pa
from pyarrow import csv
import pyarrow.json as pa_json
import pyarrow.parquet as pq

from .job import UserError

DELIMITERS = (',', ';', '\t', '|')


def read_data(folder, columns=None, optional=(), text=()):
    """Table of all data files below a folder, in the order of their paths: Parquet, CSV, JSON lines. All columns by default.

    An optional column that a file lacks is null there. `text` names the columns whose values are text even where they look like something else.
    """
    files = sorted(path for path in Path(folder).rglob('*') if path.suffix in READERS and path.is_file())
    if not files:
        raise UserError(f'{folder}: holds no data file ({", ".join(READERS)})')
    try:
        table = pa.concat_tables([read_file(path, columns, optional, text) for path in files], promote_options='permissive')
    except pa.ArrowInvalid as error:
        raise UserError(f'{folder}: the files differ in the types of their columns: {error}') from error
    if table.num_rows == 0:
        raise UserError(f'{folder}: {len(files)} data files with no row')
    return table


def read_file(path, columns=None, optional=(), text=()):
    path = Path(path)
    try:
        table = READERS[path.suffix](path, columns, text)
    except (pa.ArrowInvalid, OSError, UnicodeDecodeError) as error:
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
    # Microseconds: nanoseconds are no type of every reader.
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), Path(folder, name), compression='zstd', coerce_timestamps='us', allow_truncated_timestamps=True)


def write_json(document, folder, name):
    Path(folder).mkdir(parents=True, exist_ok=True)
    # NaN is no JSON: better to fail here than at whoever reads it.
    Path(folder, name).write_text(json.dumps(document, indent=2, allow_nan=False) + '\n', encoding='utf-8')


def read_json(path):
    return json.loads(Path(path).read_text(encoding='utf-8'))


def unpack_model(source, target):
    """Unpacks `model.tar.gz` of a folder and returns the folder of its content; refuses members that would leave it."""
    with tarfile.open(Path(source, 'model.tar.gz')) as archive:
        archive.extractall(target, filter='data')
    return Path(target)
