import { containerRoleNeeds, endpointNeeds, functionRoleNeeds, machineRoleNeeds } from '../../../local/iam/implied';

const place = { accountId: '333333333333', region: 'eu-central-1' };
const told = (needs: readonly { readonly action: string; readonly resource: string }[]): string[] => needs.map(({ action, resource }) => `${action} ${resource}`);

test('a function needs what its configuration has it do, and nothing by default', () => {
  expect(functionRoleNeeds({ TracingConfig: { Mode: 'PassThrough' } })).toEqual([]);
  expect(told(functionRoleNeeds({ TracingConfig: { Mode: 'Active' }, DeadLetterConfig: { TargetArn: 'arn:aws:sqs:eu-central-1:3:q' } })))
    .toEqual(['xray:PutTraceSegments *', 'xray:PutTelemetryRecords *', 'sqs:SendMessage arn:aws:sqs:eu-central-1:3:q']);
  expect(told(functionRoleNeeds({ DeadLetterConfig: { TargetArn: 'arn:aws:sns:eu-central-1:3:t' } }))).toEqual(['sns:Publish arn:aws:sns:eu-central-1:3:t']);
});

test('a machine needs log delivery, traces, and a rule only for nested executions that it waits for', () => {
  const nested = '{"Resource":"arn:aws:states:::states:startExecution.sync:2"}';
  expect(machineRoleNeeds({ ...place, definition: '{}', logs: false, traces: false })).toEqual([]);
  expect(told(machineRoleNeeds({ ...place, definition: '{}', logs: true, traces: false }))).toContain('logs:CreateLogDelivery *');
  expect(told(machineRoleNeeds({ ...place, definition: '{}', logs: false, traces: true }))).toContain('xray:GetSamplingRules *');
  expect(told(machineRoleNeeds({ ...place, definition: nested, logs: false, traces: false })))
    .toContain('events:PutRule arn:aws:events:eu-central-1:333333333333:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule');
});

test('a container needs its image and its log; metrics where somebody acts on them', () => {
  const image = '492215442770.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-scikit-learn:1.4-2-cpu-py3';
  const needs = told(containerRoleNeeds({ ...place, logs: 'TrainingJobs', stream: 'job/algo-1', image, metrics: false }));
  expect(needs).toContain('ecr:BatchGetImage arn:aws:ecr:eu-central-1:492215442770:repository/sagemaker-scikit-learn');
  expect(needs).toContain('logs:PutLogEvents arn:aws:logs:eu-central-1:333333333333:log-group:/aws/sagemaker/TrainingJobs:log-stream:job/algo-1');
  expect(needs).not.toContain('cloudwatch:PutMetricData *');
  expect(told(containerRoleNeeds({ ...place, logs: 'Endpoints/e', stream: 's', image, metrics: true }))).toContain('cloudwatch:PutMetricData *');
});

test('an endpoint uses its key and its alarms on behalf of the caller', () => {
  expect(endpointNeeds(place)).toEqual([]);
  const [describe, grant, alarm] = endpointNeeds({ ...place, keyId: 'alias/a', alarms: ['errors'] });
  expect(describe).toMatchObject({ action: 'kms:DescribeKey', resource: 'arn:aws:kms:eu-central-1:333333333333:alias/a' });
  expect(grant).toMatchObject({ action: 'kms:CreateGrant', context: { 'kms:GrantIsForAWSResource': true, 'kms:ViaService': 'sagemaker.eu-central-1.amazonaws.com' } });
  expect(alarm).toMatchObject({ action: 'cloudwatch:DescribeAlarms', resource: 'arn:aws:cloudwatch:eu-central-1:333333333333:alarm:errors' });
});
