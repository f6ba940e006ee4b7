import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import * as cloudformationSdk from '@aws-sdk/client-cloudformation';
import * as schedulerSdk from '@aws-sdk/client-scheduler';
import { GetScheduleCommand, ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import * as sfnSdk from '@aws-sdk/client-sfn';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { createClient } from '../../../../local/core/client';
import { createCloud, type Cloud } from '../../../../local/core/cloud';
import { rootCredentials } from '../../../../local/core/keys';
import { ServiceError, type CallContext, type LocalService } from '../../../../local/core/service';

let cloud: Cloud;
let folder: string;
const root = rootCredentials('111111111111');
const started = new Date('2026-03-01T10:00:00.250Z');

const states: LocalService = {
  name: 'states',
  protocol: 'json',
  sdk: sfnSdk,
  operations: {
    StartExecution: async (input: sfnSdk.StartExecutionInput, context: CallContext) =>
      ({ executionArn: `arn:aws:states:${context.region}:${context.accountId}:execution:m:${input.name}`, startDate: started }),
    DescribeExecution: async (input: sfnSdk.DescribeExecutionInput) => {
      throw new ServiceError('ExecutionDoesNotExist', `Execution Does Not Exist: '${input.executionArn}'`);
    },
  },
};
const scheduler: LocalService = {
  name: 'scheduler',
  protocol: 'rest-json',
  sdk: schedulerSdk,
  operations: {
    GetSchedule: async (input: schedulerSdk.GetScheduleInput) => ({ Name: input.Name, GroupName: input.GroupName, CreationDate: started }),
    ListSchedules: async (input: schedulerSdk.ListSchedulesInput) => ({
      Schedules: [],
      NextToken: `${input.MaxResults}`,
    }),
  },
};
const cloudformation: LocalService = {
  name: 'cloudformation',
  protocol: 'query',
  sdk: cloudformationSdk,
  operations: {
    DescribeStacks: async (input: cloudformationSdk.DescribeStacksInput) => {
      if (input.StackName === 'absent') {
        throw new ServiceError('ValidationError', 'Stack with id absent does not exist');
      }
      return {
        Stacks: [{ StackName: input.StackName, StackStatus: 'CREATE_COMPLETE', CreationTime: started, Outputs: [{ OutputKey: 'a', OutputValue: '<&>"\n' }] }],
      };
    },
  },
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'local-core-'));
  cloud = await createCloud({ folder, region: 'eu-central-1', timeScale: 600, python: 'python3' });
  [states, scheduler, cloudformation].forEach((service) => cloud.register(service));
});

afterAll(async () => {
  await cloud.stop();
  rmSync(folder, { recursive: true });
});

