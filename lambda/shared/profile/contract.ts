/** A column of numbers. Missing values include what is not finite. */
export interface NumericProfile {
  readonly kind: 'numeric';
  /** Values that are there. */
  readonly count: number;
  readonly missing: number;
  readonly mean: number;
  /** Population standard deviation. */
  readonly std: number;
  readonly minimum: number;
  readonly maximum: number;
  /** Inner edges of at most ten quantile bins `[edge, next)`, the outer bins open. */
  readonly edges: readonly number[];
  /** Values per bin. */
  readonly bins: readonly number[];
  /** Ascending distinct values and how often they occur; or, if there are too many, evenly weighted quantiles. */
  readonly values: readonly number[];
  readonly counts: readonly number[];
}

/** A column of categories. */
export interface CategoricalProfile {
  readonly kind: 'categorical';
  readonly count: number;
  readonly missing: number;
  /** Frequent categories; the rest is counted under {@link OTHER}. */
  readonly counts: Readonly<Record<string, number>>;
}

export type ColumnProfile = NumericProfile | CategoricalProfile;

/** `reference.json`: what a model was trained on and what it answered on its test split. The fixed reference of every monitoring window. */
export interface ReferenceProfile {
  readonly version: '1';
  readonly schemaVersion: string;
  /** Rows of the training split. */
  readonly rows: number;
  readonly features: Readonly<Record<string, ColumnProfile>>;
  /** Answers of the candidate on the test split: probabilities, values, or classes. */
  readonly prediction: ColumnProfile;
  /** ISO 8601: from when on the model ages. */
  readonly trainedAt?: string;
  /** Metrics of the candidate on the test split, by name: what production is compared with. */
  readonly testMetrics?: Readonly<Record<string, number>>;
}

/** Bin of categories that the reference does not name. */
export const OTHER = '__other__';
