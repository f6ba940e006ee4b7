import type { DeploymentConfig, TrafficRoutingConfig } from '@aws-sdk/client-sagemaker';
import { pickByWeight, trafficPlan } from '../../../local/sagemaker/endpoints/traffic';

const config = (routing: Partial<TrafficRoutingConfig>, more: Partial<DeploymentConfig> = {}, policy: object = {}): DeploymentConfig => ({
  BlueGreenUpdatePolicy: { TrafficRoutingConfiguration: { Type: 'ALL_AT_ONCE', WaitIntervalInSeconds: 300, ...routing }, ...policy },
  ...more,
});

describe('the traffic of an update', () => {
  test('goes over at once and unwatched without a deployment configuration', () => {
    expect(trafficPlan(undefined, 1)).toEqual({ steps: [{ share: 1, waitSeconds: 0 }], terminationWaitSeconds: 0, alarms: [] });
  });

  test('goes over in two steps with a canary', () => {
    const plan = trafficPlan(config({ Type: 'CANARY', CanarySize: { Type: 'CAPACITY_PERCENT', Value: 10 } }, {}, { TerminationWaitInSeconds: 120 }), 2);
    expect(plan).toMatchObject({ steps: [{ share: 0.1, waitSeconds: 300 }, { share: 1, waitSeconds: 300 }], terminationWaitSeconds: 120 });
  });

  test('a canary of instances is a share of the variant', () => {
    expect(trafficPlan(config({ Type: 'CANARY', CanarySize: { Type: 'INSTANCE_COUNT', Value: 1 } }), 4).steps[0]?.share).toBe(0.25);
  });

  test('goes over in equal steps when linear, the last one smaller', () => {
    const { steps } = trafficPlan(config({ Type: 'LINEAR', LinearStepSize: { Type: 'CAPACITY_PERCENT', Value: 40 } }), 2);
    expect(steps.map(({ share }) => share)).toEqual([0.4, 0.8, 1]);
  });

  test.each<[string, DeploymentConfig, number, string]>([
    ['half of one instance', config({ Type: 'CANARY', CanarySize: { Type: 'INSTANCE_COUNT', Value: 1 } }), 1, 'CanarySize is 100 % of the 1 instance(s) of the variant; the limit is 50 %'],
    ['a large canary', config({ Type: 'CANARY', CanarySize: { Type: 'CAPACITY_PERCENT', Value: 60 } }), 2, 'the limit is 50 %'],
    ['a canary without size', config({ Type: 'CANARY' }), 2, 'CanarySize is required'],
    ['a small linear step', config({ Type: 'LINEAR', LinearStepSize: { Type: 'CAPACITY_PERCENT', Value: 5 } }), 2, 'between 10 % and 50 %'],
    ['a long wait', config({ WaitIntervalInSeconds: 3601 }), 2, 'WaitIntervalInSeconds is 3601; it must lie between 0 and 3600'],
    ['a timeout shorter than the waits', config({ WaitIntervalInSeconds: 700 }, {}, { MaximumExecutionTimeoutInSeconds: 600 }), 2, 'the waits of the update add up to 700 seconds'],
    ['too many alarms', config({}, { AutoRollbackConfiguration: { Alarms: Array.from({ length: 11 }, (_, index) => ({ AlarmName: `a${index}` })) } }), 2, 'is 11; it must lie between 1 and 10'],
    ['an empty list of alarms', config({}, { AutoRollbackConfiguration: { Alarms: [] } }), 2, 'is 0; it must lie between 1 and 10'],
    ['a rolling update', { RollingUpdatePolicy: { MaximumBatchSize: { Type: 'CAPACITY_PERCENT', Value: 10 }, WaitIntervalInSeconds: 0 } }, 2, 'RollingUpdatePolicy is not supported'],
    ['an unknown routing', config({ Type: 'RANDOM' as never }), 2, 'Member must satisfy enum value set: [ALL_AT_ONCE, CANARY, LINEAR]'],
  ])('is refused with %s', (_title, deployment, instances, message) => {
    expect(() => trafficPlan(deployment, instances)).toThrow(message);
  });
});

describe('a pick by weight', () => {
  const weights = new Map([['a', 1], ['none', 0], ['b', 3]]);

  test.each([[0, 'a'], [0.2499, 'a'], [0.25, 'b'], [0.999, 'b']])('at %d is %s', (point, key) => {
    expect(pickByWeight(weights, point)).toBe(key);
  });

  test('finds nothing when all weights are zero', () => {
    expect(pickByWeight(new Map([['a', 0]]), 0.5)).toBeUndefined();
  });
});
