/** What the data check reads from its gate's context. */
export interface DataCheckContext {
  /** Folder of the snapshot: Parquet, CSV or JSON lines, gzip allowed for the texts; names that start with `_` or `.` are left out. */
  readonly snapshotUri: string;
  /** When the newest delivery of the snapshot arrived, ISO 8601. */
  readonly newestModifiedAt: string;
  /** `reference.json` of the champion: what its training data looked like. Empty or left out where there is no champion. */
  readonly referenceUri?: string;
}

/** Files in the formats of SageMaker Model Monitor, beside the evidence; the evidence names them with their hashes. */
export const DataReports = {
  STATISTICS: 'statistics.json',
  CONSTRAINTS: 'constraints.json',
  VIOLATIONS: 'constraint_violations.json',
} as const;
