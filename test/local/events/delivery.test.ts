import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventBridgeClient, PutEventsCommand, PutRuleCommand, PutTargetsCommand, type Target } from '@aws-sdk/client-eventbridge';
import * as lambdaSdk from '@aws-sdk/client-lambda';
import { CreateScheduleCommand, DeleteScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import * as sqsSdk from '@aws-sdk/client-sqs';
import { createClient } from '../../../local/core/client';
import { createCloud, type Cloud } from '../../../local/core/cloud';
import { DUPLICATE_EVENTS } from '../../../local/core/faults/rules';
import { rootCredentials } from '../../../local/core/keys';
import { ServiceError } from '../../../local/core/service';
import { createEventsService } from '../../../local/events';
import { createSchedulerService } from '../../../local/scheduler';

const ACCOUNT = '111111111111';
const FUNCTION = `arn:aws:lambda:eu-central-1:${ACCOUNT}:function:f`;
const QUEUE = `arn:aws:sqs:eu-central-1:${ACCOUNT}:dead`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/r`;

let cloud: Cloud;
let folder: string;
let received: string[] = [];
let dead: sqsSdk.SendMessageRequest[] = [];
let failing: () => ServiceError | undefined = () => undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'events-'));
  cloud = await createCloud({ folder, region: 'eu-central-1', timeScale: 10_000, python: 'python3' });
  cloud.register(createEventsService(cloud));
  cloud.register(createSchedulerService(cloud));
  cloud.register({
    name: 'lambda', protocol: 'rest-json', sdk: lambdaSdk,
    operations: {
      Invoke: async (input: lambdaSdk.InvokeCommandInput) => {
        const failure = failing();
        received.push(Buffer.from(input.Payload as Uint8Array).toString('utf8'));
        if (failure !== undefined) {
          throw failure;
        }
        return { StatusCode: 202 };
      },
    },
  });
  cloud.register({
    name: 'sqs', protocol: 'json', sdk: sqsSdk,
    operations: {
      SendMessage: async (input: sqsSdk.SendMessageRequest) => {
        dead.push(input);
        return { MessageId: '1', MD5OfMessageBody: '' };
      },
    },
  });
  await cloud.start();
});

afterAll(async () => {
  await cloud.stop();
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  [received, dead, failing] = [[], [], () => undefined];
  cloud.faults.remove();
});

const until = async (holds: () => boolean): Promise<void> => {
  const deadline = Date.now() + 5_000;
  while (!holds()) {
    if (Date.now() > deadline) {
      throw new Error(`waited in vain; received ${received.length}, dead ${dead.length}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};
const pause = async (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 60));

/** A rule of the source's name with one target, and an event of that source. */
async function send(source: string, target: Partial<Target> = {}): Promise<void> {
  const events = createClient(EventBridgeClient, cloud, rootCredentials(ACCOUNT));
  await events.send(new PutRuleCommand({ Name: source, EventPattern: JSON.stringify({ source: [source] }) }));
  await events.send(new PutTargetsCommand({ Rule: source, Targets: [{ Id: 't', Arn: FUNCTION, ...target }] }));
  await events.send(new PutEventsCommand({ Entries: [{ Source: source, DetailType: 'Made', Detail: '{"a":1}' }] }));
}

const times = (count: number, error: ServiceError) => {
  let left = count;
  return () => {
    left -= 1;
    return left >= 0 ? error : undefined;
  };
};
const throttled = new ServiceError('TooManyRequestsException', 'Rate Exceeded.', 429);
const attributesOf = (message: sqsSdk.SendMessageRequest | undefined): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(message?.MessageAttributes ?? {}).map(([name, { StringValue }]) => [name, StringValue]));

