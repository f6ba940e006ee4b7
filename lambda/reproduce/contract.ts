import type { ArtifactReference, ReleasePin } from '../shared/process/contract';
import type { SnapshotResult } from '../snapshot/contract';

/** Input of the first state of a reproduction. */
export interface ReproduceEvent {
  readonly runId: string;
  readonly compareWith: ArtifactReference;
}

/** What a version is rebuilt from, read from its manifest and from nothing else. */
export interface ReproductionPlan {
  readonly snapshot: SnapshotResult;
  readonly release: ReleasePin;
  /** Version of the pipeline with the recorded definition, or `null` where SageMaker has it no longer: then the present definition runs. */
  readonly pipelineVersionId: number | null;
  readonly seed: string;
  readonly compareWith: ArtifactReference;
}

/** Environment variable with the name of the pipeline. */
export const PIPELINE_NAME = 'MLOPS_PIPELINE_NAME';
