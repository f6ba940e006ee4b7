/** Measures of a binary classifier. Labels are 0 or 1, scores are probabilities of 1. */

export type Vector = ArrayLike<number>;

export interface Confusion {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly trueNegatives: number;
}

export interface ClassificationMeasures {
  readonly accuracy: number;
  /** Not a number when nothing was predicted positive. */
  readonly precision: number;
  /** Not a number when no label is positive. */
  readonly recall: number;
  readonly specificity: number;
  readonly f1: number;
  readonly balancedAccuracy: number;
  /** Matthews correlation coefficient, -1 to 1; 0 where it is undefined. */
  readonly matthews: number;
  readonly kappa: number;
}

/** @throws RangeError when there is no row, lengths differ, a label is not 0 or 1, or a score is not finite. */
export function checkScores(labels: Vector, scores: Vector): void {
  if (labels.length === 0 || labels.length !== scores.length) {
    throw new RangeError(`scores need one label each, got ${labels.length} labels and ${scores.length} scores`);
  }
  for (let row = 0; row < labels.length; row += 1) {
    if (labels[row] !== 0 && labels[row] !== 1) {
      throw new RangeError(`a label is 0 or 1, got ${labels[row]} in row ${row}`);
    }
    if (!Number.isFinite(scores[row])) {
      throw new RangeError(`a score is a finite number, got ${scores[row]} in row ${row}`);
    }
  }
}

/** Counts decisions `score >= threshold` against labels. */
export function confusion(labels: Vector, scores: Vector, threshold = 0.5): Confusion {
  checkScores(labels, scores);
  const counts = [0, 0, 0, 0];
  for (let row = 0; row < labels.length; row += 1) {
    const cell = ((scores[row] ?? 0) >= threshold ? 0 : 2) + (labels[row] === 1 ? 0 : 1);
    counts[cell] = (counts[cell] ?? 0) + 1;
  }
  const [truePositives = 0, falsePositives = 0, falseNegatives = 0, trueNegatives = 0] = counts;
  return { truePositives, falsePositives, falseNegatives, trueNegatives };
}

export function classificationMeasures({ truePositives: tp, falsePositives: fp, falseNegatives: fn, trueNegatives: tn }: Confusion): ClassificationMeasures {
  const n = tp + fp + fn + tn;
  const accuracy = (tp + tn) / n;
  const recall = tp / (tp + fn);
  const specificity = tn / (tn + fp);
  const product = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn);
  const chance = ((tp + fp) * (tp + fn) + (fn + tn) * (fp + tn)) / (n * n);
  return {
    accuracy,
    precision: tp / (tp + fp),
    recall,
    specificity,
    f1: tp === 0 ? 0 : (2 * tp) / (2 * tp + fp + fn),
    balancedAccuracy: (recall + specificity) / 2,
    matthews: product === 0 ? 0 : (tp * tn - fp * fn) / Math.sqrt(product),
    kappa: chance === 1 ? 0 : (accuracy - chance) / (1 - chance),
  };
}

/** Mean negative log-likelihood in nats; probabilities are kept off 0 and 1 by the spacing of doubles. */
export function logLoss(labels: Vector, scores: Vector): number {
  checkScores(labels, scores);
  let sum = 0;
  for (let row = 0; row < labels.length; row += 1) {
    const score = Math.min(Math.max(scores[row] ?? 0, Number.EPSILON), 1 - Number.EPSILON);
    sum -= labels[row] === 1 ? Math.log(score) : Math.log1p(-score);
  }
  return sum / labels.length;
}

/** Mean squared difference of probability and label. */
export function brierScore(labels: Vector, scores: Vector): number {
  checkScores(labels, scores);
  let sum = 0;
  for (let row = 0; row < labels.length; row += 1) {
    sum += ((scores[row] ?? 0) - (labels[row] ?? 0)) ** 2;
  }
  return sum / labels.length;
}

/** Average precision as a step sum over distinct scores (not a trapezoid); not a number without a positive label. */
export function averagePrecision(labels: Vector, scores: Vector): number {
  checkScores(labels, scores);
  const order = Uint32Array.from({ length: labels.length }, (_, row) => row).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
  let [seen, positives, sum] = [0, 0, 0];
  while (seen < order.length) {
    const score = scores[order[seen] ?? 0];
    const before = positives;
    while (seen < order.length && scores[order[seen] ?? 0] === score) {
      positives += labels[order[seen] ?? 0] ?? 0;
      seen += 1;
    }
    sum += ((positives - before) * positives) / seen;
  }
  return sum / positives;
}

/** Mean distance of probability and observed share over equal bins, weighted by rows. */
export function expectedCalibrationError(labels: Vector, scores: Vector, bins = 10): number {
  checkScores(labels, scores);
  return calibrationErrorOf(labels, scores, bins)();
}

/** The error of any rows of the same predictions: each row's bin and gap are found once, since resampling asks for them hundreds of times. */
export function calibrationErrorOf(labels: Vector, scores: Vector, bins = 10): (rows?: ArrayLike<number>) => number {
  // Bins are (low, high], as the usual definition has them.
  const binOf = Uint8Array.from(scores, (score) => Math.min(bins - 1, Math.max(0, Math.ceil(score * bins) - 1)));
  const gapOf = Float64Array.from(scores, (score, row) => score - (labels[row] ?? 0));
  const everything = Uint32Array.from(scores, (_, row) => row);
  return (rows = everything) => {
    const gaps = new Float64Array(bins);
    for (let index = 0; index < rows.length; index += 1) {
      const row = rows[index] ?? 0;
      const bin = binOf[row] ?? 0;
      gaps[bin] = (gaps[bin] ?? 0) + (gapOf[row] ?? 0);
    }
    return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / rows.length;
  };
}
