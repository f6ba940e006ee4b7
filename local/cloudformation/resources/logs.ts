import {
  AssociateKmsKeyCommand, CloudWatchLogsClient, CreateLogGroupCommand, CreateLogStreamCommand, DeleteLogGroupCommand, DeleteLogStreamCommand, DeleteMetricFilterCommand, DeleteResourcePolicyCommand,
  DeleteRetentionPolicyCommand, PutMetricFilterCommand, PutMetricFilterRequest$ as filterSchema, PutResourcePolicyCommand, PutRetentionPolicyCommand,
  type LogGroupClass, type PutMetricFilterRequest,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Values } from '../template';
import { asInput, ignoring, json, lowerKeys, tagMap, text, without } from './convert';
import { effects, type HandlerTable, type ResourceContext } from './handler';

const GONE = ['ResourceNotFoundException'];

async function setRetention(group: string, properties: Values, context: ResourceContext): Promise<void> {
  const client = context.client(CloudWatchLogsClient);
  if (properties.RetentionInDays === undefined) {
    await ignoring(GONE, client.send(new DeleteRetentionPolicyCommand({ logGroupName: group })));
  } else {
    await client.send(new PutRetentionPolicyCommand({ logGroupName: group, retentionInDays: Number(properties.RetentionInDays) }));
  }
}

async function putFilter(name: string, properties: Values, context: ResourceContext): Promise<void> {
  await context.client(CloudWatchLogsClient).send(new PutMetricFilterCommand(asInput<PutMetricFilterRequest>(filterSchema, {
    ...lowerKeys(without(properties, 'FilterName')) as object, filterName: name,
  })));
}

export const logs: HandlerTable = {
  'AWS::Logs::LogGroup': {
    properties: effects({
      replace: 'LogGroupName LogGroupClass',
      update: 'RetentionInDays KmsKeyId',
      inert: 'Tags DataProtectionPolicy DeletionProtectionEnabled FieldIndexPolicies ResourcePolicyDocument',
    }),
    async create(properties, context) {
      const name = text(properties.LogGroupName) ?? context.generateName(512);
      await context.client(CloudWatchLogsClient).send(new CreateLogGroupCommand({
        logGroupName: name,
        kmsKeyId: text(properties.KmsKeyId),
        tags: tagMap(properties.Tags, context.tags),
        logGroupClass: text(properties.LogGroupClass) as LogGroupClass | undefined,
      }));
      await setRetention(name, properties, context);
      return { physicalId: name, attributes: { Arn: `arn:aws:logs:${context.region}:${context.accountId}:log-group:${name}:*` } };
    },
    async update(properties, context, { physicalId }) {
      await setRetention(physicalId, properties, context);
      if (properties.KmsKeyId !== undefined) {
        await context.client(CloudWatchLogsClient).send(new AssociateKmsKeyCommand({ logGroupName: physicalId, kmsKeyId: text(properties.KmsKeyId) }));
      }
    },
    async delete({ physicalId }, context) {
      await ignoring(GONE, context.client(CloudWatchLogsClient).send(new DeleteLogGroupCommand({ logGroupName: physicalId })));
    },
  },

  'AWS::Logs::LogStream': {
    properties: effects({ replace: 'LogGroupName LogStreamName' }),
    async create(properties, context) {
      const name = text(properties.LogStreamName) ?? context.generateName(512);
      await context.client(CloudWatchLogsClient).send(new CreateLogStreamCommand({ logGroupName: text(properties.LogGroupName), logStreamName: name }));
      return { physicalId: name };
    },
    async delete({ physicalId, properties }, context) {
      await ignoring(GONE, context.client(CloudWatchLogsClient).send(new DeleteLogStreamCommand({
        logGroupName: text(properties.LogGroupName), logStreamName: physicalId,
      })));
    },
  },

  'AWS::Logs::ResourcePolicy': {
    properties: effects({ replace: 'PolicyName', update: 'PolicyDocument' }),
    async create(properties, context) {
      const name = text(properties.PolicyName) ?? context.generateName(100);
      await context.client(CloudWatchLogsClient).send(new PutResourcePolicyCommand({ policyName: name, policyDocument: json(properties.PolicyDocument) }));
      return { physicalId: name };
    },
    async update(properties, context, { physicalId }) {
      await context.client(CloudWatchLogsClient).send(new PutResourcePolicyCommand({ policyName: physicalId, policyDocument: json(properties.PolicyDocument) }));
    },
    async delete({ physicalId }, context) {
      await ignoring(GONE, context.client(CloudWatchLogsClient).send(new DeleteResourcePolicyCommand({ policyName: physicalId })));
    },
  },

  'AWS::Logs::MetricFilter': {
    properties: effects({ replace: 'FilterName LogGroupName', update: 'FilterPattern MetricTransformations', inert: 'ApplyOnTransformedLogs' }),
    async create(properties, context) {
      const name = text(properties.FilterName) ?? context.generateName(512);
      await putFilter(name, properties, context);
      return { physicalId: name };
    },
    async update(properties, context, { physicalId }) {
      await putFilter(physicalId, properties, context);
    },
    async delete({ physicalId, properties }, context) {
      await ignoring(GONE, context.client(CloudWatchLogsClient).send(new DeleteMetricFilterCommand({
        logGroupName: text(properties.LogGroupName), filterName: physicalId,
      })));
    },
  },
};
