/**
 * What the infrastructure (`lib`) and the handlers (`lambda`) agree on: the resolved model project, where objects lie in S3, names of events
 * and of environment variables. Handlers and constructs share `contract.ts` files and nothing else.
 */

/** Environment variables of the handlers. A handler reads only those that its construct sets. */
export const Env = {
  /** `dev`, `int`, `prod` ... : a label for records; no code branches on it. */
  ENVIRONMENT: 'MLOPS_ENVIRONMENT',
  DATA_BUCKET: 'MLOPS_DATA_BUCKET',
  ARTIFACTS_BUCKET: 'MLOPS_ARTIFACTS_BUCKET',
  EVIDENCE_BUCKET: 'MLOPS_EVIDENCE_BUCKET',
  INFERENCE_LOG_BUCKET: 'MLOPS_INFERENCE_LOG_BUCKET',
  EVENT_BUS_NAME: 'MLOPS_EVENT_BUS_NAME',
  ENDPOINT_NAME: 'MLOPS_ENDPOINT_NAME',
  /** DynamoDB table with endpoint locks and monitoring history: key `pk` (string), optional `ttl` (epoch seconds). */
  STATE_TABLE: 'MLOPS_STATE_TABLE',
} as const;

/** File beside every bundled handler that belongs to a model: the resolved model project ({@link ModelProjectData}). */
export const PROJECT_FILE = 'project.json';

export const PROBLEM_TYPES = ['binaryClassification', 'multiclassClassification', 'regression'] as const;
export type ProblemType = (typeof PROBLEM_TYPES)[number];

/** A class of the target, as the data have it. */
export type Label = number | string | boolean;

/** `date`: ISO 8601 `2026-01-31`; `timestamp`: ISO 8601 `2026-01-31T12:00:00Z`, without an offset in UTC. */
export type ColumnType = 'integer' | 'number' | 'string' | 'boolean' | 'date' | 'timestamp';

/** One column of the data, as reviewed and committed in the model project's `schema.json`. */
export interface ColumnSchema {
  readonly name: string;
  readonly type: ColumnType;
  readonly description?: string;
  /** Allowed values; a categorical column. Compared as text for strings, as numbers otherwise. */
  readonly domain?: readonly (string | number | boolean)[];
  /**
   * Inclusive bounds of a numeric column: expectations of the data tests. A request beyond them is served, logged and seen by the monitor, since the
   * model can score it.
   */
  readonly minimum?: number;
  readonly maximum?: number;
  /** Form of a whole text: a regular expression without look-around and back references, so that JavaScript, RE2 and Java agree on it. */
  readonly pattern?: string;
  /** @default false */
  readonly nullable?: boolean;
  /** No two rows have the same value; the record id always is unique. @default false */
  readonly unique?: boolean;
  /**
   * Says something about a person that the law protects, such as race or sex. A sensitive feature must be allowed by name in `data.sensitiveFeatures`;
   * `false` says that a column whose name sounds like it was looked at and is none.
   */
  readonly sensitive?: boolean;
  /** What obtaining the feature costs, in a unit that the project chooses; judged against `data.featureCostBudget`. */
  readonly cost?: number;
}

/** One statement about a column. It has exactly one of the members beside `column`; about a missing value only `missing` says anything. */
export interface ColumnCondition {
  readonly column: string;
  readonly is?: string | number | boolean;
  readonly isNot?: string | number | boolean;
  readonly in?: readonly (string | number | boolean)[];
  readonly notIn?: readonly (string | number | boolean)[];
  /** Inclusive; for dates and timestamps as ISO 8601 text. */
  readonly minimum?: number | string;
  readonly maximum?: number | string;
  readonly missing?: boolean;
  /** Names of columns of the same kind: equal to it, at least as great, at most as great. */
  readonly equalsColumn?: string;
  readonly atLeastColumn?: string;
  readonly atMostColumn?: string;
}

