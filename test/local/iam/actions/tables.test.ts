import * as cloudformation from '@aws-sdk/client-cloudformation';
import * as monitoring from '@aws-sdk/client-cloudwatch';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as events from '@aws-sdk/client-eventbridge';
import * as firehose from '@aws-sdk/client-firehose';
import * as iam from '@aws-sdk/client-iam';
import * as kms from '@aws-sdk/client-kms';
import * as lambda from '@aws-sdk/client-lambda';
import * as sagemaker from '@aws-sdk/client-sagemaker';
import * as scheduler from '@aws-sdk/client-scheduler';
import * as states from '@aws-sdk/client-sfn';
import * as sns from '@aws-sdk/client-sns';
import * as sqs from '@aws-sdk/client-sqs';
import * as ssm from '@aws-sdk/client-ssm';
import * as sts from '@aws-sdk/client-sts';
import { operationsOf } from '../../../../local/core/schema';
import { needsOf, SERVICES } from '../../../../local/iam/actions';
import { ownServices } from '../../../../local/inventory/services';

const SDKS = { cloudformation, monitoring, logs, dynamodb, events, firehose, iam, kms, lambda, sagemaker, scheduler, states, sns, sqs, ssm, sts };
/** Calls that are no operation of the SDK package with their signing name. */
const OTHERS: readonly string[] = ['sagemaker:InvokeEndpoint', 'lambda:InvokeFunctionUrl'];

test('every operation of a local service has a row, or nobody but root could call it', () => {
  const missing = ownServices().flatMap(({ name, operations }) =>
    Object.keys(operations).filter((operation) => SERVICES[name]?.operations[operation] === undefined).map((operation) => `${name}:${operation}`));
  expect(missing).toEqual([]);
});

test('every row is an operation that the SDK knows', () => {
  const strange = Object.entries(SDKS).flatMap(([name, sdk]) => {
    const known = operationsOf(sdk);
    return Object.keys(SERVICES[name]?.operations ?? {}).map((operation) => ({ operation, name })).filter(({ operation }) => !known.has(operation));
  });
  expect(strange.map(({ name, operation }) => `${name}:${operation}`).filter((call) => !OTHERS.includes(call))).toEqual([]);
});

const ACCOUNT = '333333333333';
const arn = (service: string, resource: string, account = ACCOUNT): string => `arn:aws:${service}:eu-central-1:${account}:${resource}`;
const needed = (service: string, operation: string, input: object) =>
  needsOf(service, { operation, input: input as Readonly<Record<string, unknown>>, accountId: ACCOUNT, region: 'eu-central-1' })
    ?.map(({ action, resource }) => `${action} ${resource}`);

const ROLE = `arn:aws:iam::${ACCOUNT}:role/job`;

