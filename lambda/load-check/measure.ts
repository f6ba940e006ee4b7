import { build, type Histogram } from 'hdr-histogram-js';
import type { Measurement } from '../gate/contract';
import { Checks } from '../shared/checks/contract';
import { clopperPearsonInterval } from '../shared/statistics';
import { ERROR_TAIL } from './contract';
import type { Sample } from './open-loop';

const IDS = Checks.LOAD.measurements;

/** A generator that is later than this with one request in a hundred measures itself, not the application. */
const MAXIMUM_LAG_MILLISECONDS = 50;

/** Quantile of the standard normal distribution for a two-sided 95 % interval. */
const Z = 1.96;

const PERCENTILES = [
  [IDS.P50, 50],
  [IDS.P95, 95],
  [IDS.P99, 99],
] as const;

/** Whether the generator itself was too late for the run to say anything of the application's speed. */
export const isLate = (samples: readonly Sample[]): boolean => lagOf(samples) > MAXIMUM_LAG_MILLISECONDS;

const lagOf = (samples: readonly Sample[]): number => histogram(samples.map(({ intended, sent }) => sent - intended)).getValueAtPercentile(99) / 1000;

/**
 * Turns the requests of a run, warm-up left out, into measurements. Pure. Of a late run only the errors are measured: they are the application's own,
 * while its speed, and that it holds the declared rate, is not known.
 */
export function measure(samples: readonly Sample[], rate: number): Measurement[] {
  if (isLate(samples)) {
    const explanation =
      `The load generator was late by ${lagOf(samples).toFixed(0)} ms (p99 of ${samples.length} requests; allowed are ${MAXIMUM_LAG_MILLISECONDS} ms), ` +
      'so the run says nothing of the speed of the application; give the check more memory or lower the rate.';
    const unknown = Object.values(IDS).filter((id) => id !== IDS.ERROR_SHARE);
    return [...unknown.map((id): Measurement => ({ id, status: 'notMeasured', explanation })), errorShare(samples)];
  }
  return [...latencies(samples), errorShare(samples), achievedRate(samples, rate)];
}

/** Latency counts from the intended start: a caller who had to wait for a free connection waited too. */
function latencies(samples: readonly Sample[]): Measurement[] {
  const answered = samples.filter(({ problem }) => problem === undefined);
  if (answered.length === 0) {
    const explanation = `None of ${samples.length} requests was answered, so there is no latency: ${problems(samples)}.`;
    return PERCENTILES.map(([id]) => ({ id, status: 'notMeasured', explanation }));
  }
  const recorded = histogram(answered.map(({ intended, ended }) => ended - intended));
  return PERCENTILES.map(([id, percentile]) => {
    const value = milliseconds(recorded, percentile);
    return {
      id,
      status: 'measured',
      value,
      interval: rankInterval(recorded, percentile, answered.length),
      sampleSize: answered.length,
      explanation: `${percentile} % of ${answered.length} answered requests took at most ${value.toFixed(1)} ms from their intended start.`,
    };
  });
}

/** Distribution-free: the percentiles at the ranks between which the true one lies (normal approximation of the binomial). */
function rankInterval(recorded: Histogram, percentile: number, n: number): [number, number] {
  const half = Z * Math.sqrt((percentile * (100 - percentile)) / n);
  return [milliseconds(recorded, Math.max(percentile - half, 0)), milliseconds(recorded, Math.min(percentile + half, 100))];
}

function errorShare(samples: readonly Sample[]): Measurement {
  const failed = samples.filter(({ problem }) => problem !== undefined).length;
  const [, value] = clopperPearsonInterval(failed, samples.length, 1 - 2 * ERROR_TAIL);
  return {
    id: IDS.ERROR_SHARE,
    status: 'measured',
    value,
    sampleSize: samples.length,
    explanation:
      `${failed} of ${samples.length} requests failed, so with 95 % confidence at most ${(100 * value).toPrecision(3)} % do` +
      `${failed === 0 ? '' : `; for example: ${problems(samples)}`}.`,
    details: { failed, bound: 'one-sided 95 % (Clopper-Pearson)' },
  };
}

function achievedRate(samples: readonly Sample[], rate: number): Measurement {
  const first = Math.min(...samples.map(({ intended }) => intended));
  const end = first + (samples.length * 1000) / rate;
  const inTime = samples.filter(({ sent }) => sent <= end).length;
  const value = inTime / samples.length;
  return {
    id: IDS.ACHIEVED_RATE,
    status: 'measured',
    value,
    sampleSize: samples.length,
    explanation: `${inTime} of ${samples.length} requests were sent in the time for which ${rate} a second were intended.`,
  };
}

const problems = (samples: readonly Sample[]): string => [...new Set(samples.flatMap(({ problem }) => problem ?? []))].slice(0, 3).join('; ');

/** In microseconds, with three significant digits. */
function histogram(values: readonly number[]): Histogram {
  const recorded = build({ lowestDiscernibleValue: 1, highestTrackableValue: 3_600_000_000, numberOfSignificantValueDigits: 3 });
  for (const value of values) {
    recorded.recordValue(Math.max(0, Math.round(value * 1000)));
  }
  return recorded;
}

const milliseconds = (recorded: Histogram, percentile: number): number => recorded.getValueAtPercentile(percentile) / 1000;
