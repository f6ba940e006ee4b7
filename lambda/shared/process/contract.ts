/** What the state machines take and the events that join them. */

/** Events of the process, put on the environment's own bus. */
export const Events = {
  SOURCE: 'mlops.blueprint',
  QUALIFICATION_FINISHED: 'QualificationFinished',
  CHAMPION_CHANGED: 'ChampionChanged',
  PROMOTION_ROLLED_BACK: 'PromotionRolledBack',
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

/** Detail of {@link Events.CHAMPION_CHANGED} and value of the parameter `Layout.championParameter`. */
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

/** Detail of {@link Events.PROMOTION_ROLLED_BACK}: a version that was to take over, and did not. */
export interface PromotionRolledBack {
  readonly model: string;
  readonly modelPackageArn: string;
  readonly packageDigest: string;
  readonly reason: string;
  /** ISO 8601 */
  readonly rolledBackAt: string;
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
