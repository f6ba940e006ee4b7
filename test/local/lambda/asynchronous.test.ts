import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as eventsSdk from '@aws-sdk/client-eventbridge';
import { CreateFunctionCommand, InvokeCommand, LambdaClient, PutFunctionEventInvokeConfigCommand, type PutFunctionEventInvokeConfigCommandInput } from '@aws-sdk/client-lambda';
import * as snsSdk from '@aws-sdk/client-sns';
import * as sqsSdk from '@aws-sdk/client-sqs';
import { createClient } from '../../../local/core/client';
import { createCloud, type Cloud } from '../../../local/core/cloud';
import { rootCredentials } from '../../../local/core/keys';
import { ServiceError } from '../../../local/core/service';
import { createLambdaService } from '../../../local/lambda';
import { zip } from './support';

const ACCOUNT = '111111111111';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/r`;
const queue = (name: string): string => `arn:aws:sqs:eu-central-1:${ACCOUNT}:${name}`;

let cloud: Cloud;
let folder: string;
let outcomes: (() => unknown)[] = [];
const runs: string[] = [];
const sent: { readonly to: string; readonly body: string; readonly attributes?: object }[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'asynchronous-'));
  cloud = await createCloud({ folder, region: 'eu-central-1', timeScale: 10_000, python: 'python3' });
  cloud.register(createLambdaService(cloud, {
    run: async ({ fn }, { event }) => {
      runs.push(`${fn.name} ${event}`);
      const outcome = outcomes.shift() ?? (() => 'ok');
      try {
        return { payload: JSON.stringify(outcome()), failed: false, logTail: '' };
      } catch (error) {
        if (error instanceof ServiceError) {
          throw error;
        }
        return { payload: JSON.stringify({ errorType: (error as Error).name, errorMessage: (error as Error).message }), failed: true, logTail: '' };
      }
    },
  }));
  cloud.register({
    name: 'sqs', protocol: 'json', sdk: sqsSdk,
    operations: {
      SendMessage: async ({ QueueUrl = '', MessageBody = '', MessageAttributes }: sqsSdk.SendMessageRequest) => {
        sent.push({ to: QueueUrl.split('/').at(-1) ?? '', body: MessageBody, attributes: MessageAttributes });
        return { MessageId: '1' };
      },
    },
  });
  cloud.register({
    name: 'sns', protocol: 'query', sdk: snsSdk,
    operations: {
      Publish: async ({ TopicArn = '', Message = '' }: snsSdk.PublishInput) => {
        sent.push({ to: TopicArn.split(':').at(-1) ?? '', body: Message });
        return { MessageId: '1' };
      },
    },
  });
  cloud.register({
    name: 'events', protocol: 'json', sdk: eventsSdk,
    operations: {
      PutEvents: async ({ Entries: [entry] = [] }: eventsSdk.PutEventsRequest) => {
        sent.push({ to: `${entry?.EventBusName?.split('/').at(-1)} ${entry?.DetailType}`, body: entry?.Detail ?? '' });
        return { FailedEntryCount: 0, Entries: [{ EventId: '1' }] };
      },
    },
  });
});

afterAll(async () => {
  await cloud.stop();
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  outcomes = [];
  runs.length = 0;
  sent.length = 0;
});

const fails = (): never => { throw new RangeError('too far'); };
const throttled = (): never => { throw new ServiceError('TooManyRequestsException', 'Rate Exceeded', 429); };

/** A function with a configuration of asynchronous calls, called asynchronously. */
async function call(FunctionName: string, config: Omit<PutFunctionEventInvokeConfigCommandInput, 'FunctionName'>, DeadLetterConfig?: { TargetArn: string }): Promise<void> {
  const lambda = createClient(LambdaClient, cloud, rootCredentials(ACCOUNT));
  await lambda.send(new CreateFunctionCommand({ FunctionName, Runtime: 'nodejs24.x', Handler: 'index.handler', Role: ROLE, Code: { ZipFile: zip(FunctionName) }, DeadLetterConfig }));
  await lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName, ...config }));
  await lambda.send(new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload: '{"a":1}' }));
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!holds() && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  expect(holds()).toBe(true);
}

const onFailure = (Destination: string) => ({ DestinationConfig: { OnFailure: { Destination } } });

test('a function that fails three times goes to its destination for failures with request, response and reason', async () => {
  outcomes = [fails, fails, fails];
  await call('failing', onFailure(queue('failures')));
  await until(() => sent.length === 1);
  expect(runs).toHaveLength(3);
  expect(sent[0]?.to).toBe('failures');
  expect(JSON.parse(sent[0]?.body ?? '')).toEqual({
    version: '1.0',
    timestamp: expect.any(String) as string,
    requestContext: {
      requestId: expect.any(String) as string, functionArn: `arn:aws:lambda:eu-central-1:${ACCOUNT}:function:failing:$LATEST`, condition: 'RetriesExhausted', approximateInvokeCount: 3,
    },
    requestPayload: { a: 1 },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload: { errorType: 'RangeError', errorMessage: 'too far' },
  });
});

test('a function that succeeds at the second attempt goes to its destination for successes', async () => {
  outcomes = [fails];
  await call('second', { DestinationConfig: { OnSuccess: { Destination: `arn:aws:sns:eu-central-1:${ACCOUNT}:successes` }, OnFailure: { Destination: queue('failures') } } });
  await until(() => sent.length === 1);
  expect(sent[0]?.to).toBe('successes');
  expect(JSON.parse(sent[0]?.body ?? '')).toMatchObject({ requestContext: { condition: 'Success', approximateInvokeCount: 2 }, responsePayload: 'ok' });
});

test('a bus as destination gets an event that says how it ended', async () => {
  outcomes = [fails];
  await call('bus', { MaximumRetryAttempts: 0, ...onFailure(`arn:aws:events:eu-central-1:${ACCOUNT}:event-bus/results`) });
  await until(() => sent.length === 1);
  expect(sent[0]?.to).toBe('results Lambda Function Invocation Result - Failure');
});

test('a function as destination is called asynchronously', async () => {
  await call('after', {});
  outcomes = [fails];
  await call('before', { MaximumRetryAttempts: 0, ...onFailure(`arn:aws:lambda:eu-central-1:${ACCOUNT}:function:after`) });
  await until(() => runs.length === 3);
  expect(runs[2]).toMatch(/^after \{"version":"1\.0"/);
});

test('the dead-letter queue gets the event itself, with the error as attributes', async () => {
  outcomes = [fails, fails];
  await call('dead', { MaximumRetryAttempts: 1 }, { TargetArn: queue('dead') });
  await until(() => sent.length === 1);
  expect(sent[0]).toEqual({
    to: 'dead', body: '{"a":1}',
    attributes: {
      RequestID: { DataType: 'String', StringValue: expect.any(String) as string },
      ErrorCode: { DataType: 'Number', StringValue: '200' },
      ErrorMessage: { DataType: 'String', StringValue: 'too far' },
    },
  });
});

test('a throttled call is tried again without using up its retries', async () => {
  outcomes = [throttled, throttled, throttled, throttled, fails];
  await call('throttled', { DestinationConfig: { OnSuccess: { Destination: queue('done') } } });
  await until(() => sent.length === 1);
  expect(runs).toHaveLength(6);
  expect(JSON.parse(sent[0]?.body ?? '')).toMatchObject({ requestContext: { condition: 'Success', approximateInvokeCount: 2 } });
});

test('a call that is throttled until it is too old fails by its age', async () => {
  outcomes = Array.from({ length: 50 }, () => throttled);
  await call('old', { MaximumEventAgeInSeconds: 60, ...onFailure(queue('failures')) });
  await until(() => sent.length === 1);
  expect(JSON.parse(sent[0]?.body ?? '')).toMatchObject({ requestContext: { condition: 'EventAgeExceeded', approximateInvokeCount: 0 } });
});

test('a synchronous call that is throttled answers 429', async () => {
  await call('synchronous', {});
  await until(() => runs.length === 1);
  outcomes = [throttled];
  const lambda = createClient(LambdaClient, cloud, rootCredentials(ACCOUNT));
  await expect(lambda.send(new InvokeCommand({ FunctionName: 'synchronous' }))).rejects.toMatchObject({ name: 'TooManyRequestsException', $metadata: expect.objectContaining({ httpStatusCode: 429 }) as object });
});
