/**
 * A sample as ascending distinct values with their counts: what a table's histogram delivers and what the two-sample measures need.
 * Counts may be fractional where a long sample was condensed to quantiles.
 */
export interface EmpiricalDistribution {
  readonly values: readonly number[];
  readonly counts: readonly number[];
}

/**
 * Counts a sample.
 *
 * @throws RangeError when a value is not finite; missing values must be counted apart.
 */
export function empiricalDistribution(sample: Iterable<number>): EmpiricalDistribution {
  const sorted = Float64Array.from(sample).sort();
  const values: number[] = [];
  const counts: number[] = [];
  for (const value of sorted) {
    if (!Number.isFinite(value)) {
      throw new RangeError(`a distribution needs finite values, got ${value}`);
    }
    if (values.length > 0 && values[values.length - 1] === value) {
      counts[counts.length - 1] = (counts[counts.length - 1] ?? 0) + 1;
    } else {
      values.push(value);
      counts.push(1);
    }
  }
  return { values, counts };
}

export const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

/** Mean and population standard deviation (no degrees of freedom subtracted). */
export function moments({ values, counts }: EmpiricalDistribution): { readonly mean: number; readonly std: number } {
  const n = total(counts);
  const mean = values.reduce((sum, value, index) => sum + value * (counts[index] ?? 0), 0) / n;
  const variance = values.reduce((sum, value, index) => sum + (value - mean) ** 2 * (counts[index] ?? 0), 0) / n;
  return { mean, std: Math.sqrt(variance) };
}

/** Quantiles with linear interpolation between order statistics (numpy's default) of a distribution with whole counts. */
export function quantiles({ values, counts }: EmpiricalDistribution, probabilities: readonly number[]): number[] {
  const n = total(counts);
  if (n === 0) {
    return [];
  }
  const ends: number[] = [];
  counts.reduce((sum, count, index) => (ends[index] = sum + count), 0);
  const orderStatistic = (rank: number): number => {
    let [low, high] = [0, ends.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] ?? 0) > rank) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return values[low] ?? Number.NaN;
  };
  return probabilities.map((probability) => {
    const position = probability * (n - 1);
    const rank = Math.floor(position);
    const low = orderStatistic(rank);
    const fraction = position - rank;
    return fraction === 0 ? low : low + (orderStatistic(rank + 1) - low) * fraction;
  });
}

/** Share of the sample at or below each pooled value, for both samples: the walk that KS and Wasserstein share. */
export function walkPooled(
  reference: EmpiricalDistribution,
  current: EmpiricalDistribution,
  visit: (value: number, referenceShare: number, currentShare: number, next: number | undefined) => void,
): void {
  const [n, m] = [total(reference.counts), total(current.counts)];
  let [i, j, sumR, sumC] = [0, 0, 0, 0];
  while (i < reference.values.length || j < current.values.length) {
    const value = Math.min(reference.values[i] ?? Infinity, current.values[j] ?? Infinity);
    if (reference.values[i] === value) {
      sumR += reference.counts[i] ?? 0;
      i += 1;
    }
    if (current.values[j] === value) {
      sumC += current.counts[j] ?? 0;
      j += 1;
    }
    const next = Math.min(reference.values[i] ?? Infinity, current.values[j] ?? Infinity);
    visit(value, sumR / n, sumC / m, next === Infinity ? undefined : next);
  }
}
