import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { type MessageAttributeValue, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { ActingService, LocalCloud } from '../core/service';

/** A target as far as its delivery needs it. */
export interface DeliveryTarget {
  readonly arn: string;
  /** Role that the delivery acts as; without one the service calls for itself, and the target's policy must let it in. */
  readonly roleArn?: string;
  /** Who delivers, and for which rule, schedule or alarm. */
  readonly by: ActingService;
}

type Deliver = (cloud: LocalCloud, target: DeliveryTarget, input: string, attributes?: Readonly<Record<string, string>>) => Promise<unknown>;

const settings = (cloud: LocalCloud, { roleArn, by }: DeliveryTarget) => ({
  endpoint: cloud.endpoint,
  region: cloud.region,
  credentials: roleArn === undefined ? cloud.credentialsOfService(by) : cloud.credentialsOf(roleArn, by.name.split('.', 1)[0] ?? '', by),
  maxAttempts: 1,
});

const messageAttributes = (attributes: Readonly<Record<string, string>>): Record<string, MessageAttributeValue> =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]));

/** Ways of delivery by the service in the target's ARN. */
const deliveries: Record<string, Deliver> = {
  lambda: (cloud, target, input) =>
    new LambdaClient(settings(cloud, target)).send(
      new InvokeCommand({ FunctionName: target.arn, InvocationType: 'Event', Payload: Buffer.from(input) }),
    ),
  states: (cloud, target, input) =>
    new SFNClient(settings(cloud, target)).send(new StartExecutionCommand({ stateMachineArn: target.arn, input })),
  sqs: (cloud, target, input, attributes = {}) =>
    new SQSClient(settings(cloud, target)).send(
      new SendMessageCommand({ QueueUrl: queueUrl(cloud, target.arn), MessageBody: input, MessageAttributes: messageAttributes(attributes) }),
    ),
  sns: (cloud, target, input) =>
    new SNSClient(settings(cloud, target)).send(new PublishCommand({ TopicArn: target.arn, Message: input })),
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
export async function send(cloud: LocalCloud, target: DeliveryTarget, input: string): Promise<void> {
  const way = deliveries[targetService(target.arn) ?? ''];
  if (way === undefined) {
    throw new Error(`the local AWS cannot deliver to ${target.arn}; it knows targets of ${TARGET_SERVICES.join(', ')}`);
  }
  await way(cloud, target, input);
}

/** Puts what could not be delivered into a queue, with attributes that say why. */
export async function sendToQueue(cloud: LocalCloud, queue: DeliveryTarget, input: string, attributes: Readonly<Record<string, string>>): Promise<void> {
  await deliveries.sqs?.(cloud, queue, input, attributes);
}
