import {
  CreateModelPackageGroupCommand, CreatePipelineCommand, DeleteModelPackageGroupCommand, DeleteModelPackageGroupPolicyCommand, DeletePipelineCommand,
  PutModelPackageGroupPolicyCommand, SageMakerClient, UpdatePipelineCommand,
} from '@aws-sdk/client-sagemaker';
import type { Values } from '../template';
import { ignoring, json, record, tagList, text } from './convert';
import { effects, type HandlerTable } from './handler';

const GONE = ['ResourceNotFound', 'ValidationException'];

function pipelineOf(properties: Values) {
  const definition = record(properties.PipelineDefinition);
  const location = record(definition.PipelineDefinitionS3Location);
  const parallelism = record(properties.ParallelismConfiguration).MaxParallelExecutionSteps;
  return {
    PipelineDefinition: definition.PipelineDefinitionBody === undefined ? undefined : json(definition.PipelineDefinitionBody),
    PipelineDefinitionS3Location: definition.PipelineDefinitionS3Location === undefined
      ? undefined
      : { Bucket: text(location.Bucket), ObjectKey: text(location.Key), VersionId: text(location.Version) },
    PipelineDescription: text(properties.PipelineDescription),
    PipelineDisplayName: text(properties.PipelineDisplayName),
    RoleArn: text(properties.RoleArn),
    ParallelismConfiguration: parallelism === undefined ? undefined : { MaxParallelExecutionSteps: Number(parallelism) },
  };
}

export const sagemaker: HandlerTable = {
  'AWS::SageMaker::Pipeline': {
    properties: effects({
      replace: 'PipelineName',
      update: 'PipelineDefinition PipelineDescription PipelineDisplayName RoleArn ParallelismConfiguration',
      inert: 'Tags',
    }),
    async create(properties, context) {
      const name = text(properties.PipelineName) ?? context.generateName(256);
      await context.client(SageMakerClient).send(new CreatePipelineCommand({
        PipelineName: name, ClientRequestToken: context.generateName(64), Tags: tagList(properties.Tags, context.tags), ...pipelineOf(properties),
      }));
      return { physicalId: name };
    },
    async update(properties, context, { physicalId }) {
      await context.client(SageMakerClient).send(new UpdatePipelineCommand({ PipelineName: physicalId, ...pipelineOf(properties) }));
    },
    async delete({ physicalId }, context) {
      await ignoring(GONE, context.client(SageMakerClient).send(new DeletePipelineCommand({
        PipelineName: physicalId, ClientRequestToken: context.generateName(64),
      })));
    },
  },

  'AWS::SageMaker::ModelPackageGroup': {
    properties: effects({ replace: 'ModelPackageGroupName ModelPackageGroupDescription', update: 'ModelPackageGroupPolicy', inert: 'Tags' }),
    async create(properties, context) {
      const client = context.client(SageMakerClient);
      const name = text(properties.ModelPackageGroupName) ?? '';
      const { ModelPackageGroupArn = '' } = await client.send(new CreateModelPackageGroupCommand({
        ModelPackageGroupName: name, ModelPackageGroupDescription: text(properties.ModelPackageGroupDescription), Tags: tagList(properties.Tags, context.tags),
      }));
      if (properties.ModelPackageGroupPolicy !== undefined) {
        await client.send(new PutModelPackageGroupPolicyCommand({ ModelPackageGroupName: name, ResourcePolicy: json(properties.ModelPackageGroupPolicy) }));
      }
      return {
        physicalId: ModelPackageGroupArn,
        attributes: { ModelPackageGroupArn, ModelPackageGroupName: name, ModelPackageGroupStatus: 'Completed', CreationTime: new Date().toISOString() },
      };
    },
    async update(properties, context, { attributes }) {
      const name = text(attributes.ModelPackageGroupName);
      const client = context.client(SageMakerClient);
      await (properties.ModelPackageGroupPolicy === undefined
        ? ignoring(GONE, client.send(new DeleteModelPackageGroupPolicyCommand({ ModelPackageGroupName: name })))
        : client.send(new PutModelPackageGroupPolicyCommand({ ModelPackageGroupName: name, ResourcePolicy: json(properties.ModelPackageGroupPolicy) })));
    },
    async delete({ attributes }, context) {
      await ignoring(['ResourceNotFound'], context.client(SageMakerClient).send(
        new DeleteModelPackageGroupCommand({ ModelPackageGroupName: text(attributes.ModelPackageGroupName) })));
    },
  },
};
