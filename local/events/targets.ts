import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { LocalCloud } from '../core/service';

/** A target as far as its delivery needs it. */
export interface DeliveryTarget {
  readonly arn: string;
  /** Role that the delivery acts as; without one the service acts for the account. */
  readonly roleArn?: string;
}

type Deliver = (cloud: LocalCloud, target: DeliveryTarget, input: string, accountId: string) => Promise<unknown>;

const settings = (cloud: LocalCloud, target: DeliveryTarget, accountId: string) => ({
  endpoint: cloud.endpoint,
  region: cloud.region,
  credentials: cloud.credentialsOf(target.roleArn ?? `arn:aws:iam::${accountId}:root`, 'events'),
  maxAttempts: 1,
});

/** Ways of delivery by the service in the target's ARN. */
const deliveries: Record<string, Deliver> = {
  lambda: (cloud, target, input, accountId) =>
    new LambdaClient(settings(cloud, target, accountId)).send(
      new InvokeCommand({ FunctionName: target.arn, InvocationType: 'Event', Payload: Buffer.from(input) }),
    ),
  states: (cloud, target, input, accountId) =>
    new SFNClient(settings(cloud, target, accountId)).send(new StartExecutionCommand({ stateMachineArn: target.arn, input })),
  sqs: (cloud, target, input, accountId) =>
    new SQSClient(settings(cloud, target, accountId)).send(new SendMessageCommand({ QueueUrl: queueUrl(cloud, target.arn), MessageBody: input })),
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

/** How often and how long a delivery is tried again. */
export interface RetryLimits {
  readonly attempts: number;
  readonly deadLetterQueueArn?: string;
}

/**
 * Delivers once, and again on failure with growing pauses on the scaled clock; what can't be delivered goes to the dead-letter queue, or into the log.
 */
export async function deliver(cloud: LocalCloud, target: DeliveryTarget, input: string, accountId: string, limits: RetryLimits): Promise<void> {
  const send = deliveries[targetService(target.arn) ?? ''];
  if (send === undefined) {
    throw new Error(`the local AWS cannot deliver to ${target.arn}; it knows targets of ${TARGET_SERVICES.join(', ')}`);
  }
  for (let attempt = 0; ; attempt++) {
    try {
      await send(cloud, target, input, accountId);
      return;
    } catch (error) {
      const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      if (attempt >= limits.attempts) {
        cloud.log('events', `gave up on ${target.arn} after ${attempt + 1} attempts: ${reason}`);
        if (limits.deadLetterQueueArn !== undefined) {
          await deliveries.sqs?.(cloud, { arn: limits.deadLetterQueueArn }, input, accountId);
        }
        return;
      }
      cloud.log('events', `${target.arn} refused an event, trying again: ${reason}`);
      await cloud.clock.sleep(Math.min(60, 2 ** attempt * 5));
    }
  }
}
