"""Writes schema.json from the adults of 2015: `PYTHONPATH=models python models/employment/derive_schema.py DATA.parquet`. The result is reviewed and committed.

What the training year can't tell comes from the codebook: a code that the codebook allows but nobody had in 2015 is no fault in a later year.
"""

import argparse
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tabular.schema import SCHEMA_FILE

VERSION = '1'
RECORD_ID, TARGET, ORDER = 'id', 'employed', 'year'

# ACS PUMS data dictionary, 2015 to 2018, for persons of 16 years and more ("not applicable" is coded 0).
CODEBOOK = {
    'SCHL': range(1, 25), 'MAR': range(1, 6), 'RELP': range(0, 18), 'DIS': range(1, 3), 'ESP': range(0, 9), 'CIT': range(1, 6), 'MIG': range(1, 4),
    'MIL': range(0, 5), 'ANC': range(1, 5), 'NATIVITY': range(1, 3), 'DEAR': range(1, 3), 'DEYE': range(1, 3), 'DREM': range(1, 3),
    'SEX': range(1, 3), 'RAC1P': range(1, 10),
}
# The survey asks about work from 16 years on, and reports 95 as the highest age in Massachusetts in these years.
RANGES = {'AGEP': {'minimum': 16, 'maximum': 95}, 'id': {'minimum': 0}, 'year': {'minimum': 2015}}
# Protected by law; model.yaml allows them as features, as in the published benchmark task.
SENSITIVE = {'AGEP', 'DIS', 'NATIVITY', 'SEX', 'RAC1P'}
# A production record that comes back with its label says nothing of the survey's year.
NULLABLE = {'year'}


def column(table, name):
    """Schema of one column of the data."""
    return {**typed(table, name), **({'sensitive': True} if name in SENSITIVE else {})}


def typed(table, name):
    """Type and allowed values of one column of the data."""
    kind = table.schema.field(name).type
    values = table.column(name)
    if pa.types.is_dictionary(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind):
        domain = [str(code) for code in CODEBOOK[name]]
        unknown = sorted(set(values.cast(pa.string()).unique().to_pylist()) - set(domain))
        if unknown:
            raise SystemExit(f'{name}: the data has codes outside the codebook: {", ".join(map(str, unknown))}')
        return {'name': name, 'type': 'string', 'domain': domain}
    result = {'name': name, 'type': 'integer'}
    if name == TARGET:
        return {**result, 'domain': sorted(values.unique().to_pylist())}
    return {**result, **RANGES[name], **({'nullable': True} if name in NULLABLE else {})}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('data', type=Path)
    table = pq.read_table(parser.parse_args().data)
    features = [name for name in table.column_names if name not in (RECORD_ID, TARGET, ORDER)]
    missing = [name for name in features if table.column(name).null_count > 0]
    if missing:
        raise SystemExit(f'columns with missing values need a decision (nullable or not): {", ".join(missing)}')
    schema = {
        'version': VERSION,
        'recordId': column(table, RECORD_ID),
        'target': column(table, TARGET),
        'order': column(table, ORDER),
        'features': [column(table, name) for name in features],
    }
    lines = json.dumps({**schema, 'features': []}, indent=2).replace(
        '"features": []', '"features": [\n' + ',\n'.join(f'    {json.dumps(feature)}' for feature in schema['features']) + '\n  ]')
    Path(__file__).with_name(SCHEMA_FILE).write_text(lines + '\n', encoding='utf-8')


if __name__ == '__main__':
    main()
