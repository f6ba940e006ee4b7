import type { ColumnSchema, ModelProjectData } from '../shared/contract';
import { type Database, literal } from '../shared/duckdb';
import type { TableFile } from '../shared/tables/files';
import { type ColumnFacts, expectedColumns, type FileFacts, invalidValues, PROBLEMS, type Problem, type SnapshotFacts } from './facts';
import { STAGE, type StagedFile, stageFiles } from './stage';

/** Values shown of each problem. */
const EXAMPLES = 3;

type Counts = Record<string, number | null>;

/** Reads every file and counts; malformed input is a finding, never an error. */
export async function collectFacts(database: Database, found: readonly TableFile[], { schema, declaration }: ModelProjectData): Promise<SnapshotFacts> {
  const expected = expectedColumns(schema);
  const { staged, unreadable } = await stageFiles(database, found, expected);
  const perFile = await database.rows<Counts>(
    `SELECT file, count(*) AS n, ${expected.map(({ type }, i) => countsOf(i, type)).join(', ')} FROM ${STAGE} GROUP BY file ORDER BY file`,
  );
  const countsOfFile = new Map(perFile.map((counts): [number, Counts] => [counts.file ?? -1, counts]));
  const columns: ColumnFacts[] = [];
  for (const [index, column] of expected.entries()) {
    const files = staged.filter(({ present }) => present.has(column.name));
    const rows = files.map((file) => countsOfFile.get(file.index)).filter((counts) => counts !== undefined);
    const facts = columnFacts(column, index, rows);
    columns.push(invalidValues(facts) === 0 ? facts : { ...facts, examples: await examplesOf(database, index) });
  }
  return {
    rows: perFile.reduce((sum, { n }) => sum + (n ?? 0), 0),
    files: staged.map((file) => fileFacts(file, expected, countsOfFile.get(file.index))),
    unreadable,
    columns,
    recordIds: await recordIds(database),
    target: await target(database, declaration.positiveLabel as number | string),
  };
}

function countsOf(index: number, type: string): string {
  const problems = PROBLEMS.map((problem, code) => `count(*) FILTER (p${index} = ${code + 1}) AS ${problem}${index}`);
  const range = type === 'integer' || type === 'number' ? [`min(TRY_CAST(t${index} AS DOUBLE)) AS min${index}`, `max(TRY_CAST(t${index} AS DOUBLE)) AS max${index}`] : [];
  return [`count(t${index}) AS present${index}`, ...problems, ...range].join(', ');
}

function columnFacts(column: ColumnFacts['column'], index: number, files: readonly Counts[]): ColumnFacts {
  const sum = (name: string): number => files.reduce((subtotal, counts) => subtotal + (counts[name] ?? 0), 0);
  const known = (name: string): number[] => files.map((counts) => counts[`${name}${index}`] ?? Number.NaN).filter(Number.isFinite);
  const [minima, maxima] = [known('min'), known('max')];
  const rows = sum('n');
  return {
    column,
    rows,
    nulls: rows - sum(`present${index}`),
    problems: Object.fromEntries(PROBLEMS.map((problem) => [problem, sum(`${problem}${index}`)])) as Record<Problem, number>,
    examples: [],
    ...(minima.length > 0 && { minimum: Math.min(...minima) }),
    ...(maxima.length > 0 && { maximum: Math.max(...maxima) }),
  };
}

async function examplesOf(database: Database, index: number): Promise<ColumnFacts['examples']> {
  const rows = await database.rows<{ code: number; value: string; count: number }>(
    `SELECT p${index} AS code, t${index} AS value, count(*) AS count FROM ${STAGE} WHERE p${index} > 0 GROUP BY code, value
     QUALIFY row_number() OVER (PARTITION BY code ORDER BY count DESC, value) <= ${EXAMPLES} ORDER BY code, count DESC, value`,
  );
  return rows.map(({ code, value, count }) => ({ problem: PROBLEMS[code - 1] ?? 'type', value: value.slice(0, 40), count }));
}

function fileFacts({ file, present }: StagedFile, expected: readonly ColumnSchema[], counts: Counts | undefined): FileFacts {
  const names = new Set(expected.map(({ name }) => name));
  return {
    name: file.name,
    rows: counts?.n ?? 0,
    missing: expected.filter(({ name, nullable }) => nullable !== true && !present.has(name)).map(({ name }) => name),
    unexpected: [...present.keys()].filter((name) => !names.has(name)),
    mistyped: expected.flatMap(({ name }, index) => {
      const values = counts?.[`present${index}`] ?? 0;
      return values > 0 && counts?.[`type${index}`] === values ? [{ name, found: present.get(name) ?? 'other values' }] : [];
    }),
  };
}

/** The record id is the first expected column, the target the second. */
async function recordIds(database: Database): Promise<SnapshotFacts['recordIds']> {
  const { present, distinct } = await database.row<{ present: number; distinct: number }>(
    `SELECT count(t0) AS present, count(DISTINCT t0) AS "distinct" FROM ${STAGE}`,
  );
  const examples = present === distinct ? [] : await database.rows<{ value: string; count: number }>(
    `SELECT t0 AS value, count(*) AS count FROM ${STAGE} WHERE t0 IS NOT NULL GROUP BY t0 HAVING count(*) > 1 ORDER BY count DESC, value LIMIT ${EXAMPLES}`,
  );
  return { present, distinct, examples };
}

async function target(database: Database, positiveLabel: number | string): Promise<SnapshotFacts['target']> {
  const positive = typeof positiveLabel === 'number' ? `TRY_CAST(t1 AS DOUBLE) = ${positiveLabel}` : `t1 = ${literal(positiveLabel)}`;
  return database.row(`SELECT count(*) AS valid, count(*) FILTER (${positive}) AS positive FROM ${STAGE} WHERE t1 IS NOT NULL AND p1 = 0`);
}
