/** Manifest of a monitoring window: which objects of the inference log belong to it. */
export interface WindowManifest {
  /** ISO 8601; the window holds what was predicted from `start` until before `end`. */
  readonly start: string;
  readonly end: string;
  /** S3 URIs of objects with inference records as JSON lines, gzip allowed. */
  readonly objects: readonly string[];
}

/** What the drift check reads from its gate's context. */
export interface DriftCheckContext {
  /** {@link WindowManifest} as JSON. */
  readonly windowUri: string;
  /** The champion's `reference.json`. */
  readonly referenceUri: string;
}
