import {
  AddPermissionCommand, AddPermissionRequest$ as permissionSchema, CreateAliasCommand, CreateAliasRequest$ as aliasSchema, CreateFunctionCommand,
  CreateFunctionRequest$ as functionSchema, CreateFunctionUrlConfigCommand, CreateFunctionUrlConfigRequest$ as urlSchema, DeleteAliasCommand, DeleteFunctionCommand,
  DeleteFunctionEventInvokeConfigCommand, DeleteFunctionUrlConfigCommand, DeleteLayerVersionCommand, LambdaClient, PublishLayerVersionCommand,
  PublishLayerVersionRequest$ as layerSchema, PublishVersionCommand, PutFunctionConcurrencyCommand, PutFunctionEventInvokeConfigCommand,
  PutFunctionEventInvokeConfigRequest$ as invokeConfigSchema, RemovePermissionCommand, UpdateAliasCommand, UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand, UpdateFunctionConfigurationRequest$ as configurationSchema, UpdateFunctionUrlConfigCommand,
  type AddPermissionRequest, type CreateAliasRequest, type CreateFunctionRequest, type CreateFunctionUrlConfigRequest, type PublishLayerVersionRequest,
  type PutFunctionEventInvokeConfigRequest, type UpdateFunctionConfigurationRequest,
} from '@aws-sdk/client-lambda';
import { zipSync, strToU8 } from 'fflate';
import type { Values } from '../template';
import { asInput, ignoring, record, tagMap, text, without } from './convert';
import { effects, type HandlerTable } from './handler';

const GONE = ['ResourceNotFoundException'];
/** Members of CreateFunction that UpdateFunctionConfiguration does not have. */
const CREATE_ONLY = ['Code', 'Tags', 'PackageType', 'Architectures', 'CodeSigningConfigArn', 'ReservedConcurrentExecutions', 'RuntimeManagementConfig', 'RecursiveLoop'];

/** Inline code is plain text in a template and a zip for the service. */
function codeOf(properties: Values): Record<string, unknown> {
  const code = record(properties.Code);
  const inline = text(code.ZipFile);
  const name = text(properties.Runtime)?.startsWith('python') === true ? 'index.py' : 'index.js';
  return inline === undefined ? code : { ZipFile: zipSync({ [name]: strToU8(inline) }) };
}

