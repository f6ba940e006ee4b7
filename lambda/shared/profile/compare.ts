import {
  binCounts, chiSquaredHomogeneity, kolmogorovSmirnov, normedWassersteinDistance, poolRareCategories, stabilityIndex, stabilityIndexNullLimit,
} from '../statistics';
import { type CategoricalProfile, type ColumnProfile, type NumericProfile, OTHER } from './contract';

/** How far a column of a window lies from its reference, and how sure that is. */
export interface Comparison {
  readonly column: string;
  readonly kind: ColumnProfile['kind'];
  /** Rows of reference and window, missing values included. */
  readonly referenceRows: number;
  readonly rows: number;
  readonly psi: number;
  /** PSI that chance exceeds once in twenty windows. */
  readonly psiNullLimit: number;
  /** Cells that are empty on one side: they dominate the PSI. */
  readonly emptyCells: number;
  /** Effect sizes beside PSI, as far as they are defined. */
  readonly ks?: number;
  readonly normedWasserstein?: number;
  readonly cramersV?: number;
  /** Of no difference, before adjustment for the number of columns. */
  readonly pValue: number;
  readonly referenceMean?: number;
  readonly mean?: number;
  readonly missingShare: number;
}

/**
 * Compares a window with its reference.
 *
 * @param current with all its distinct values, not condensed
 * @throws Error when a side has no rows or the two are of different kind.
 */
export function compareColumn(column: string, reference: ColumnProfile, current: ColumnProfile): Comparison {
  if (reference.kind === 'numeric' && current.kind === 'numeric') {
    return compareNumbers(column, reference, current);
  }
  if (reference.kind === 'categorical' && current.kind === 'categorical') {
    return compareCategories(column, reference, current);
  }
  throw new Error(`${column} is ${reference.kind} in the reference and ${current.kind} in the window; the reference belongs to another schema`);
}

function compareCells(column: string, kind: ColumnProfile['kind'], reference: readonly number[], current: readonly number[], missing: number) {
  const sum = (counts: readonly number[]): number => counts.reduce((subtotal, count) => subtotal + count, 0);
  const [referenceRows, rows] = [sum(reference), sum(current)];
  const index = stabilityIndex(reference, current);
  const pooled = poolRareCategories(reference, current);
  const homogeneity = chiSquaredHomogeneity(pooled.reference, pooled.current);
  return {
    homogeneity,
    comparison: {
      column, kind, referenceRows, rows, psi: index.value, psiNullLimit: stabilityIndexNullLimit(referenceRows, rows, index.cells),
      emptyCells: index.emptyCells, pValue: homogeneity.pValue, missingShare: missing / rows,
    },
  };
}

function compareNumbers(column: string, reference: NumericProfile, current: NumericProfile): Comparison {
  // Missing values are a cell of their own: a feature that fails to arrive is drift, too.
  const { comparison, homogeneity } = compareCells(
    column, 'numeric', [...reference.bins, reference.missing], [...binCounts(current, reference.edges), current.missing], current.missing,
  );
  if (reference.count === 0 || current.count === 0) {
    return comparison;
  }
  const test = kolmogorovSmirnov(reference, current, 'asymptotic');
  return {
    ...comparison,
    ks: test.statistic,
    normedWasserstein: normedWassersteinDistance(reference, current),
    // Two tests, of the values and of the cells with the missing ones: the better one, paid for by doubling.
    pValue: Math.min(1, 2 * Math.min(test.pValue, homogeneity.pValue)),
    referenceMean: reference.mean,
    mean: current.mean,
  };
}

function compareCategories(column: string, reference: CategoricalProfile, current: CategoricalProfile): Comparison {
  const known = Object.keys(reference.counts).filter((category) => category !== OTHER);
  const knownRows = known.reduce((sum, category) => sum + (current.counts[category] ?? 0), 0);
  const { comparison, homogeneity } = compareCells(
    column,
    'categorical',
    [...known.map((category) => reference.counts[category] ?? 0), reference.counts[OTHER] ?? 0, reference.missing],
    [...known.map((category) => current.counts[category] ?? 0), current.count - knownRows, current.missing],
    current.missing,
  );
  return { ...comparison, cramersV: homogeneity.cramersV };
}
