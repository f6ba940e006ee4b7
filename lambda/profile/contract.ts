/** Input of the profile function. */
export interface ProfileEvent {
  /** Folder with the training split. */
  readonly trainUri: string;
  /** `predictions.parquet` of the evaluation. */
  readonly predictionsUri: string;
  /** Folder in which `reference.json` is written; or the file itself, when it ends in `.json`. */
  readonly outputUri: string;
}

/** Output of the profile function. */
export interface ProfileResult {
  readonly referenceUri: string;
  /** SHA-256 (hex) of `reference.json`. */
  readonly sha256: string;
}