/**
 * A rule over the columns of one row: where every condition of `when` holds, every condition of `then` must hold. A condition on a missing value is
 * unknown: unknown in `when` the rule says nothing about the row, unknown in `then` the row breaks no rule (completeness judges missing values).
 */
export interface ColumnRule {
  readonly id: string;
  readonly description?: string;
  /** @default - always */
  readonly when?: readonly ColumnCondition[];
  readonly then: readonly ColumnCondition[];
}

/** `schema.json` of a model project. */
export interface DataSchema {
  readonly version: string;
  /** Column that identifies a record; joins delayed labels to predictions. Not a feature. */
  readonly recordId: ColumnSchema;
  readonly target: ColumnSchema;
  /** Column that orders records in time, if the project has one: a year, a date or a timestamp. Not a feature. */
  readonly order?: ColumnSchema;
  /** Column with the person or thing that a record is about, where several records may be about one. Not a feature; see `training.split.entity`. */
  readonly entity?: ColumnSchema;
  readonly features: readonly ColumnSchema[];
  /** Rules over several columns. @default - none */
  readonly rules?: readonly ColumnRule[];
  /** Names that no delivery may have, whatever its case; `*` stands for any characters, e.g. `*_email`. @default - none */
  readonly forbidden?: readonly string[];
  /** Columns that deliveries may have and nothing reads. Any other column that the schema does not name is a fault. @default - none */
  readonly ignored?: readonly string[];
}

/** Inclusive bounds. */
export interface Bounds {
  readonly minimum: number;
  readonly maximum: number;
}

/** A column whose values are the groups of a fairness test. */
export interface FairnessAttribute {
  readonly column: string;
  /** Whether the gate judges it; otherwise it is reported. */
  readonly gate: boolean;
  /** Edges that make groups of a column of numbers, ascending; a group holds its lower edge. @default - quarters of the rows */
  readonly bands?: readonly number[];
}

/** What a project asks of its model's treatment of groups. */
export interface FairnessDeclaration {
  readonly attributes: readonly FairnessAttribute[];
  /** Least ratio of the selection rate of a group and that of the best group (four-fifths rule, 29 CFR 1607.4(D)). @default 0.8 */
  readonly minimumSelectionRatio?: number;
  /** Value below which not even the lower confidence bound may lie. */
  readonly floor?: number;
  /** Smaller groups are reported as too small. */
  readonly minimumRows: number;
  /** Groups with fewer favourable labels are reported as too small. */
  readonly minimumPositives: number;
  /** Of several classes the one that people hope for. @default - the positive label; fairness of decisions is not applicable to several classes */
  readonly favourableLabel?: Label;
  /** Column within whose values decisions are compared as well. */
  readonly stratum?: string;
  /** Greatest range of recall and of false positive rate over the groups (equalized odds). @default - recorded, not judged */
  readonly maximumOddsDifference?: number;
}

/** Limits of metrics by name; the names of each problem type stand in `metrics/contract.ts`. At least one bound each. */
export type MetricLimits = Readonly<Record<string, { readonly minimum?: number; readonly maximum?: number }>>;

/** Values of a hyperparameter that tuning tries: a list, or a range from which it draws; `log` draws the exponent. */
export type TuningRange = readonly (string | number | boolean)[] | (Bounds & { readonly scale?: 'linear' | 'log' });

