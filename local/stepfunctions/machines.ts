import { createHash, randomUUID } from 'node:crypto';
import type {
  CreateStateMachineInput, CreateStateMachineOutput, DeleteStateMachineInput, DescribeStateMachineForExecutionInput, DescribeStateMachineForExecutionOutput,
  DescribeStateMachineInput, DescribeStateMachineOutput, ListStateMachinesInput, ListStateMachinesOutput, ListStateMachineVersionsInput,
  ListStateMachineVersionsOutput, ListTagsForResourceInput, ListTagsForResourceOutput, PublishStateMachineVersionInput, PublishStateMachineVersionOutput,
  DeleteStateMachineVersionInput, TagResourceInput, UntagResourceInput, UpdateStateMachineInput, UpdateStateMachineOutput,
} from '@aws-sdk/client-sfn';
import { actingService } from '../core/keys';
import { ServiceError, type CallContext, type LocalCloud } from '../core/service';
import { machineRoleNeeds } from '../iam/implied';
import { checkName, machineArn, parseMachineArn } from './arns';
import { parseDefinition } from './definition/validate';
import { page, type Machine, type Revision, type Store, type Tag, type Version } from './store';

const DEFINITION_LIMIT = 1_048_576;
const LIST_LIMIT = 1000;

async function revisionOf(text: string, roleArn: string, rest: Omit<Revision, 'revisionId' | 'text' | 'definition' | 'roleArn'>): Promise<Revision> {
  if (Buffer.byteLength(text) > DEFINITION_LIMIT) {
    throw new ServiceError('InvalidDefinition', `Invalid State Machine Definition: 'the definition is larger than ${DEFINITION_LIMIT} bytes'`);
  }
  return { revisionId: randomUUID(), text, definition: await parseDefinition(text), roleArn, ...rest };
}

const tagsOf = (tags: readonly Tag[] | undefined): Map<string, string> => new Map((tags ?? []).map(({ key = '', value = '' }) => [key, value]));

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/** Operations on state machines. */
export class Machines {
  constructor(private readonly store: Store, private readonly cloud: LocalCloud) {}

  /** @throws ServiceError when Step Functions can't assume the role, or the role may not set up what the machine needs */
  private async checkRole(revision: Revision, arn: string): Promise<void> {
    const { accountId, region, name } = parseMachineArn(arn);
    const credentials = this.cloud.credentialsOf(revision.roleArn, name.slice(0, 64), actingService('states', accountId, arn));
    const { level = 'OFF' } = (revision.loggingConfiguration ?? {}) as { readonly level?: string };
    const { enabled = false } = (revision.tracingConfiguration ?? {}) as { readonly enabled?: boolean };
    try {
      await this.cloud.require(credentials, machineRoleNeeds({ definition: revision.text, logs: level !== 'OFF', traces: enabled, accountId, region }));
    } catch (error) {
      throw error instanceof ServiceError && error.status === 403 ? new ServiceError('AccessDeniedException', error.message) : error;
    }
  }

