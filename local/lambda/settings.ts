import { createHash, randomUUID } from 'node:crypto';
import type {
  AddPermissionRequest, AddPermissionResponse, CreateFunctionUrlConfigRequest, DeleteFunctionConcurrencyRequest, DeleteFunctionEventInvokeConfigRequest,
  DeleteFunctionUrlConfigRequest, FunctionEventInvokeConfig, FunctionUrlConfig, GetFunctionConcurrencyRequest, GetFunctionConcurrencyResponse,
  GetFunctionEventInvokeConfigRequest, GetFunctionUrlConfigRequest, GetPolicyRequest, GetPolicyResponse, ListFunctionUrlConfigsRequest,
  ListFunctionUrlConfigsResponse, ListTagsRequest, ListTagsResponse, PutFunctionConcurrencyRequest, PutFunctionEventInvokeConfigRequest,
  RemovePermissionRequest, TagResourceRequest, UntagResourceRequest, UpdateFunctionEventInvokeConfigRequest, UpdateFunctionUrlConfigRequest,
} from '@aws-sdk/client-lambda';
import { ServiceError, type CallContext, type LocalCloud } from '../core/service';
import { parseFunctionName } from './arns';
import type { LocalFunction, PolicyStatement, Store, Target } from './store';

const absent = (what: string, arn: string): ServiceError => new ServiceError('ResourceNotFoundException', `${what} of ${arn} does not exist`, 404);

const ACCOUNT = /^\d{12}$/;

function principalOf(principal: string): unknown {
  if (principal === '*') {
    return '*';
  }
  if (ACCOUNT.test(principal)) {
    return { AWS: `arn:aws:iam::${principal}:root` };
  }
  return principal.startsWith('arn:') ? { AWS: principal } : { Service: principal };
}

function statementOf(input: AddPermissionRequest, resource: string): PolicyStatement {
  const conditions = {
    ...(input.SourceArn === undefined ? {} : { ArnLike: { 'AWS:SourceArn': input.SourceArn } }),
    ...(input.SourceAccount === undefined && input.FunctionUrlAuthType === undefined && input.PrincipalOrgID === undefined
      ? {}
      : {
        StringEquals: {
          ...(input.SourceAccount === undefined ? {} : { 'AWS:SourceAccount': input.SourceAccount }),
          ...(input.FunctionUrlAuthType === undefined ? {} : { 'lambda:FunctionUrlAuthType': input.FunctionUrlAuthType }),
          ...(input.PrincipalOrgID === undefined ? {} : { 'aws:PrincipalOrgID': input.PrincipalOrgID }),
        },
      }),
    ...(input.InvokedViaFunctionUrl === undefined ? {} : { Bool: { 'lambda:InvokedViaFunctionUrl': String(input.InvokedViaFunctionUrl) } }),
  };
  return {
    Sid: input.StatementId ?? '',
    Effect: 'Allow',
    Principal: principalOf(input.Principal ?? ''),
    Action: input.Action,
    Resource: resource,
    ...(Object.keys(conditions).length === 0 ? {} : { Condition: conditions }),
  };
}

type ShownUrl = FunctionUrlConfig & { readonly id: string };

const withoutId = ({ id: _id, ...config }: ShownUrl): FunctionUrlConfig => config;

/** Operations on what hangs on a function or one of its qualifiers: policy, URL, asynchronous invocation, concurrency, tags. */
export class Settings {
  constructor(private readonly store: Store, private readonly cloud: LocalCloud) {}

  readonly addPermission = async (input: AddPermissionRequest, { accountId }: CallContext): Promise<AddPermissionResponse> => {
    const { fn, key, invokedArn } = this.of(input.FunctionName, input.Qualifier, accountId);
    const statements = fn.policies.get(key) ?? [];
    if (statements.some(({ Sid }) => Sid === input.StatementId)) {
      throw new ServiceError('ResourceConflictException', `The statement id (${input.StatementId}) provided already exists. Please provide a new statement id, or remove the existing statement.`, 409);
    }
    const statement = statementOf(input, invokedArn);
    fn.policies.set(key, [...statements, statement]);
    return { Statement: JSON.stringify(statement) };
  };