/** `model.yaml` of a model project: what *good* means. Durations are in the unit of their name. */
export interface ModelDeclaration {
  /** Lower-case letters, digits, hyphens; 2 to 30 characters. The folder has the same name. */
  readonly name: string;
  readonly description: string;
  readonly problemType: ProblemType;
  /** Path of the schema in the project folder. */
  readonly schema: string;
  /** Value of the target that counts as positive. Of a binary classification only, and required there. */
  readonly positiveLabel?: Label;
  /** Probability from which the label is positive. Of a binary classification only, and required there. */
  readonly decisionThreshold?: number;
  readonly data: {
    readonly minimumRows: number;
    /** Least share of non-null values of every column that is not nullable, 0 to 1. */
    readonly minimumCompleteness: number;
    /** Greatest share of values outside type, range or domain, 0 to 1. */
    readonly maximumInvalidShare: number;
    /** Greatest share of repeated record ids, 0 to 1. */
    readonly maximumDuplicateShare: number;
    /** Bounds of the share of a class, by class. Of classifications only. @default - recorded, not judged */
    readonly classShares?: Readonly<Record<string, Bounds>>;
    /** Bounds of the mean of the target. Of regressions only. @default - recorded, not judged */
    readonly targetMean?: Bounds;
    /** Greatest age of the newest delivery (its arrival in the bucket), in days. */
    readonly maximumAgeDays: number;
    /** Greatest number of rows. @default - no limit */
    readonly maximumRows?: number;
    /** Greatest age of the newest value of the schema's `order` column, in days. @default - recorded, not judged */
    readonly maximumNewestValueAgeDays?: number;
    /** Greatest share of rows that repeat another row in everything but the record id, 0 to 1. @default - recorded, not judged: categories repeat */
    readonly maximumDuplicateRowShare?: number;
    /** Greatest share of rows that break a rule of the schema, of the worst rule, 0 to 1. @default - `maximumInvalidShare` */
    readonly maximumRuleViolationShare?: number;
    /**
     * How well one feature alone may tell the target: AUC (of one class against the rest) for classes, share of the variance explained for numbers.
     * Beyond it the feature knows the answer. @default 0.99
     */
    readonly maximumSingleFeaturePower?: number;
    /** Share of features that may have drifted against the champion's training data, by `monitoring.drift`. @default - recorded, not judged: drift is a reason to retrain */
    readonly maximumDriftedFeatureShare?: number;
    /** Greatest sum of the features' `cost`. @default - recorded, not judged */
    readonly featureCostBudget?: number;
    /** Sensitive columns that may be features; any other is refused. @default - none */
    readonly sensitiveFeatures?: readonly string[];
  };
  readonly training: {
    readonly instanceType: string;
    readonly seed: number;
    readonly maximumRuntimeMinutes: number;
    readonly schedule?: string;
    readonly hyperparameters: Readonly<Record<string, string | number | boolean>>;
    /** @default - by record id */
    readonly split?: {
      /** `recordId`: a seeded hash decides, a row keeps its side. `order`: the oldest rows train, the newest test. */
      readonly by: 'recordId' | 'order';
      /** Column of which no value may be in two splits: the schema's `entity`, or a feature. */
      readonly entity?: string;
    };
    /** Search for hyperparameters on training and validation rows before the fit. @default - the hyperparameters are as declared */
    readonly tuning?: {
      /** Settings to try, the declared ones among them. */
      readonly trials: number;
      /** Folds of cross-validation over training and validation rows. @default - each trial is measured on the validation rows */
      readonly folds?: number;
      /** No trial begins after so many minutes. @default - `maximumRuntimeMinutes` */
      readonly maximumMinutes?: number;
      readonly space: Readonly<Record<string, TuningRange>>;
    };
    /** Train on spot instances: cheaper, may be interrupted and begin again. @default false */
    readonly spot?: boolean;
    /** Instances of a training job. The scripts of the blueprint use one; a project's own may use more. @default 1 */
    readonly instanceCount?: number;
    /** Reuse the results of earlier runs on the same data, code and settings for so many days. @default - every run computes everything */
    readonly cacheDays?: number;
  };
  readonly quality: {
    /** Limits on the test rows. */
    readonly metrics: MetricLimits;
    /**
     * How much better than the simple linear baseline a candidate must be by the primary metric of the problem type, and the level at which the
     * paired test must rule out that it is not: AUC, accuracy, or the share of the root mean squared error that it saves.
     */
    readonly baseline: { readonly margin: number; readonly significance: number };
    /** How much worse than the champion a candidate may be on the same rows, in the same measure. */
    readonly champion: { readonly tolerance: number };
    /** @default - no slices are measured */
    readonly slices?: {
      readonly columns: readonly string[];
      /** Smaller slices are reported as too small. */
      readonly minimumRows: number;
      /** How much worse than over all the primary metric of a slice may be. */
      readonly maximumLoss: number;
    };
    /** @default - not applicable */
    readonly fairness?: FairnessDeclaration;
    /** What the candidate may cost. @default - recorded, not judged */
    readonly costs?: {
      readonly maximumModelBytes?: number;
      readonly maximumFitSeconds?: number;
      /** For 1,000 rows at once. */
      readonly maximumScoreMilliseconds?: number;
    };
    /** Limits of the studies of the training pipeline that depend on the project. */
    readonly studies?: {
      /**
       * How much worse than in the period of training the primary metric of a model of the age `monitoring.maximumModelAgeDays` may be: an AUC, an accuracy,
       * or a share of the error. @default - recorded, not judged
       */
      readonly maximumStalenessLoss?: number;
      /** Features that may cost nothing when their values are permuted. @default - all but one */
      readonly maximumUnimportantFeatures?: number;
      /** Greatest difference between two fits with the same seed. @default 1e-12 */
      readonly reproducibilityTolerance?: number;
    };
    /** Greatest difference of a metric or a prediction between a version and the same rebuilt from its manifest. @default { tolerance: 1e-9 } */
    readonly reproduction?: { readonly tolerance: number };
  };
  readonly serving: {
    readonly instanceType: string;
    readonly latency: { readonly p50Milliseconds: number; readonly p95Milliseconds: number; readonly p99Milliseconds: number };
    readonly loadTest: {
      readonly requestsPerSecond: number;
      readonly durationSeconds: number;
      readonly warmUpSeconds: number;
      readonly rowsPerRequest: number;
      /** Upper 95 % bound of the share of failed requests. */
      readonly maximumErrorShare: number;
    };
    readonly rollout: {
      /** Average of `Invocation5XXErrors` of the new fleet above which the shift is rolled back, 0 to 1. */
      readonly maximumErrorShare: number;
      /** `ModelLatency` p99 of the new fleet above which the shift is rolled back. */
      readonly maximumLatencyMilliseconds: number;
      /** Requests that the new fleet must have answered before the shift counts as observed. */
      readonly minimumRequests: number;
    };
  };
  readonly monitoring: {
    /** EventBridge Scheduler expression. */
    readonly schedule: string;
    readonly minimumRows: number;
    readonly drift: {
      readonly psiWarning: number;
      readonly psiAlarm: number;
      readonly cramersV: number;
      readonly normedWasserstein: number;
      readonly ks: number;
      readonly significance: number;
      /** Share of drifted features from which the data set counts as drifted. */
      readonly featureShare: number;
      /** Features whose drift alone counts. */
      readonly criticalFeatures: readonly string[];
    };
    /** Limits on delayed labels; a window beyond one breaches. */
    readonly quality: MetricLimits;
    /** Age of the champion's training data beyond which it counts as stale; `quality.studies.maximumStalenessLoss` holds it to account. @default - no limit */
    readonly maximumModelAgeDays?: number;
    /**
     * How much worse than on the test rows the primary metric of a window may be: a difference, or a share of the error. @default - recorded, not judged
     */
    readonly maximumOfflineLoss?: number;
    readonly retraining: { readonly breaches: number; readonly windows: number; readonly coolDownHours: number };
  };
  readonly modelCard: {
    readonly owner: string;
    readonly purpose: string;
    readonly intendedUses: string;
    readonly riskRating: 'High' | 'Medium' | 'Low' | 'Unknown';
    readonly ethicalConsiderations: string;
    readonly caveats: string;
  };
}

