/**
 * How well one feature alone tells the target. Numbers are cut into quantile bins, categories are taken as they are; then the feature answers with
 * what its bin or category shows of the target. An answer that is nearly always right means that the feature knows the target: it leaks.
 */

/** Rows of one class in one cell. */
export interface ClassCell {
  readonly cell: string;
  readonly class: string;
  readonly n: number;
}

/** Target of the rows in one cell. */
export interface TargetCell {
  readonly cell: string;
  readonly n: number;
  readonly mean: number;
  /** Sum of squared deviations from the mean of the cell. */
  readonly squares: number;
}

/** Below this number of rows nothing is said. */
export const LEAST_ROWS = 100;
/** Rows of a cell; smaller ones are put together, or an id would tell the target by heart. */
const LEAST_CELL_ROWS = 25;
const MOST_BINS = 100;

export const binsFor = (rows: number): number => Math.max(2, Math.min(MOST_BINS, Math.floor(rows / (2 * LEAST_CELL_ROWS))));

const REST = 'rest';

function cellsOf<Item extends { readonly cell: string; readonly n: number }>(items: readonly Item[]): Map<string, Item[]> {
  const sizes = new Map<string, number>();
  items.forEach(({ cell, n }) => sizes.set(cell, (sizes.get(cell) ?? 0) + n));
  const cells = new Map<string, Item[]>();
  for (const item of items) {
    const name = (sizes.get(item.cell) ?? 0) < LEAST_CELL_ROWS ? REST : item.cell;
    cells.set(name, [...(cells.get(name) ?? []), item]);
  }
  return cells;
}

/** Greatest AUC over the classes, of one class against the others, when each cell answers with the share of the class that it holds: 0.5 to 1. */
export function classPower(items: readonly ClassCell[]): number {
  const cells = [...cellsOf(items).values()];
  const classes = [...new Set(items.map((item) => item.class))];
  const sizeOf = (cell: readonly ClassCell[], name?: string): number => cell.reduce((sum, item) => sum + (name === undefined || item.class === name ? item.n : 0), 0);
  const areas = classes.map((name) => {
    const ranked = cells
      .map((cell) => ({ positives: sizeOf(cell, name), rows: sizeOf(cell) }))
      .map(({ positives, rows }) => ({ positives, negatives: rows - positives, share: positives / rows }))
      .toSorted((a, b) => a.share - b.share);
    const positives = ranked.reduce((sum, cell) => sum + cell.positives, 0);
    const negatives = ranked.reduce((sum, cell) => sum + cell.negatives, 0);
    let [below, won] = [0, 0];
    for (const cell of ranked) {
      won += cell.positives * (below + cell.negatives / 2);
      below += cell.negatives;
    }
    return positives < LEAST_CELL_ROWS || negatives < LEAST_CELL_ROWS ? 0.5 : won / (positives * negatives);
  });
  return Math.max(0.5, ...areas);
}

/** Share of the target's variance that the cells explain (correlation ratio), 0 to 1. */
export function targetPower(items: readonly TargetCell[]): number {
  const rows = items.reduce((sum, { n }) => sum + n, 0);
  const mean = items.reduce((sum, item) => sum + item.mean * (item.n / rows), 0);
  const total = items.reduce((sum, item) => sum + item.squares + item.n * (item.mean - mean) ** 2, 0);
  const within = [...cellsOf(items).values()].reduce((sum, cell) => {
    const n = cell.reduce((subtotal, item) => subtotal + item.n, 0);
    const centre = cell.reduce((subtotal, item) => subtotal + item.mean * (item.n / n), 0);
    return sum + cell.reduce((subtotal, item) => subtotal + item.squares + item.n * (item.mean - centre) ** 2, 0);
  }, 0);
  return total > 0 ? 1 - within / total : 0;
}
