import type { DevelopmentInput } from '../shared/process/contract';

/** One object that a snapshot pins. */
export interface SourceObject {
  readonly uri: string;
  /** Absent where the bucket keeps no versions. */
  readonly versionId?: string;
  readonly etag: string;
  readonly size: number;
}

/** A {@link SourceObject} with its copy in the snapshot. */
export interface PinnedSource extends SourceObject {
  /** Name of the copy in the snapshot's folder. */
  readonly file: string;
  /** SHA-256 (hex) of the copy. */
  readonly sha256: string;
}

export interface SnapshotEvent {
  readonly runId: string;
  readonly data: DevelopmentInput['data'];
}

export interface SnapshotResult {
  /** Folder that jobs and checks read, and nothing else. */
  readonly snapshotUri: string;
  /** SHA-256 (hex) of the canonical list of sources. */
  readonly digest: string;
  /** Arrival of the newest object, ISO 8601. */
  readonly newestModifiedAt: string;
  /** JSON list of {@link PinnedSource}, beside the folder: it may be longer than a state machine can carry. */
  readonly sourcesUri: string;
  readonly files: number;
  readonly bytes: number;
}
