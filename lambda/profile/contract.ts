/** Input of the profile function. */
export interface ProfileEvent {
  /** `evaluation.json`, which knows where the training split lies: a step that took an earlier run's results did not write it into this run. */
  readonly evaluationUri: string;
  /** `predictions.parquet` of the evaluation. */
  readonly predictionsUri: string;
  /** Folder in which `reference.json` is written; or the file itself, when it ends in `.json`. */
  readonly outputUri: string;
}

/** The part of `evaluation.json` that the profile needs. */
export interface EvaluationData {
  readonly data: { readonly trainUri: string };
  /** ISO 8601: when the model was evaluated. */
  readonly createdAt?: string;
  /** The candidate on the test rows. */
  readonly metrics?: Readonly<Record<string, number>>;
}

/** Output of the profile function. */
export interface ProfileResult {
  readonly referenceUri: string;
  /** SHA-256 (hex) of `reference.json`. */
  readonly sha256: string;
}
