import type { FunctionEventInvokeConfig } from '@aws-sdk/client-lambda';
import type { Credentials, LocalCloud } from '../core/service';
import { roleOf } from './environment';
import type { Outcome } from './fleet';
import type { Target } from './store';
import type { Invocation } from './worker';

interface Finished {
  readonly target: Target;
  readonly invocation: Invocation;
  readonly outcome: Outcome;
  readonly attempts: number;
  readonly config?: FunctionEventInvokeConfig;
}

interface Connection {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Credentials;
}

type Send = (arn: string, body: string, connection: Connection, detailType: string) => Promise<unknown>;

/** Ways to hand a record over, by the service in the destination's ARN. */
const SENDERS: Readonly<Record<string, Send>> = {
  sqs: async (arn, MessageBody, connection) => {
    const { SendMessageCommand, SQSClient } = await import('@aws-sdk/client-sqs');
    const [account, name] = arn.split(':').slice(4);
    return new SQSClient(connection).send(new SendMessageCommand({ QueueUrl: `${connection.endpoint}/${account}/${name}`, MessageBody }));
  },
  sns: async (TopicArn, Message, connection) => {
    const { PublishCommand, SNSClient } = await import('@aws-sdk/client-sns');
    return new SNSClient(connection).send(new PublishCommand({ TopicArn, Message }));
  },
  lambda: async (FunctionName, body, connection) => {
    const { InvokeCommand, LambdaClient } = await import('@aws-sdk/client-lambda');
    return new LambdaClient(connection).send(new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload: Buffer.from(body) }));
  },
  events: async (arn, Detail, connection, DetailType) => {
    const { EventBridgeClient, PutEventsCommand } = await import('@aws-sdk/client-eventbridge');
    return new EventBridgeClient(connection).send(new PutEventsCommand({ Entries: [{ Source: 'lambda', DetailType, Detail, EventBusName: arn }] }));
  },
};

const parsed = (text: string): unknown => JSON.parse(text) as unknown;

function record({ target, invocation, outcome, attempts }: Finished): string {
  return JSON.stringify({
    version: '1.0',
    timestamp: new Date().toISOString(),
    requestContext: {
      requestId: invocation.requestId,
      functionArn: `${target.fn.arn}:${target.qualifier ?? target.version}`,
      condition: outcome.failed ? 'RetriesExhausted' : 'Success',
      approximateInvokeCount: attempts,
    },
    requestPayload: parsed(invocation.event),
    responseContext: { statusCode: 200, executedVersion: target.version, ...(outcome.failed ? { functionError: 'Unhandled' } : {}) },
    responsePayload: parsed(outcome.payload),
  });
}

/**
 * Hands the result of an asynchronous invocation to its destination, and a failed one to the dead-letter queue as well, under the function's role.
 * A failure without either is written to the run's log, since nobody else would see it.
 */
export async function deliver(cloud: LocalCloud, finished: Finished): Promise<void> {
  const { target, invocation, outcome, config } = finished;
  const { failed, payload } = outcome;
  const connection = { endpoint: cloud.endpoint, region: cloud.region, credentials: roleOf(target, cloud) };
  const send = async (arn: string, body: string): Promise<void> => {
    const sender = SENDERS[arn.split(':')[2] ?? ''];
    if (sender === undefined) {
      throw new Error(`destination ${arn} is of no kind that the local AWS knows (${Object.keys(SENDERS).join(', ')})`);
    }
    await sender(arn, body, connection, `Lambda Function Invocation Result - ${failed ? 'Failure' : 'Success'}`);
  };
  const destination = (failed ? config?.DestinationConfig?.OnFailure : config?.DestinationConfig?.OnSuccess)?.Destination;
  const deadLetters = failed ? target.revision.configuration.DeadLetterConfig?.TargetArn : undefined;
  if (failed) {
    cloud.log('lambda', `asynchronous invocation ${invocation.requestId} of ${target.invokedArn} failed for good: ${payload.slice(0, 500)}`);
  }
  if (destination !== undefined) {
    await send(destination, record(finished));
  }
  if (deadLetters !== undefined) {
    await send(deadLetters, invocation.event);
  }
}