/** The resolved model project, as handlers find it in {@link PROJECT_FILE}. */
export interface ModelProjectData {
  readonly declaration: ModelDeclaration;
  readonly schema: DataSchema;
  /** SHA-256 (hex) of the canonical JSON of declaration and schema. */
  readonly policyDigest: string;
}

/** Where objects lie. Keys are relative to the bucket named in the comment; `runId` is the name of a `ModelDevelopment` execution. */
export const Layout = {
  /** Data bucket: `<model>/training/<delivery>/<part>.parquet`, complete once `_SUCCESS` lies beside the parts. */
  trainingPrefix: (model: string): string => `${model}/training/`,
  /** Data bucket: delayed labels, `<model>/labels/<delivery>/<part>.parquet` + `_SUCCESS`; columns record id and target. */
  labelsPrefix: (model: string): string => `${model}/labels/`,
  /** Data bucket: labelled production windows written by the feedback loop; the same delivery form. */
  feedbackPrefix: (model: string): string => `${model}/feedback/`,
  /** Data bucket: deliveries that a person tries out; the same form. Nothing starts by itself on them, and no later run sees them. */
  trialPrefix: (model: string): string => `${model}/trials/`,
  DELIVERY_MARKER: '_SUCCESS',
  /** Artifacts bucket: pinned copies of data. */
  snapshotPrefix: (model: string, digest: string): string => `${model}/snapshots/${digest}/`,
  /** Artifacts bucket: an unpacked code bundle. */
  codePrefix: (model: string, sha256: string): string => `${model}/code/${sha256}/`,
  /** Artifacts bucket: everything one development run writes. */
  runPrefix: (model: string, runId: string): string => `${model}/runs/${runId}/`,
  /** Evidence bucket: evidence and verdict of one gate run. */
  gatePrefix: (model: string, gate: string, runId: string): string => `${model}/gates/${gate}/${runId}/`,
  /** Evidence bucket: manifest of an ML artifact. */
  manifestKey: (model: string, packageDigest: string): string => `${model}/manifests/${packageDigest}.json`,
  /** Evidence bucket: model card of an ML artifact, by its own hash. */
  modelCardKey: (model: string, sha256: string): string => `${model}/manifests/cards/${sha256}.json`,
  /** Evidence bucket of prod: the admitted copy of a qualification verdict and its evidence. */
  qualificationPrefix: (model: string, packageDigest: string): string => `${model}/qualifications/${packageDigest}/`,
  /** Inference log bucket: records arrive under this prefix, then `yyyy/MM/dd/HH/`. */
  inferencePrefix: (model: string): string => `${model}/inference/`,
  /** Systems Manager parameter with the {@link ChampionRecord}, written only by the promotion. */
  championParameter: (model: string): string => `/mlops/${model}/champion`,
} as const;

