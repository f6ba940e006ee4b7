import { type EmpiricalDistribution, moments, total, walkPooled } from './empirical';

/** Distances of two count vectors over the same cells, and of two samples of numbers. */

function shares(reference: readonly number[], current: readonly number[]): (readonly [p: number, q: number])[] {
  const [n, m] = [total(reference), total(current)];
  if (reference.length !== current.length || n === 0 || m === 0) {
    throw new RangeError(`a distance needs counts of the same cells, got ${reference.length} and ${current.length} cells with ${n} and ${m} rows`);
  }
  return reference.map((count, index) => [count / n, (current[index] ?? 0) / m]);
}

const relativeEntropyTerm = (p: number, q: number): number => (p === 0 ? 0 : p * Math.log(p / q));

/** Kullback-Leibler divergence from `current` to `reference` in nats; infinite where the reference fills a cell that the current sample leaves empty. */
export function kullbackLeibler(reference: readonly number[], current: readonly number[]): number {
  return shares(reference, current).reduce((sum, [p, q]) => sum + relativeEntropyTerm(p, q), 0);
}

/** Jensen-Shannon divergence: in nats 0 to ln 2, in bits 0 to 1. Its square root is the Jensen-Shannon distance. */
export function jensenShannonDivergence(reference: readonly number[], current: readonly number[], unit: 'nats' | 'bits' = 'nats'): number {
  const sum = shares(reference, current).reduce((subtotal, [p, q]) => {
    const middle = (p + q) / 2;
    return subtotal + relativeEntropyTerm(p, middle) + relativeEntropyTerm(q, middle);
  }, 0);
  return Math.max(0, sum / 2) / (unit === 'bits' ? Math.LN2 : 1);
}

/** Greatest difference of a cell's share, 0 to 1. */
export function infinityDistance(reference: readonly number[], current: readonly number[]): number {
  return shares(reference, current).reduce((greatest, [p, q]) => Math.max(greatest, Math.abs(p - q)), 0);
}

/** Half the sum of the differences of shares, 0 to 1: the share of rows that would have to move. */
export function totalVariation(reference: readonly number[], current: readonly number[]): number {
  return shares(reference, current).reduce((sum, [p, q]) => sum + Math.abs(p - q), 0) / 2;
}

/** Hellinger distance, 0 to 1. */
export function hellingerDistance(reference: readonly number[], current: readonly number[]): number {
  const overlap = shares(reference, current).reduce((sum, [p, q]) => sum + Math.sqrt(p * q), 0);
  return Math.sqrt(Math.max(0, 1 - overlap));
}

/** Wasserstein-1 distance in the unit of the values: how far the mass has to travel. */
export function wassersteinDistance(reference: EmpiricalDistribution, current: EmpiricalDistribution): number {
  let distance = 0;
  walkPooled(reference, current, (value, referenceShare, currentShare, next) => {
    distance += next === undefined ? 0 : Math.abs(referenceShare - currentShare) * (next - value);
  });
  return distance;
}

/** Wasserstein-1 distance in standard deviations of the reference (at least 0.001, so that a constant reference has a scale). */
export function normedWassersteinDistance(reference: EmpiricalDistribution, current: EmpiricalDistribution): number {
  return wassersteinDistance(reference, current) / Math.max(moments(reference).std, 0.001);
}
