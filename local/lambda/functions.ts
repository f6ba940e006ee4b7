import { randomUUID } from 'node:crypto';
import type {
  CreateFunctionRequest, DeleteFunctionRequest, FunctionConfiguration, GetFunctionConfigurationRequest, GetFunctionRequest, GetFunctionResponse,
  ListFunctionsRequest, ListFunctionsResponse, ListVersionsByFunctionRequest, ListVersionsByFunctionResponse, PublishVersionRequest,
  UpdateFunctionCodeRequest, UpdateFunctionConfigurationRequest,
} from '@aws-sdk/client-lambda';
import { actingService } from '../core/keys';
import { ServiceError, type CallContext, type LocalCloud } from '../core/service';
import { functionRoleNeeds } from '../iam/implied';
import { interfaceNeeds } from '../iam/networks';
import { functionArn, parseFunctionName } from './arns';
import type { CodePackage, CodeStore } from './code';
import { LATEST, type LocalFunction, type Revision, type Store } from './store';

const DEFAULT_MEMORY_MIB = 128;
const DEFAULT_TIMEOUT_SECONDS = 3;
const DEFAULT_STORAGE_MIB = 512;
const RESERVED = /^(AWS_(REGION|DEFAULT_REGION|ACCESS_KEY.*|SECRET_ACCESS_KEY|SESSION_TOKEN|EXECUTION_ENV|LAMBDA_.*)|_HANDLER|_X_AMZN_TRACE_ID|LAMBDA_(TASK_ROOT|RUNTIME_DIR))$/;
const ENVIRONMENT_LIMIT = 4096;

const within = (name: string, value: number, least: number, most: number): void => {
  if (value < least || value > most) {
    throw new ServiceError('ValidationException', `${name} is ${value} but must be from ${least} to ${most}`);
  }
};

function checkConfiguration({ Runtime, Handler, PackageType, MemorySize, Timeout, Environment }: FunctionConfiguration): void {
  if (PackageType === 'Image' || Runtime === undefined || !Runtime.startsWith('nodejs')) {
    throw new ServiceError('InvalidParameterValueException', `runtime ${PackageType === 'Image' ? 'container image' : String(Runtime)} is not supported by the local AWS; it runs nodejs runtimes only`);
  }
  if (Handler === undefined || !/^[^\s]+\.[^\s.]+$/.test(Handler)) {
    throw new ServiceError('InvalidParameterValueException', `handler ${JSON.stringify(Handler)} must be <file>.<export>`);
  }
  within('MemorySize', MemorySize ?? DEFAULT_MEMORY_MIB, 128, 10_240);
  within('Timeout', Timeout ?? DEFAULT_TIMEOUT_SECONDS, 1, 900);
  const variables = Environment?.Variables ?? {};
  const reserved = Object.keys(variables).filter((name) => RESERVED.test(name));
  if (reserved.length > 0) {
    throw new ServiceError('InvalidParameterValueException', `Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(', ')}`);
  }
  const bytes = Buffer.byteLength(JSON.stringify(variables));
  if (bytes > ENVIRONMENT_LIMIT) {
    throw new ServiceError('InvalidParameterValueException', `Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit (${bytes} bytes)`);
  }
}

/** Members that belong to a configuration and are shown as they were given. */
const GIVEN = ['Role', 'Handler', 'Runtime', 'Description', 'Timeout', 'MemorySize', 'KMSKeyArn', 'EphemeralStorage', 'TracingConfig', 'DeadLetterConfig', 'LoggingConfig', 'VpcConfig', 'Environment', 'FileSystemConfigs'] as const;

const givenIn = (input: object): Partial<FunctionConfiguration> =>
  Object.fromEntries(Object.entries(input).filter(([name, value]) => (GIVEN as readonly string[]).includes(name) && value !== undefined));

const codeMembers = ({ sha256, size }: CodePackage): Partial<FunctionConfiguration> => ({ CodeSha256: sha256, CodeSize: size });
const stamp = (): Partial<FunctionConfiguration> => ({ LastModified: new Date().toISOString().replace('Z', '+0000'), RevisionId: randomUUID() });

/** Operations on functions and their versions. */
export class Functions {
  constructor(
    private readonly store: Store,
    private readonly code: CodeStore,
    private readonly cloud: LocalCloud,
    /** Called with the ARN of what no longer runs. */
    private readonly retire: (arn: string) => void,
  ) {}

