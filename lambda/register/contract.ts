import type { GateResult } from '../gate/contract';
import type { ChampionRecord, ProblemType, ReleasePin } from '../shared/contract';
import type { SnapshotResult, SourceObject } from '../snapshot/contract';

/** Input of the registration, the last step of a development run. */
export interface RegisterEvent {
  readonly runId: string;
  readonly pipelineExecutionArn: string;
  readonly snapshot: SnapshotResult;
  readonly release: ReleasePin;
  readonly champion: ChampionRecord | null;
  readonly gates: { readonly data: GateResult; readonly model: GateResult };
  /** Folder with `evaluation.json`, `golden.json`, `predictions.parquet`. */
  readonly evaluationUri: string;
  readonly reference: { readonly referenceUri: string; readonly sha256: string };
}

export interface RegisterResult {
  readonly modelPackageArn: string;
  readonly packageDigest: string;
  readonly manifestUri: string;
}

/** File with its hash. */
export interface PinnedFile {
  readonly uri: string;
  readonly sha256: string;
}

/**
 * What a machine-learning artifact is made of ("Implementation of MLOps", section 2.3): enough to rebuild it and to prove that nothing was
 * exchanged. Its canonical JSON is hashed into the package digest. No ARN stands in it, since ARNs exist only after registration.
 */
export interface ArtifactManifest {
  readonly version: '1';
  readonly model: string;
  readonly problemType: ProblemType;
  readonly run: { readonly id: string; readonly environment: string; readonly policyDigest: string; readonly comparedWith: string | null };
  readonly code: {
    readonly repository: string;
    readonly commit: string;
    readonly bundleUri: string;
    readonly bundleSha256: string;
    readonly pipelineDefinitionDigest: string;
  };
  readonly data: {
    readonly snapshotUri: string;
    readonly digest: string;
    readonly schemaVersion: string;
    readonly files: number;
    readonly newestModifiedAt: string;
    /** Rows of the test split. */
    readonly testRows: number;
    readonly sources: readonly SourceObject[];
  };
  readonly parameters: {
    readonly hyperparameters: Readonly<Record<string, string>>;
    readonly seed: number;
    readonly chosenBy: 'declaration';
  };
  readonly modelArtifact: PinnedFile & { readonly etag: string; readonly size: number };
  readonly environment: {
    readonly image: string;
    readonly python: string;
    readonly packages: Readonly<Record<string, string>>;
  };
  readonly evaluation: PinnedFile & { readonly metrics: Readonly<Record<string, number>> };
  readonly golden: PinnedFile;
  readonly reference: PinnedFile;
  readonly gates: readonly { readonly gate: string; readonly verdictUri: string; readonly verdictSha256: string }[];
  readonly documentation: { readonly modelCardSha256: string };
}

/** `evaluation.json`, as `evaluate.py` writes it. */
export interface EvaluationReport {
  readonly problemType: ProblemType;
  readonly rows: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly baseline: Readonly<Record<string, number>>;
  readonly champion: Readonly<Record<string, number>> | null;
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
} as const;

/** Environment of the serving container: the toolkit of SageMaker's scikit-learn image reads it. */
export const SERVING_ENVIRONMENT = {
  SAGEMAKER_PROGRAM: 'inference.py',
  SAGEMAKER_SUBMIT_DIRECTORY: '/opt/ml/model/code',
} as const;

/** Environment variable with the name of the model package group. */
export const MODEL_PACKAGE_GROUP = 'MLOPS_MODEL_PACKAGE_GROUP';

/** Names of the pipeline's steps, by which the registration finds the candidate's training job. */
export const PipelineSteps = { PREPARE: 'Prepare', TRAIN: 'Train', TRAIN_BASELINE: 'TrainBaseline', EVALUATE: 'Evaluate' } as const;
