/** Adjusted p-values when many hypotheses are tested at once, in the order of the input. */

function ascending(pValues: readonly number[]): number[] {
  const wrong = pValues.find((p) => !(p >= 0 && p <= 1));
  if (wrong !== undefined) {
    throw new RangeError(`a p-value lies between 0 and 1, got ${wrong}`);
  }
  return pValues.map((_, index) => index).sort((a, b) => (pValues[a] ?? 0) - (pValues[b] ?? 0));
}

/** Benjamini-Hochberg: controls the share of false discoveries. */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  const adjusted = Array.from(pValues);
  let smallest = 1;
  ascending(pValues).reverse().forEach((index, position) => {
    const rank = pValues.length - position;
    smallest = Math.min(smallest, ((pValues[index] ?? 1) * pValues.length) / rank);
    adjusted[index] = smallest;
  });
  return adjusted;
}

/** Holm: controls the probability of any false discovery. */
export function holm(pValues: readonly number[]): number[] {
  const adjusted = Array.from(pValues);
  let greatest = 0;
  ascending(pValues).forEach((index, position) => {
    greatest = Math.max(greatest, Math.min(1, (pValues[index] ?? 1) * (pValues.length - position)));
    adjusted[index] = greatest;
  });
  return adjusted;
}
