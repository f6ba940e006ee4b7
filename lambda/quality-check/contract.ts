/** What the quality check reads from its gate's context. */
export interface QualityCheckContext {
  /** Manifest of the window, see the drift check. */
  readonly windowUri: string;
  /** The champion's `reference.json`, which holds its metrics on the test rows. */
  readonly referenceUri: string;
  /** Deliveries of labels: S3 URIs of folders (ending in a slash) or of files with the record id and the target. Empty while none has arrived. */
  readonly labelsUris: readonly string[];
}
