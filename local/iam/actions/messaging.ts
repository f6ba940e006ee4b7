import { anything, each, on, passes, textAt, type Need, type ServiceActions } from './need';

/** A queue by its URL, which ends in account and name. */
const queue: Need = ({ operation, input, region }, prefix) => {
  const [account, name] = (textAt(input, 'QueueUrl') ?? '').split('/').slice(-2);
  return account === undefined || name === undefined ? [] : [{ action: `${prefix}:${operation}`, resource: `arn:aws:sqs:${region}:${account}:${name}` }];
};

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html */
export const sqs: ServiceActions = {
  prefix: 'sqs',
  operations: {
    ...each('CreateQueue GetQueueUrl', on('{QueueName}')),
    ...each('SendMessage ReceiveMessage DeleteMessage ChangeMessageVisibility GetQueueAttributes SetQueueAttributes DeleteQueue PurgeQueue', queue),
    ...each('TagQueue UntagQueue ListQueueTags', queue),
    ListQueues: [anything],
  },
};

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html */
export const sns: ServiceActions = {
  prefix: 'sns',
  operations: {
    CreateTopic: [on('{Name}')],
    ...each('Publish GetTopicAttributes SetTopicAttributes DeleteTopic ListSubscriptionsByTopic', on('{TopicArn}')),
    Subscribe: [on('{TopicArn}'), passes('Attributes.SubscriptionRoleArn', 'sns.amazonaws.com')],
    ...each('Unsubscribe GetSubscriptionAttributes SetSubscriptionAttributes', on('{SubscriptionArn}')),
    ...each('TagResource UntagResource ListTagsForResource', on('{ResourceArn}')),
    ListTopics: [anything],
  },
};