/** Events of the process, put on the environment's own bus. */
export const Events = {
  SOURCE: 'mlops.blueprint',
  QUALIFICATION_FINISHED: 'QualificationFinished',
  CHAMPION_CHANGED: 'ChampionChanged',
  RETRAINING_REQUESTED: 'RetrainingRequested',
} as const;

/** Detail of {@link Events.QUALIFICATION_FINISHED}. */
export interface QualificationFinished {
  readonly model: string;
  readonly modelPackageArn: string;
  readonly packageDigest: string;
  readonly outcome: 'passed' | 'failed' | 'broken';
  /** Where the signed verdict lies in the qualifying environment. */
  readonly verdictUri: string;
  readonly verdictSha256: string;
}

/** Detail of {@link Events.CHAMPION_CHANGED} and value of {@link Layout.championParameter}. */
export interface ChampionRecord {
  readonly model: string;
  readonly modelPackageArn: string;
  readonly packageDigest: string;
  readonly manifestUri: string;
  readonly modelDataUrl: string;
  /** Profile of the training data and of the test predictions: the reference of drift. */
  readonly referenceUri: string;
  readonly endpointName: string;
  readonly endpointConfigName: string;
  readonly modelName: string;
  readonly promotedAt: string;
}

/** Detail of {@link Events.RETRAINING_REQUESTED}. */
export interface RetrainingRequested {
  readonly model: string;
  readonly reason: string;
  /** Monitoring windows that breached. */
  readonly windows: readonly string[];
  /** Labelled delivery built from the windows, if their labels have arrived. */
  readonly deliveryUri?: string;
  readonly verdictUri: string;
}