describe('a JSON service', () => {
  test('gets its input and the caller, and answers dates', async () => {
    const client = createClient(SFNClient, cloud, root);
    const answer = await client.send(new StartExecutionCommand({ stateMachineArn: 'arn', name: 'x' }));
    expect(answer.executionArn).toBe('arn:aws:states:eu-central-1:111111111111:execution:m:x');
    expect(answer.startDate).toEqual(started);
  });

  test('answers the error that AWS documents', async () => {
    const call = createClient(SFNClient, cloud, root).send(new DescribeExecutionCommand({ executionArn: 'e' }));
    await expect(call).rejects.toMatchObject({ name: 'ExecutionDoesNotExist', message: "Execution Does Not Exist: 'e'" });
    await expect(call).rejects.toBeInstanceOf(sfnSdk.ExecutionDoesNotExist);
  });

  test('refuses an unknown and a missing member by path', async () => {
    const bogus = { name: 'x', bogus: 1 } as unknown as sfnSdk.StartExecutionInput;
    const answer = await fetch(`${cloud.endpoint}/`, {
      method: 'POST',
      headers: {
        'x-amz-target': 'AWSStepFunctions.StartExecution',
        'content-type': 'application/x-amz-json-1.0',
        authorization: `AWS4-HMAC-SHA256 Credential=${root.accessKeyId}/20260301/eu-central-1/states/aws4_request`,
      },
      body: JSON.stringify(bogus),
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({
      __type: 'ValidationException',
      message: 'StartExecution: stateMachineArn: missing required member; bogus: unknown member',
    });
  });

  test('refuses an operation that it does not have by name', async () => {
    const call = createClient(SFNClient, cloud, root).send(new sfnSdk.ListActivitiesCommand({}));
    await expect(call).rejects.toThrow('states:ListActivities is not supported by the local AWS');
  });

  test('fails on purpose when a fault rule says so, and only so often', async () => {
    cloud.faults.add({
      service: 'states', operation: 'Start*', match: { name: 'y*' }, times: 1, error: { code: 'ThrottlingException', message: 'slow down', status: 400 },
    });
    const client = createClient(SFNClient, cloud, root);
    const start = async (name: string): Promise<unknown> => client.send(new StartExecutionCommand({ stateMachineArn: 'arn', name }));
    await expect(start('x')).resolves.toBeDefined();
    await expect(start('yes')).rejects.toThrow('slow down');
    await expect(start('yes')).resolves.toBeDefined();
  });
});

describe('a REST JSON service', () => {
  test('gets members from path and query', async () => {
    const client = createClient(SchedulerClient, cloud, root);
    const answer = await client.send(new GetScheduleCommand({ Name: 'a_b', GroupName: 'g' }));
    expect(answer).toMatchObject({ Name: 'a_b', GroupName: 'g', CreationDate: started });
  });

  test('gets numbers of the query as numbers', async () => {
    const client = createClient(SchedulerClient, cloud, root);
    expect(await client.send(new ListSchedulesCommand({ MaxResults: 7 }))).toMatchObject({ Schedules: [], NextToken: '7' });
  });
});

describe('a query service', () => {
  test('answers XML that keeps every character', async () => {
    const client = createClient(CloudFormationClient, cloud, root);
    const answer = await client.send(new DescribeStacksCommand({ StackName: 's' }));
    expect(answer.Stacks?.[0]).toMatchObject({ StackName: 's', CreationTime: started, Outputs: [{ OutputKey: 'a', OutputValue: '<&>"\n' }] });
  });

  test('answers errors with code and message', async () => {
    const call = createClient(CloudFormationClient, cloud, root).send(new DescribeStacksCommand({ StackName: 'absent' }));
    await expect(call).rejects.toMatchObject({ name: 'ValidationError', message: 'Stack with id absent does not exist' });
  });
});

describe('the front door', () => {
  test('refuses a key that nobody issued', async () => {
    const client = createClient(SFNClient, cloud, { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' });
    await expect(client.send(new StartExecutionCommand({ stateMachineArn: 'arn' }))).rejects.toThrow('did not issue the access key AKIAIOSFODNN7EXAMPLE');
  });

  test('refuses a service that nobody runs by name', async () => {
    const client = createClient(SQSClient, cloud, root);
    await expect(client.send(new ListQueuesCommand({}))).rejects.toThrow('the local AWS runs no service "sqs"');
  });

  test('maps the keys of a role session to its account', async () => {
    const client = createClient(SFNClient, cloud, cloud.credentialsOf('arn:aws:iam::222222222222:role/path/worker', 'session'));
    const answer = await client.send(new StartExecutionCommand({ stateMachineArn: 'arn', name: 'x' }));
    expect(answer.executionArn).toContain(':222222222222:');
  });
});

describe('a session that has ended', () => {
  const ended = (): { accessKeyId: string; secretAccessKey: string } => cloud.keys.issue('arn:aws:iam::111111111111:role/r', 's', { session: { expires: Date.now() - 1 } }).credentials;

  test('is refused in the words of the service', async () => {
    await expect(createClient(SFNClient, cloud, ended()).send(new StartExecutionCommand({ stateMachineArn: 'arn:m', name: 'n' }))).rejects.toMatchObject({
      name: 'ExpiredTokenException', message: 'The security token included in the request is expired',
    });
    await expect(createClient(CloudFormationClient, cloud, ended()).send(new DescribeStacksCommand({ StackName: 's' }))).rejects.toMatchObject({ name: 'ExpiredToken' });
  });

  test('is one that has not ended until then', async () => {
    const lasting = cloud.keys.issue('arn:aws:iam::111111111111:role/r', 's', { session: { expires: Date.now() + 60_000 } }).credentials;
    await expect(createClient(CloudFormationClient, cloud, lasting).send(new DescribeStacksCommand({ StackName: 's' }))).resolves.toBeDefined();
  });
});

test('a service that works for the same thing in the same role keeps its key, however often it asks', () => {
  const by = { name: 'states.amazonaws.com', sourceAccount: '111111111111', sourceArn: 'arn:machine' };
  const role = 'arn:aws:iam::111111111111:role/r';
  const first = cloud.credentialsOf(role, 'run-1', by);
  expect(cloud.credentialsOf(role, 'run-1', by)).toEqual(first);
  expect(cloud.credentialsOf(role, 'run-2', by)).not.toEqual(first);
  expect(cloud.credentialsOf(role, 'run-1', { ...by, sourceArn: 'arn:other' })).not.toEqual(first);
});
