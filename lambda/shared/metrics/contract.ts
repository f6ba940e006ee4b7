import type { ProblemType } from '../project/contract';

/** A metric of predictions against labels, as a declaration may limit it. */
export interface MetricDefinition {
  /** How verdicts and dashboards call it. */
  readonly title: string;
  /** Which side of a limit is the good one; `undefined` where both are bad, as with a bias. */
  readonly better?: 'higher' | 'lower';
  /** Values that are possible; a limit beyond them is a slip. */
  readonly range: readonly [lowest: number, highest: number];
}

const SHARE = [0, 1] as const;
const ERROR = [0, Infinity] as const;
const higher = (title: string): MetricDefinition => ({ title, better: 'higher', range: SHARE });
const lower = (title: string, range: MetricDefinition['range'] = ERROR): MetricDefinition => ({ title, better: 'lower', range });

/** Metrics by problem type and name. Probabilities are of the positive class; errors are in the unit of the target unless they are shares. */
export const METRICS: Readonly<Record<ProblemType, Readonly<Record<string, MetricDefinition>>>> = {
  binaryClassification: {
    auc: higher('AUC'),
    averagePrecision: higher('Average precision'),
    accuracy: higher('Accuracy'),
    balancedAccuracy: higher('Balanced accuracy'),
    precision: higher('Precision'),
    recall: higher('Recall'),
    f1: higher('F1'),
    logLoss: lower('Log loss'),
    brierScore: lower('Brier score', SHARE),
    expectedCalibrationError: lower('Expected calibration error', SHARE),
  },
  multiclassClassification: {
    accuracy: higher('Accuracy'),
    balancedAccuracy: higher('Balanced accuracy'),
    macroF1: higher('Macro F1'),
    logLoss: lower('Log loss'),
    macroAuc: higher('Macro AUC (one against the rest)'),
  },
  regression: {
    rmse: lower('Root mean squared error'),
    mae: lower('Mean absolute error'),
    r2: { title: 'R squared', better: 'higher', range: [-Infinity, 1] },
    bias: { title: 'Bias (mean of prediction minus target)', range: [-Infinity, Infinity] },
    medianAbsoluteError: lower('Median absolute error'),
    mape: lower('Mean absolute percentage error, as a share'),
  },
};

/** What a model of each problem type is compared by, and the paired test of the comparison. */
export const PRIMARY_METRIC: Readonly<Record<ProblemType, { readonly metric: string; readonly test: string; readonly gain: string }>> = {
  binaryClassification: { metric: 'auc', test: 'DeLong', gain: 'AUC gained' },
  multiclassClassification: { metric: 'accuracy', test: 'exact McNemar', gain: 'Accuracy gained' },
  regression: { metric: 'rmse', test: 'paired test of squared errors', gain: 'Share of the root mean squared error saved' },
};
