import { type Problem, PROBLEMS } from '../shared/schema/columns';
import type { ColumnSchema } from '../shared/schema/contract';
import { countsQuery } from '../shared/schema/queries';
import type { ColumnFacts, NumberFacts } from './facts';
import { oneRow, type SnapshotSource } from './source';

/** Columns that are counted in one query: engines get slow with thousands of aggregates. */
const COLUMNS_PER_QUERY = 40;

/** What was counted in one file, or in all of a table. */
export interface Counts {
  readonly rows: number;
  readonly columns: readonly ColumnCounts[];
}

export interface ColumnCounts {
  readonly present: number;
  readonly problems: Readonly<Record<Problem, number>>;
  readonly numbers?: NumberFacts;
}

/** Counts every column of a relation. */
export async function countColumns(source: Pick<SnapshotSource, 'query'>, columns: readonly ColumnSchema[], relation: string): Promise<Counts> {
  const indexed = columns.map((column, index) => [index, column] as const);
  const chunks = Array.from({ length: Math.ceil(indexed.length / COLUMNS_PER_QUERY) }, (_, chunk) =>
    indexed.slice(chunk * COLUMNS_PER_QUERY, (chunk + 1) * COLUMNS_PER_QUERY),
  );
  const rows = await Promise.all(chunks.map((chunk) => oneRow<Record<string, number | null>>(source, countsQuery(chunk, relation))));
  const counts: Record<string, number | null> = Object.assign({}, ...rows);
  // Athena names columns in lower case.
  const of = (name: string, index: number): number => Number(counts[`${name.toLowerCase()}${index}`] ?? 0);
  return {
    rows: Number(counts.n ?? 0),
    columns: columns.map((_, index) => ({
      present: of('present', index),
      problems: Object.fromEntries(PROBLEMS.map((problem) => [problem, of(problem, index)])) as Record<Problem, number>,
      ...(of('numbers', index) > 0 && {
        numbers: {
          count: of('numbers', index), minimum: of('minimum', index), maximum: of('maximum', index), mean: of('mean', index), deviation: of('deviation', index), negative: of('negative', index),
        },
      }),
    })),
  };
}

/** A column over several files that have it. */
export function joinCounts(column: ColumnSchema, files: readonly { readonly rows: number; readonly counts: ColumnCounts }[]): ColumnFacts {
  const sum = (valueOf: (counts: ColumnCounts) => number): number => files.reduce((subtotal, { counts }) => subtotal + valueOf(counts), 0);
  const rows = files.reduce((subtotal, file) => subtotal + file.rows, 0);
  const numbers = files.flatMap(({ counts }) => counts.numbers ?? []);
  return {
    column,
    rows,
    nulls: rows - sum(({ present }) => present),
    problems: Object.fromEntries(PROBLEMS.map((problem) => [problem, sum(({ problems }) => problems[problem])])) as Record<Problem, number>,
    examples: {},
    ...(numbers.length > 0 && { numbers: joinNumbers(numbers) }),
  };
}

/** Mean and deviation of the whole from those of its parts. */
function joinNumbers(parts: readonly NumberFacts[]): NumberFacts {
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const mean = parts.reduce((sum, part) => sum + part.mean * (part.count / count), 0);
  const variance = parts.reduce((sum, part) => sum + (part.deviation ** 2 + (part.mean - mean) ** 2) * (part.count / count), 0);
  return {
    count,
    mean,
    deviation: Math.sqrt(variance),
    minimum: Math.min(...parts.map(({ minimum }) => minimum)),
    maximum: Math.max(...parts.map(({ maximum }) => maximum)),
    negative: parts.reduce((sum, { negative }) => sum + negative, 0),
  };
}
