import type { ColumnProfile } from '../shared/profile/contract';
import { type Problem, PROBLEMS } from '../shared/schema/columns';
import type { ColumnRule, ColumnSchema } from '../shared/schema/contract';

/** One data file. */
export interface FileFacts {
  readonly name: string;
  readonly rows: number;
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  /** Columns of which no value has the type of the schema. */
  readonly mistyped: readonly { readonly name: string; readonly found: string }[];
}

/** Values of a column of numbers, as far as they are finite; seconds since 1970 of dates and timestamps. */
export interface NumberFacts {
  readonly count: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly mean: number;
  /** Population standard deviation. */
  readonly deviation: number;
  readonly negative: number;
}

/** Values of one column over all readable files. */
export interface ColumnFacts {
  readonly column: ColumnSchema;
  /** Rows of files that have the column. */
  readonly rows: number;
  readonly nulls: number;
  readonly problems: Readonly<Record<Problem, number>>;
  /** Record ids of rows with each problem, a few. */
  readonly examples: Readonly<Partial<Record<Problem, readonly string[]>>>;
  readonly numbers?: NumberFacts;
  /** Of a column of numbers: how many lie in each of ten equally wide buckets from minimum to maximum. */
  readonly buckets?: readonly number[];
  /** Of a column of categories: the most frequent ones. */
  readonly frequencies?: readonly Frequency[];
}

export interface Frequency {
  readonly item: string;
  readonly n: number;
}

/** How often the values of a column that must be unique occur. */
export interface RepeatFacts {
  readonly column: string;
  readonly present: number;
  readonly different: number;
  /** Record ids (of the record id column itself: with the times they occur); of another column nothing, since it may be personal. */
  readonly examples: readonly { readonly id: string; readonly times: number }[];
}

export interface RuleFacts {
  readonly rule: ColumnRule;
  readonly broken: number;
  readonly examples: readonly string[];
}

/** How well one feature alone tells the target: see `power.ts`. */
export interface FeaturePower {
  readonly feature: string;
  readonly power: number;
}

/** Everything that the data check finds out about a snapshot, before anything is called good or bad. */
export interface SnapshotFacts {
  readonly rows: number;
  readonly files: readonly FileFacts[];
  /** Files that could not be read, one plain sentence each. */
  readonly unreadable: readonly string[];
  /** As many as expected columns, in their order. */
  readonly columns: readonly ColumnFacts[];
  readonly recordIds: RepeatFacts;
  /** Columns that the schema calls unique. */
  readonly unique: readonly RepeatFacts[];
  /** Rows that differ in anything but the record id. */
  readonly differentRows: number;
  readonly rules: readonly RuleFacts[];
  /** `undefined`, where there are too few rows to tell. */
  readonly powers?: readonly FeaturePower[];
  /** Features on the sampled rows, to compare with a reference. */
  readonly profiles: Readonly<Record<string, ColumnProfile>>;
}

export const invalidValues = ({ problems }: ColumnFacts): number => PROBLEMS.reduce((sum, problem) => sum + problems[problem], 0);
