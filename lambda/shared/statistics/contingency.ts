import { chiSquaredUpperTail } from './distributions';
import { total } from './empirical';

/** Chi-squared test of homogeneity of two samples over the same categories. */
export interface Homogeneity {
  readonly statistic: number;
  readonly degreesOfFreedom: number;
  readonly pValue: number;
  /** Cramer's V: effect size, 0 to 1, that does not grow with the sample. */
  readonly cramersV: number;
}

/**
 * Compares two count vectors over the same categories. Both are samples: neither is taken as exact. Categories empty on both sides are left out.
 *
 * @throws RangeError when the counts do not belong together or one side is empty.
 */
export function chiSquaredHomogeneity(reference: readonly number[], current: readonly number[]): Homogeneity {
  const [n, m] = [total(reference), total(current)];
  if (reference.length !== current.length || n === 0 || m === 0) {
    throw new RangeError(`homogeneity needs counts of the same categories, got ${reference.length} and ${current.length} with ${n} and ${m} rows`);
  }
  let [statistic, cells] = [0, 0];
  reference.forEach((referenceCount, index) => {
    const currentCount = current[index] ?? 0;
    const column = referenceCount + currentCount;
    if (column === 0) {
      return;
    }
    cells += 1;
    const expectedReference = (column * n) / (n + m);
    const expectedCurrent = (column * m) / (n + m);
    statistic += (referenceCount - expectedReference) ** 2 / expectedReference + (currentCount - expectedCurrent) ** 2 / expectedCurrent;
  });
  const degreesOfFreedom = cells - 1;
  return {
    statistic,
    degreesOfFreedom,
    pValue: chiSquaredUpperTail(statistic, degreesOfFreedom),
    cramersV: degreesOfFreedom === 0 ? 0 : Math.sqrt(statistic / (n + m)),
  };
}

/**
 * Joins the categories in which one side expects fewer than `minimumExpected` rows, because the chi-squared law does not hold for them.
 */
export function poolRareCategories(
  reference: readonly number[],
  current: readonly number[],
  minimumExpected = 5,
): { readonly reference: number[]; readonly current: number[] } {
  const [n, m] = [total(reference), total(current)];
  const smallerSide = Math.min(n, m) / (n + m);
  const pooled: { reference: number[]; current: number[] } = { reference: [], current: [] };
  const rare = [0, 0];
  reference.forEach((referenceCount, index) => {
    const currentCount = current[index] ?? 0;
    if ((referenceCount + currentCount) * smallerSide >= minimumExpected) {
      pooled.reference.push(referenceCount);
      pooled.current.push(currentCount);
    } else {
      rare[0] = (rare[0] ?? 0) + referenceCount;
      rare[1] = (rare[1] ?? 0) + currentCount;
    }
  });
  pooled.reference.push(rare[0] ?? 0);
  pooled.current.push(rare[1] ?? 0);
  return pooled;
}
