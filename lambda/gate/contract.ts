/**
 * Check -> evidence -> verdict. A check measures and writes evidence; the gate judges the evidence against criteria that the model project
 * declares and writes a verdict. Measuring and judging never mix.
 */

/** `FUNCTIONAL`: every criterion must be measurable, its value is recorded and not judged. `QUALITATIVE`: its value is judged. */
export type GateMode = 'FUNCTIONAL' | 'QUALITATIVE';

export type Outcome = 'passed' | 'failed' | 'notApplicable' | 'notMeasured';

/** What one check found out about one quantity. */
export interface Measurement {
  /** Stable id within the check, e.g. `auc`. */
  readonly id: string;
  readonly status: 'measured' | 'notApplicable' | 'notMeasured';
  readonly value?: number;
  /** Two-sided confidence interval at 95 % unless `details` says otherwise. */
  readonly interval?: readonly [number, number];
  readonly sampleSize?: number;
  /** One plain sentence for a person: what was found, with names and figures; why, if it could not be measured. */
  readonly explanation: string;
  readonly details?: unknown;
}

/** File that a check writes: `<gatePrefix>/<check>.json`. */
export interface Evidence {
  readonly version: '1';
  readonly check: string;
  readonly subject: Subject;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly measurements: readonly Measurement[];
  /** What the check wrote beside, such as statistics in a format that other tools read. */
  readonly files?: readonly EvidenceFile[];
}

/** A file of a check, beside its evidence. */
export interface EvidenceFile {
  readonly name: string;
  readonly uri: string;
  readonly sha256: string;
}

/** What a verdict is about. `digest` is a SHA-256 in hex: of the data snapshot before registration, `packageDigest` after it. */
export interface Subject {
  readonly type: 'dataSnapshot' | 'developmentRun' | 'modelPackage' | 'window';
  readonly name: string;
  readonly digest: string;
}

/** Input of every check function. `context` is what the calling state machine hands to its gate; each check documents what it reads from it. */
export interface CheckEvent {
  readonly gate: string;
  readonly runId: string;
  readonly subject: Subject;
  readonly context: Readonly<Record<string, unknown>>;
}

/** Output of every check function. */
export interface CheckResult {
  readonly check: string;
  readonly evidenceUri: string;
  readonly evidenceSha256: string;
}

/** What the state machine hands to the gate for a check that failed or ran out of time. */
export interface CheckFailure {
  readonly check: string;
  readonly error: string;
  readonly cause: string;
}

/** One limit of the model project, applied to one measurement. */
export interface Criterion {
  readonly check: string;
  readonly measurement: string;
  readonly title: string;
  readonly comparison: '>=' | '<=' | '<';
  readonly threshold: number;
  /** `1` for what has none, such as a share. */
  readonly unit: string;
  /** Section of "Implementation of MLOps" (Zwiesler, 2023). */
  readonly paperSection: string;
  /** Test of the ML Test Score (Breck et al., 2017), e.g. `M5`. */
  readonly mlTestScore?: string;
  /** Of this criterion wherever the gate runs: what neither depends on data nor on the environment is judged in each. @default - that of the gate */
  readonly mode?: GateMode;
}

/** Input of the gate function, the last state of a `TestGate`. */
export interface GateEvent {
  readonly gate: string;
  readonly mode: GateMode;
  readonly runId: string;
  readonly subject: Subject;
  readonly policyDigest: string;
  readonly startedAt: string;
  readonly criteria: readonly Criterion[];
  readonly checks: readonly (CheckResult | CheckFailure)[];
}

export interface CriterionVerdict extends Criterion {
  /** `<check>.<measurement>` */
  readonly id: string;
  readonly outcome: Outcome;
  readonly value?: number;
  readonly interval?: readonly [number, number];
  readonly sampleSize?: number;
  readonly evidenceUri?: string;
  readonly evidenceSha256?: string;
  /** One plain sentence: why this outcome. */
  readonly reason: string;
}

