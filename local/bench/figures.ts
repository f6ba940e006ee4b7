/** One figure of the bench. */
export interface Figure {
  readonly name: string;
  /** Median, milliseconds. */
  readonly milliseconds: number;
  /** What it may be at most, milliseconds. @default - no limit is promised */
  readonly limit?: number;
  /** How many times as long as the yardstick of its kind took in the same run: a busy or slow machine changes both. */
  readonly ratio: number;
  /** What the ratio compares with. */
  readonly yardstick: string;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return (sorted.length % 2 === 1 ? sorted[middle] : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2) ?? 0;
}

/** Median of so many calls, milliseconds, after a few that do not count. */
export async function timed(call: () => Promise<unknown>, count: number, warmUp = 5): Promise<number> {
  for (let index = 0; index < warmUp; index += 1) {
    await call();
  }
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const started = performance.now();
    await call();
    times.push(performance.now() - started);
  }
  return median(times);
}

const rounded = (value: number): string => (value < 10 ? value.toFixed(2) : value.toFixed(0));

/** The figures as a table. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, milliseconds, limit, ratio, yardstick }) => [
    name, `${rounded(milliseconds)} ms`, limit === undefined ? '' : `${limit} ms`, limit === undefined ? '' : milliseconds <= limit ? 'within' : 'ABOVE', `${rounded(ratio)} x ${yardstick}`,
  ]);
  const all = [['figure', 'median', 'limit', '', 'of the same run'], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  return all.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()).join('\n');
}
