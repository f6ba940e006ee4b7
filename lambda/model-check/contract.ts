/** What the model check reads from its gate's context. */
export interface ModelCheckContext {
  /** `predictions.parquet` of the evaluation: record id, `label` (0 or 1), `candidate`, `baseline`, `champion` (null where there is no champion). */
  readonly predictionsUri: string;
}
