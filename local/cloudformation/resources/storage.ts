import {
  CreateTableCommand, CreateTableInput$ as tableSchema, DeleteTableCommand, DynamoDBClient, UpdateContinuousBackupsCommand, UpdateTableCommand,
  UpdateTimeToLiveCommand, type CreateTableInput,
} from '@aws-sdk/client-dynamodb';
import { CreateDeliveryStreamCommand, CreateDeliveryStreamInput$ as streamSchema, DeleteDeliveryStreamCommand, FirehoseClient, type CreateDeliveryStreamInput } from '@aws-sdk/client-firehose';
import { DeleteParameterCommand, PutParameterCommand, SSMClient, type ParameterTier, type ParameterType } from '@aws-sdk/client-ssm';
import type { Values } from '../template';
import { asInput, flag, ignoring, record, tagList, text, without } from './convert';
import { effects, type HandlerTable, type ResourceContext } from './handler';

const TABLE_EXTRAS = ['PointInTimeRecoverySpecification', 'TimeToLiveSpecification', 'ContributorInsightsSpecification', 'ResourcePolicy', 'Tags'];

async function applyTableExtras(table: string, properties: Values, context: ResourceContext): Promise<void> {
  const client = context.client(DynamoDBClient);
  const recovery = record(properties.PointInTimeRecoverySpecification);
  if (properties.PointInTimeRecoverySpecification !== undefined) {
    await client.send(new UpdateContinuousBackupsCommand({
      TableName: table, PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: flag(recovery.PointInTimeRecoveryEnabled) },
    }));
  }
  const life = record(properties.TimeToLiveSpecification);
  if (properties.TimeToLiveSpecification !== undefined) {
    await client.send(new UpdateTimeToLiveCommand({
      TableName: table, TimeToLiveSpecification: { AttributeName: text(life.AttributeName), Enabled: flag(life.Enabled) },
    }));
  }
}

/** `SSEEnabled` is CloudFormation's word for the API's `Enabled`. */
function tableInput(properties: Values, name: string, context: ResourceContext): CreateTableInput {
  const sse = record(properties.SSESpecification);
  return asInput<CreateTableInput>(tableSchema, {
    ...without(properties, ...TABLE_EXTRAS),
    TableName: name,
    SSESpecification: properties.SSESpecification === undefined ? undefined : { ...without(sse, 'SSEEnabled'), Enabled: flag(sse.SSEEnabled) },
    StreamSpecification: properties.StreamSpecification === undefined ? undefined : { StreamEnabled: true, ...record(properties.StreamSpecification) },
    Tags: tagList(properties.Tags, context.tags),
  });
}

async function putParameter(name: string, properties: Values, context: ResourceContext, overwrite: boolean): Promise<void> {
  await context.client(SSMClient).send(new PutParameterCommand({
    Name: name,
    Value: text(properties.Value),
    Type: text(properties.Type) as ParameterType,
    Description: text(properties.Description),
    AllowedPattern: text(properties.AllowedPattern),
    Tier: text(properties.Tier) as ParameterTier | undefined,
    DataType: text(properties.DataType),
    Overwrite: overwrite,
  }));
}

export const storage: HandlerTable = {
  'AWS::DynamoDB::Table': {
    properties: effects({
      replace: 'TableName KeySchema AttributeDefinitions LocalSecondaryIndexes GlobalSecondaryIndexes',
      update: 'BillingMode ProvisionedThroughput DeletionProtectionEnabled PointInTimeRecoverySpecification TimeToLiveSpecification',
      inert: 'SSESpecification StreamSpecification Tags TableClass ContributorInsightsSpecification ResourcePolicy OnDemandThroughput WarmThroughput',
    }),
    async create(properties, context) {
      const name = text(properties.TableName) ?? context.generateName(255);
      const { TableDescription } = await context.client(DynamoDBClient).send(new CreateTableCommand(tableInput(properties, name, context)));
      await applyTableExtras(name, properties, context);
      return { physicalId: name, attributes: { Arn: TableDescription?.TableArn ?? '', StreamArn: TableDescription?.LatestStreamArn ?? '' } };
    },
    async update(properties, context, { physicalId }) {
      const { BillingMode, ProvisionedThroughput } = tableInput(properties, physicalId, context);
      await context.client(DynamoDBClient).send(new UpdateTableCommand({
        TableName: physicalId, BillingMode, ProvisionedThroughput, DeletionProtectionEnabled: flag(properties.DeletionProtectionEnabled),
      }));
      await applyTableExtras(physicalId, properties, context);
    },
    async delete({ physicalId }, context) {
      await ignoring(['ResourceNotFoundException'], context.client(DynamoDBClient).send(new DeleteTableCommand({ TableName: physicalId })));
    },
  },

  'AWS::SSM::Parameter': {
    properties: effects({ replace: 'Name', update: 'Value Type Description AllowedPattern Tier DataType', inert: 'Tags Policies' }),
    async create(properties, context) {
      const name = text(properties.Name) ?? context.generateName(500);
      await putParameter(name, properties, context, false);
      return { physicalId: name, attributes: { Type: text(properties.Type) ?? '', Value: text(properties.Value) ?? '' } };
    },
    async update(properties, context, { physicalId }) {
      await putParameter(physicalId, properties, context, true);
      return { physicalId, attributes: { Type: text(properties.Type) ?? '', Value: text(properties.Value) ?? '' } };
    },
    async delete({ physicalId }, context) {
      await ignoring(['ParameterNotFound'], context.client(SSMClient).send(new DeleteParameterCommand({ Name: physicalId })));
    },
  },

  'AWS::KinesisFirehose::DeliveryStream': {
    properties: effects({
      replace: 'DeliveryStreamName DeliveryStreamType S3DestinationConfiguration ExtendedS3DestinationConfiguration',
      inert: 'Tags DeliveryStreamEncryptionConfigurationInput DirectPutSourceConfiguration',
    }),
    async create(properties, context) {
      const name = text(properties.DeliveryStreamName) ?? context.generateName(64);
      const Tags = tagList(properties.Tags, context.tags);
      const { DeliveryStreamARN = '' } = await context.client(FirehoseClient).send(new CreateDeliveryStreamCommand(
        asInput<CreateDeliveryStreamInput>(streamSchema, {
          ...without(properties, 'DirectPutSourceConfiguration', 'Tags'), DeliveryStreamName: name, ...(Tags.length === 0 ? {} : { Tags }),
        })));
      return { physicalId: name, attributes: { Arn: DeliveryStreamARN } };
    },
    async delete({ physicalId }, context) {
      await ignoring(['ResourceNotFoundException'], context.client(FirehoseClient).send(new DeleteDeliveryStreamCommand({ DeliveryStreamName: physicalId })));
    },
  },
};