  readonly create = async (input: CreateFunctionRequest, { accountId, caller }: CallContext): Promise<FunctionConfiguration> => {
    const { name } = parseFunctionName(input.FunctionName ?? '', accountId);
    const { region } = this.cloud;
    const arn = functionArn(region, accountId, name);
    if (this.store.functions.has(arn)) {
      throw new ServiceError('ResourceConflictException', `Function already exist: ${name}`, 409);
    }
    const configuration: FunctionConfiguration = {
      FunctionName: name,
      FunctionArn: arn,
      Description: '',
      Timeout: DEFAULT_TIMEOUT_SECONDS,
      MemorySize: DEFAULT_MEMORY_MIB,
      Version: LATEST,
      PackageType: input.PackageType ?? 'Zip',
      Architectures: input.Architectures ?? ['x86_64'],
      EphemeralStorage: { Size: DEFAULT_STORAGE_MIB },
      TracingConfig: { Mode: 'PassThrough' },
      LoggingConfig: { LogFormat: 'Text', LogGroup: `/aws/lambda/${name}` },
      SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
      State: 'Active',
      LastUpdateStatus: 'Successful',
      ...givenIn(input),
      ...stamp(),
    };
    checkConfiguration(configuration);
    await this.checkRole(configuration, { accountId, arn, name });
    const layers = this.layersOf(input.Layers);
    const code = await this.code.load(input.Code ?? {}, caller);
    const latest: Revision = { configuration: { ...configuration, ...codeMembers(code), ...layers.members }, code, layers: layers.packages };
    const fn: LocalFunction = {
      accountId, region, name, arn, latest, lastVersion: 0,
      versions: new Map(), aliases: new Map(), tags: new Map(Object.entries(input.Tags ?? {})), policies: new Map(), urls: new Map(), eventInvoke: new Map(),
    };
    this.store.functions.set(arn, fn);
    return input.Publish === true ? this.publishOf(fn, undefined) : latest.configuration;
  };

  /** @throws ServiceError when Lambda can't assume the role, or the role may not do what the configuration has it do */
  private async checkRole(configuration: FunctionConfiguration, { accountId, arn, name }: Pick<LocalFunction, 'accountId' | 'arn' | 'name'>): Promise<void> {
    const credentials = this.cloud.credentialsOf(configuration.Role ?? '', name, actingService('lambda', accountId, arn));
    try {
      await this.cloud.require(credentials, [...functionRoleNeeds(configuration), ...interfaceNeeds('lambda', configuration.VpcConfig, { accountId, region: this.cloud.region })]);
    } catch (error) {
      throw error instanceof ServiceError && error.status === 403
        ? new ServiceError('InvalidParameterValueException', `The role defined for the function cannot be assumed by Lambda, or lacks a permission: ${error.message}`)
        : error;
    }
  }

  readonly get = async ({ FunctionName = '', Qualifier }: GetFunctionRequest, { accountId }: CallContext): Promise<GetFunctionResponse> => {
    const { fn, revision, invokedArn } = this.store.target(FunctionName, accountId, Qualifier);
    return {
      Configuration: { ...revision.configuration, FunctionArn: invokedArn },
      Code: { RepositoryType: 'S3', Location: `file://${revision.code.folder}` },
      Tags: Object.fromEntries(fn.tags),
      ...(fn.reservedConcurrency === undefined ? {} : { Concurrency: { ReservedConcurrentExecutions: fn.reservedConcurrency } }),
    };
  };

  readonly getConfiguration = async ({ FunctionName = '', Qualifier }: GetFunctionConfigurationRequest, { accountId }: CallContext): Promise<FunctionConfiguration> => {
    const { revision, invokedArn } = this.store.target(FunctionName, accountId, Qualifier);
    return { ...revision.configuration, FunctionArn: invokedArn };
  };

  readonly list = async (_input: ListFunctionsRequest, { accountId }: CallContext): Promise<ListFunctionsResponse> => ({
    Functions: [...this.store.functions.values()].filter((fn) => fn.accountId === accountId).map((fn) => fn.latest.configuration),
  });

  readonly updateCode = async (input: UpdateFunctionCodeRequest, { accountId, caller }: CallContext): Promise<FunctionConfiguration> => {
    const fn = this.store.find(input.FunctionName ?? '', accountId);
    const code = await this.code.load(input, caller);
    const architectures = input.Architectures === undefined ? {} : { Architectures: input.Architectures };
    this.change(fn, { ...fn.latest, code, configuration: { ...fn.latest.configuration, ...codeMembers(code), ...architectures } });
    return input.Publish === true ? this.publishOf(fn, undefined) : fn.latest.configuration;
  };

