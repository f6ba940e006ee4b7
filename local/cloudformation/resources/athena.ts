import {
  AthenaClient, CreateWorkGroupCommand, CreateWorkGroupInput$ as groupSchema, DeleteWorkGroupCommand, UpdateWorkGroupCommand, type CreateWorkGroupInput, type WorkGroupState,
} from '@aws-sdk/client-athena';
import { CreateDatabaseCommand, CreateDatabaseRequest$ as databaseSchema, DeleteDatabaseCommand, GlueClient, UpdateDatabaseCommand, type CreateDatabaseRequest } from '@aws-sdk/client-glue';
import { asInput, flag, ignoring, record, tagList, text, without } from './convert';
import { effects, type HandlerTable } from './handler';

export const athena: HandlerTable = {
  'AWS::Athena::WorkGroup': {
    properties: effects({ replace: 'Name', update: 'Description State WorkGroupConfiguration', inert: 'RecursiveDeleteOption Tags' }),
    async create(properties, context) {
      const name = text(properties.Name) ?? context.generateName(128);
      const { WorkGroupConfiguration: Configuration, Description } = properties;
      const input = asInput<CreateWorkGroupInput>(groupSchema, { Name: name, Description, Configuration });
      await context.client(AthenaClient).send(new CreateWorkGroupCommand({ ...input, Tags: tagList(properties.Tags, context.tags) }));
      if (text(properties.State) === 'DISABLED') {
        await context.client(AthenaClient).send(new UpdateWorkGroupCommand({ WorkGroup: name, State: 'DISABLED' }));
      }
      return { physicalId: name, attributes: { CreationTime: new Date().toISOString() } };
    },
    async update(properties, context, { physicalId }) {
      const { Configuration = {} } = asInput<CreateWorkGroupInput>(groupSchema, { Name: physicalId, Configuration: record(properties.WorkGroupConfiguration) });
      const { ResultConfiguration, ExecutionRole, EnforceWorkGroupConfiguration, PublishCloudWatchMetricsEnabled, BytesScannedCutoffPerQuery, RequesterPaysEnabled, EngineVersion } = Configuration;
      await context.client(AthenaClient).send(new UpdateWorkGroupCommand({
        WorkGroup: physicalId,
        Description: text(properties.Description),
        State: text(properties.State) as WorkGroupState | undefined,
        ConfigurationUpdates: {
          EnforceWorkGroupConfiguration, PublishCloudWatchMetricsEnabled, RequesterPaysEnabled, EngineVersion, ExecutionRole,
          ...(BytesScannedCutoffPerQuery === undefined ? { RemoveBytesScannedCutoffPerQuery: true } : { BytesScannedCutoffPerQuery }),
          ...(ResultConfiguration !== undefined && { ResultConfigurationUpdates: ResultConfiguration }),
        },
      }));
    },
    async delete({ physicalId, properties }, context) {
      const RecursiveDeleteOption = flag(properties.RecursiveDeleteOption);
      await ignoring(['InvalidRequestException'], context.client(AthenaClient).send(new DeleteWorkGroupCommand({ WorkGroup: physicalId, RecursiveDeleteOption })));
    },
  },

  'AWS::Glue::Database': {
    properties: effects({ replace: 'CatalogId DatabaseName', update: 'DatabaseInput' }),
    async create(properties, context) {
      const given = record(properties.DatabaseInput);
      const name = (text(given.Name) ?? context.generateName(200, 'lower')).toLowerCase();
      await context.client(GlueClient).send(new CreateDatabaseCommand(asInput<CreateDatabaseRequest>(databaseSchema, { DatabaseInput: { ...given, Name: name } })));
      return { physicalId: name };
    },
    async update(properties, context, { physicalId }) {
      const { DatabaseInput } = asInput<CreateDatabaseRequest>(databaseSchema, { DatabaseInput: { ...without(record(properties.DatabaseInput), 'Name'), Name: physicalId } });
      await context.client(GlueClient).send(new UpdateDatabaseCommand({ Name: physicalId, DatabaseInput }));
    },
    async delete({ physicalId }, context) {
      await ignoring(['EntityNotFoundException'], context.client(GlueClient).send(new DeleteDatabaseCommand({ Name: physicalId })));
    },
  },
};