/** Code that a development run uses: what `cdk deploy` released. */
export interface ReleasePin {
  /** The model project's code as a zip in S3. */
  readonly bundleUri: string;
  /** SHA-256 (hex) of the bundle. */
  readonly bundleSha256: string;
  readonly repository: string;
  readonly commit: string;
  readonly policyDigest: string;
  readonly pipelineDefinitionDigest: string;
  readonly image: string;
}

/** An ML artifact by its manifest: the digest says which one, whoever wrote the file. */
export interface ArtifactReference {
  readonly manifestUri: string;
  readonly packageDigest: string;
}

/** Input of the `ModelDevelopment` state machine. */
export interface DevelopmentInput {
  readonly cause: 'NewData' | 'Schedule' | 'Feedback' | 'Manual' | 'Reproduction';
  readonly data: {
    /** Deliveries to use beside the training deliveries, as S3 URIs of folders. */
    readonly additional: readonly string[];
    /** Use nothing but them. @default false */
    readonly alone?: boolean;
  };
  readonly release: ReleasePin;
  /** Rebuild this artifact from its manifest alone and compare; `data` and `release` play no part then, and nothing is registered. */
  readonly compareWith?: ArtifactReference;
}

/** Input of the `Qualification` and `Promotion` state machines. */
export interface ModelPackageInput {
  readonly modelPackageArn: string;
  readonly packageDigest: string;
}

/**
 * Beginning of the request ids of the checks, which call the application like anybody else and are logged like anybody else. Their records are
 * no production data: readers of the inference log leave them out. Callers over HTTP can't choose a request id.
 */
export const CHECK_REQUEST_PREFIX = 'check-';

/**
 * What a model answers about one record: probability of the positive class and label; probability of each class and the most probable label; or a
 * value. The same form in the container's answer, in the application's and in the inference log.
 */
export type ModelOutput =
  | { readonly probability: number; readonly label: Label }
  | { readonly probabilities: Readonly<Record<string, number>>; readonly label: Label }
  | { readonly value: number };

/** One line of the inference log: one prediction. */
export interface InferenceRecord {
  readonly requestId: string;
  readonly row: number;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly modelPackageArn: string;
  readonly variant: string;
  readonly schemaVersion: string;
  readonly recordId: string | number | null;
  readonly input: Readonly<Record<string, unknown>>;
  readonly output: ModelOutput;
  /** What the application decided. */
  readonly response: { readonly decision: string };
  readonly latencyMilliseconds: number;
}

/**
 * Item of the state table that reserves an endpoint for one execution of `Qualification` or `Promotion`, written before anything is made. It
 * names all that the execution makes, so that the janitor can remove it when the execution ends without a word.
 */
export interface EndpointLock {
  /** {@link lockKey} */
  readonly pk: string;
  /** ARN of the execution. */
  readonly owner: string;
  readonly machine: 'qualification' | 'promotion';
  readonly endpointName: string;
  /** Name of the candidate's model and of its endpoint configuration alike. */
  readonly fleetName: string;
  readonly modelPackageArn: string;
  readonly packageDigest: string;
  /** Epoch seconds after which the lock is void, should the janitor fail too. */
  readonly ttl: number;
}

export const lockKey = (endpointName: string): string => `lock#${endpointName}`;

/** Item of the state table that says which execution of `Promotion` acted on an approval: it is acted on once. */
export interface ApprovalClaim {
  /** {@link approvalKey} */
  readonly pk: string;
  /** ARN of the execution. */
  readonly owner: string;
  readonly modelPackageArn: string;
  readonly packageDigest: string;
  /** ISO 8601 */
  readonly claimedAt: string;
}

/** @param approval of the admitted package */
export const approvalKey = (approval: string): string => `approval#${approval}`;

/** Alarms that a promotion puts on the new fleet and removes afterwards. */
export const rolloutAlarms = (endpointName: string) =>
  ({ errors: `${endpointName}-rollout-errors`, latency: `${endpointName}-rollout-latency` }) as const;
