import { basename } from 'node:path';
import { Checks, type Measurement } from '../gate/contract';
import type { ModelProjectData } from '../shared/contract';
import { wilsonInterval } from '../shared/statistics';
import { counted, figure, list, percent } from '../shared/words';
import { type ColumnFacts, invalidValues, PROBLEMS, type Problem, type SnapshotFacts } from './facts';

const ID = Checks.DATA.measurements;
const MILLISECONDS_PER_DAY = 86_400_000;
/** Clocks of two machines may differ; a delivery from farther in the future has a wrong time. */
const CLOCK_SKEW_MILLISECONDS = 3_600_000;

const notMeasured = (id: string, explanation: string): Measurement => ({ id, status: 'notMeasured', explanation });

/** Everything that the data check measures, from counts alone. */
export function measureSnapshot(facts: SnapshotFacts, project: ModelProjectData, newestModifiedAt: string, now: Date): Measurement[] {
  return [...measureContent(facts, project), measureAge(newestModifiedAt, now)];
}

function measureContent(facts: SnapshotFacts, project: ModelProjectData): Measurement[] {
  const rows = measureRows(facts);
  if (facts.files.length === 0) {
    return [rows, ...[ID.COLUMNS, ID.COMPLETENESS, ID.INVALID_SHARE, ID.DUPLICATE_SHARE, ID.POSITIVE_SHARE].map((id) => notMeasured(id, 'no file could be read'))];
  }
  const columns = measureColumns(facts);
  if (facts.rows === 0) {
    return [rows, columns, ...[ID.COMPLETENESS, ID.INVALID_SHARE, ID.DUPLICATE_SHARE, ID.POSITIVE_SHARE].map((id) => notMeasured(id, 'there are no rows'))];
  }
  return [rows, columns, measureCompleteness(facts), measureInvalid(facts, project), measureDuplicates(facts, project), measurePositive(facts, project)];
}

function measureRows({ rows, files, unreadable }: SnapshotFacts): Measurement {
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

function measureColumns({ files }: SnapshotFacts): Measurement {
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
    details: Object.fromEntries(kinds.map(([kind, columns]) => [kind, Object.fromEntries(columns)])),
  };
}

function measureCompleteness({ columns, rows }: SnapshotFacts): Measurement {
  const required = columns.filter(({ column, rows: present }) => column.nullable !== true && present > 0);
  const gaps = required.filter(({ nulls }) => nulls > 0).toSorted((a, b) => b.nulls / b.rows - a.nulls / a.rows);
  const worst = gaps[0];
  if (required.length === 0) {
    return notMeasured(ID.COMPLETENESS, 'no column of the schema is there');
  }
  return {
    id: ID.COMPLETENESS,
    status: 'measured',
    value: worst === undefined ? 1 : 1 - worst.nulls / worst.rows,
    sampleSize: rows,
    explanation: worst === undefined
      ? `no value is missing in ${counted(required.length, 'column')}`
      : list(gaps.map((gap) => `${gap.column.name} has ${figure(gap.nulls)} of ${figure(gap.rows)} values missing (${percent(gap.nulls / gap.rows)})`), 5),
    details: { missingValues: Object.fromEntries(gaps.map(({ column, nulls }) => [column.name, nulls])) },
  };
}

const present = ({ rows, nulls }: ColumnFacts): number => rows - nulls;
const invalidShare = (facts: ColumnFacts): number => (present(facts) === 0 ? 0 : invalidValues(facts) / present(facts));

