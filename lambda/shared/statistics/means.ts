import type { Vector } from './classification';
import { studentQuantile, studentTwoSided } from './distributions';
import type { Interval } from './proportions';

/** Mean of a sample with its uncertainty. */
export interface MeanEstimate {
  readonly mean: number;
  /** Of the mean: sample standard deviation (one degree of freedom subtracted) over the root of n. */
  readonly standardError: number;
  /** Student's t interval. */
  readonly interval: Interval;
  readonly n: number;
}

/**
 * Mean with Student's t interval; a single value has no width.
 *
 * @param confidence 0 to 1. Default 0.95.
 * @throws RangeError when there is no value or one that is not finite.
 */
export function meanEstimate(values: Vector, confidence = 0.95): MeanEstimate {
  const n = values.length;
  let sum = 0;
  for (let row = 0; row < n; row += 1) {
    sum += values[row] ?? 0;
  }
  const mean = sum / n;
  if (!Number.isFinite(mean)) {
    throw new RangeError(`a mean needs finite values, got ${n} values with the sum ${sum}`);
  }
  let squares = 0;
  for (let row = 0; row < n; row += 1) {
    squares += ((values[row] ?? 0) - mean) ** 2;
  }
  const standardError = n < 2 ? 0 : Math.sqrt(squares / (n - 1) / n);
  const half = standardError === 0 ? 0 : studentQuantile(0.5 + confidence / 2, n - 1) * standardError;
  return { mean, standardError, interval: [mean - half, mean + half], n };
}

/**
 * Is the mean of paired differences zero? Student's t test, two-sided. Differences that are all alike leave no doubt: p is 1 where they are zero, else 0.
 */
export function pairedTest(differences: Vector, confidence = 0.95): MeanEstimate & { readonly t: number; readonly pValue: number } {
  const estimate = meanEstimate(differences, confidence);
  const { mean, standardError, n } = estimate;
  const t = standardError === 0 ? (mean === 0 ? 0 : Math.sign(mean) * Infinity) : mean / standardError;
  return { ...estimate, t, pValue: t === 0 ? 1 : studentTwoSided(t, Math.max(1, n - 1)) };
}
