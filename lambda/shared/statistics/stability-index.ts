import { chiSquaredQuantile } from './distributions';
import { type EmpiricalDistribution, quantiles, total } from './empirical';

/** Share that stands for an empty cell: small enough to show, large enough not to drown every other cell. */
export const EMPTY_CELL_SHARE = 1e-4;

/** Population stability index of a sample against its reference. */
export interface StabilityIndex {
  readonly value: number;
  /** Cells that are empty on one side: each adds a large term that hangs on the share standing for it. */
  readonly emptyCells: number;
  /** Cells that are filled on at least one side. */
  readonly cells: number;
}

/**
 * PSI: sum of (p - q) ln(p / q) over cells. An empty cell counts as `emptyCellShare`, without renormalization; a cell empty on both sides is left out.
 *
 * @throws RangeError when the counts do not belong together or one side is empty.
 */
export function stabilityIndex(reference: readonly number[], current: readonly number[], emptyCellShare = EMPTY_CELL_SHARE): StabilityIndex {
  const [n, m] = [total(reference), total(current)];
  if (reference.length !== current.length || n === 0 || m === 0) {
    throw new RangeError(`PSI needs counts of the same cells, got ${reference.length} and ${current.length} cells with ${n} and ${m} rows`);
  }
  let [value, emptyCells, cells] = [0, 0, 0];
  reference.forEach((referenceCount, index) => {
    const currentCount = current[index] ?? 0;
    if (referenceCount === 0 && currentCount === 0) {
      return;
    }
    cells += 1;
    emptyCells += referenceCount === 0 || currentCount === 0 ? 1 : 0;
    const p = referenceCount === 0 ? emptyCellShare : referenceCount / n;
    const q = currentCount === 0 ? emptyCellShare : currentCount / m;
    value += (p - q) * Math.log(p / q);
  });
  return { value, emptyCells, cells };
}

/** Mean of PSI when nothing changed: it is about (1/n + 1/m) times a chi-squared variable with `cells - 1` degrees of freedom. */
export function stabilityIndexNullMean(n: number, m: number, cells: number): number {
  return (1 / n + 1 / m) * (cells - 1);
}

/** PSI that chance alone exceeds only with probability `1 - level` when nothing changed. Default level 0.95. */
export function stabilityIndexNullLimit(n: number, m: number, cells: number, level = 0.95): number {
  return cells < 2 ? 0 : (1 / n + 1 / m) * chiSquaredQuantile(level, cells - 1);
}

/**
 * Inner edges of at most `bins` quantile bins of the reference; equal edges are merged. The outer bins are open.
 * Edges come from the reference alone, so that the index of a window does not hang on the window.
 */
export function quantileEdges(reference: EmpiricalDistribution, bins = 10): number[] {
  const inner = Array.from({ length: bins - 1 }, (_, index) => (index + 1) / bins);
  const minimum = reference.values[0] ?? -Infinity;
  // An edge at the minimum would make an empty first bin, since bins are closed on the left.
  return [...new Set(quantiles(reference, inner))].filter((edge) => edge > minimum);
}

/** Counts per bin `[edge, next edge)`, the outer bins open. */
export function binCounts({ values, counts }: EmpiricalDistribution, edges: readonly number[]): number[] {
  const bins = Array.from({ length: edges.length + 1 }, () => 0);
  let bin = 0;
  values.forEach((value, index) => {
    while (bin < edges.length && value >= (edges[bin] ?? Infinity)) {
      bin += 1;
    }
    bins[bin] = (bins[bin] ?? 0) + (counts[index] ?? 0);
  });
  return bins;
}
