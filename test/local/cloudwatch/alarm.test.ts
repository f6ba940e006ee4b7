import { evaluate } from '../../../local/cloudwatch/alarm';
import { MetricStore } from '../../../local/cloudwatch/metrics';
import type { Clock } from '../../../local/core/service';

const clock: Clock = { scale: 60, toReal: (seconds) => (seconds * 1000) / 60, sleep: async () => {} };
const account = '333333333333';
const now = 1_000_000;
const key = { accountId: account, namespace: 'AWS/SageMaker', name: 'Invocation5XXErrors', dimensions: { EndpointName: 'e' } };
const alarm = {
  AlarmName: 'errors',
  Namespace: 'AWS/SageMaker',
  MetricName: 'Invocation5XXErrors',
  Dimensions: [{ Name: 'EndpointName', Value: 'e' }],
  Statistic: 'Average' as const,
  Period: 60,
  EvaluationPeriods: 2,
  DatapointsToAlarm: 1,
  Threshold: 0.1,
  ComparisonOperator: 'GreaterThanThreshold' as const,
};

const storeWith = (points: [ageMilliseconds: number, value: number][]): MetricStore => {
  const store = new MetricStore();
  for (const [age, value] of points.toSorted(([a], [b]) => b - a)) {
    store.put(key, value, 'None', 1, now - age);
  }
  return store;
};

const stateOf = (store: MetricStore, overrides: object = {}) => evaluate({ ...alarm, ...overrides }, account, store, clock, 'OK', now).state;

test('a share of errors above the threshold in one shortened period raises the alarm', () => {
  expect(stateOf(storeWith([[100, 1], [200, 0]]))).toBe('ALARM');
});

test('errors older than the evaluated periods no longer count', () => {
  expect(stateOf(storeWith([[2500, 1], [100, 0]]))).toBe('OK');
});

test('one breaching period of two is not enough where two are needed', () => {
  expect(stateOf(storeWith([[100, 1], [1500, 0]]), { DatapointsToAlarm: 2 })).toBe('OK');
});

test.each([
  ['missing', 'INSUFFICIENT_DATA'],
  ['breaching', 'ALARM'],
  ['notBreaching', 'OK'],
  ['ignore', 'OK'],
])('without data and missing data treated as %s the state is %s', (TreatMissingData, expected) => {
  expect(stateOf(storeWith([]), { TreatMissingData })).toBe(expected);
});

test('percentiles are taken over the requests of a period', () => {
  const latencies = Array.from({ length: 100 }, (_, i): [number, number] => [100 + i, i + 1]);
  expect(evaluate({ ...alarm, Statistic: undefined, ExtendedStatistic: 'p99', Threshold: 99 }, account, storeWith(latencies), clock, 'OK', now).state).toBe('OK');
  expect(evaluate({ ...alarm, Statistic: undefined, ExtendedStatistic: 'p99', Threshold: 98 }, account, storeWith(latencies), clock, 'OK', now).state).toBe('ALARM');
});

test('another account does not see the metric', () => {
  expect(evaluate(alarm, '111111111111', storeWith([[100, 1]]), clock, 'OK', now).state).toBe('INSUFFICIENT_DATA');
});
