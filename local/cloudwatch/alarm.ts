import type { MetricAlarm } from '@aws-sdk/client-cloudwatch';
import type { Clock } from '../core/service';
import { dimensionMap, type MetricStore, statistic } from './metrics';

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

export interface Evaluation {
  readonly state: AlarmState;
  readonly reason: string;
}

const operators: Record<string, (value: number, threshold: number) => boolean> = {
  GreaterThanThreshold: (value, threshold) => value > threshold,
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
};

export const COMPARISONS: readonly string[] = Object.keys(operators);

/**
 * State of an alarm over its last evaluation periods, which are shortened by the clock's scale.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
 */
export function evaluate(alarm: MetricAlarm, accountId: string, store: MetricStore, clock: Clock, previous: AlarmState, now = Date.now()): Evaluation {
  const period = Math.max(1, clock.toReal(alarm.Period ?? 60));
  const periods = alarm.EvaluationPeriods ?? 1;
  const from = now - period * periods;
  const key = { accountId, namespace: alarm.Namespace ?? '', name: alarm.MetricName ?? '', dimensions: dimensionMap(alarm.Dimensions) };
  const values = store.buckets(key, from, now, period).map((bucket) => statistic(alarm.Statistic ?? alarm.ExtendedStatistic ?? 'Average', bucket.values));
  const exceeds = operators[alarm.ComparisonOperator ?? ''];
  const threshold = alarm.Threshold ?? 0;
  const breaching = values.filter((value) => exceeds?.(value, threshold) === true).length;
  const missing = periods - values.length;
  const needed = alarm.DatapointsToAlarm ?? periods;
  const treat = alarm.TreatMissingData ?? 'missing';
  const counted = breaching + (treat === 'breaching' ? missing : 0);
  if (values.length === 0 && treat === 'missing') {
    return { state: 'INSUFFICIENT_DATA', reason: 'Insufficient Data' };
  }
  if (values.length === 0 && treat === 'ignore') {
    return { state: previous, reason: 'no data; the state is kept' };
  }
  const shown = values.map((value) => Number(value.toPrecision(6))).join(', ');
  return counted >= needed
    ? { state: 'ALARM', reason: `Threshold Crossed: ${counted} of the last ${periods} datapoints [${shown}] breached the threshold (${threshold})` }
    : { state: 'OK', reason: `${counted} of the last ${periods} datapoints [${shown}] breached the threshold (${threshold}), ${needed} needed` };
}