  readonly create = async (input: CreateStateMachineInput, { accountId, region }: CallContext): Promise<CreateStateMachineOutput> => {
    const { name = '', definition = '', roleArn = '', type = 'STANDARD' } = input;
    checkName(name);
    if (type !== 'STANDARD') {
      throw new ServiceError('StateMachineTypeNotSupported', `type ${type}: the local AWS runs STANDARD state machines only`);
    }
    if (input.publish !== true && input.versionDescription !== undefined) {
      throw new ServiceError('ValidationException', 'Version description can only be set when publish is true');
    }
    const revision = await revisionOf(definition, roleArn, configurationOf(input));
    const arn = machineArn(region, accountId, name);
    const existing = this.store.machines.get(arn);
    if (existing !== undefined) {
      const unchanged = existing.revision.text === definition && existing.revision.roleArn === roleArn
        && same(existing.revision.loggingConfiguration, input.loggingConfiguration) && same(existing.revision.tracingConfiguration, input.tracingConfiguration);
      if (!unchanged) {
        throw new ServiceError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);
      }
      return { stateMachineArn: arn, creationDate: existing.creationDate };
    }
    await this.checkRole(revision, arn);
    const creationDate = new Date();
    const machine: Machine = {
      arn, name, accountId, region, creationDate, updateDate: creationDate, revision, versions: new Map(), lastVersion: 0, tags: tagsOf(input.tags),
    };
    this.store.machines.set(arn, machine);
    const version = input.publish === true ? publish(machine, input.versionDescription) : undefined;
    return { stateMachineArn: arn, creationDate, ...(version === undefined ? {} : { stateMachineVersionArn: version.arn }) };
  };

  readonly update = async (input: UpdateStateMachineInput): Promise<UpdateStateMachineOutput> => {
    const machine = this.store.machine(input.stateMachineArn ?? '');
    const before = machine.revision;
    const revision = await revisionOf(input.definition ?? before.text, input.roleArn ?? before.roleArn, {
      loggingConfiguration: input.loggingConfiguration ?? before.loggingConfiguration,
      tracingConfiguration: input.tracingConfiguration ?? before.tracingConfiguration,
      encryptionConfiguration: input.encryptionConfiguration ?? before.encryptionConfiguration,
    });
    await this.checkRole(revision, machine.arn);
    machine.revision = revision;
    machine.updateDate = new Date();
    const version = input.publish === true ? publish(machine, input.versionDescription) : undefined;
    return { updateDate: machine.updateDate, revisionId: machine.revision.revisionId, ...(version === undefined ? {} : { stateMachineVersionArn: version.arn }) };
  };

  /** Deleting what is not there succeeds, as on AWS. Executions that run go on. */
  readonly delete = async ({ stateMachineArn = '' }: DeleteStateMachineInput): Promise<object> => {
    const { region, accountId, name } = parseMachineArn(stateMachineArn);
    this.store.machines.delete(machineArn(region, accountId, name));
    return {};
  };

  readonly describe = async ({ stateMachineArn = '' }: DescribeStateMachineInput): Promise<DescribeStateMachineOutput> => {
    const { machine, revision, versionArn } = this.store.revision(stateMachineArn);
    return {
      stateMachineArn: versionArn ?? machine.arn,
      name: machine.name,
      status: 'ACTIVE',
      type: 'STANDARD',
      creationDate: machine.creationDate,
      definition: revision.text,
      roleArn: revision.roleArn,
      revisionId: revision.revisionId,
      ...configurationAnswer(revision),
    };
  };

  readonly describeForExecution = async ({ executionArn = '' }: DescribeStateMachineForExecutionInput): Promise<DescribeStateMachineForExecutionOutput> => {
    const { machine, revision } = this.store.execution(executionArn);
    return {
      stateMachineArn: machine.arn,
      name: machine.name,
      definition: revision.text,
      roleArn: revision.roleArn,
      revisionId: revision.revisionId,
      updateDate: machine.updateDate,
      ...configurationAnswer(revision),
    };
  };

  readonly list = async ({ maxResults, nextToken }: ListStateMachinesInput, { accountId, region }: CallContext): Promise<ListStateMachinesOutput> => {
    const own = [...this.store.machines.values()].filter((machine) => machine.accountId === accountId && machine.region === region);
    const { items, nextToken: next } = page(own, maxResults, nextToken, LIST_LIMIT);
    return {
      stateMachines: items.map(({ arn, name, creationDate }) => ({ stateMachineArn: arn, name, type: 'STANDARD' as const, creationDate })),
      nextToken: next,
    };
  };

  readonly publish = async ({ stateMachineArn = '', revisionId, description }: PublishStateMachineVersionInput): Promise<PublishStateMachineVersionOutput> => {
    const machine = this.store.machine(stateMachineArn);
    if (revisionId !== undefined && revisionId !== machine.revision.revisionId) {
      throw new ServiceError('ConflictException', `revision ${revisionId} is not the current one, ${machine.revision.revisionId}`);
    }
    const version = publish(machine, description);
    return { stateMachineVersionArn: version.arn, creationDate: version.creationDate };
  };

  readonly listVersions = async ({ stateMachineArn = '', maxResults, nextToken }: ListStateMachineVersionsInput): Promise<ListStateMachineVersionsOutput> => {
    const versions = [...this.store.machine(stateMachineArn).versions.values()].toReversed();
    const { items, nextToken: next } = page(versions, maxResults, nextToken, LIST_LIMIT);
    return { stateMachineVersions: items.map(({ arn, creationDate }) => ({ stateMachineVersionArn: arn, creationDate })), nextToken: next };
  };

  readonly deleteVersion = async ({ stateMachineVersionArn = '' }: DeleteStateMachineVersionInput): Promise<object> => {
    const { region, accountId, name, version } = parseMachineArn(stateMachineVersionArn);
    this.store.machines.get(machineArn(region, accountId, name))?.versions.delete(version ?? '');
    return {};
  };

  readonly tag = async ({ resourceArn = '', tags }: TagResourceInput): Promise<object> => {
    const machine = this.tagged(resourceArn);
    tagsOf(tags).forEach((value, key) => machine.tags.set(key, value));
    return {};
  };

  readonly untag = async ({ resourceArn = '', tagKeys }: UntagResourceInput): Promise<object> => {
    const machine = this.tagged(resourceArn);
    (tagKeys ?? []).forEach((key) => machine.tags.delete(key));
    return {};
  };

  readonly listTags = async ({ resourceArn = '' }: ListTagsForResourceInput): Promise<ListTagsForResourceOutput> => ({
    tags: [...this.tagged(resourceArn).tags].map(([key, value]) => ({ key, value })),
  });

  private tagged(arn: string): Machine {
    try {
      return this.store.machine(arn);
    } catch (error) {
      throw error instanceof ServiceError && error.code === 'StateMachineDoesNotExist' ? new ServiceError('ResourceNotFound', `Resource not found: '${arn}'`) : error;
    }
  }
}