test.each<readonly [string, string, object, readonly string[]]>([
  ['sagemaker', 'CreateTrainingJob', { TrainingJobName: 'Pipelines-A', RoleArn: ROLE, Tags: [{ Key: 'a', Value: 'b' }] }, [
    `sagemaker:CreateTrainingJob ${arn('sagemaker', 'training-job/pipelines-a')}`, `iam:PassRole ${ROLE}`, `sagemaker:AddTags ${arn('sagemaker', 'training-job/pipelines-a')}`,
  ]],
  ['sagemaker', 'CreateModel', {
    ModelName: 'm', ExecutionRoleArn: ROLE, Containers: [{ ModelPackageName: arn('sagemaker', 'model-package/prod-employment/3') }],
  }, [`sagemaker:CreateModel ${arn('sagemaker', 'model/m')}`, `iam:PassRole ${ROLE}`, `sagemaker:CreateModel ${arn('sagemaker', 'model-package/prod-employment/3')}`]],
  ['sagemaker', 'CreateEndpointConfig', { EndpointConfigName: 'c', ProductionVariants: [{ ModelName: 'm1' }, { ModelName: 'm2' }, { ModelName: 'm1' }] }, [
    `sagemaker:CreateEndpointConfig ${arn('sagemaker', 'endpoint-config/c')}`, `sagemaker:CreateEndpointConfig ${arn('sagemaker', 'model/m1')}`,
    `sagemaker:CreateEndpointConfig ${arn('sagemaker', 'model/m2')}`,
  ]],
  ['sagemaker', 'UpdateEndpoint', { EndpointName: 'e', EndpointConfigName: 'c' }, [
    `sagemaker:UpdateEndpoint ${arn('sagemaker', 'endpoint/e')}`, `sagemaker:UpdateEndpoint ${arn('sagemaker', 'endpoint-config/c')}`,
  ]],
  ['sagemaker', 'CreateModelPackage', { ModelPackageGroupName: 'g' }, [
    `sagemaker:CreateModelPackage ${arn('sagemaker', 'model-package-group/g')}`, `sagemaker:CreateModelPackage ${arn('sagemaker', 'model-package/g/*')}`,
  ]],
  ['sagemaker', 'DescribePipelineExecution', { PipelineExecutionArn: arn('sagemaker', 'pipeline/p/execution/x') }, [
    `sagemaker:DescribePipelineExecution ${arn('sagemaker', 'pipeline/p/execution/x')}`,
  ]],
  ['sagemaker', 'ListModels', {}, ['sagemaker:ListModels *']],
  ['lambda', 'Invoke', { FunctionName: 'f' }, [`lambda:InvokeFunction ${arn('lambda', 'function:f')}`]],
  ['lambda', 'Invoke', { FunctionName: arn('lambda', 'function:f:7') }, [`lambda:InvokeFunction ${arn('lambda', 'function:f:7')}`]],
  ['lambda', 'Invoke', { FunctionName: 'f', Qualifier: 'live' }, [`lambda:InvokeFunction ${arn('lambda', 'function:f:live')}`]],
  ['lambda', 'PublishVersion', { FunctionName: 'f' }, [`lambda:PublishVersion ${arn('lambda', 'function:f')}`]],
  ['lambda', 'CreateFunction', { FunctionName: 'f', Role: ROLE, Layers: [arn('lambda', 'layer:l:1')] }, [
    `lambda:CreateFunction ${arn('lambda', 'function:f')}`, `iam:PassRole ${ROLE}`, `lambda:GetLayerVersion ${arn('lambda', 'layer:l:1')}`,
  ]],
  ['states', 'StartExecution', { stateMachineArn: arn('states', 'stateMachine:m') }, [`states:StartExecution ${arn('states', 'stateMachine:m')}`]],
  ['states', 'CreateStateMachine', { name: 'm', roleArn: ROLE }, [`states:CreateStateMachine ${arn('states', 'stateMachine:m')}`, `iam:PassRole ${ROLE}`]],
  ['events', 'PutEvents', { Entries: [{ EventBusName: 'mlops-int' }, { EventBusName: arn('events', 'event-bus/b', '222222222222') }, {}] }, [
    `events:PutEvents ${arn('events', 'event-bus/mlops-int')}`, `events:PutEvents ${arn('events', 'event-bus/b', '222222222222')}`,
    `events:PutEvents ${arn('events', 'event-bus/default')}`,
  ]],
  ['events', 'PutTargets', { Rule: 'r', Targets: [{ Id: '1', RoleArn: ROLE }] }, [`events:PutTargets ${arn('events', 'rule/r')}`, `iam:PassRole ${ROLE}`]],
  ['events', 'PutRule', { Name: 'r', EventBusName: 'mlops-int' }, [`events:PutRule ${arn('events', 'rule/mlops-int/r')}`]],
  ['scheduler', 'CreateSchedule', { Name: 's', Target: { RoleArn: ROLE } }, [`scheduler:CreateSchedule ${arn('scheduler', 'schedule/default/s')}`, `iam:PassRole ${ROLE}`]],
  ['dynamodb', 'PutItem', { TableName: 't' }, [`dynamodb:PutItem ${arn('dynamodb', 'table/t')}`]],
  ['ssm', 'GetParameter', { Name: '/mlops/employment/champion' }, [`ssm:GetParameter ${arn('ssm', 'parameter/mlops/employment/champion')}`]],
  ['ssm', 'GetParameters', { Names: ['a', '/b/c'] }, [`ssm:GetParameters ${arn('ssm', 'parameter/a')}`, `ssm:GetParameters ${arn('ssm', 'parameter/b/c')}`]],
  ['kms', 'Sign', { KeyId: 'alias/a' }, [`kms:Sign ${arn('kms', 'alias/a')}`]],
  ['kms', 'Verify', { KeyId: arn('kms', 'alias/a', '222222222222') }, [`kms:Verify ${arn('kms', 'alias/a', '222222222222')}`]],
  ['kms', 'Decrypt', { KeyId: '1234' }, [`kms:Decrypt ${arn('kms', 'key/1234')}`]],
  ['firehose', 'PutRecordBatch', { DeliveryStreamName: 'd' }, [`firehose:PutRecordBatch ${arn('firehose', 'deliverystream/d')}`]],
  ['sqs', 'SendMessage', { QueueUrl: `http://127.0.0.1:1/${ACCOUNT}/q` }, [`sqs:SendMessage ${arn('sqs', 'q')}`]],
  ['sns', 'Publish', { TopicArn: arn('sns', 't') }, [`sns:Publish ${arn('sns', 't')}`]],
  ['monitoring', 'DeleteAlarms', { AlarmNames: ['a', 'b'] }, [`cloudwatch:DeleteAlarms ${arn('cloudwatch', 'alarm:a')}`, `cloudwatch:DeleteAlarms ${arn('cloudwatch', 'alarm:b')}`]],
  ['monitoring', 'DescribeAlarms', {}, [`cloudwatch:DescribeAlarms ${arn('cloudwatch', 'alarm:*')}`]],
  ['monitoring', 'PutDashboard', { DashboardName: 'd' }, [`cloudwatch:PutDashboard arn:aws:cloudwatch::${ACCOUNT}:dashboard/d`]],
  ['logs', 'CreateLogGroup', { logGroupName: '/aws/a' }, [`logs:CreateLogGroup ${arn('logs', 'log-group:/aws/a:log-stream:')}`]],
  ['logs', 'GetLogEvents', { logGroupName: '/aws/a', logStreamName: 's' }, [`logs:GetLogEvents ${arn('logs', 'log-group:/aws/a:log-stream:s')}`]],
  ['logs', 'FilterLogEvents', { logGroupIdentifier: arn('logs', 'log-group:/aws/a') }, [`logs:FilterLogEvents ${arn('logs', 'log-group:/aws/a:log-stream:')}`]],
  ['cloudformation', 'CreateChangeSet', { StackName: 's', ChangeSetName: 'c', RoleARN: ROLE }, [
    `cloudformation:CreateChangeSet ${arn('cloudformation', 'stack/s/*')}`, `iam:PassRole ${ROLE}`,
  ]],
  ['iam', 'PutRolePolicy', { RoleName: 'r' }, [`iam:PutRolePolicy arn:aws:iam::${ACCOUNT}:role/r`]],
  ['sts', 'AssumeRole', { RoleArn: ROLE }, [`sts:AssumeRole ${ROLE}`]],
  ['sts', 'GetCallerIdentity', {}, []],
])('%s:%s %j', (service, operation, input, expected) => {
  expect(needed(service, operation, input)).toEqual(expected);
});

