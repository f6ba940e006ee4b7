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
