import type { Dimension } from '@aws-sdk/client-cloudwatch';

/** Identity of a metric within an account. */
export interface MetricKey {
  readonly accountId: string;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

interface Point {
  readonly time: number;
  readonly value: number;
  readonly count: number;
  readonly unit: string;
}

export interface Metric extends MetricKey {
  readonly points: Point[];
}

/** Values of one period. */
export interface Bucket {
  readonly start: number;
  readonly values: readonly { readonly value: number; readonly count: number }[];
}

/** Most points kept per metric; the oldest go first. */
const MAX_POINTS = 100_000;

/** Metric data of all accounts, in real time, bounded in memory. */
export class MetricStore {
  private readonly metrics = new Map<string, Metric>();

  put(key: MetricKey, value: number, unit: string, count = 1, time = Date.now()): void {
    const id = identity(key);
    let metric = this.metrics.get(id);
    if (metric === undefined) {
      metric = { ...key, points: [] };
      this.metrics.set(id, metric);
    }
    metric.points.push({ time, value, count, unit });
    if (metric.points.length > MAX_POINTS) {
      metric.points.splice(0, MAX_POINTS / 10);
    }
  }

  list(accountId: string): Metric[] {
    return [...this.metrics.values()].filter((metric) => metric.accountId === accountId);
  }

  /** Points in `[from, to)` in milliseconds of real time, in buckets of `period` milliseconds counted from `from`; empty buckets are left out. */
  buckets(key: MetricKey, from: number, to: number, period: number): Bucket[] {
    const points = this.metrics.get(identity(key))?.points ?? [];
    const buckets = new Map<number, { value: number; count: number }[]>();
    for (let i = points.length - 1; i >= 0; i--) {
      const point = points[i];
      if (point === undefined || point.time >= to) {
        continue;
      }
      if (point.time < from) {
        break;
      }
      const start = from + Math.floor((point.time - from) / period) * period;
      const values = buckets.get(start) ?? [];
      values.push(point);
      buckets.set(start, values);
    }
    return [...buckets.entries()].toSorted(([a], [b]) => a - b).map(([start, values]) => ({ start, values }));
  }
}

const identity = (key: MetricKey): string =>
  [key.accountId, key.namespace, key.name, ...Object.entries(key.dimensions).toSorted(([a], [b]) => a.localeCompare(b)).flat()].join('\u0000');

export const dimensionMap = (dimensions: readonly Dimension[] | undefined): Record<string, string> =>
  Object.fromEntries((dimensions ?? []).map(({ Name, Value }) => [Name ?? '', Value ?? '']));

const total = (values: Bucket['values']): number => values.reduce((sum, { value, count }) => sum + value * count, 0);
const samples = (values: Bucket['values']): number => values.reduce((sum, { count }) => sum + count, 0);

const statistics: Record<string, (values: Bucket['values']) => number> = {
  Sum: total,
  SampleCount: samples,
  Average: (values) => total(values) / samples(values),
  Minimum: (values) => Math.min(...values.map(({ value }) => value)),
  Maximum: (values) => Math.max(...values.map(({ value }) => value)),
};

/** Whether a statistic can be computed here: the five basic ones and percentiles `p0` to `p100`. */
export const isStatistic = (name: string): boolean => name in statistics || /^p\d{1,3}(\.\d+)?$/.test(name);

export function statistic(name: string, values: Bucket['values']): number {
  const basic = statistics[name];
  if (basic !== undefined) {
    return basic(values);
  }
  const sorted = values.map(({ value }) => value).toSorted((a, b) => a - b);
  const rank = Math.max(0, Math.ceil((Number(name.slice(1)) / 100) * sorted.length) - 1);
  return sorted[rank] ?? Number.NaN;
}
