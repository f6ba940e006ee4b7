/** What the data check reads from its gate's context. */
export interface DataCheckContext {
  /** Folder of the snapshot: Parquet, CSV or JSON lines, gzip allowed for the texts; names that start with `_` or `.` are left out. */
  readonly snapshotUri: string;
  /** When the newest delivery of the snapshot arrived, ISO 8601. */
  readonly newestModifiedAt: string;
}