  readonly removePermission = async ({ FunctionName, StatementId, Qualifier }: RemovePermissionRequest, { accountId }: CallContext): Promise<void> => {
    const { fn, key, invokedArn } = this.of(FunctionName, Qualifier, accountId);
    const statements = fn.policies.get(key) ?? [];
    if (!statements.some(({ Sid }) => Sid === StatementId)) {
      throw absent(`statement ${StatementId}`, invokedArn);
    }
    fn.policies.set(key, statements.filter(({ Sid }) => Sid !== StatementId));
  };

  readonly getPolicy = async ({ FunctionName, Qualifier }: GetPolicyRequest, { accountId }: CallContext): Promise<GetPolicyResponse> => {
    const { fn, key, invokedArn } = this.of(FunctionName, Qualifier, accountId);
    const statements = fn.policies.get(key) ?? [];
    if (statements.length === 0) {
      throw absent('the resource policy', invokedArn);
    }
    return { Policy: JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: statements }), RevisionId: randomUUID() };
  };

  readonly createUrl = async (input: CreateFunctionUrlConfigRequest, { accountId }: CallContext): Promise<FunctionUrlConfig> => {
    const { fn, key, invokedArn } = this.of(input.FunctionName, input.Qualifier, accountId);
    if (fn.urls.has(key)) {
      throw new ServiceError('ResourceConflictException', `Failed to create function url config for [functionArn = ${invokedArn}]. Error message: FunctionUrlConfig exists for this Lambda function`, 409);
    }
    if (input.InvokeMode === 'RESPONSE_STREAM') {
      throw new ServiceError('InvalidParameterValueException', 'InvokeMode RESPONSE_STREAM is not supported by the local AWS; use BUFFERED');
    }
    const id = createHash('sha256').update(invokedArn).digest('hex').slice(0, 32);
    const now = new Date().toISOString();
    const config: ShownUrl = {
      id,
      FunctionUrl: `${this.cloud.endpoint}/_lambda-url/${id}/`,
      FunctionArn: invokedArn,
      AuthType: input.AuthType,
      Cors: input.Cors,
      InvokeMode: 'BUFFERED',
      CreationTime: now,
      LastModifiedTime: now,
    };
    fn.urls.set(key, config);
    return withoutId(config);
  };

  readonly getUrl = async ({ FunctionName, Qualifier }: GetFunctionUrlConfigRequest, { accountId }: CallContext): Promise<FunctionUrlConfig> =>
    withoutId(this.url(this.of(FunctionName, Qualifier, accountId)));

  readonly updateUrl = async (input: UpdateFunctionUrlConfigRequest, { accountId }: CallContext): Promise<FunctionUrlConfig> => {
    const place = this.of(input.FunctionName, input.Qualifier, accountId);
    const before = this.url(place);
    const config = { ...before, AuthType: input.AuthType ?? before.AuthType, Cors: input.Cors ?? before.Cors, LastModifiedTime: new Date().toISOString() };
    place.fn.urls.set(place.key, config);
    return withoutId(config);
  };

  readonly deleteUrl = async ({ FunctionName, Qualifier }: DeleteFunctionUrlConfigRequest, { accountId }: CallContext): Promise<void> => {
    const place = this.of(FunctionName, Qualifier, accountId);
    this.url(place);
    place.fn.urls.delete(place.key);
  };

  readonly listUrls = async ({ FunctionName }: ListFunctionUrlConfigsRequest, { accountId }: CallContext): Promise<ListFunctionUrlConfigsResponse> => ({
    FunctionUrlConfigs: [...this.of(FunctionName, undefined, accountId).fn.urls.values()].map(withoutId),
  });

  readonly putEventInvoke = async (input: PutFunctionEventInvokeConfigRequest, context: CallContext): Promise<FunctionEventInvokeConfig> =>
    this.setEventInvoke(input, {}, context);

  readonly updateEventInvoke = async (input: UpdateFunctionEventInvokeConfigRequest, context: CallContext): Promise<FunctionEventInvokeConfig> =>
    this.setEventInvoke(input, await this.getEventInvoke(input, context), context);

  readonly getEventInvoke = async ({ FunctionName, Qualifier }: GetFunctionEventInvokeConfigRequest, { accountId }: CallContext): Promise<FunctionEventInvokeConfig> => {
    const { fn, key, invokedArn } = this.of(FunctionName, Qualifier, accountId);
    const config = fn.eventInvoke.get(key);
    if (config === undefined) {
      throw absent('the event invoke config', invokedArn);
    }
    return config;
  };

  readonly deleteEventInvoke = async ({ FunctionName, Qualifier }: DeleteFunctionEventInvokeConfigRequest, { accountId }: CallContext): Promise<void> => {
    const { fn, key } = this.of(FunctionName, Qualifier, accountId);
    fn.eventInvoke.delete(key);
  };

  readonly putConcurrency = async ({ FunctionName, ReservedConcurrentExecutions }: PutFunctionConcurrencyRequest, { accountId }: CallContext): Promise<object> => {
    this.of(FunctionName, undefined, accountId).fn.reservedConcurrency = ReservedConcurrentExecutions;
    return { ReservedConcurrentExecutions };
  };

  readonly getConcurrency = async ({ FunctionName }: GetFunctionConcurrencyRequest, { accountId }: CallContext): Promise<GetFunctionConcurrencyResponse> => ({
    ReservedConcurrentExecutions: this.of(FunctionName, undefined, accountId).fn.reservedConcurrency,
  });

  readonly deleteConcurrency = async ({ FunctionName }: DeleteFunctionConcurrencyRequest, { accountId }: CallContext): Promise<void> => {
    this.of(FunctionName, undefined, accountId).fn.reservedConcurrency = undefined;
  };

  readonly tag = async ({ Resource = '', Tags }: TagResourceRequest, { accountId }: CallContext): Promise<void> => {
    const { tags } = this.store.find(Resource, accountId);
    Object.entries(Tags ?? {}).forEach(([key, value]) => tags.set(key, value));
  };

  readonly untag = async ({ Resource = '', TagKeys }: UntagResourceRequest, { accountId }: CallContext): Promise<void> => {
    const { tags } = this.store.find(Resource, accountId);
    (TagKeys ?? []).forEach((key) => tags.delete(key));
  };

  readonly listTags = async ({ Resource = '' }: ListTagsRequest, { accountId }: CallContext): Promise<ListTagsResponse> => ({
    Tags: Object.fromEntries(this.store.find(Resource, accountId).tags),
  });

  /** The function whose URL has this id. */
  urlTarget(id: string): { readonly target: Target; readonly config: FunctionUrlConfig } | undefined {
    for (const fn of this.store.functions.values()) {
      for (const [key, config] of fn.urls) {
        if (config.id === id) {
          return { target: this.store.target(fn.arn, fn.accountId, key === '' ? undefined : key), config };
        }
      }
    }
    return undefined;
  }

  private setEventInvoke(input: PutFunctionEventInvokeConfigRequest, before: FunctionEventInvokeConfig, { accountId }: CallContext): FunctionEventInvokeConfig {
    const { fn, key, invokedArn } = this.of(input.FunctionName, input.Qualifier, accountId);
    const config: FunctionEventInvokeConfig = {
      FunctionArn: input.Qualifier === undefined ? `${invokedArn}:$LATEST` : invokedArn,
      LastModified: new Date(),
      MaximumRetryAttempts: input.MaximumRetryAttempts ?? before.MaximumRetryAttempts,
      MaximumEventAgeInSeconds: input.MaximumEventAgeInSeconds ?? before.MaximumEventAgeInSeconds,
      DestinationConfig: input.DestinationConfig ?? before.DestinationConfig ?? { OnSuccess: {}, OnFailure: {} },
    };
    fn.eventInvoke.set(key, config);
    return config;
  }

  private url({ fn, key, invokedArn }: { fn: LocalFunction; key: string; invokedArn: string }): ShownUrl {
    const config = fn.urls.get(key);
    if (config === undefined) {
      throw absent('the function URL', invokedArn);
    }
    return config;
  }

  private of(name: string | undefined, qualifier: string | undefined, accountId: string): { fn: LocalFunction; key: string; invokedArn: string } {
    const { fn, invokedArn } = this.store.target(name ?? '', accountId, qualifier);
    return { fn, key: parseFunctionName(name ?? '', accountId, qualifier).qualifier ?? '', invokedArn };
  }
}
