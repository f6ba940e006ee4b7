import { checkScores, type Vector } from './classification';

/** One bin of a reliability diagram. */
export interface ReliabilityBin {
  /** Exclusive, except in the first bin. */
  readonly above: number;
  /** Inclusive. */
  readonly upTo: number;
  readonly rows: number;
  readonly meanProbability: number;
  readonly positiveShare: number;
}

/** Rows of equal-width bins of the probability; empty bins are left out. The bins of the expected calibration error. */
export function reliabilityBins(labels: Vector, scores: Vector, bins = 10): ReliabilityBin[] {
  checkScores(labels, scores);
  const sums = Array.from({ length: bins }, () => ({ rows: 0, probability: 0, positives: 0 }));
  for (let row = 0; row < labels.length; row += 1) {
    const sum = sums[Math.min(bins - 1, Math.max(0, Math.ceil((scores[row] ?? 0) * bins) - 1))];
    if (sum !== undefined) {
      sum.rows += 1;
      sum.probability += scores[row] ?? 0;
      sum.positives += labels[row] ?? 0;
    }
  }
  return sums.flatMap(({ rows, probability, positives }, bin) =>
    rows === 0 ? [] : [{ above: bin / bins, upTo: (bin + 1) / bins, rows, meanProbability: probability / rows, positiveShare: positives / rows }]);
}

/** Logistic regression of the label on the log odds that the model gave. A calibrated model has slope 1 and intercept 0. */
export interface CalibrationLine {
  /** Below 1 the probabilities are too extreme, above 1 too timid. */
  readonly slope: number;
  readonly intercept: number;
}

/** Keeps log odds finite: a probability of 0 or 1 counts as this far from it. */
const EDGE = 1e-9;

/** @returns `undefined` where no line fits: one class, one probability, or classes that a threshold separates without fault. */
export function calibrationLine(labels: Vector, scores: Vector): CalibrationLine | undefined {
  checkScores(labels, scores);
  const odds = Float64Array.from({ length: labels.length }, (_, row) => {
    const score = Math.min(1 - EDGE, Math.max(EDGE, scores[row] ?? 0));
    return Math.log(score / (1 - score));
  });
  let [slope, intercept] = [1, 0];
  for (let step = 0; step < 50; step += 1) {
    let [gradient0, gradient1, h00, h01, h11] = [0, 0, 0, 0, 0];
    for (let row = 0; row < odds.length; row += 1) {
      const x = odds[row] ?? 0;
      const p = 1 / (1 + Math.exp(-(intercept + slope * x)));
      const [rest, weight] = [(labels[row] ?? 0) - p, p * (1 - p)];
      gradient0 += rest;
      gradient1 += rest * x;
      h00 += weight;
      h01 += weight * x;
      h11 += weight * x * x;
    }
    const determinant = h00 * h11 - h01 * h01;
    const change0 = (h11 * gradient0 - h01 * gradient1) / determinant;
    const change1 = (h00 * gradient1 - h01 * gradient0) / determinant;
    intercept += change0;
    slope += change1;
    if (!Number.isFinite(intercept) || !Number.isFinite(slope)) {
      return undefined;
    }
    if (Math.abs(change0) + Math.abs(change1) < 1e-10) {
      return { slope, intercept };
    }
  }
  return undefined;
}
