import { betaQuantile, normalQuantile, normalTwoSided } from './distributions';

/** Lower and upper bound. */
export type Interval = readonly [lower: number, upper: number];

function checkCounts(successes: number, n: number): void {
  if (!(n > 0 && successes >= 0 && successes <= n)) {
    throw new RangeError(`a proportion needs 0 <= successes <= n and n > 0, got ${successes} of ${n}`);
  }
}

/**
 * Wilson's score interval of a proportion: close to its nominal level even for small samples and extreme shares.
 *
 * @param confidence 0 to 1. Default 0.95.
 * @throws RangeError when the counts are no proportion.
 */
export function wilsonInterval(successes: number, n: number, confidence = 0.95): Interval {
  checkCounts(successes, n);
  const z = normalQuantile(0.5 + confidence / 2);
  const share = successes / n;
  const scale = 1 + (z * z) / n;
  const center = (share + (z * z) / (2 * n)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  return [successes === 0 ? 0 : center - half, successes === n ? 1 : center + half];
}

/**
 * Exact (Clopper-Pearson) interval of a proportion: never below its nominal level.
 *
 * @param confidence 0 to 1. Default 0.95.
 * @throws RangeError when the counts are no proportion.
 */
export function clopperPearsonInterval(successes: number, n: number, confidence = 0.95): Interval {
  checkCounts(successes, n);
  const tail = (1 - confidence) / 2;
  return [
    successes === 0 ? 0 : betaQuantile(tail, successes, n - successes + 1),
    successes === n ? 1 : betaQuantile(1 - tail, successes + 1, n - successes),
  ];
}

/** Difference of two proportions by the pooled z test. */
export function twoProportionTest(
  first: { readonly successes: number; readonly n: number },
  second: { readonly successes: number; readonly n: number },
): { readonly z: number; readonly pValue: number } {
  checkCounts(first.successes, first.n);
  checkCounts(second.successes, second.n);
  const pooled = (first.successes + second.successes) / (first.n + second.n);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / first.n + 1 / second.n));
  const difference = first.successes / first.n - second.successes / second.n;
  const z = error === 0 ? 0 : difference / error;
  return { z, pValue: normalTwoSided(z) };
}
