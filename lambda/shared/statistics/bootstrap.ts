import type { Interval } from './proportions';

/**
 * Uniform numbers in [0, 1) from a text such as a digest: the same text gives the same numbers on every machine, so that whoever has the data
 * can repeat an interval to the last digit. SplitMix32 steps over an FNV-1a hash of the text; for resampling, not for secrets.
 */
export function seededRandom(seed: string): () => number {
  let state = 0x811c9dc5;
  for (let index = 0; index < seed.length; index += 1) {
    state = Math.imul(state ^ seed.charCodeAt(index), 0x01000193);
  }
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 0x1_0000_0000;
  };
}

/**
 * Percentile interval of a statistic over resamples of the rows with replacement. For what has no formula; the others are cheaper and exact enough.
 *
 * @param statistic of the rows whose numbers it is given; a resample for which it is not finite is left out.
 * @param seed usually the digest of the data.
 * @param resamples Default 400: the bounds are then within about a percentile of their limit.
 * @throws RangeError when no resample gave a number.
 */
export function bootstrapInterval(rows: number, statistic: (sample: Uint32Array) => number, seed: string, resamples = 400, confidence = 0.95): Interval {
  const next = seededRandom(seed);
  const sample = new Uint32Array(rows);
  const values: number[] = [];
  for (let round = 0; round < resamples; round += 1) {
    for (let index = 0; index < rows; index += 1) {
      sample[index] = Math.floor(next() * rows);
    }
    const value = statistic(sample);
    if (Number.isFinite(value)) {
      values.push(value);
    }
  }
  if (values.length === 0) {
    throw new RangeError(`the statistic is not finite in any of ${resamples} resamples of ${rows} rows`);
  }
  values.sort((a, b) => a - b);
  const tail = (1 - confidence) / 2;
  const at = (share: number): number => {
    const position = share * (values.length - 1);
    const [low, high] = [values[Math.floor(position)] ?? 0, values[Math.ceil(position)] ?? 0];
    return low + (high - low) * (position - Math.floor(position));
  };
  return [at(tail), at(1 - tail)];
}