/** `verdict.json`, written once beside the evidence. */
export interface Verdict {
  readonly version: '1';
  readonly gate: string;
  readonly mode: GateMode;
  readonly environment: string;
  readonly runId: string;
  readonly subject: Subject;
  readonly policyDigest: string;
  readonly startedAt: string;
  readonly endedAt: string;
  /** `broken`: a check failed to run, so nothing can be said. Only `passed` opens the gate. */
  readonly outcome: 'passed' | 'failed' | 'broken';
  readonly criteria: readonly CriterionVerdict[];
}

/** Output of a `TestGate` execution. The gate's own execution succeeds whenever a verdict was delivered, whatever it says. */
export interface GateResult {
  readonly gate: string;
  readonly outcome: 'passed' | 'failed' | 'broken';
  readonly verdictUri: string;
  readonly verdictSha256: string;
  /** Base64 signature over the verdict's SHA-256 digest (`ECDSA_SHA_256`, `MessageType: DIGEST`) where the gate has a signing key. */
  readonly signature?: string;
  readonly signingKeyArn?: string;
  /** Reasons of every criterion that did not pass, joined; empty when all passed. */
  readonly reason: string;
}

/** Files of a gate run, under its gate prefix; the evidence of a check lies there as `<check>.json`. */
export const VERDICT_FILE = 'verdict.json';
export const SIGNATURE_FILE = 'signature.json';

/** Content of {@link SIGNATURE_FILE}: lets whoever reads the verdict in another account verify that the gate wrote it. */
export interface VerdictSignature {
  readonly version: '1';
  /** SHA-256 (hex) of the bytes of `verdict.json`: the digest that was signed. */
  readonly verdictSha256: string;
  readonly algorithm: 'ECDSA_SHA_256';
  /** Base64, DER encoded. */
  readonly signature: string;
  readonly signingKeyArn: string;
}

/** Environment variable with the ARN of the key that signs verdicts; absent where verdicts are not signed. */
export const SIGNING_KEY_ARN = 'MLOPS_SIGNING_KEY_ARN';

/** Error names of state machines. A gate that says no and a gate that could not decide are different errors; neither is a pass. */
export const GateErrors = { FAILED: 'GateFailed', BROKEN: 'GateBroken' } as const;

/**
 * What the checks of the blueprint measure. A criterion names a check and one of its measurements; a measurement that a check leaves out counts
 * as not measured. Shares are between 0 and 1.
 */
