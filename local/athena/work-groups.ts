import type * as sdk from '@aws-sdk/client-athena';
import { type CallContext, ServiceError } from '../core/service';

export interface WorkGroup {
  readonly name: string;
  state: sdk.WorkGroupState;
  description?: string;
  configuration: sdk.WorkGroupConfiguration;
  readonly created: Date;
}

const ENGINE = 'Athena engine version 3';

/** Workgroups of every account; each has `primary` from the beginning. */
export class WorkGroups {
  private readonly groups = new Map<string, WorkGroup>();

  constructor(private readonly region: string) {}

  arnOf(account: string, name: string): string {
    return `arn:aws:athena:${this.region}:${account}:workgroup/${name}`;
  }

  find(account: string, name = ''): WorkGroup {
    const arn = this.arnOf(account, name);
    if (name === 'primary' && !this.groups.has(arn)) {
      this.groups.set(arn, { name, state: 'ENABLED', configuration: { EnforceWorkGroupConfiguration: false }, created: new Date() });
    }
    const group = this.groups.get(arn);
    if (group === undefined) {
      throw new ServiceError('InvalidRequestException', `WorkGroup ${name} is not found.`);
    }
    return group;
  }

  enabled(account: string, name: string): WorkGroup {
    const group = this.find(account, name);
    if (group.state !== 'ENABLED') {
      throw new ServiceError('InvalidRequestException', `WorkGroup ${name} is disabled.`);
    }
    return group;
  }

  /** Where results go: what the caller says counts only where the group does not enforce its own. */
  resultConfiguration({ configuration }: WorkGroup, asked: sdk.ResultConfiguration = {}): sdk.ResultConfiguration {
    const own = configuration.ResultConfiguration ?? {};
    return configuration.EnforceWorkGroupConfiguration === false ? { ...own, ...asked } : own;
  }

  engineOf({ configuration }: WorkGroup): sdk.EngineVersion {
    return { SelectedEngineVersion: configuration.EngineVersion?.SelectedEngineVersion ?? 'AUTO', EffectiveEngineVersion: ENGINE };
  }

  readonly operations = {
    CreateWorkGroup: async (input: sdk.CreateWorkGroupInput, { accountId }: CallContext): Promise<object> => {
      const { Name: name = '', Description: description, Configuration: configuration = {} } = input;
      const arn = this.arnOf(accountId, name);
      if (this.groups.has(arn) || name === 'primary') {
        throw new ServiceError('InvalidRequestException', 'WorkGroup is already created');
      }
      this.groups.set(arn, { name, state: 'ENABLED', description, configuration: withDefaults(configuration), created: new Date() });
      return {};
    },
    GetWorkGroup: async (input: sdk.GetWorkGroupInput, { accountId }: CallContext): Promise<sdk.GetWorkGroupOutput> => {
      const group = this.find(accountId, input.WorkGroup);
      return {
        WorkGroup: {
          Name: group.name, State: group.state, Description: group.description, CreationTime: group.created, Configuration: { ...group.configuration, EngineVersion: this.engineOf(group) },
        },
      };
    },
    UpdateWorkGroup: async (input: sdk.UpdateWorkGroupInput, { accountId }: CallContext): Promise<object> => {
      const group = this.find(accountId, input.WorkGroup);
      const { ConfigurationUpdates: updates, Description: description, State: state } = input;
      Object.assign(group, { ...(description !== undefined && { description }), ...(state !== undefined && { state }) });
      if (updates !== undefined) {
        const { ResultConfigurationUpdates: results, RemoveBytesScannedCutoffPerQuery: unlimited, ...others } = updates;
        group.configuration = {
          ...group.configuration,
          ...others,
          ...(unlimited === true && { BytesScannedCutoffPerQuery: undefined }),
          ...(results !== undefined && {
            ResultConfiguration: {
              ...group.configuration.ResultConfiguration,
              ...(results.OutputLocation !== undefined && { OutputLocation: results.OutputLocation }),
              ...(results.EncryptionConfiguration !== undefined && { EncryptionConfiguration: results.EncryptionConfiguration }),
              ...(results.ExpectedBucketOwner !== undefined && { ExpectedBucketOwner: results.ExpectedBucketOwner }),
            },
          }),
        };
      }
      return {};
    },
    DeleteWorkGroup: async (input: sdk.DeleteWorkGroupInput, { accountId }: CallContext): Promise<object> => {
      this.groups.delete(this.arnOf(accountId, this.find(accountId, input.WorkGroup).name));
      return {};
    },
    ListWorkGroups: async (_input: sdk.ListWorkGroupsInput, { accountId }: CallContext): Promise<sdk.ListWorkGroupsOutput> => {
      this.find(accountId, 'primary');
      const own = [...this.groups].filter(([arn]) => arn.split(':')[4] === accountId).map(([, { name, state, description, created }]) => ({ Name: name, State: state, Description: description, CreationTime: created }));
      return { WorkGroups: own };
    },
  };
}

const withDefaults = (configuration: sdk.WorkGroupConfiguration): sdk.WorkGroupConfiguration => ({ EnforceWorkGroupConfiguration: true, PublishCloudWatchMetricsEnabled: true, ...configuration });
