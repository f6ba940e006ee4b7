import type { DataSchema } from '../schema/contract';

/** The model project, resolved: what its `model.yaml` and its schema say, as constructs and handlers read it. */

export const PROBLEM_TYPES = ['binaryClassification', 'multiclassClassification', 'regression'] as const;
export type ProblemType = (typeof PROBLEM_TYPES)[number];

/** A class of the target, as the data have it. */
export type Label = number | string | boolean;

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
      /** What a feature that is added to the schema alone may not reach: more than 0 where an algorithm takes chosen columns on purpose. @default 0 */
      readonly maximumMissedPlaces?: number;
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

/** The resolved model project, as handlers find it in the file `PROJECT_FILE`. */
export interface ModelProjectData {
  readonly declaration: ModelDeclaration;
  readonly schema: DataSchema;
  /** SHA-256 (hex) of the canonical JSON of declaration and schema. */
  readonly policyDigest: string;
}