export const lambda: HandlerTable = {
  'AWS::Lambda::Function': {
    properties: effects({
      replace: 'FunctionName PackageType',
      update: `Code Role Runtime Handler Description Timeout MemorySize Environment Layers TracingConfig EphemeralStorage DeadLetterConfig LoggingConfig
        Architectures ReservedConcurrentExecutions`,
      inert: 'KmsKeyArn VpcConfig Tags RuntimeManagementConfig RecursiveLoop SnapStart CodeSigningConfigArn FileSystemConfigs',
    }),
    async create(properties, context) {
      const client = context.client(LambdaClient);
      const name = text(properties.FunctionName) ?? context.generateName(64);
      const kept = without(properties, 'ReservedConcurrentExecutions', 'RuntimeManagementConfig', 'RecursiveLoop', 'KmsKeyArn', 'SnapStart', 'FileSystemConfigs');
      const answer = await client.send(new CreateFunctionCommand(asInput<CreateFunctionRequest>(functionSchema, {
        ...kept, FunctionName: name, Code: codeOf(properties), Tags: tagMap(properties.Tags, context.tags),
      })));
      if (properties.ReservedConcurrentExecutions !== undefined) {
        await client.send(new PutFunctionConcurrencyCommand({
          FunctionName: name, ReservedConcurrentExecutions: Number(properties.ReservedConcurrentExecutions),
        }));
      }
      return { physicalId: name, attributes: { Arn: answer.FunctionArn ?? '' } };
    },
    async update(properties, context, { physicalId }) {
      const client = context.client(LambdaClient);
      await client.send(new UpdateFunctionCodeCommand({ FunctionName: physicalId, ...codeOf(properties) }));
      const configuration = without(properties, ...CREATE_ONLY, 'KmsKeyArn', 'SnapStart', 'FileSystemConfigs');
      await client.send(new UpdateFunctionConfigurationCommand(asInput<UpdateFunctionConfigurationRequest>(configurationSchema, {
        ...configuration, FunctionName: physicalId, Environment: properties.Environment ?? { Variables: {} }, Layers: properties.Layers ?? [],
      })));
      if (properties.ReservedConcurrentExecutions !== undefined) {
        await client.send(new PutFunctionConcurrencyCommand({
          FunctionName: physicalId, ReservedConcurrentExecutions: Number(properties.ReservedConcurrentExecutions),
        }));
      }
    },
    async delete({ physicalId }, context) {
      await ignoring(GONE, context.client(LambdaClient).send(new DeleteFunctionCommand({ FunctionName: physicalId })));
    },
  },

  'AWS::Lambda::Version': {
    properties: effects({ replace: 'FunctionName CodeSha256 Description', inert: 'ProvisionedConcurrencyConfig RuntimePolicy' }),
    async create(properties, context) {
      const { FunctionArn: arn = '', Version: version = '' } = await context.client(LambdaClient).send(new PublishVersionCommand({
        FunctionName: text(properties.FunctionName), CodeSha256: text(properties.CodeSha256), Description: text(properties.Description),
      }));
      const versionArn = arn.endsWith(`:${version}`) ? arn : `${arn}:${version}`;
      return { physicalId: versionArn, attributes: { Version: version, FunctionArn: versionArn } };
    },
    async delete({ physicalId, attributes }, context) {
      await ignoring(GONE, context.client(LambdaClient).send(new DeleteFunctionCommand({
        FunctionName: physicalId.replace(/:[^:]+$/, ''), Qualifier: text(attributes.Version),
      })));
    },
  },

  'AWS::Lambda::Alias': {
    properties: effects({ replace: 'FunctionName Name', update: 'FunctionVersion Description', inert: 'ProvisionedConcurrencyConfig RoutingConfig' }),
    async create(properties, context) {
      const answer = await context.client(LambdaClient).send(new CreateAliasCommand(
        asInput<CreateAliasRequest>(aliasSchema, without(properties, 'ProvisionedConcurrencyConfig', 'RoutingConfig'))));
      return { physicalId: answer.AliasArn ?? '', attributes: { AliasArn: answer.AliasArn ?? '' } };
    },
    async update(properties, context) {
      await context.client(LambdaClient).send(new UpdateAliasCommand({
        FunctionName: text(properties.FunctionName), Name: text(properties.Name), FunctionVersion: text(properties.FunctionVersion), Description: text(properties.Description),
      }));
    },
    async delete({ properties }, context) {
      await ignoring(GONE, context.client(LambdaClient).send(new DeleteAliasCommand({ FunctionName: text(properties.FunctionName), Name: text(properties.Name) })));
    },
  },

  'AWS::Lambda::Permission': {
    properties: effects({
      replace: 'FunctionName Action Principal SourceArn SourceAccount EventSourceToken FunctionUrlAuthType InvokedViaFunctionUrl PrincipalOrgID',
    }),
    async create(properties, context) {
      const statementId = context.generateName(100);
      await context.client(LambdaClient).send(new AddPermissionCommand(asInput<AddPermissionRequest>(permissionSchema, { ...properties, StatementId: statementId })));
      return { physicalId: statementId, attributes: { Id: statementId } };
    },
    async delete({ physicalId, properties }, context) {
      await ignoring(GONE, context.client(LambdaClient).send(new RemovePermissionCommand({ FunctionName: text(properties.FunctionName), StatementId: physicalId })));
    },
  },

  'AWS::Lambda::LayerVersion': {
    properties: effects({ replace: 'Content LayerName Description CompatibleRuntimes CompatibleArchitectures LicenseInfo' }),
    async create(properties, context) {
      const answer = await context.client(LambdaClient).send(new PublishLayerVersionCommand(asInput<PublishLayerVersionRequest>(layerSchema, {
        ...properties, LayerName: text(properties.LayerName) ?? context.generateName(64),
      })));
      return { physicalId: answer.LayerVersionArn ?? '', attributes: { LayerVersionArn: answer.LayerVersionArn ?? '' } };
    },
    async delete({ physicalId }, context) {
      const [, name = '', version = ''] = /:layer:([^:]+):(\d+)$/.exec(physicalId) ?? [];
      await ignoring(GONE, context.client(LambdaClient).send(new DeleteLayerVersionCommand({ LayerName: name, VersionNumber: Number(version) })));
    },
  },

  'AWS::Lambda::Url': {
    properties: effects({ replace: 'TargetFunctionArn Qualifier', update: 'AuthType Cors InvokeMode' }),
    async create(properties, context) {
      const answer = await context.client(LambdaClient).send(new CreateFunctionUrlConfigCommand(asInput<CreateFunctionUrlConfigRequest>(urlSchema, {
        ...without(properties, 'TargetFunctionArn'), FunctionName: properties.TargetFunctionArn,
      })));
      return { physicalId: answer.FunctionArn ?? '', attributes: { FunctionArn: answer.FunctionArn ?? '', FunctionUrl: answer.FunctionUrl ?? '' } };
    },
    async update(properties, context) {
      const input = { ...without(properties, 'TargetFunctionArn'), FunctionName: properties.TargetFunctionArn };
      await context.client(LambdaClient).send(new UpdateFunctionUrlConfigCommand(asInput<CreateFunctionUrlConfigRequest>(urlSchema, input)));
    },
    async delete({ properties }, context) {
      await ignoring(GONE, context.client(LambdaClient).send(new DeleteFunctionUrlConfigCommand({
        FunctionName: text(properties.TargetFunctionArn), Qualifier: text(properties.Qualifier),
      })));
    },
  },

  'AWS::Lambda::EventInvokeConfig': {
    properties: effects({ replace: 'FunctionName Qualifier', update: 'MaximumRetryAttempts MaximumEventAgeInSeconds DestinationConfig' }),
    async create(properties, context) {
      await context.client(LambdaClient).send(new PutFunctionEventInvokeConfigCommand(asInput<PutFunctionEventInvokeConfigRequest>(invokeConfigSchema, qualified(properties))));
      return { physicalId: `${text(properties.FunctionName)}|${text(properties.Qualifier)}` };
    },
    async update(properties, context) {
      await context.client(LambdaClient).send(new PutFunctionEventInvokeConfigCommand(asInput<PutFunctionEventInvokeConfigRequest>(invokeConfigSchema, qualified(properties))));
    },
    async delete({ properties }, context) {
      const { FunctionName, Qualifier } = qualified(properties);
      await ignoring(GONE, context.client(LambdaClient).send(new DeleteFunctionEventInvokeConfigCommand({
        FunctionName: text(FunctionName), Qualifier: text(Qualifier),
      })));
    },
  },
};

/** `$LATEST` is how a template says "no qualifier". */
const qualified = (properties: Values): Values => (properties.Qualifier === '$LATEST' ? without(properties, 'Qualifier') : properties);