export const Checks = {
  /** Reads the data snapshot. */
  DATA: {
    id: 'data',
    measurements: {
      /** Rows of the snapshot. */
      ROWS: 'rows',
      /** Columns that are missing, not in the schema, or of another type. */
      COLUMNS: 'columns',
      /** Columns that the schema forbids. */
      FORBIDDEN_COLUMNS: 'forbiddenColumns',
      /** Least share of non-null values over the columns that may not be null. */
      COMPLETENESS: 'completeness',
      /** Share of values outside type, range, domain or form, of the worst column. */
      INVALID_SHARE: 'invalidShare',
      /** Share of rows that break a rule over several columns, of the worst rule; not applicable without rules. */
      RULE_VIOLATION_SHARE: 'ruleViolationShare',
      /** Share of rows whose record id occurred before. */
      DUPLICATE_SHARE: 'duplicateShare',
      /** Share of rows that repeat another row in everything but the record id. */
      DUPLICATE_ROW_SHARE: 'duplicateRowShare',
      /** Share of values that occurred before, of the worst column that must be unique; not applicable without one. */
      REPEATED_SHARE: 'repeatedShare',
      /** Mean of the target; regression alone. */
      TARGET_MEAN: 'targetMean',
      /** How well the most telling single feature tells the target: AUC for classes, share of variance explained for numbers. */
      SINGLE_FEATURE_POWER: 'singleFeaturePower',
      /** Share of features that drifted from the champion's training data; not applicable without a champion. */
      DRIFTED_FEATURE_SHARE: 'driftedFeatureShare',
      /** Age of the newest delivery in days. */
      AGE_DAYS: 'ageDays',
      /** Age of the newest value of the order column in days; not applicable where it does not tell the time. */
      NEWEST_VALUE_AGE_DAYS: 'newestValueAgeDays',
      /** Sum of the costs of the features, in the project's unit; not applicable where no feature has a cost. */
      FEATURE_COST: 'featureCost',
      /** Features that are sensitive, or sound like it, and are not allowed by name. */
      SENSITIVE_FEATURES: 'sensitiveFeatures',
    },
  },
  /**
   * Reads what a development run left behind: test predictions, costs, studies. Beside these it measures every metric of the problem type under the
   * metric's own name, fairness under {@link fairnessId}, and studies under {@link studyId}.
   */
  MODEL: {
    id: 'model',
    measurements: {
      /** Rows of the test split. */
      ROWS: 'rows',
      /** What the candidate gains over the simple baseline in the primary metric of the problem type, on the same rows. */
      BASELINE_MARGIN: 'baselineMargin',
      /** p-value of the paired test that candidate and baseline are equal. */
      BASELINE_P_VALUE: 'baselinePValue',
      /** The same against the trivial predictor: class shares, or the mean, of the training data. */
      TRIVIAL_MARGIN: 'trivialMargin',
      TRIVIAL_P_VALUE: 'trivialPValue',
      /** What the candidate gains over the champion; not applicable without a champion. */
      CHAMPION_DIFFERENCE: 'championDifference',
      /** How much worse than over all the primary metric is on the worst slice that is large enough; not applicable without slices. */
      SLICES: 'slices',
      /** Attributes whose fairness could be measured; not applicable without attributes. */
      FAIRNESS: 'fairness',
      /** Size of the candidate's `model.tar.gz`. */
      MODEL_BYTES: 'modelBytes',
      FIT_SECONDS: 'fitSeconds',
      /** Time to score 1,000 rows at once. */
      SCORE_MILLISECONDS: 'scoreMilliseconds',
      /** The project's own tests that failed, in the image that trains. */
      FAILED_TESTS: 'tests.failed',
      /** Tests that passed and called what makes features; not measured while there is none. */
      FEATURE_TESTS: 'tests.features',
    },
  },
  /** Compares a model that was rebuilt from a manifest with the original. */
  REPRODUCTION: {
    id: 'reproduction',
    measurements: {
      /** Greatest absolute difference of a metric on the test rows. */
      METRIC_DIFFERENCE: 'metricDifference',
      /** Greatest absolute difference of a prediction on the test rows. */
      PREDICTION_DIFFERENCE: 'predictionDifference',
      /** Test rows that only one of the two has. */
      UNMATCHED_ROWS: 'unmatchedRows',
      /** Packages, Python included, of another version. */
      ENVIRONMENT_DIFFERENCES: 'environmentDifferences',
      /** 0 where the recorded definition of the pipeline ran, 1 where SageMaker has it no longer. */
      DEFINITION_DIFFERENCE: 'definitionDifference',
      /** Results of earlier runs that the pipeline used instead of computing them (`training.cacheDays`). */
      REUSED_RESULTS: 'reusedResults',
    },
  },
  /** Calls the application in front of an endpoint. */
  CONTRACT: {
    id: 'contract',
    measurements: {
      /** Share of valid requests that were answered with 200. */
      VALID_REQUESTS: 'validRequests',
      /** Share of invalid requests that were refused with 400 and the name of the offending field. */
      INVALID_REQUESTS: 'invalidRequests',
      /** Share of answers that have the promised form. */
      OUTPUT_FORMAT: 'outputFormat',
      /** Greatest absolute difference between served and recorded probability of the golden records. */
      GOLDEN_DIFFERENCE: 'goldenDifference',
    },
  },
  /** Open-loop load on the application; latencies in milliseconds, measured from the intended start of a request. */
  LOAD: {
    id: 'load',
    measurements: {
      P50: 'p50',
      P95: 'p95',
      P99: 'p99',
      /** Upper 95 % bound of the share of failed requests. */
      ERROR_SHARE: 'errorShare',
      /** Requests sent as a share of the requests intended: below it the generator, not the endpoint, was the limit. */
      ACHIEVED_RATE: 'achievedRate',
    },
  },
  /** Reads the metrics of the new fleet during a shift. */
  ROLLOUT: {
    id: 'rollout',
    measurements: {
      /** Requests that the new fleet answered; not applicable to a first endpoint. */
      REQUESTS: 'requests',
    },
  },
  /** Compares a window of the inference log with the champion's reference. */
  DRIFT: {
    id: 'drift',
    measurements: {
      DRIFTED_FEATURE_SHARE: 'driftedFeatureShare',
      /** Number of drifted features that the project calls critical. */
      CRITICAL_FEATURES_DRIFTED: 'criticalFeaturesDrifted',
      /** 1 if the predictions drifted, else 0. */
      PREDICTION_DRIFT: 'predictionDrift',
      /** Share of requests outside the bounds of the schema or against its rules, of the worst column or rule: they were answered, and the model never learned from such. */
      UNEXPECTED_SHARE: 'unexpectedShare',
    },
  },
  /** Measured by the drift check as well, whether or not the window says anything: age of the champion at the end of the window, in days. */
  AGE: { id: 'drift', measurements: { MODEL_AGE_DAYS: 'modelAgeDays' } },
  /** Joins labels that arrived late to the predictions of a window: every metric of the problem type under its own name, not applicable while none has arrived. */
  QUALITY: {
    id: 'quality',
    measurements: {
      /** How much worse the primary metric is in the window (online) than on the test rows (offline). */
      OFFLINE_LOSS: 'offlineLoss',
    },
  },
} as const;

