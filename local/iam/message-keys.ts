import type { CheckedCall } from '../core/dispatch/access';
import type { Needed } from './actions/need';
import { through } from './caller';
import type { Sources } from './sides';

/** Whoever writes makes a data key, or reads the one that the service keeps for a while; whoever reads reads it. */
const WRITES: readonly string[] = ['kms:GenerateDataKey', 'kms:Decrypt'];
const READS: readonly string[] = ['kms:Decrypt'];

const ACTIONS: Readonly<Record<string, readonly string[]>> = { 'sns:Publish': WRITES, 'sqs:SendMessage': WRITES, 'sqs:ReceiveMessage': READS };

/** Encryption context with which a service calls its key. */
const ENCRYPTION_CONTEXT: Readonly<Record<string, string>> = { sns: 'kms:EncryptionContext:aws:sns:topicArn', sqs: 'kms:EncryptionContext:aws:sqs:arn' };

/**
 * The uses of a topic's or queue's key that a call implies. A service that publishes for itself must be let in by the key's policy; the keys that AWS holds
 * let in the account's principals and no service.
 *
 * @param arn of the topic or queue
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
 */
export async function messageKeyNeeds({ caller, region, service, operation }: CheckedCall, arn: string, { resources }: Pick<Sources, 'resources'>): Promise<Needed[]> {
  const actions = ACTIONS[`${service}:${operation}`] ?? [];
  const encryption = actions.length === 0 ? 'none' : await resources.encryptionOf(arn);
  const owner = arn.split(':')[4] ?? '';
  const isService = caller.roleArn === undefined && caller.service !== undefined;
  if (encryption === 'none' || (encryption === 'aws' && owner === caller.accountId && !isService)) {
    return [];
  }
  const resource = encryption === 'aws' ? `arn:aws:kms:${region}:${owner}:alias/aws/${service}` : encryption.keyArn;
  const context = { ...(isService ? {} : through(service, region)), [ENCRYPTION_CONTEXT[service] ?? '']: arn };
  return actions.map((action) => ({ action, resource, context }));
}
