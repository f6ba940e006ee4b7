import type { GateResult } from '../gate/contract';
import type { ChampionRecord, ReleasePin } from '../shared/process/contract';
import type { ProblemType } from '../shared/project/contract';
import type { SnapshotResult } from '../snapshot/contract';

/** Input of the registration, the last step of a development run. */
export interface RegisterEvent {
  readonly runId: string;
  readonly pipelineExecutionArn: string;
  readonly snapshot: SnapshotResult;
  readonly release: ReleasePin;
  readonly champion: ChampionRecord | null;
  readonly gates: { readonly data: GateResult; readonly model: GateResult };
  /** The release's bundle where it stays. */
  readonly bundleUri: string;
  /** Folder of the run: `evaluation/evaluation.json`, `evaluation/golden.json`, `evaluation/predictions.parquet` ... */
  readonly runUri: string;
  readonly reference: { readonly referenceUri: string; readonly sha256: string };
}

export interface RegisterResult {
  readonly modelPackageArn: string;
  readonly packageDigest: string;
  readonly manifestUri: string;
}

export type { ArtifactManifest } from './manifest-schema';

/** File with its hash. */
export interface PinnedFile {
  readonly uri: string;
  readonly sha256: string;
}

/** `evaluation.json`, as `evaluate.py` writes it. */
export interface EvaluationReport {
  readonly problemType: ProblemType;
  readonly rows: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly baseline: Readonly<Record<string, number>>;
  readonly champion: Readonly<Record<string, number>> | null;
  /** Folders of what earlier steps wrote: of this run, or of an earlier one whose results were reused. */
  readonly data?: { readonly trainUri: string | null; readonly tuneUri: string | null };
  readonly environment: { readonly python: string; readonly packages: Readonly<Record<string, string>> };
}

/** Customer metadata of a model package: annotations for people and machines. Evidence is what `GeneratedBy` binds. */
export const PackageMetadata = {
  MANIFEST_URI: 'manifestUri',
  RUN_ID: 'runId',
  DATA_DIGEST: 'dataDigest',
  GOLDEN_URI: 'goldenUri',
  REFERENCE_URI: 'referenceUri',
  MODEL_SHA256: 'modelSha256',
  /** ML Test Score when it was registered. */
  SCORE: 'mlTestScore',
  SCORE_URI: 'mlTestScoreUri',
} as const;

/** Environment of the serving container: the toolkit of SageMaker's scikit-learn image reads it. */
export const SERVING_ENVIRONMENT = {
  SAGEMAKER_PROGRAM: 'inference.py',
  SAGEMAKER_SUBMIT_DIRECTORY: '/opt/ml/model/code',
} as const;

/** Environment variable with the name of the model package group. */
export const MODEL_PACKAGE_GROUP = 'MLOPS_MODEL_PACKAGE_GROUP';

/**
 * Environment variable: `required` where a version is registered only with every human-written field of its model card, `draft` where fields may
 * still wait for their author.
 */
export const DOCUMENTATION = 'MLOPS_DOCUMENTATION';
export type Documentation = 'required' | 'draft';

/** Names of the pipeline's steps, by which the registration finds the candidate's training job. */
export const PipelineSteps = { PREPARE: 'Prepare', TUNE: 'Tune', TRAIN: 'Train', TRAIN_BASELINE: 'TrainBaseline', EVALUATE: 'Evaluate', STUDY: 'Study', TEST: 'Test' } as const;