/** Measurement of the data check: share of the rows that have a label. */
export const classShare = (label: string): string => `classShare.${label}`;

/**
 * Measurements of the model check about one attribute: the ratio of the worst group to the best, the lowest 95 % bound of these ratios (`floor`), and the
 * range of recall and false positive rate (`odds`).
 */
export const fairnessId = (column: string, part?: 'floor' | 'odds'): string => `fairness.${column}${part === undefined ? '' : `.${part}`}`;

/** Studies of the training pipeline: what they measure, by their name in `studies.json`. Greatest differences are absolute, of outputs. */
export const STUDIES = {
  /** Promises that candidate and baseline break on random data: the loss falls, shapes hold, no number is missing. */
  SPECIFICATION: 'specification',
  /** Outputs that are not finite or out of range, on extreme, missing and unseen input. */
  STABILITY: 'stability',
  /** Records of the test rows, and answers to them, that break the schema; and faulty records that were answered. */
  SCHEMA: 'schema',
  /** Greatest difference when rows or columns come in another order. */
  INVARIANCE: 'invariance',
  /** Greatest difference between two fits with the same seed. */
  REPRODUCIBILITY: 'reproducibility',
  /** Greatest difference between `inference.py` and the training process. */
  PARITY: 'parity',
  /** Members of the inference record that the endpoint's answers do not provide. */
  RECORD: 'record',
  /** Loss of a model trained on the first period on the worst later period within the declared age; not applicable without an order. */
  STALENESS: 'staleness',
  /** Features whose permutation costs nothing. */
  IMPORTANCE: 'importance',
  /** Gain of the best model that lacks one of the least important features. */
  DROP_ONE: 'dropOne',
  /** What a column that is added to the schema alone does not reach: cleaning, matrix, candidate, baseline, endpoint. */
  NEW_FEATURE: 'newFeature',
} as const;

/** Measurement of the model check that holds the finding of a study. */
export const studyId = (study: string): string => `studies.${study}`;
