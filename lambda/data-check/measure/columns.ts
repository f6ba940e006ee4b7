import { basename } from 'node:path';
import type { Measurement } from '../../gate/contract';
import { Checks } from '../../shared/checks/contract';
import type { DataSchema } from '../../shared/schema/contract';
import { counted, list } from '../../shared/words';
import type { SnapshotFacts } from '../facts';
import { notMeasured } from './found';

const ID = Checks.DATA.measurements;

export function measureRows({ rows, files, unreadable }: SnapshotFacts): Measurement {
  if (unreadable.length > 0) {
    return notMeasured(ID.ROWS, list(unreadable, 3));
  }
  if (files.length === 0) {
    return notMeasured(ID.ROWS, 'the snapshot holds no data file');
  }
  const empty = files.filter((file) => file.rows === 0).map(({ name }) => basename(name));
  return {
    id: ID.ROWS,
    status: 'measured',
    value: rows,
    sampleSize: rows,
    explanation: `${counted(rows, 'row')} in ${counted(files.length, 'file')}${empty.length > 0 ? `; without a row: ${list(empty)}` : ''}`,
    details: { files: files.map(({ name, rows: count }) => ({ name, rows: count })) },
  };
}

/** Columns by name with the files that they concern. */
function byColumn(files: SnapshotFacts['files'], names: (file: SnapshotFacts['files'][number]) => readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const file of files) {
    for (const name of names(file)) {
      found.set(name, [...(found.get(name) ?? []), basename(file.name)]);
    }
  }
  return found;
}

/** Columns named in the evidence; a file with thousands must not make it thousands of lines long. */
const NAMED = 100;

/** Completeness and consistency of the form: every file has the columns of the schema and no others. */
export function measureColumns({ files }: SnapshotFacts): Measurement {
  const kinds = [
    ['missing', byColumn(files, ({ missing }) => missing)],
    ['not in the schema', byColumn(files, ({ unexpected }) => unexpected)],
    ['of another type', byColumn(files, ({ mistyped }) => mistyped.map(({ name, found }) => `${name} (${found})`))],
  ] as const;
  const sentences = kinds.flatMap(([kind, columns]) => {
    const items = [...columns].map(([name, where]) => (where.length === files.length ? name : `${name} (in ${list(where, 3)})`));
    return items.length === 0 ? [] : [`${kind}: ${list(items)}`];
  });
  return {
    id: ID.COLUMNS,
    status: 'measured',
    value: kinds.reduce((sum, [, columns]) => sum + columns.size, 0),
    explanation: sentences.length === 0 ? 'every file has the columns of the schema' : sentences.join('; '),
    details: Object.fromEntries(kinds.map(([kind, columns]) => [kind, Object.fromEntries([...columns].slice(0, NAMED))])),
  };
}

const EVERYTHING_SPECIAL = /[.+?^${}()|[\]\\]/g;

/** Whether a name meets one of the forbidden ones: case does not matter, `*` stands for any characters. */
export const isForbidden = (name: string, forbidden: readonly string[]): boolean =>
  forbidden.some((form) => new RegExp(`^${form.replaceAll(EVERYTHING_SPECIAL, '\\$&').replaceAll('*', '.*')}$`, 'is').test(name));

/** Policy: what the schema forbids must not even arrive. Only what the schema does not name can be forbidden. */
export function measureForbidden({ files }: SnapshotFacts, { forbidden = [] }: DataSchema): Measurement {
  const found = byColumn(files, ({ unexpected }) => unexpected.filter((name) => isForbidden(name, forbidden)));
  return {
    id: ID.FORBIDDEN_COLUMNS,
    status: 'measured',
    value: found.size,
    explanation:
      found.size > 0
        ? `forbidden by the schema: ${list([...found].map(([name, where]) => `${name} (in ${list(where, 3)})`))}; take them out where the data comes from`
        : forbidden.length === 0 ? 'the schema forbids no column' : `no column is one of those that the schema forbids (${list(forbidden)})`,
  };
}
