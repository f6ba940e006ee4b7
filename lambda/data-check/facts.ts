import type { ColumnSchema, DataSchema } from '../shared/contract';

/** What can be wrong with a value, in the order in which it is looked for. */
export const PROBLEMS = ['type', 'belowMinimum', 'aboveMaximum', 'outsideDomain'] as const;
export type Problem = (typeof PROBLEMS)[number];

/** Columns that the schema promises: record id, target, features, order. A file may leave out those that are nullable. */
export const expectedColumns = ({ recordId, target, features, order }: DataSchema): ColumnSchema[] => [
  recordId,
  target,
  ...features,
  ...(order === undefined ? [] : [order]),
];

/** One data file. */
export interface FileFacts {
  readonly name: string;
  readonly rows: number;
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  /** Columns of which no value has the type of the schema. */
  readonly mistyped: readonly { readonly name: string; readonly found: string }[];
}

/** Values of one column over all readable files. */
export interface ColumnFacts {
  readonly column: ColumnSchema;
  /** Rows of files that have the column. */
  readonly rows: number;
  readonly nulls: number;
  readonly problems: Readonly<Record<Problem, number>>;
  readonly examples: readonly { readonly problem: Problem; readonly value: string; readonly count: number }[];
  readonly minimum?: number;
  readonly maximum?: number;
}

/** Everything that the data check finds out about a snapshot, before anything is called good or bad. */
export interface SnapshotFacts {
  readonly rows: number;
  readonly files: readonly FileFacts[];
  /** Files that could not be read, one plain sentence each. */
  readonly unreadable: readonly string[];
  readonly columns: readonly ColumnFacts[];
  readonly recordIds: { readonly present: number; readonly distinct: number; readonly examples: readonly { readonly value: string; readonly count: number }[] };
  /** Rows with a valid target, and those of them with the positive label. */
  readonly target: { readonly valid: number; readonly positive: number };
}

export const invalidValues = ({ problems }: ColumnFacts): number => PROBLEMS.reduce((sum, problem) => sum + problems[problem], 0);
