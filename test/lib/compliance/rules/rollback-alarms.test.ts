import { CfnEndpoint } from 'aws-cdk-lib/aws-sagemaker';
import { call, findings, machine } from './support';

const RULE = 'RollbackAlarms';
const routing = { type: 'ALL_AT_ONCE', waitIntervalInSeconds: 60 };
const endpoint = (alarms?: { alarmName: string }[]) =>
  findings(RULE, (scope) =>
    new CfnEndpoint(scope, 'Endpoint', {
      endpointConfigName: 'c',
      deploymentConfig: {
        blueGreenUpdatePolicy: { trafficRoutingConfiguration: routing },
        autoRollbackConfiguration: alarms === undefined ? undefined : { alarms },
      },
    }),
  );

test('an endpoint with alarms complies, without it does not', () => {
  expect(endpoint([{ alarmName: 'errors' }])).toEqual([]);
  expect(endpoint([])).toEqual([RULE]);
  expect(endpoint()).toEqual([RULE]);
});

test('in state machines too', () => {
  const update = (DeploymentConfig?: object) => findings(RULE, machine({ Shift: call('updateEndpoint', { EndpointName: 'e', DeploymentConfig }) }));
  expect(update({ AutoRollbackConfiguration: { Alarms: [{ AlarmName: 'errors' }] } })).toEqual([]);
  expect(update()).toEqual([`${RULE}[State::Shift]`]);
});
