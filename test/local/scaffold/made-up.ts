import type { Comparison } from '../../../lambda/shared/metrics';
import type { Measured, Outcome } from '../../../local/scaffold/measure/measure';

const compared = (gain: number): Comparison => ({ first: 0, second: 0, gain, interval: [gain, gain], pValue: 0.001, details: {} });

/** Outcomes of splits in which the candidate reaches `values` of a metric and the linear baseline always the same. */
export const outcomes = (metric: string, values: readonly number[], baseline: number, gain = Math.abs((values[0] ?? 0) - baseline)): Outcome[] =>
  values.map((value, seed) => ({
    seed, rows: { train: 600, validation: 200, test: 200 },
    metrics: { candidate: { [metric]: value }, baseline: { [metric]: baseline }, trivial: { [metric]: baseline / 2 } },
    against: { baseline: compared(gain), trivial: compared(gain * 2) },
  }));

export const measuredAs = (found: Outcome[], split: Measured['split'] = { by: 'recordId' }): Measured =>
  ({ split, rows: 1000, settings: 4, hyperparameters: { max_iter: 100, learning_rate: 0.05 }, outcomes: found });