function measureInvalid({ columns }: SnapshotFacts, { schema }: ModelProjectData): Measurement {
  const measured = columns.filter((facts) => present(facts) > 0);
  if (measured.length === 0) {
    return notMeasured(ID.INVALID_SHARE, 'no column of the schema holds a value');
  }
  const bad = measured.filter((facts) => invalidValues(facts) > 0).toSorted((a, b) => invalidShare(b) - invalidShare(a));
  const worst = bad[0];
  const values = measured.reduce((sum, facts) => sum + present(facts), 0);
  return {
    id: ID.INVALID_SHARE,
    status: 'measured',
    value: worst === undefined ? 0 : invalidShare(worst),
    sampleSize: worst === undefined ? values : present(worst),
    explanation: bad.length === 0
      ? `all ${figure(values)} values of ${counted(measured.length, 'column')} have the type, range and domain of schema version ${schema.version}`
      : bad.slice(0, 5).map(invalidSentence).join('; ') + (bad.length > 5 ? `; and ${bad.length - 5} more columns` : ''),
    details: {
      columns: measured.map((facts) => ({
        name: facts.column.name, values: present(facts), ...facts.problems, minimum: facts.minimum, maximum: facts.maximum, examples: facts.examples,
      })),
    },
  };
}

const PROBLEM_WORDS: Readonly<Record<Problem, (column: ColumnFacts['column']) => string>> = {
  type: ({ type }) => `are not of type ${type}`,
  belowMinimum: ({ minimum }) => `lie below the minimum ${minimum}`,
  aboveMaximum: ({ maximum }) => `lie above the maximum ${maximum}`,
  outsideDomain: ({ domain }) => `are none of ${list((domain ?? []).map(String), 12)}`,
};

function invalidSentence(facts: ColumnFacts): string {
  const parts = PROBLEMS.filter((problem) => facts.problems[problem] > 0).map((problem) => {
    const count = facts.problems[problem];
    const examples = facts.examples.filter((example) => example.problem === problem).map(({ value, count: times }) => `${value} (${figure(times)} times)`);
    return `${figure(count)} of ${figure(present(facts))} values (${percent(count / present(facts))}) ${PROBLEM_WORDS[problem](facts.column)}, such as ${examples.join(', ')}`;
  });
  return `${facts.column.name}: ${parts.join('; ')}`;
}

function measureDuplicates({ recordIds, rows }: SnapshotFacts, { schema }: ModelProjectData): Measurement {
  const { name } = schema.recordId;
  if (recordIds.present === 0) {
    return notMeasured(ID.DUPLICATE_SHARE, `no row has a record id in ${name}`);
  }
  const repeated = recordIds.present - recordIds.distinct;
  return {
    id: ID.DUPLICATE_SHARE,
    status: 'measured',
    value: repeated / rows,
    sampleSize: rows,
    explanation: repeated === 0
      ? `every ${name} occurs once`
      : `${counted(repeated, 'row')} repeat an earlier ${name} (${percent(repeated / rows)}), such as ${recordIds.examples.map(({ value, count }) => `${value} (${count} times)`).join(', ')}`,
  };
}

function measurePositive({ target: { valid, positive } }: SnapshotFacts, { schema, declaration }: ModelProjectData): Measurement {
  const { name } = schema.target;
  if (valid === 0) {
    return notMeasured(ID.POSITIVE_SHARE, `no row has a valid ${name}`);
  }
  return {
    id: ID.POSITIVE_SHARE,
    status: 'measured',
    value: positive / valid,
    interval: wilsonInterval(positive, valid),
    sampleSize: valid,
    explanation: `${figure(positive)} of ${counted(valid, 'row')} (${percent(positive / valid)}) have ${name} = ${declaration.positiveLabel}`,
  };
}

function measureAge(newestModifiedAt: string, now: Date): Measurement {
  const age = now.getTime() - Date.parse(newestModifiedAt);
  if (Number.isNaN(age)) {
    return notMeasured(ID.AGE_DAYS, `the arrival of the newest delivery is no time: ${JSON.stringify(newestModifiedAt)}`);
  }
  if (age < -CLOCK_SKEW_MILLISECONDS) {
    return notMeasured(ID.AGE_DAYS, `the newest delivery arrived at ${newestModifiedAt}, which lies in the future of ${now.toISOString()}`);
  }
  const days = Math.max(0, age) / MILLISECONDS_PER_DAY;
  return { id: ID.AGE_DAYS, status: 'measured', value: days, explanation: `the newest delivery arrived at ${newestModifiedAt}, ${days.toFixed(1)} days ago` };
}
