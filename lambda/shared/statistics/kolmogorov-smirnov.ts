import { kolmogorovUpperTail } from './distributions';
import { type EmpiricalDistribution, total, walkPooled } from './empirical';

/** Result of the two-sample Kolmogorov-Smirnov test. */
export interface KolmogorovSmirnov {
  /** Greatest distance of the two distribution functions, 0 to 1. */
  readonly statistic: number;
  /** Value at which the distance is greatest. */
  readonly location: number;
  readonly pValue: number;
  readonly method: 'exact' | 'asymptotic';
}

/** Up to this product of the sample sizes the p-value is exact: a tenth of a second at most. */
const EXACT_LIMIT = 2_000_000;

/**
 * Compares two samples. Ties are handled together. With ties the p-value errs on the side of no difference.
 *
 * @throws RangeError when a sample is empty.
 */
export function kolmogorovSmirnov(
  reference: EmpiricalDistribution,
  current: EmpiricalDistribution,
  method: 'auto' | 'exact' | 'asymptotic' = 'auto',
): KolmogorovSmirnov {
  const [n, m] = [total(reference.counts), total(current.counts)];
  if (n === 0 || m === 0) {
    throw new RangeError(`the Kolmogorov-Smirnov test needs two samples, got sizes ${n} and ${m}`);
  }
  let [statistic, location] = [0, Number.NaN];
  walkPooled(reference, current, (value, referenceShare, currentShare) => {
    const distance = Math.abs(referenceShare - currentShare);
    if (distance > statistic) {
      [statistic, location] = [distance, value];
    }
  });
  const whole = Number.isInteger(n) && Number.isInteger(m);
  const chosen = method === 'auto' ? (whole && n * m <= EXACT_LIMIT ? 'exact' : 'asymptotic') : method;
  const pValue = chosen === 'exact' ? exactPValue(statistic, n, m) : kolmogorovUpperTail(Math.sqrt((n * m) / (n + m)) * statistic);
  return { statistic, location, pValue, method: chosen };
}

/**
 * P(D >= statistic) under no difference: the share of lattice paths from (0, 0) to (n, m) that leave the band. A path to (i, j) came
 * from (i - 1, j) with probability i / (i + j), so shares can be carried instead of counts and never overflow.
 */
function exactPValue(statistic: number, n: number, m: number): number {
  const bound = Math.round(statistic * n * m);
  if (bound === 0) {
    return 1;
  }
  const left = new Float64Array(m + 1);
  for (let i = 0; i <= n; i += 1) {
    for (let j = 0; j <= m; j += 1) {
      if (Math.abs(i * m - j * n) >= bound) {
        left[j] = 1;
      } else if (i + j > 0) {
        left[j] = (i * (i > 0 ? (left[j] ?? 0) : 0) + j * (j > 0 ? (left[j - 1] ?? 0) : 0)) / (i + j);
      }
    }
  }
  return left[m] ?? 1;
}

/** Distance above which two samples differ at a significance level (asymptotic). */
export function kolmogorovSmirnovCritical(significance: number, n: number, m: number): number {
  return Math.sqrt(((-Math.log(significance / 2) / 2) * (n + m)) / (n * m));
}

/** Distance beyond what chance explains, never below zero: `distance - c * sqrt((n + m) / (nm))`. */
export function robustDistance(distance: number, n: number, m: number, c = 1.8): number {
  return Math.max(0, distance - c * Math.sqrt((n + m) / (n * m)));
}
