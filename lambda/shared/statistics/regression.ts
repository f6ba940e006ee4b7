import type { Vector } from './classification';
import { binomialCdf, normalQuantile } from './distributions';
import { meanEstimate, pairedTest } from './means';
import type { Interval } from './proportions';

/** Measures of a regression. Errors are `prediction - label`, in the unit of the target. */

/** A measure with its 95 % interval. */
export interface Estimate {
  readonly value: number;
  readonly interval: Interval;
}

export interface RegressionMeasures {
  /** Root of the mean squared error; interval by the delta method. */
  readonly rmse: Estimate;
  readonly mae: Estimate;
  /** 1 less the share of the target's variance that the errors leave; interval by the delta method. */
  readonly r2: Estimate;
  /** Mean error: above 0 the model predicts too much. */
  readonly bias: Estimate;
  /** Interval by order statistics, which assumes nothing about the errors. */
  readonly medianAbsoluteError: Estimate;
  /** Mean of |error| / |label|. Absent where a label is 0: the share of nothing has no meaning. */
  readonly mape?: Estimate;
}

/** @throws RangeError when there is no row, lengths differ, or a number is not finite. */
export function checkNumbers(labels: Vector, predictions: Vector): void {
  if (labels.length === 0 || labels.length !== predictions.length) {
    throw new RangeError(`predictions need one label each, got ${labels.length} labels and ${predictions.length} predictions`);
  }
  for (let row = 0; row < labels.length; row += 1) {
    if (!Number.isFinite(labels[row]) || !Number.isFinite(predictions[row])) {
      throw new RangeError(`labels and predictions are finite numbers, got ${labels[row]} and ${predictions[row]} in row ${row}`);
    }
  }
}

const errorsOf = (labels: Vector, predictions: Vector): Float64Array =>
  Float64Array.from({ length: labels.length }, (_, row) => (predictions[row] ?? 0) - (labels[row] ?? 0));

const meanOf = (values: Vector): Estimate => {
  const { mean, interval } = meanEstimate(values);
  return { value: mean, interval };
};

/** All measures; O(n log n). */
export function regressionMeasures(labels: Vector, predictions: Vector): RegressionMeasures {
  checkNumbers(labels, predictions);
  const errors = errorsOf(labels, predictions);
  const sizes = errors.map(Math.abs);
  const mape = Array.prototype.every.call(labels, (label) => label !== 0)
    ? meanOf(sizes.map((size, row) => size / Math.abs(labels[row] ?? 1)))
    : undefined;
  return {
    rmse: rootMeanSquare(errors),
    mae: meanOf(sizes),
    r2: determination(labels, errors),
    bias: meanOf(errors),
    medianAbsoluteError: median(sizes),
    ...(mape !== undefined && { mape }),
  };
}

function rootMeanSquare(errors: Float64Array): Estimate {
  const { mean, standardError } = meanEstimate(errors.map((error) => error * error));
  const value = Math.sqrt(mean);
  const half = value === 0 ? 0 : (normalQuantile(0.975) * standardError) / (2 * value);
  return { value, interval: [Math.max(0, value - half), value + half] };
}

function determination(labels: Vector, errors: Float64Array): Estimate {
  const { mean } = meanEstimate(labels);
  const spread = errors.map((_, row) => ((labels[row] ?? 0) - mean) ** 2);
  const [left, all] = [meanEstimate(errors.map((error) => error * error)).mean, meanEstimate(spread).mean];
  if (all === 0) {
    throw new RangeError(`all ${labels.length} labels are ${labels[0]}: nothing varies that a model could explain`);
  }
  const value = 1 - left / all;
  const influence = errors.map((error, row) => -(error * error - left) / all + ((left / all) * ((spread[row] ?? 0) - all)) / all);
  const half = normalQuantile(0.975) * meanEstimate(influence).standardError;
  return { value, interval: [value - half, Math.min(1, value + half)] };
}

/** Sample median; its interval spans the order statistics that hold the true median at 95 % or more, by the binomial law of the rows below it. */
function median(values: Float64Array): Estimate {
  const sorted = values.slice().sort();
  const n = sorted.length;
  const at = (rank: number): number => sorted[Math.min(n - 1, Math.max(0, rank))] ?? Number.NaN;
  const value = (at((n - 1) >> 1) + at(n >> 1)) / 2;
  // Greatest rank (from 0) for which a true median below it is at most 2.5 % likely.
  let low = Math.max(0, Math.floor(n / 2 - 1.96 * Math.sqrt(n / 4)) + 1);
  while (low > 0 && binomialCdf(low, n, 0.5) > 0.025) {
    low -= 1;
  }
  return { value, interval: [at(low), at(n - 1 - low)] };
}

/** Two regressions on the same rows. */
export interface ErrorComparison {
  readonly firstRmse: number;
  readonly secondRmse: number;
  /** `1 - firstRmse / secondRmse`: share of the second model's error that the first one saves; below 0 it adds to it. */
  readonly improvement: number;
  /** By the delta method on the ratio. */
  readonly improvementInterval: Interval;
  /** Two-sided, of equal mean squared errors: Student's t test on the paired differences of squared errors. */
  readonly pValue: number;
  readonly t: number;
}

/**
 * Are the squared errors of two models equal in the mean?
 *
 * @throws RangeError as {@link regressionMeasures}, or when the second model has no error at all.
 */
export function compareErrors(labels: Vector, first: Vector, second: Vector): ErrorComparison {
  checkNumbers(labels, first);
  checkNumbers(labels, second);
  const [a, b] = [first, second].map((predictions) => errorsOf(labels, predictions).map((error) => error * error)) as [Float64Array, Float64Array];
  const [meanA, meanB] = [meanEstimate(a).mean, meanEstimate(b).mean];
  if (meanB === 0) {
    throw new RangeError('the second model has no error in any row; a share of nothing has no meaning');
  }
  const ratio = Math.sqrt(meanA / meanB);
  // d sqrt(A / B) = (dA / A - dB / B) sqrt(A / B) / 2, written so that A = 0 is no trouble.
  const influence = a.map((value, row) => ((value - meanA) / meanB - ((meanA / meanB) * ((b[row] ?? 0) - meanB)) / meanB) / (ratio === 0 ? 1 : 2 * ratio));
  const half = normalQuantile(0.975) * meanEstimate(influence).standardError;
  const { t, pValue } = pairedTest(a.map((value, row) => value - (b[row] ?? 0)));
  return { firstRmse: Math.sqrt(meanA), secondRmse: Math.sqrt(meanB), improvement: 1 - ratio, improvementInterval: [1 - ratio - half, 1 - ratio + half], t, pValue };
}
