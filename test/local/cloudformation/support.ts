import type { DescribeChangeSetOutput, DescribeStacksOutput, DescribeStackEventsOutput } from '@aws-sdk/client-cloudformation';
import { createCloudFormationService } from '../../../local/cloudformation';
import type { HandlerTable } from '../../../local/cloudformation/resources/handler';
import type { Template, Values } from '../../../local/cloudformation/template';
import type { CallContext, LocalCloud, LocalService, Operation } from '../../../local/core/service';

/** Things that exist, as a service would keep them. */
export interface Shelf {
  readonly things: Map<string, Values>;
  readonly calls: string[];
}

/** A type `AWS::Toy::Thing` with a name that can't change, a value that can, and a value that fails. */
export function toyHandlers(shelf: Shelf): HandlerTable {
  let made = 0;
  const refuse = (properties: Values): void => {
    if (properties.Value === 'bad') {
      throw new Error('the toy service says no');
    }
  };
  return {
    'AWS::Toy::Thing': {
      properties: { Name: 'replace', Value: 'update', Needs: 'update', Note: 'inert' },
      async create(properties) {
        refuse(properties);
        made += 1;
        const physicalId = `thing-${made}`;
        shelf.calls.push(`create ${String(properties.Name)}`);
        shelf.things.set(physicalId, properties);
        return { physicalId, attributes: { Arn: `arn:${physicalId}` } };
      },
      async update(properties, _context, { physicalId }) {
        refuse(properties);
        shelf.calls.push(`update ${String(properties.Name)} to ${String(properties.Value)}`);
        shelf.things.set(physicalId, properties);
      },
      async delete({ physicalId, properties }) {
        shelf.calls.push(`delete ${String(properties.Name)}`);
        shelf.things.delete(physicalId);
      },
    },
  };
}

const cloud = {
  endpoint: 'http://127.0.0.1:1',
  region: 'eu-central-1',
  log: () => undefined,
  credentialsOf: () => ({ accessKeyId: 'k', secretAccessKey: 's' }),
} as unknown as LocalCloud;

export const context: CallContext = {
  caller: { accountId: '111111111111', principalArn: 'arn:aws:iam::111111111111:root', accessKeyId: 'AKIALOCL111111111111' },
  accountId: '111111111111',
  region: 'eu-central-1',
  requestId: 'r',
};

/** CloudFormation over toys. */
export class ToyCloudFormation {
  readonly shelf: Shelf = { things: new Map(), calls: [] };
  private readonly service: LocalService = createCloudFormationService(cloud, toyHandlers(this.shelf));

  async call<T>(operation: string, input: object): Promise<T> {
    return (this.service.operations[operation] as Operation)(input as never, context) as Promise<T>;
  }

  /** Creates and executes a change set, as the toolkit does. @returns the change set as it was described before */
  async deploy(stack: string, template: Partial<Template>, options: { readonly create?: boolean; readonly Tags?: object[] } = {}): Promise<DescribeChangeSetOutput> {
    const set = { StackName: stack, ChangeSetName: 'c' };
    const type = options.create === false ? 'UPDATE' : 'CREATE';
    await this.call('CreateChangeSet', { ...set, ChangeSetType: type, TemplateBody: JSON.stringify(template), Tags: options.Tags });
    const described = await this.call<DescribeChangeSetOutput>('DescribeChangeSet', set);
    if (described.Status === 'CREATE_COMPLETE') {
      await this.call('ExecuteChangeSet', set);
    }
    return described;
  }

  async status(stack: string): Promise<string | undefined> {
    const { Stacks } = await this.call<DescribeStacksOutput>('DescribeStacks', { StackName: stack });
    return Stacks?.[0]?.StackStatus;
  }

  async outputs(stack: string): Promise<Record<string, string | undefined>> {
    const { Stacks } = await this.call<DescribeStacksOutput>('DescribeStacks', { StackName: stack });
    return Object.fromEntries((Stacks?.[0]?.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey ?? '', OutputValue]));
  }

  async events(stack: string): Promise<string[]> {
    const { StackEvents = [] } = await this.call<DescribeStackEventsOutput>('DescribeStackEvents', { StackName: stack });
    return StackEvents.map(({ LogicalResourceId, ResourceStatus, ResourceStatusReason }) =>
      [LogicalResourceId, ResourceStatus, ...(ResourceStatusReason === undefined ? [] : [ResourceStatusReason])].join(' ')).reverse();
  }

  values(): Record<string, unknown> {
    return Object.fromEntries([...this.shelf.things.values()].map(({ Name, Value }) => [String(Name), Value]));
  }
}

export const thing = (Name: string, Value: unknown, more: object = {}): Template['Resources'][string] =>
  ({ Type: 'AWS::Toy::Thing', Properties: { Name, Value } as Values, ...more });
