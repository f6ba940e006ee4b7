import { binomialCdf, normalQuantile } from './distributions';
import type { Interval } from './proportions';

/** Two classifiers on the same rows, by whether each was right. */
export interface AccuracyComparison {
  /** Rows that only the first, and only the second classifier decided rightly: the others say nothing about which is better. */
  readonly firstOnly: number;
  readonly secondOnly: number;
  /** Accuracy of the first less that of the second. */
  readonly difference: number;
  /** Wald interval of a difference of paired shares. */
  readonly differenceInterval: Interval;
  /** Exact McNemar test, two-sided, of equal accuracy. */
  readonly pValue: number;
}

/** @throws RangeError when the counts belong to no rows. */
export function mcNemar(firstOnly: number, secondOnly: number, rows: number, confidence = 0.95): AccuracyComparison {
  const discordant = firstOnly + secondOnly;
  if (!(rows > 0 && firstOnly >= 0 && secondOnly >= 0 && discordant <= rows)) {
    throw new RangeError(`McNemar's test needs counts of the same rows, got ${firstOnly} and ${secondOnly} of ${rows}`);
  }
  const difference = (firstOnly - secondOnly) / rows;
  const variance = (discordant - ((firstOnly - secondOnly) ** 2) / rows) / rows ** 2;
  const half = normalQuantile(0.5 + confidence / 2) * Math.sqrt(Math.max(0, variance));
  return {
    firstOnly,
    secondOnly,
    difference,
    differenceInterval: [difference - half, difference + half],
    pValue: discordant === 0 ? 1 : Math.min(1, 2 * binomialCdf(Math.min(firstOnly, secondOnly), discordant, 0.5)),
  };
}

/** McNemar's test of two decisions against the same labels. */
export function compareDecisions(labels: ArrayLike<number>, first: ArrayLike<number>, second: ArrayLike<number>): AccuracyComparison {
  let [firstOnly, secondOnly] = [0, 0];
  for (let row = 0; row < labels.length; row += 1) {
    const [a, b] = [first[row] === labels[row], second[row] === labels[row]];
    firstOnly += a && !b ? 1 : 0;
    secondOnly += b && !a ? 1 : 0;
  }
  return mcNemar(firstOnly, secondOnly, labels.length);
}