describe('an event', () => {
  test('is delivered again until its target takes it', async () => {
    failing = times(2, throttled);
    await send('retried', { DeadLetterConfig: { Arn: QUEUE } });
    await until(() => received.length === 3);
    expect(new Set(received.map((text) => (JSON.parse(text) as { id: string }).id)).size).toBe(1);
    await pause();
    expect(dead).toEqual([]);
  });

  test('goes to the dead-letter queue with the reason after the last attempt', async () => {
    failing = () => throttled;
    await send('exhausted', { DeadLetterConfig: { Arn: QUEUE }, RetryPolicy: { MaximumRetryAttempts: 2 }, Input: '{"fixed":true}' });
    await until(() => dead.length === 1);
    expect(received).toHaveLength(3);
    expect(dead[0]).toMatchObject({ QueueUrl: `${cloud.endpoint}/${ACCOUNT}/dead`, MessageBody: '{"fixed":true}' });
    expect(attributesOf(dead[0])).toEqual({
      RULE_ARN: `arn:aws:events:eu-central-1:${ACCOUNT}:rule/exhausted`, TARGET_ARN: FUNCTION, ERROR_CODE: 'TooManyRequestsException', ERROR_MESSAGE: 'Rate Exceeded.',
      RETRY_ATTEMPTS: '2', EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
    });
  });

  test('that grows too old goes there too', async () => {
    failing = () => throttled;
    await send('aged', { DeadLetterConfig: { Arn: QUEUE }, RetryPolicy: { MaximumEventAgeInSeconds: 60 } });
    await until(() => dead.length === 1);
    expect(attributesOf(dead[0])).toMatchObject({ EXHAUSTED_RETRY_CONDITION: 'MaximumEventAgeInSeconds' });
  });

  test('goes there at once when trying again cannot help', async () => {
    failing = () => new ServiceError('ResourceNotFoundException', 'Function not found', 404);
    await send('gone', { DeadLetterConfig: { Arn: QUEUE } });
    await until(() => dead.length === 1);
    expect(received).toHaveLength(1);
    expect(attributesOf(dead[0])).toMatchObject({ ERROR_CODE: 'ResourceNotFoundException', RETRY_ATTEMPTS: '0' });
  });

  test('for a bus that is not there goes there as well', async () => {
    const bus = 'arn:aws:events:eu-central-1:222222222222:event-bus/other';
    await send('bus', { Arn: bus, RoleArn: ROLE, DeadLetterConfig: { Arn: QUEUE } });
    await until(() => dead.length === 1);
    expect(attributesOf(dead[0])).toMatchObject({ TARGET_ARN: bus, ERROR_CODE: 'ResourceNotFoundException' });
  });
});

describe('by a fault rule an event', () => {
  test('arrives twice, the same event', async () => {
    cloud.faults.add(DUPLICATE_EVENTS);
    await send('twice');
    await until(() => received.length === 2);
    expect(received[0]).toBe(received[1]);
  });

  test('is lost', async () => {
    cloud.faults.add({ service: 'events', operation: 'Deliver', match: { Source: 'lost' }, drop: true });
    await send('lost');
    await send('kept');
    await until(() => received.length === 1);
    await pause();
    expect(received.map((text) => (JSON.parse(text) as { source: string }).source)).toEqual(['kept']);
  });

  test('is refused and delivered again', async () => {
    cloud.faults.add({ service: 'events', operation: 'Deliver', times: 2, error: { code: 'ThrottlingException', message: 'Rate exceeded', status: 400 } });
    await send('refused');
    await until(() => received.length === 1);
    expect(cloud.faults.list()).toEqual([expect.objectContaining({ hits: 2 })]);
  });
});

describe('a schedule', () => {
  const schedule = async (Name: string, RetryPolicy: object, seen: () => boolean): Promise<void> => {
    const scheduler = createClient(SchedulerClient, cloud, rootCredentials(ACCOUNT));
    await scheduler.send(new CreateScheduleCommand({
      // Long enough on the scaled clock that an attempt's repetition comes before the next turn.
      Name, ScheduleExpression: 'rate(1 hour)', FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: FUNCTION, RoleArn: ROLE, RetryPolicy, DeadLetterConfig: { Arn: QUEUE },
        Input: '{"time":"<aws.scheduler.scheduled-time>","attempt":"<aws.scheduler.attempt-number>"}',
      },
    }));
    await until(seen);
    await scheduler.send(new DeleteScheduleCommand({ Name }));
  };

  test('tells the attempt, and every attempt the same time', async () => {
    failing = times(1, throttled);
    await schedule('attempts', {}, () => received.length >= 2);
    const [first, second] = received.map((text) => JSON.parse(text) as { time: string; attempt: string });
    expect(first).toMatchObject({ attempt: '1', time: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/) as string });
    expect(second).toEqual({ ...first, attempt: '2' });
  });

  test('that is refused for good goes to its dead-letter queue', async () => {
    failing = () => throttled;
    await schedule('exhausted', { MaximumRetryAttempts: 1 }, () => dead.length >= 1);
    expect(attributesOf(dead[0])).toMatchObject({
      SCHEDULE_ARN: `arn:aws:scheduler:eu-central-1:${ACCOUNT}:schedule/default/exhausted`, TARGET_ARN: FUNCTION, RETRY_ATTEMPTS: '1',
      SCHEDULED_TIME: expect.stringMatching(/Z$/) as string, EXECUTION_ID: expect.any(String) as string,
    });
  });

  test('does not fire while the clock stands still', async () => {
    const id = cloud.faults.add({ service: 'clock', operation: 'Stop' });
    const scheduler = createClient(SchedulerClient, cloud, rootCredentials(ACCOUNT));
    await scheduler.send(new CreateScheduleCommand({
      Name: 'still', ScheduleExpression: 'rate(1 minute)', FlexibleTimeWindow: { Mode: 'OFF' }, Target: { Arn: FUNCTION, RoleArn: ROLE, Input: '{"still":true}' },
    }));
    // A late attempt of an earlier schedule may arrive meanwhile.
    const fired = (): number => received.filter((text) => text.includes('still')).length;
    await pause();
    expect(fired()).toBe(0);
    cloud.faults.remove(id);
    await until(() => fired() > 0);
    await scheduler.send(new DeleteScheduleCommand({ Name: 'still' }));
  });
});