  readonly updateConfiguration = async (input: UpdateFunctionConfigurationRequest, { accountId }: CallContext): Promise<FunctionConfiguration> => {
    const fn = this.store.find(input.FunctionName ?? '', accountId);
    const before = fn.latest;
    const layers = input.Layers === undefined ? { packages: before.layers, members: {} } : this.layersOf(input.Layers);
    const configuration = { ...before.configuration, ...givenIn(input), ...layers.members };
    checkConfiguration(configuration);
    await this.checkRole(configuration, fn);
    this.change(fn, { ...before, configuration, layers: layers.packages });
    return fn.latest.configuration;
  };

  readonly delete = async ({ FunctionName = '', Qualifier }: DeleteFunctionRequest, { accountId }: CallContext): Promise<void> => {
    const fn = this.store.find(FunctionName, accountId, Qualifier);
    const { qualifier } = parseFunctionName(FunctionName, accountId, Qualifier);
    if (qualifier !== undefined && qualifier !== LATEST) {
      const users = [...fn.aliases.values()].filter(({ version }) => version === qualifier).map(({ name }) => name);
      if (users.length > 0) {
        throw new ServiceError('ResourceConflictException', `Version ${qualifier} is used by the aliases ${users.join(', ')}`, 409);
      }
      fn.versions.delete(qualifier);
      this.retire(`${fn.arn}:${qualifier}`);
      return;
    }
    this.store.functions.delete(fn.arn);
    [LATEST, ...fn.versions.keys()].forEach((version) => this.retire(`${fn.arn}:${version}`));
  };

  readonly publish = async ({ FunctionName = '', CodeSha256, Description, RevisionId }: PublishVersionRequest, { accountId }: CallContext): Promise<FunctionConfiguration> => {
    const fn = this.store.find(FunctionName, accountId);
    const { configuration } = fn.latest;
    if (CodeSha256 !== undefined && CodeSha256 !== configuration.CodeSha256) {
      throw new ServiceError('InvalidParameterValueException', `CodeSHA256 (${CodeSha256}) is different from current CodeSHA256 in $LATEST (${configuration.CodeSha256}). Please try again with the CodeSHA256 in $LATEST.`);
    }
    if (RevisionId !== undefined && RevisionId !== configuration.RevisionId) {
      throw new ServiceError('PreconditionFailedException', `The Revision Id provided does not match the latest Revision Id: ${configuration.RevisionId}`, 412);
    }
    return this.publishOf(fn, Description);
  };

  readonly listVersions = async ({ FunctionName = '' }: ListVersionsByFunctionRequest, { accountId }: CallContext): Promise<ListVersionsByFunctionResponse> => {
    const fn = this.store.find(FunctionName, accountId);
    const latest = { ...fn.latest.configuration, FunctionArn: `${fn.arn}:${LATEST}` };
    return { Versions: [latest, ...[...fn.versions.values()].map(({ configuration }) => configuration)] };
  };

  /** A version of what has not changed since the last one is the last one. */
  private publishOf(fn: LocalFunction, description: string | undefined): FunctionConfiguration {
    const { latest } = fn;
    const newest = fn.versions.get(String(fn.lastVersion));
    if (newest !== undefined && newest.configuration.RevisionId === latest.configuration.RevisionId) {
      return newest.configuration;
    }
    fn.lastVersion += 1;
    const version = String(fn.lastVersion);
    const configuration = {
      ...latest.configuration, Version: version, FunctionArn: `${fn.arn}:${version}`, ...(description === undefined ? {} : { Description: description }),
    };
    fn.versions.set(version, { ...latest, configuration });
    return configuration;
  }

  private change(fn: LocalFunction, revision: Revision): void {
    fn.latest = { ...revision, configuration: { ...revision.configuration, ...stamp() } };
    this.retire(`${fn.arn}:${LATEST}`);
  }

  private layersOf(arns: readonly string[] | undefined): { readonly packages: readonly CodePackage[]; readonly members: Partial<FunctionConfiguration> } {
    const layers = (arns ?? []).map((arn) => this.store.layer(arn));
    return { packages: layers.map(({ code }) => code), members: { Layers: layers.map(({ arn, code }) => ({ Arn: arn, CodeSize: code.size })) } };
  }
}
