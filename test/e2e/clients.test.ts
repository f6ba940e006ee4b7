import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudWatchLogsClient, FilterLogEventsCommand, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { GetFunctionCommand, InvokeCommand, LambdaClient, waitUntilFunctionActiveV2 } from '@aws-sdk/client-lambda';
import { DescribeModelPackageCommand, paginateListModelPackages, SageMakerClient, UpdateModelPackageCommand } from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { ACCOUNT, NAMES, PACKAGES, startClientsWorld, type ClientsWorld } from './clients/world';
import { until } from './sagemaker-world';

let world: ClientsWorld;

beforeAll(async () => {
  world = await startClientsWorld();
}, 120_000);

afterAll(() => world.stop(), 30_000);

const packageArn = (version: number): string => `arn:aws:sagemaker:eu-central-1:${ACCOUNT}:model-package/${NAMES.group}/${version}`;

describe('the AWS SDK for JavaScript', () => {
  test('pages through model packages, describes and approves one', async () => {
    const sagemaker = world.client(SageMakerClient);
    const versions: (number | undefined)[] = [];
    for await (const page of paginateListModelPackages({ client: sagemaker, pageSize: 5 }, { ModelPackageGroupName: NAMES.group })) {
      versions.push(...(page.ModelPackageSummaryList ?? []).map(({ ModelPackageVersion }) => ModelPackageVersion));
    }
    expect(versions.toSorted((a = 0, b = 0) => a - b)).toEqual(Array.from({ length: PACKAGES }, (_, index) => index + 1));
    await sagemaker.send(new UpdateModelPackageCommand({ ModelPackageArn: packageArn(2), ModelApprovalStatus: 'Approved' }));
    expect(await sagemaker.send(new DescribeModelPackageCommand({ ModelPackageName: packageArn(2) }))).toMatchObject({
      ModelApprovalStatus: 'Approved', ModelPackageDescription: 'package 2', CreationTime: expect.any(Date) as Date,
    });
  });

  test('waits for a function, invokes it and reads its log', async () => {
    const lambda = world.client(LambdaClient);
    await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 10 }, { FunctionName: NAMES.function });
    const { Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName: NAMES.function }));
    const answer = await lambda.send(new InvokeCommand({ FunctionName: NAMES.function, Payload: JSON.stringify({ who: 'JavaScript' }) }));
    expect(JSON.parse(Buffer.from(answer.Payload ?? []).toString('utf8'))).toEqual({ greeting: 'hello JavaScript' });
    const logs = world.client(CloudWatchLogsClient);
    const messages = await until('the log', async () => {
      // The group is made with the first line.
      const request = new FilterLogEventsCommand({ logGroupName: Configuration?.LoggingConfig?.LogGroup });
      const { events = [] } = await logs.send(request).catch(() => ({ events: [] }));
      const lines = events.map(({ message }) => message ?? '');
      return lines.some((line) => line.startsWith('REPORT')) ? lines : undefined;
    });
    expect(messages[0]).toMatch(/^START RequestId: [\w-]+ Version: \$LATEST$/);
    expect(messages.some((line) => line.endsWith('\tINFO\thello JavaScript'))).toBe(true);
  }, 30_000);

  test('invokes an endpoint', async () => {
    const answer = await world.client(SageMakerRuntimeClient).send(new InvokeEndpointCommand({ EndpointName: NAMES.endpoint, ContentType: 'application/json', Body: '{"x":21}' }));
    expect(JSON.parse(Buffer.from(answer.Body ?? []).toString('utf8'))).toEqual({ y: 42, factor: 2 });
  });

  test('starts a state machine and finds its events in its log group', async () => {
    const states = world.client(SFNClient);
    const { executionArn } = await states.send(new StartExecutionCommand({ stateMachineArn: world.machineArn, input: '{"who":"machine"}' }));
    const execution = await until('the execution', async () => {
      const found = await states.send(new DescribeExecutionCommand({ executionArn }));
      return found.status === 'RUNNING' ? undefined : found;
    });
    expect(execution).toMatchObject({ status: 'SUCCEEDED', output: '{"greeting":"hello machine"}' });
    const types = await until('its log', async () => {
      const found: string[] = [];
      for await (const page of paginateFilterLogEvents({ client: world.client(CloudWatchLogsClient) }, { logGroupName: '/aws/vendedlogs/states/greeting' })) {
        const events = (page.events ?? []).map(({ message = '{}' }) => JSON.parse(message) as { type: string; execution_arn: string });
        found.push(...events.filter((event) => event.execution_arn === executionArn).map(({ type }) => type));
      }
      return found.includes('ExecutionSucceeded') ? found : undefined;
    });
    expect(types).toEqual(['ExecutionStarted', 'TaskStateEntered', 'TaskScheduled', 'TaskStarted', 'TaskSucceeded', 'TaskStateExited', 'ExecutionSucceeded']);
  }, 30_000);
});

