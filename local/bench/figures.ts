/** One figure of the bench. */
export interface Figure {
  readonly name: string;
  /** Median, where it was measured more than once. */
  readonly value: number;
  readonly unit: 'ms' | 's' | 'MiB';
  /** What it may be at most. @default - no limit is promised */
  readonly limit?: number;
  /** How many times as much as the yardstick of its kind in the same run: a busy or slow machine changes both. */
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

/** Whether every promised limit is kept. */
export const withinLimits = (figures: readonly Figure[]): boolean => figures.every(({ value, limit }) => limit === undefined || value <= limit);

/** The figures as a table. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const { name, value, unit, limit, ratio, yardstick } = figure;
    return [
      name, `${rounded(value)} ${unit}`, limit === undefined ? '' : `${limit} ${unit}`, limit === undefined ? '' : withinLimits([figure]) ? 'within' : 'ABOVE', `${rounded(ratio)} x ${yardstick}`,
    ];
  });
  const all = [['figure', 'median', 'limit', '', 'of the same run'], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  return all.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()).join('\n');
}
