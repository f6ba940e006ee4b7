/** Asserts a relative difference of at most `tolerance` (absolute where the expected value is 0). */
export function expectClose(actual: number, expected: number, tolerance = 1e-9): void {
  const scale = expected === 0 ? 1 : Math.abs(expected);
  const difference = Math.abs(actual - expected) / scale;
  if (!(difference <= tolerance)) {
    throw new Error(`expected ${expected}, got ${actual}: relative difference ${difference} exceeds ${tolerance}`);
  }
}

/** Deterministic pseudo-random numbers in [0, 1) for property tests (mulberry32). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** One standard normal number from two uniform ones. */
export const gaussian = (next: () => number): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
