/** The schema of a model's data, as reviewed and committed in the model project. */

/** `date`: ISO 8601 `2026-01-31`; `timestamp`: ISO 8601 `2026-01-31T12:00:00Z`, without an offset in UTC. */
export type ColumnType = 'integer' | 'number' | 'string' | 'boolean' | 'date' | 'timestamp';

/** One column of the data, as reviewed and committed in the model project's `schema.json`. */
export interface ColumnSchema {
  readonly name: string;
  readonly type: ColumnType;
  readonly description?: string;
  /** Allowed values; a categorical column. Compared as text for strings, as numbers otherwise. */
  readonly domain?: readonly (string | number | boolean)[];
  /**
   * Inclusive bounds of a numeric column: expectations of the data tests. A request beyond them is served, logged and seen by the monitor, since the
   * model can score it.
   */
  readonly minimum?: number;
  readonly maximum?: number;
  /** Form of a whole text: a regular expression without look-around and back references, so that JavaScript, RE2 and Java agree on it. */
  readonly pattern?: string;
  /** @default false */
  readonly nullable?: boolean;
  /** No two rows have the same value; the record id always is unique. @default false */
  readonly unique?: boolean;
  /**
   * Says something about a person that the law protects, such as race or sex. A sensitive feature must be allowed by name in `data.sensitiveFeatures`;
   * `false` says that a column whose name sounds like it was looked at and is none.
   */
  readonly sensitive?: boolean;
  /** What obtaining the feature costs, in a unit that the project chooses; judged against `data.featureCostBudget`. */
  readonly cost?: number;
}

/** One statement about a column. It has exactly one of the members beside `column`; about a missing value only `missing` says anything. */
export interface ColumnCondition {
  readonly column: string;
  readonly is?: string | number | boolean;
  readonly isNot?: string | number | boolean;
  readonly in?: readonly (string | number | boolean)[];
  readonly notIn?: readonly (string | number | boolean)[];
  /** Inclusive; for dates and timestamps as ISO 8601 text. */
  readonly minimum?: number | string;
  readonly maximum?: number | string;
  readonly missing?: boolean;
  /** Names of columns of the same kind: equal to it, at least as great, at most as great. */
  readonly equalsColumn?: string;
  readonly atLeastColumn?: string;
  readonly atMostColumn?: string;
}

/**
 * A rule over the columns of one row: where every condition of `when` holds, every condition of `then` must hold. A condition on a missing value is
 * unknown: unknown in `when` the rule says nothing about the row, unknown in `then` the row breaks no rule (completeness judges missing values).
 */
export interface ColumnRule {
  readonly id: string;
  readonly description?: string;
  /** @default - always */
  readonly when?: readonly ColumnCondition[];
  readonly then: readonly ColumnCondition[];
}

/** `schema.json` of a model project. */
export interface DataSchema {
  readonly version: string;
  /** Column that identifies a record; joins delayed labels to predictions. Not a feature. */
  readonly recordId: ColumnSchema;
  readonly target: ColumnSchema;
  /** Column that orders records in time, if the project has one: a year, a date or a timestamp. Not a feature. */
  readonly order?: ColumnSchema;
  /** Column with the person or thing that a record is about, where several records may be about one. Not a feature; see `training.split.entity`. */
  readonly entity?: ColumnSchema;
  readonly features: readonly ColumnSchema[];
  /** Rules over several columns. @default - none */
  readonly rules?: readonly ColumnRule[];
  /** Names that no delivery may have, whatever its case; `*` stands for any characters, e.g. `*_email`. @default - none */
  readonly forbidden?: readonly string[];
  /** Columns that deliveries may have and nothing reads. Any other column that the schema does not name is a fault. @default - none */
  readonly ignored?: readonly string[];
}
