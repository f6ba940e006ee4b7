import { METRICS, PRIMARY_METRIC } from '../../../lambda/shared/metrics/contract';
import type { ProblemType } from '../../../lambda/shared/project/contract';
import type { Contender, Measured, Outcome } from './measure';

/** A number over the seeded splits. */
export interface Spread {
  readonly mean: number;
  /** Sample standard deviation. */
  readonly deviation: number;
  readonly least: number;
  readonly greatest: number;
}

export interface MetricLimit {
  readonly metric: string;
  readonly side: 'minimum' | 'maximum';
  readonly value: number;
  readonly measured: Readonly<Record<Contender, Spread | undefined>>;
  /**
   * `gain`: half way between baseline and candidate. `spread`: splits differ more than that, so the limit lies three standard deviations from the
   * candidate. `baseline`: the candidate is no better, so the limit is three standard deviations from the baseline.
   */
  readonly basis: 'gain' | 'spread' | 'baseline';
}

export interface Thresholds {
  readonly metrics: readonly MetricLimit[];
  readonly margin: number;
  /** Gain of the candidate over the linear baseline in the primary metric. */
  readonly gain: Spread;
  /** Gain over the trivial predictor. */
  readonly trivialGain: Spread;
  /** The candidate gains more than the splits differ. */
  readonly worthIt: boolean;
  readonly significance: number;
  readonly tolerance: number;
  /** Limit of the primary metric in production. */
  readonly monitoring: MetricLimit;
  /** Splits on which the proposed limits hold. */
  readonly held: number;
}

/** Limits are proposed of these; a person may add any other. The primary metric comes first. */
const PROPOSED: Readonly<Record<ProblemType, readonly string[]>> = {
  binaryClassification: ['auc', 'logLoss'],
  multiclassClassification: ['accuracy', 'macroF1'],
  regression: ['rmse', 'r2'],
};
const SIGNIFICANCE = 0.05;
/** A candidate that gains less is not worth its complexity, whatever it was measured to gain: AUC, accuracy, or share of the error. */
const LEAST_MARGIN = 0.002;
/** Asked for where nothing was gained: about what people call a gain. */
const USUAL_MARGIN = 0.01;
const TOLERANCE = { least: 0.005, most: 0.05 };

export function spreadOf(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0;
  // Equal numbers differ from their mean by what floating-point arithmetic loses.
  return { mean, deviation: deviation > 1e-12 * Math.abs(mean) ? deviation : 0, least: Math.min(...values), greatest: Math.max(...values) };
}

/** Three significant digits, towards the side that asks for less. */
function loosely(value: number, side: MetricLimit['side']): number {
  if (value === 0) {
    return 0;
  }
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 2);
  const digits = Number((value / unit).toPrecision(12));
  return Number(((side === 'minimum' ? Math.floor(digits) : Math.ceil(digits)) * unit).toPrecision(3));
}

/** Proposes limits between the linear baseline and the candidate, with room for the split. */
export function proposeThresholds(problemType: ProblemType, { outcomes }: Pick<Measured, 'outcomes'>): Thresholds {
  const [gain, trivialGain] = [spreadOf(outcomes.map(({ against }) => against.baseline.gain)), spreadOf(outcomes.map(({ against }) => against.trivial.gain))];
  const sure = Math.min(gain.mean / 2, gain.mean - 2 * gain.deviation, gain.least);
  const worthIt = sure >= LEAST_MARGIN;
  const margin = worthIt ? loosely(sure, 'minimum') : USUAL_MARGIN;
  const names = PROPOSED[problemType];
  const metrics = names.map((metric) => limitOf(problemType, metric, outcomes, 1)).filter(({ measured }) => measured.candidate !== undefined);
  const primary = PRIMARY_METRIC[problemType].metric;
  const spread = metrics.find(({ metric }) => metric === primary)?.measured.candidate;
  const relative = problemType === 'regression' ? (spread?.deviation ?? 0) / (spread?.mean ?? 1) : (spread?.deviation ?? 0);
  const thresholds = {
    metrics, margin, gain, trivialGain, worthIt, significance: SIGNIFICANCE,
    tolerance: loosely(Math.min(TOLERANCE.most, Math.max(TOLERANCE.least, relative)), 'maximum'),
    monitoring: limitOf(problemType, primary, outcomes, 2),
  };
  return { ...thresholds, held: outcomes.filter((outcome) => holds(outcome, thresholds)).length };
}

/** @param room how many times the distance from the candidate: 1 is half way to the baseline, 2 the baseline itself */
function limitOf(problemType: ProblemType, metric: string, outcomes: readonly Outcome[], room: number): MetricLimit {
  const measured = (contender: Contender): Spread | undefined => {
    const values = outcomes.flatMap(({ metrics }) => metrics[contender][metric] ?? []);
    return values.length === outcomes.length ? spreadOf(values) : undefined;
  };
  const all = { candidate: measured('candidate'), baseline: measured('baseline'), trivial: measured('trivial') };
  const { range: [lowest, highest], better } = METRICS[problemType][metric] ?? { range: [-Infinity, Infinity] };
  const up = better === 'lower' ? -1 : 1;
  const half = (up * ((all.candidate?.mean ?? 0) - (all.baseline?.mean ?? 0))) / 2;
  // Of the better one of the two.
  const { mean, deviation } = (half > 0 ? all.candidate : all.baseline) ?? { mean: 0, deviation: 0 };
  const spread = Math.max(3 * deviation, Math.abs(mean) * 0.001);
  const side = up === 1 ? 'minimum' : 'maximum';
  const value = loosely(mean - up * room * Math.max(half, spread), side);
  return { metric, side, value: Math.min(highest, Math.max(lowest, value)), measured: all, basis: half <= 0 ? 'baseline' : half >= spread ? 'gain' : 'spread' };
}

function holds({ metrics, against }: Outcome, { metrics: limits, margin, significance }: Pick<Thresholds, 'metrics' | 'margin' | 'significance'>): boolean {
  const within = limits.every(({ metric, side, value }) => {
    const found = metrics.candidate[metric] ?? Number.NaN;
    return side === 'minimum' ? found >= value : found <= value;
  });
  return within && [against.baseline, against.trivial].every(({ gain, pValue }) => gain >= margin && pValue <= significance);
}