type Configuration = Pick<Revision, 'loggingConfiguration' | 'tracingConfiguration' | 'encryptionConfiguration'>;

const configurationOf = ({ loggingConfiguration, tracingConfiguration, encryptionConfiguration }: CreateStateMachineInput): Configuration => ({
  loggingConfiguration, tracingConfiguration, encryptionConfiguration,
});

/** Defaults are shown as AWS shows them. */
const configurationAnswer = ({ loggingConfiguration, tracingConfiguration, encryptionConfiguration }: Revision): Partial<DescribeStateMachineOutput> => ({
  loggingConfiguration: (loggingConfiguration ?? { level: 'OFF', includeExecutionData: false }) as DescribeStateMachineOutput['loggingConfiguration'],
  tracingConfiguration: (tracingConfiguration ?? { enabled: false }) as DescribeStateMachineOutput['tracingConfiguration'],
  encryptionConfiguration: (encryptionConfiguration ?? { type: 'AWS_OWNED_KEY' }) as DescribeStateMachineOutput['encryptionConfiguration'],
});

const digest = (revision: Revision): string => createHash('sha256').update(JSON.stringify([revision.text, revision.roleArn])).digest('hex');

/** Publishing an unchanged revision again answers the version that exists. */
function publish(machine: Machine, description: string | undefined): Version {
  const newest = [...machine.versions.values()].at(-1);
  if (newest !== undefined && digest(newest.revision) === digest(machine.revision)) {
    return newest;
  }
  machine.lastVersion += 1;
  const number = String(machine.lastVersion);
  const version: Version = { arn: `${machine.arn}:${number}`, revision: machine.revision, description, creationDate: new Date() };
  machine.versions.set(number, version);
  return version;
}
