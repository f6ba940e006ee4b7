import {
  CreateTopicCommand, DeleteTopicCommand, SetSubscriptionAttributesCommand, SetTopicAttributesCommand, SNSClient, SubscribeCommand, UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { CreateQueueCommand, DeleteQueueCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Value, Values } from '../template';
import { ignoring, json, records, tagList, tagMap, text, texts, without } from './convert';
import { effects, type HandlerTable, type ResourceContext } from './handler';

/** Attributes travel as text in both services. */
const attributesOf = (properties: Values): Record<string, string> =>
  Object.fromEntries(Object.entries(properties).map(([name, value]: [string, Value]) => [name, typeof value === 'object' ? JSON.stringify(value) : String(value)]));

const QUEUE_ATTRIBUTES = `ContentBasedDeduplication DelaySeconds KmsDataKeyReusePeriodSeconds KmsMasterKeyId MaximumMessageSize MessageRetentionPeriod
  ReceiveMessageWaitTimeSeconds RedriveAllowPolicy RedrivePolicy VisibilityTimeout`;
const TOPIC_ATTRIBUTES = 'DisplayName KmsMasterKeyId SignatureVersion TracingConfig ContentBasedDeduplication FifoTopic';
const SUBSCRIPTION_ATTRIBUTES = 'FilterPolicy FilterPolicyScope RawMessageDelivery RedrivePolicy DeliveryPolicy SubscriptionRoleArn';

const only = (properties: Values, names: string): Values => {
  const wanted = names.split(/\s+/);
  return Object.fromEntries(Object.entries(properties).filter(([name]) => wanted.includes(name)));
};

async function subscribe(topicArn: string, properties: Values, context: ResourceContext): Promise<string> {
  const { SubscriptionArn = '' } = await context.client(SNSClient).send(new SubscribeCommand({
    TopicArn: topicArn,
    Protocol: text(properties.Protocol),
    Endpoint: text(properties.Endpoint),
    Attributes: attributesOf(only(properties, SUBSCRIPTION_ATTRIBUTES)),
    ReturnSubscriptionArn: true,
  }));
  return SubscriptionArn;
}

export const messaging: HandlerTable = {
  'AWS::SQS::Queue': {
    properties: effects({
      replace: 'QueueName FifoQueue',
      update: QUEUE_ATTRIBUTES,
      inert: 'Tags SqsManagedSseEnabled DeduplicationScope FifoThroughputLimit',
    }),
    async create(properties, context) {
      const name = text(properties.QueueName) ?? context.generateName(80);
      const { QueueUrl = '' } = await context.client(SQSClient).send(new CreateQueueCommand({
        QueueName: name,
        Attributes: attributesOf(only(properties, `${QUEUE_ATTRIBUTES} FifoQueue`)),
        tags: tagMap(properties.Tags, context.tags),
      }));
      return { physicalId: QueueUrl, attributes: { Arn: `arn:aws:sqs:${context.region}:${context.accountId}:${name}`, QueueName: name, QueueUrl } };
    },
    async update(properties, context, { physicalId }) {
      await context.client(SQSClient).send(new SetQueueAttributesCommand({ QueueUrl: physicalId, Attributes: attributesOf(only(properties, QUEUE_ATTRIBUTES)) }));
    },
    async delete({ physicalId }, context) {
      await ignoring(['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue'], context.client(SQSClient).send(new DeleteQueueCommand({ QueueUrl: physicalId })));
    },
  },

  'AWS::SQS::QueuePolicy': {
    properties: effects({ replace: 'Queues', update: 'PolicyDocument' }),
    async create(properties, context) {
      await setQueuePolicies(properties, json(properties.PolicyDocument), context);
      return { physicalId: context.generateName(80) };
    },
    async update(properties, context) {
      await setQueuePolicies(properties, json(properties.PolicyDocument), context);
    },
    async delete({ properties }, context) {
      await ignoring(['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue'], setQueuePolicies(properties, '', context));
    },
  },

  'AWS::SNS::Topic': {
    properties: effects({ replace: 'TopicName FifoTopic', update: 'DisplayName KmsMasterKeyId SignatureVersion TracingConfig Subscription', inert: 'Tags DataProtectionPolicy' }),
    async create(properties, context) {
      const { TopicArn = '' } = await context.client(SNSClient).send(new CreateTopicCommand({
        Name: text(properties.TopicName) ?? context.generateName(256),
        Attributes: attributesOf(only(properties, TOPIC_ATTRIBUTES)),
        Tags: tagList(properties.Tags, context.tags),
      }));
      for (const subscription of records(properties.Subscription)) {
        await subscribe(TopicArn, subscription, context);
      }
      return { physicalId: TopicArn, attributes: { TopicArn, TopicName: TopicArn.split(':').pop() ?? '' } };
    },
    async update(properties, context, { physicalId }) {
      for (const [AttributeName, AttributeValue] of Object.entries(attributesOf(only(properties, 'DisplayName KmsMasterKeyId SignatureVersion')))) {
        await context.client(SNSClient).send(new SetTopicAttributesCommand({ TopicArn: physicalId, AttributeName, AttributeValue }));
      }
      for (const subscription of records(properties.Subscription)) {
        await subscribe(physicalId, subscription, context);
      }
    },
    async delete({ physicalId }, context) {
      await ignoring(['NotFound', 'NotFoundException'], context.client(SNSClient).send(new DeleteTopicCommand({ TopicArn: physicalId })));
    },
  },

  'AWS::SNS::Subscription': {
    properties: effects({ replace: 'TopicArn Protocol Endpoint', update: SUBSCRIPTION_ATTRIBUTES, inert: 'Region ReplayPolicy' }),
    async create(properties, context) {
      return { physicalId: await subscribe(text(properties.TopicArn) ?? '', properties, context) };
    },
    async update(properties, context, { physicalId }) {
      for (const [AttributeName, AttributeValue] of Object.entries(attributesOf(only(properties, SUBSCRIPTION_ATTRIBUTES)))) {
        await context.client(SNSClient).send(new SetSubscriptionAttributesCommand({ SubscriptionArn: physicalId, AttributeName, AttributeValue }));
      }
    },
    async delete({ physicalId }, context) {
      await ignoring(['NotFound', 'NotFoundException'], context.client(SNSClient).send(new UnsubscribeCommand({ SubscriptionArn: physicalId })));
    },
  },

  'AWS::SNS::TopicPolicy': {
    properties: effects({ replace: 'Topics', update: 'PolicyDocument' }),
    async create(properties, context) {
      await setTopicPolicies(properties, context);
      return { physicalId: context.generateName(80) };
    },
    async update(properties, context) {
      await setTopicPolicies(properties, context);
    },
    // A topic always has a policy; it goes with the topic.
    async delete() {},
  },
};

async function setQueuePolicies(properties: Values, policy: string, context: ResourceContext): Promise<void> {
  for (const QueueUrl of texts(properties.Queues)) {
    await context.client(SQSClient).send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy: policy } }));
  }
}

async function setTopicPolicies(properties: Values, context: ResourceContext): Promise<void> {
  for (const TopicArn of texts(without(properties, 'PolicyDocument').Topics)) {
    await context.client(SNSClient).send(new SetTopicAttributesCommand({ TopicArn, AttributeName: 'Policy', AttributeValue: json(properties.PolicyDocument) }));
  }
}
