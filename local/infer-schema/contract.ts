import type { ColumnSchema, DataSchema, Label, ModelDeclaration, ProblemType } from '../../lambda/shared/contract';

/** What schema inference is asked for. */
export interface InferenceOptions {
  /** CSV, Parquet or JSON lines; gzip allowed for the texts. */
  readonly file: string;
  readonly target: string;
  /** @default - a column that is named like an id and never repeats */
  readonly recordId?: string;
  /** @default - the only column of times, or one that is named like a year and holds years */
  readonly order?: string;
  /**
   * What people know and the data do not show: members of a column by its name, such as the codes of a codebook. They win over what was inferred; with a
   * `type` they also bring in a column that would be left out.
   */
  readonly overrides?: Readonly<Record<string, Partial<Omit<ColumnSchema, 'name'>>>>;
}

/** A column that is no feature, and why. */
export interface LeftOut {
  readonly name: string;
  readonly reason: string;
}

/** A schema and expectations that the data themselves meet, for a person to review. */
export interface InferredProject {
  readonly rows: number;
  readonly schema: DataSchema;
  /** The data have no column of ids: `schema.recordId` is a column that whoever uses the schema must add, with numbers from 0. */
  readonly recordIdIsMissing: boolean;
  readonly problemType: ProblemType;
  /** Of a binary classification. */
  readonly positiveLabel?: Label;
  /** Proposal for `data:` of `model.yaml`. */
  readonly data: ModelDeclaration['data'];
  /** Stands in `schema.ignored`, too. */
  readonly leftOut: readonly LeftOut[];
  /** Guesses that a person should look at, one sentence each. */
  readonly notes: readonly string[];
}

/** Why no schema can be inferred, in a plain sentence. */
export class InferenceError extends Error {
  override readonly name = 'InferenceError';
}
