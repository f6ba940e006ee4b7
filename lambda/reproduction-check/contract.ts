import type { ArtifactReference } from '../shared/process/contract';

/** Context of the check. */
export interface ReproductionCheckContext extends ArtifactReference {
  /** Folder with what the rebuilt model was evaluated with. */
  readonly evaluationUri: string;
  /** Whether the recorded definition of the pipeline ran, `true` or `false`. */
  readonly sameDefinition: string;
}
