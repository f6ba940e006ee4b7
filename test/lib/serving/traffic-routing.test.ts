import { Duration } from 'aws-cdk-lib';
import { TrafficRouting } from '../../../lib/serving/traffic-routing';

const BAKE = { bakeTime: Duration.minutes(10), terminationWait: Duration.minutes(5) };

test('a canary shifts a first share, bakes, then the rest', () => {
  expect(TrafficRouting.canary({ percent: 10, ...BAKE }).deploymentConfig(['errors', 'latency'])).toEqual({
    BlueGreenUpdatePolicy: {
      TrafficRoutingConfiguration: { Type: 'CANARY', WaitIntervalInSeconds: 600, CanarySize: { Type: 'CAPACITY_PERCENT', Value: 10 } },
      TerminationWaitInSeconds: 300,
      MaximumExecutionTimeoutInSeconds: 2 * 600 + 300 + 3600,
    },
    AutoRollbackConfiguration: { Alarms: [{ AlarmName: 'errors' }, { AlarmName: 'latency' }] },
  });
});

test('linear routing bakes after each step', () => {
  const { BlueGreenUpdatePolicy } = TrafficRouting.linear({ percent: 30, ...BAKE }).deploymentConfig(['a']);
  expect(BlueGreenUpdatePolicy).toMatchObject({
    TrafficRoutingConfiguration: { Type: 'LINEAR', LinearStepSize: { Type: 'CAPACITY_PERCENT', Value: 30 } },
    MaximumExecutionTimeoutInSeconds: 4 * 600 + 300 + 3600,
  });
});

test('all at once has no size', () => {
  const { BlueGreenUpdatePolicy } = TrafficRouting.allAtOnce().deploymentConfig(['a']);
  expect(BlueGreenUpdatePolicy).toEqual({
    TrafficRoutingConfiguration: { Type: 'ALL_AT_ONCE', WaitIntervalInSeconds: 300 },
    TerminationWaitInSeconds: 300,
    MaximumExecutionTimeoutInSeconds: 300 + 300 + 3600,
  });
});

test('the alarms may come from a JSONata expression', () => {
  expect(TrafficRouting.allAtOnce().deploymentConfig('{% $alarms %}')).toMatchObject({ AutoRollbackConfiguration: { Alarms: '{% $alarms %}' } });
});

test('no wait at all is allowed', () => {
  expect(TrafficRouting.allAtOnce({ bakeTime: Duration.seconds(0), terminationWait: Duration.seconds(0) }).timeout.toSeconds()).toBe(3600);
});

test.each<[number, boolean]>([[0, false], [1, true], [50, true], [51, false], [12.5, false]])('a canary of %d percent: accepted %s', (percent, accepted) => {
  const make = (): unknown => TrafficRouting.canary({ percent });
  if (accepted) {
    expect(make).not.toThrow();
  } else {
    expect(make).toThrow(`canary percent must be a whole number between 1 and 50 (SageMaker's limit), got ${percent}; use TrafficRouting.allAtOnce() to shift in one step`);
  }
});

test.each<[number, boolean]>([[9, false], [10, true], [50, true], [51, false]])('linear steps of %d percent: accepted %s', (percent, accepted) => {
  const make = (): unknown => TrafficRouting.linear({ percent, bakeTime: Duration.minutes(1) });
  expect(accepted ? make() !== undefined : 'refused').toBe(accepted ? true : 'refused');
  if (!accepted) {
    expect(make).toThrow(/linear percent must be a whole number between 10 and 50/);
  }
});

test('a wait of more than an hour is refused', () => {
  expect(() => TrafficRouting.canary({ percent: 10, bakeTime: Duration.seconds(3601) })).toThrow(/bakeTime in seconds must be a whole number between 0 and 3600/);
});

test('a shift that SageMaker would cut off is refused with the way out', () => {
  expect(() => TrafficRouting.linear({ percent: 10, bakeTime: Duration.hours(1) })).toThrow(/time of 10 steps and the termination wait .* use fewer steps or a shorter bakeTime/);
});

describe('from an environment', () => {
  test.each<['ALL_AT_ONCE' | 'CANARY' | 'LINEAR', number | undefined]>([['ALL_AT_ONCE', undefined], ['CANARY', 20], ['LINEAR', 20]])('%s', (type, percent) => {
    const { BlueGreenUpdatePolicy } = TrafficRouting.fromConfig({ type, percent, ...BAKE }).deploymentConfig(['a']);
    expect(BlueGreenUpdatePolicy).toMatchObject({ TrafficRoutingConfiguration: { Type: type } });
  });

  test('steps need a size', () => {
    expect(() => TrafficRouting.fromConfig({ type: 'CANARY', ...BAKE })).toThrow(/routing of type CANARY needs a percent/);
  });
});
