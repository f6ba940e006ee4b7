import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { type MessageAttributeValue, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { LocalCloud } from '../core/service';

/** A target as far as its delivery needs it. */
export interface DeliveryTarget {
  readonly arn: string;
  /** Role that the delivery acts as; without one the service acts for the account. */
  readonly roleArn?: string;
}

type Deliver = (cloud: LocalCloud, target: DeliveryTarget, input: string, accountId: string, attributes?: Readonly<Record<string, string>>) => Promise<unknown>;

const settings = (cloud: LocalCloud, target: DeliveryTarget, accountId: string) => ({
  endpoint: cloud.endpoint,
  region: cloud.region,
  credentials: cloud.credentialsOf(target.roleArn ?? `arn:aws:iam::${accountId}:root`, 'events'),
  maxAttempts: 1,
});

const messageAttributes = (attributes: Readonly<Record<string, string>>): Record<string, MessageAttributeValue> =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]));

/** Ways of delivery by the service in the target's ARN. */
const deliveries: Record<string, Deliver> = {
  lambda: (cloud, target, input, accountId) =>
    new LambdaClient(settings(cloud, target, accountId)).send(
      new InvokeCommand({ FunctionName: target.arn, InvocationType: 'Event', Payload: Buffer.from(input) }),
    ),
  states: (cloud, target, input, accountId) =>
    new SFNClient(settings(cloud, target, accountId)).send(new StartExecutionCommand({ stateMachineArn: target.arn, input })),
  sqs: (cloud, target, input, accountId, attributes = {}) =>
    new SQSClient(settings(cloud, target, accountId)).send(
      new SendMessageCommand({ QueueUrl: queueUrl(cloud, target.arn), MessageBody: input, MessageAttributes: messageAttributes(attributes) }),
    ),
  sns: (cloud, target, input, accountId) =>
    new SNSClient(settings(cloud, target, accountId)).send(new PublishCommand({ TopicArn: target.arn, Message: input })),
};

/** URL of a queue of the local AWS. */
export function queueUrl(cloud: LocalCloud, queueArn: string): string {
  const [, , , , account, name] = queueArn.split(':');
  return `${cloud.endpoint}/${account}/${name}`;
}

/** Service of a target's ARN; `undefined` when the local AWS can't deliver to it. */
export function targetService(arn: string): string | undefined {
  const service = arn.split(':')[2] ?? '';
  return service in deliveries ? service : undefined;
}

export const TARGET_SERVICES: readonly string[] = Object.keys(deliveries);

/** Hands an input to a target once. @throws the target's error */
export async function send(cloud: LocalCloud, target: DeliveryTarget, input: string, accountId: string): Promise<void> {
  const way = deliveries[targetService(target.arn) ?? ''];
  if (way === undefined) {
    throw new Error(`the local AWS cannot deliver to ${target.arn}; it knows targets of ${TARGET_SERVICES.join(', ')}`);
  }
  await way(cloud, target, input, accountId);
}

/** Puts what could not be delivered into a queue, with attributes that say why. */
export async function sendToQueue(cloud: LocalCloud, queueArn: string, input: string, accountId: string, attributes: Readonly<Record<string, string>>): Promise<void> {
  await deliveries.sqs?.(cloud, { arn: queueArn }, input, accountId, attributes);
}
