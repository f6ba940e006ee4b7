import {
  areaUnderCurve, averagePrecision, bootstrapInterval, brierScore, calibrationErrorOf, calibrationLine, classificationMeasures, compareAreas, type Confusion, confusion,
  expectedCalibrationError, logLoss, meanEstimate, normalQuantile, reliabilityBins, wilsonInterval,
} from '../statistics';
import { attempt, type Metric, type Outputs, primaryMetric, type Problem } from './problem';
import { unusable } from './usable-scores';

const NONE = new Float64Array(0);
const scoresOf = (outputs: Outputs): Float64Array => outputs[0] ?? NONE;
const Z = normalQuantile(0.975);

/** Two classes: the label is 1 for the positive one, the answer its probability. */
export function binaryProblem(threshold: number): Problem {
  return {
    primary: primaryMetric('binaryClassification'),
    label: { name: 'label', kind: 'number' },
    outputs: (contender) => [{ name: contender, kind: 'number' }],
    unusable: (labels, outputs, name) => unusable(labels, scoresOf(outputs), name),
    metrics: (labels, outputs, seed) => metrics(labels, scoresOf(outputs), threshold, seed),
    primaryMetric: (labels, outputs) => areaMetric(labels, scoresOf(outputs)),
    details: (labels, outputs) => details(labels, scoresOf(outputs), threshold),
    compare: (labels, first, second) => {
      const test = compareAreas(labels, scoresOf(first), scoresOf(second));
      return {
        first: test.first.auc,
        second: test.second.auc,
        gain: test.difference,
        interval: test.differenceInterval,
        pValue: test.pValue,
        details: { first: test.first, second: test.second, covariance: test.covariance, ...(Number.isFinite(test.z) && { z: test.z }) },
      };
    },
    errors: (labels, outputs) => ({ name: 'mean absolute error', errors: scoresOf(outputs).map((score, row) => score - (labels[row] ?? 0)) }),
    decisions: (labels, outputs) => ({ labels, decisions: scoresOf(outputs).map((score) => Number(score >= threshold)) }),
  };
}

const areaMetric = (labels: Float64Array, scores: Float64Array): Metric =>
  attempt(() => {
    const { auc, interval } = areaUnderCurve(labels, scores);
    return { value: auc, interval };
  });

const share = (successes: number, n: number, ofWhat: string): Metric =>
  n === 0 ? { problem: `there is no ${ofWhat}` } : { value: successes / n, interval: wilsonInterval(successes, n) };

const within01 = (value: number, error: number): Metric => ({ value, interval: [Math.max(0, value - Z * error), Math.min(1, value + Z * error)] });

function metrics(labels: Float64Array, scores: Float64Array, threshold: number, seed: string): Record<string, Metric> {
  const counts = confusion(labels, scores, threshold);
  const { truePositives: tp, falsePositives: fp, falseNegatives: fn, trueNegatives: tn } = counts;
  return {
    auc: areaMetric(labels, scores),
    averagePrecision: attempt(() => averagePrecisionMetric(averagePrecision(labels, scores), tp + fn)),
    accuracy: share(tp + tn, labels.length, 'row'),
    balancedAccuracy: balancedAccuracy(counts),
    precision: share(tp, tp + fp, 'positive decision'),
    recall: share(tp, tp + fn, 'positive label'),
    f1: f1(counts),
    logLoss: meanMetric(logLoss(labels, scores), labels.map((label, row) => logLoss([label], [scores[row] ?? 0]))),
    brierScore: meanMetric(brierScore(labels, scores), labels.map((label, row) => (label - (scores[row] ?? 0)) ** 2)),
    // The bins' absolute gaps have no formula for their spread.
    expectedCalibrationError: {
      value: expectedCalibrationError(labels, scores),
      interval: bootstrapInterval(labels.length, calibrationErrorOf(labels, scores), seed),
    },
  };
}

function meanMetric(value: number, terms: Float64Array): Metric {
  const [low, high] = meanEstimate(terms).interval;
  return { value, interval: [Math.max(0, low), high] };
}

/** Normal interval of the log odds (Boyd, Eng, Page 2013): holds near 1 too. */
function averagePrecisionMetric(value: number, positives: number): Metric {
  if (positives === 0) {
    return { problem: 'there is no positive label' };
  }
  if (value === 1) {
    return { value, interval: wilsonInterval(positives, positives) };
  }
  const [odds, half] = [Math.log(value / (1 - value)), Z / Math.sqrt(positives * value * (1 - value))];
  return { value, interval: [1 / (1 + Math.exp(half - odds)), 1 / (1 + Math.exp(-half - odds))] };
}

function balancedAccuracy(counts: Confusion): Metric {
  const [positives, negatives] = [counts.truePositives + counts.falseNegatives, counts.trueNegatives + counts.falsePositives];
  if (positives === 0 || negatives === 0) {
    return { problem: 'it needs both labels' };
  }
  const { recall, specificity, balancedAccuracy: value } = classificationMeasures(counts);
  return within01(value, Math.sqrt((recall * (1 - recall)) / positives + (specificity * (1 - specificity)) / negatives) / 2);
}

/** Interval by the delta method: F1 = 2 TP / (labels + decisions). */
function f1({ truePositives: tp, falsePositives: fp, falseNegatives: fn }: Confusion): Metric {
  const both = 2 * tp + fp + fn;
  if (both === 0) {
    return { problem: 'there is neither a positive label nor a positive decision' };
  }
  const value = (2 * tp) / both;
  return within01(value, Math.sqrt(tp * (2 - 2 * value) ** 2 + (fp + fn) * value ** 2) / both);
}

function details(labels: Float64Array, scores: Float64Array, threshold: number): object {
  const counts = confusion(labels, scores, threshold);
  const { matthews, kappa, specificity } = classificationMeasures(counts);
  return {
    threshold, confusion: counts, matthews, kappa, ...(Number.isFinite(specificity) && { specificity }),
    calibration: { bins: reliabilityBins(labels, scores), line: calibrationLine(labels, scores) ?? null },
  };
}
