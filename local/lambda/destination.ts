import type { FunctionEventInvokeConfig } from '@aws-sdk/client-lambda';
import type { Credentials, LocalCloud } from '../core/service';
import { roleOf } from './environment';
import type { Outcome } from './fleet';
import type { Target } from './store';
import type { Invocation } from './worker';

/** How an asynchronous invocation ended, in the words of the record that its destination gets. */
export type Condition = 'Success' | 'RetriesExhausted' | 'EventAgeExceeded';

interface Finished {
  readonly target: Target;
  readonly invocation: Invocation;
  readonly outcome: Outcome;
  /** Times that the function ran. */
  readonly attempts: number;
  readonly condition: Condition;
  readonly config?: FunctionEventInvokeConfig;
}

interface Connection {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Credentials;
}

interface Sent {
  readonly body: string;
  /** Of the event, where the destination is a bus. */
  readonly detailType: string;
  /** Of the message, where the destination is a queue or a topic. */
  readonly attributes?: Readonly<Record<string, { readonly DataType: string; readonly StringValue: string }>>;
}

type Send = (arn: string, sent: Sent, connection: Connection) => Promise<unknown>;

/** Ways to hand a record over, by the service in the destination's ARN. */
const SENDERS: Readonly<Record<string, Send>> = {
  sqs: async (arn, { body: MessageBody, attributes: MessageAttributes }, connection) => {
    const { SendMessageCommand, SQSClient } = await import('@aws-sdk/client-sqs');
    const [account, name] = arn.split(':').slice(4);
    return new SQSClient(connection).send(new SendMessageCommand({ QueueUrl: `${connection.endpoint}/${account}/${name}`, MessageBody, MessageAttributes }));
  },
  sns: async (TopicArn, { body: Message, attributes: MessageAttributes }, connection) => {
    const { PublishCommand, SNSClient } = await import('@aws-sdk/client-sns');
    return new SNSClient(connection).send(new PublishCommand({ TopicArn, Message, MessageAttributes }));
  },
  lambda: async (FunctionName, { body }, connection) => {
    const { InvokeCommand, LambdaClient } = await import('@aws-sdk/client-lambda');
    return new LambdaClient(connection).send(new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload: Buffer.from(body) }));
  },
  events: async (arn, { body: Detail, detailType: DetailType }, connection) => {
    const { EventBridgeClient, PutEventsCommand } = await import('@aws-sdk/client-eventbridge');
    return new EventBridgeClient(connection).send(new PutEventsCommand({ Entries: [{ Source: 'lambda', DetailType, Detail, EventBusName: arn }] }));
  },
};

const parsed = (text: string): unknown => JSON.parse(text) as unknown;

/** What AWS attaches to a message in a dead-letter queue. */
function deadLetterAttributes({ invocation, outcome }: Finished): NonNullable<Sent['attributes']> {
  const { errorMessage } = (parsed(outcome.payload) ?? {}) as { readonly errorMessage?: unknown };
  return {
    RequestID: { DataType: 'String', StringValue: invocation.requestId },
    ErrorCode: { DataType: 'Number', StringValue: '200' },
    ErrorMessage: { DataType: 'String', StringValue: (typeof errorMessage === 'string' && errorMessage !== '' ? errorMessage : outcome.payload).slice(0, 1024) },
  };
}

function record({ target, invocation, outcome, attempts, condition }: Finished): string {
  return JSON.stringify({
    version: '1.0',
    timestamp: new Date().toISOString(),
    requestContext: {
      requestId: invocation.requestId,
      functionArn: `${target.fn.arn}:${target.qualifier ?? target.version}`,
      condition,
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
  const send = async (arn: string, body: string, attributes?: Sent['attributes']): Promise<void> => {
    const sender = SENDERS[arn.split(':')[2] ?? ''];
    if (sender === undefined) {
      throw new Error(`destination ${arn} is of no kind that the local AWS knows (${Object.keys(SENDERS).join(', ')})`);
    }
    await sender(arn, { body, detailType: `Lambda Function Invocation Result - ${failed ? 'Failure' : 'Success'}`, attributes }, connection);
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
    await send(deadLetters, invocation.event, deadLetterAttributes(finished));
  }
}