test.each([
  ['an operation that is in no table', 'sagemaker', 'CreateAutoMLJob', {}],
  ['a service that is in no table', 'glue', 'GetJob', {}],
  ['a call that does not name what it is about', 'dynamodb', 'PutItem', {}],
])('%s has no needs that could be checked', (_what, service, operation, input) => {
  expect(needed(service, operation, input)).toBeUndefined();
});

test('condition keys come with the needs', () => {
  const contexts = (service: string, operation: string, input: object) =>
    needsOf(service, { operation, input: input as Readonly<Record<string, unknown>>, accountId: ACCOUNT, region: 'eu-central-1' })?.map(({ context }) => context);
  expect(contexts('monitoring', 'PutMetricData', { Namespace: 'MLOps/employment' })).toEqual([{ 'cloudwatch:namespace': 'MLOps/employment' }]);
  expect(contexts('sagemaker', 'CreateModel', { ModelName: 'm', ExecutionRoleArn: ROLE })).toEqual([undefined, { 'iam:PassedToService': 'sagemaker.amazonaws.com' }]);
  expect(contexts('kms', 'Sign', { KeyId: 'k', SigningAlgorithm: 'ECDSA_SHA_256' })).toEqual([{ 'kms:SigningAlgorithm': 'ECDSA_SHA_256', 'kms:MessageType': 'RAW' }]);
  expect(contexts('sts', 'AssumeRole', { RoleArn: ROLE, ExternalId: 'x', RoleSessionName: 's' })).toEqual([{ 'sts:ExternalId': 'x', 'sts:RoleSessionName': 's' }]);
  expect(contexts('events', 'PutEvents', { Entries: [{ Source: 'mlops', DetailType: 'ChampionChanged' }] })).toEqual([{ 'events:source': 'mlops', 'events:detail-type': 'ChampionChanged' }]);
});