test('boto3 does what a data scientist does, with paginators and waiters, and sees the error codes of AWS', async () => {
  const seen = JSON.parse(await world.run('python', [join(__dirname, 'clients', 'boto.py'), NAMES.group, NAMES.function, world.machineArn, NAMES.endpoint])) as Record<string, unknown>;
  expect(seen).toEqual({
    account: ACCOUNT,
    pages: [[1, 2, 3, 4, 5], [6, 7, 8, 9, 10], [11, 12]],
    approval: ['Approved', 'by boto3'],
    function: { greeting: 'hello boto3' },
    inference: { y: 42, factor: 2 },
    execution: ['SUCCEEDED', { greeting: 'hello boto3' }],
    history: ['ExecutionStarted', 'TaskStateEntered', 'TaskScheduled', 'TaskStarted', 'TaskSucceeded', 'TaskStateExited', 'ExecutionSucceeded'],
    metrics: ['seen'],
    logGroups: ['/aws/lambda/greet'],
    object: 'hello',
    errors: ['ExecutionDoesNotExist', 'ValidationException', 'ResourceNotFoundException', 'ValidationError', 'ResourceNotFound', 'NoSuchKey', 'InvalidClientTokenId'],
  });
}, 60_000);

describe('the AWS CLI', () => {
  const aws = async <T>(...args: string[]): Promise<T> => {
    const text = await world.run('aws', [...args, '--output', 'json']);
    return (text.trim() === '' ? undefined : JSON.parse(text)) as T;
  };

  test('lists, approves and describes model packages', async () => {
    const { ModelPackageSummaryList } = await aws<{ ModelPackageSummaryList: object[] }>('sagemaker', 'list-model-packages', '--model-package-group-name', NAMES.group, '--page-size', '5');
    expect(ModelPackageSummaryList).toHaveLength(PACKAGES);
    await aws('sagemaker', 'update-model-package', '--model-package-arn', packageArn(3), '--model-approval-status', 'Rejected', '--approval-description', 'by hand');
    const described = await aws<object>('sagemaker', 'describe-model-package', '--model-package-name', packageArn(3));
    expect(described).toMatchObject({ ModelApprovalStatus: 'Rejected', ApprovalDescription: 'by hand' });
  }, 60_000);

  test('waits for an endpoint and invokes it, and a function', async () => {
    await aws('sagemaker', 'wait', 'endpoint-in-service', '--endpoint-name', NAMES.endpoint);
    const file = join(String(world.environment.HOME), 'answer.json');
    await aws('sagemaker-runtime', 'invoke-endpoint', '--endpoint-name', NAMES.endpoint, '--content-type', 'application/json', '--body', '{"x":21}', file);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ y: 42, factor: 2 });
    const answer = await aws<object>('lambda', 'invoke', '--function-name', NAMES.function, '--payload', '{"who":"CLI"}', file);
    expect(answer).toEqual({ StatusCode: 200, ExecutedVersion: '$LATEST' });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ greeting: 'hello CLI' });
  }, 60_000);

  test('starts a state machine and reads alarms, stacks and logs', async () => {
    const { executionArn } = await aws<{ executionArn: string }>('stepfunctions', 'start-execution', '--state-machine-arn', world.machineArn, '--input', '{"who":"CLI"}');
    expect(executionArn).toContain(':execution:greeting:');
    await aws('cloudwatch', 'put-metric-alarm', '--alarm-name', 'a', '--namespace', 'n', '--metric-name', 'm', '--statistic', 'Sum', '--period', '60', '--evaluation-periods', '1',
      '--threshold', '1', '--comparison-operator', 'GreaterThanThreshold');
    expect(await aws('cloudwatch', 'describe-alarms', '--query', 'MetricAlarms[].AlarmName')).toEqual(['a']);
    expect(await aws('cloudformation', 'list-stacks', '--query', 'StackSummaries')).toEqual([]);
    const events = await aws<string[]>('logs', 'filter-log-events', '--log-group-name', '/aws/lambda/greet', '--filter-pattern', 'START', '--query', 'events[].message');
    expect(events.every((message) => message.startsWith('START'))).toBe(true);
  }, 60_000);

  test('says what is wrong in the words of AWS', async () => {
    await expect(aws('sagemaker', 'create-endpoint', '--endpoint-name', 'a_b', '--endpoint-config-name', 'c')).rejects.toMatchObject({
      stderr: expect.stringContaining("(ValidationException) when calling the CreateEndpoint operation: 1 validation error detected: Value 'a_b' at 'endpointName'") as string,
    });
  }, 60_000);
});
