import type { Vector } from './classification';
import { normalQuantile } from './distributions';
import { meanEstimate } from './means';
import { wilsonInterval } from './proportions';
import type { Estimate } from './regression';
import { rankInfluence } from './roc';

/** Measures of a classifier over several classes. Labels and decisions are positions 0 to k - 1; probabilities are one vector per class. */
export interface ClassPredictions {
  readonly labels: Vector;
  readonly decisions: Vector;
  /** `probabilities[class][row]` */
  readonly probabilities: readonly Vector[];
}

export interface ClassMeasures {
  /** Rows by label (outer) and decision (inner). */
  readonly confusion: readonly (readonly number[])[];
  /** Wilson's interval. */
  readonly accuracy: Estimate;
  /** Mean recall over the classes that occur; interval from their binomial laws. */
  readonly balancedAccuracy: Estimate;
  /** Mean F1 over all classes, 0 for a class without a right decision; interval by the delta method. */
  readonly macroF1: Estimate;
  /** Mean negative log-likelihood in nats, over probabilities scaled to the sum 1. */
  readonly logLoss: Estimate;
  /** Mean one-against-the-rest AUC over the classes that occur, each class alike; interval by DeLong's placements. Absent with one class only. */
  readonly macroAuc?: Estimate;
}

const within01 = (value: number, error: number): Estimate => {
  const half = normalQuantile(0.975) * error;
  return { value, interval: [Math.max(0, value - half), Math.min(1, value + half)] };
};

/** @throws RangeError when there is no row, lengths differ, a label or decision is no class, or a probability lies outside 0 to 1 or is no number. */
export function checkClasses({ labels, decisions, probabilities }: ClassPredictions): void {
  const rows = labels.length;
  if (rows === 0 || decisions.length !== rows || probabilities.some((column) => column.length !== rows)) {
    throw new RangeError(`decisions and probabilities need one label each, got ${rows} labels, ${decisions.length} decisions and ` +
      `${probabilities.map((column) => column.length).join(', ')} probabilities`);
  }
  const known = (value: number | undefined): boolean => value !== undefined && Number.isInteger(value) && value >= 0 && value < probabilities.length;
  for (let row = 0; row < rows; row += 1) {
    if (!known(labels[row]) || !known(decisions[row])) {
      throw new RangeError(`a label or decision is one of ${probabilities.length} classes, got ${labels[row]} and ${decisions[row]} in row ${row}`);
    }
    for (const column of probabilities) {
      if (!((column[row] ?? Number.NaN) >= 0 && (column[row] ?? Number.NaN) <= 1)) {
        throw new RangeError(`a probability lies between 0 and 1, got ${column[row]} in row ${row}`);
      }
    }
  }
}

/** All measures; O(k n log n). */
export function classMeasures(predictions: ClassPredictions): ClassMeasures {
  checkClasses(predictions);
  const { labels, decisions, probabilities } = predictions;
  const matrix = probabilities.map(() => probabilities.map(() => 0));
  for (let row = 0; row < labels.length; row += 1) {
    const counts = matrix[labels[row] ?? 0];
    if (counts !== undefined) {
      counts[decisions[row] ?? 0] = (counts[decisions[row] ?? 0] ?? 0) + 1;
    }
  }
  const right = matrix.reduce((sum, counts, index) => sum + (counts[index] ?? 0), 0);
  const auc = macroAuc(predictions);
  return {
    confusion: matrix,
    accuracy: { value: right / labels.length, interval: wilsonInterval(right, labels.length) },
    balancedAccuracy: balancedAccuracy(matrix),
    macroF1: macroF1(matrix, labels.length),
    logLoss: classLogLoss(predictions),
    ...(auc !== undefined && { macroAuc: auc }),
  };
}

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

function balancedAccuracy(matrix: readonly (readonly number[])[]): Estimate {
  const recalls = matrix.flatMap((counts, index) => {
    const n = sumOf(counts);
    return n === 0 ? [] : [{ n, recall: (counts[index] ?? 0) / n }];
  });
  const variance = recalls.reduce((sum, { n, recall }) => sum + (recall * (1 - recall)) / n, 0) / recalls.length ** 2;
  return within01(recalls.reduce((sum, { recall }) => sum + recall, 0) / recalls.length, Math.sqrt(variance));
}

/** F1 of class c is 2 TP / (labels + decisions of c): its derivative by a row falls out cell by cell of the confusion matrix. */
function macroF1(matrix: readonly (readonly number[])[], rows: number): Estimate {
  const classes = matrix.length;
  const scores = matrix.map((counts, index) => {
    const both = sumOf(counts) + matrix.reduce((sum, other) => sum + (other[index] ?? 0), 0);
    return { both, f1: both === 0 ? 0 : (2 * (counts[index] ?? 0)) / both };
  });
  let variance = 0;
  matrix.forEach((counts, label) => counts.forEach((count, decision) => {
    const influence = scores.reduce((sum, { both, f1 }, index) => {
      const [labelled, decided] = [Number(index === label), Number(index === decision)];
      return both === 0 ? sum : sum + (rows * (2 * labelled * decided - f1 * (labelled + decided))) / both;
    }, 0) / classes;
    variance += count * influence ** 2;
  }));
  return within01(scores.reduce((sum, { f1 }) => sum + f1, 0) / classes, Math.sqrt(variance) / rows);
}

function classLogLoss({ labels, probabilities }: ClassPredictions): Estimate {
  const losses = Float64Array.from({ length: labels.length }, (_, row) => {
    const all = probabilities.reduce((sum, column) => sum + (column[row] ?? 0), 0);
    const share = (probabilities[labels[row] ?? 0]?.[row] ?? 0) / all;
    return -Math.log(Math.min(Math.max(Number.isFinite(share) ? share : 0, Number.EPSILON), 1));
  });
  const { mean, interval } = meanEstimate(losses);
  return { value: mean, interval: [Math.max(0, interval[0]), interval[1]] };
}

function macroAuc({ labels, probabilities }: ClassPredictions): Estimate | undefined {
  const present = probabilities.map((_, index) => index).filter((index) => Array.prototype.includes.call(labels, index));
  if (present.length < 2) {
    return undefined;
  }
  const influence = new Float64Array(labels.length);
  let sum = 0;
  for (const index of present) {
    const ranked = rankInfluence(Float64Array.from({ length: labels.length }, (_, row) => Number(labels[row] === index)), probabilities[index] ?? []);
    sum += ranked.auc;
    ranked.influence.forEach((value, row) => {
      influence[row] = (influence[row] ?? 0) + value / present.length;
    });
  }
  return within01(sum / present.length, meanEstimate(influence).standardError);
}
