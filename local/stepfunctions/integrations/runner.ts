import { actingService } from '../../core/keys';
import type { Credentials, LocalCloud } from '../../core/service';
import { StateError } from '../errors';
import type { TaskCall, TaskRunner } from '../interpreter/execution';
import { fromSdk, toSdk } from './convert';
import { taskError } from './error-names';
import { type ExecutionWatcher, waitForNested } from './nested';
import { finishInvoke, prepareOptimized } from './optimized';
import type { Integration } from './resource';
import { findAction, SDK_SERVICES } from './services';

type Json = Readonly<Record<string, unknown>>;
type Call = Extract<Integration, { kind: 'call' }>;

interface Client {
  send(command: object, options: { readonly abortSignal: AbortSignal }): Promise<{ readonly $metadata?: { readonly requestId?: string; readonly httpStatusCode?: number } }>;
}

type Constructor<T> = new (input: object) => T;

const isRecord = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const SESSION_LIMIT = 64;

/** The execution's name, as far as a session may be named so. */
const sessionOf = (executionArn: string): string =>
  (executionArn.split(':').at(-1) ?? '').replace(/[^\w+=,.@-]/g, '-').padStart(2, '-').slice(0, SESSION_LIMIT);

/** Makes the calls of Task states with the real AWS SDK, under the machine's role. */
export class SdkTasks {
  private readonly clients = new Map<string, Client>();

  constructor(private readonly cloud: LocalCloud, private readonly watcher: ExecutionWatcher) {}

  readonly run: TaskRunner = async (call) => {
    const { integration } = call;
    const args = isRecord(call.arguments) ? call.arguments : {};
    if (integration.kind === 'function') {
      const output = await this.send('lambda', 'invoke', 'Lambda', { FunctionName: integration.functionArn, Payload: JSON.stringify(call.arguments ?? {}) }, call);
      return finishInvoke(output)['Payload'];
    }
    const { service, action, prefix, optimized } = integration;
    const input = optimized === undefined ? args : prepareOptimized(optimized, args, call);
    const output = await this.send(service, action, prefix, input, call);
    if (integration.pattern === 'sync') {
      call.submitted(output);
      return waitForNested(String(output['ExecutionArn']), this.watcher, call.signal, (name, about, signal) =>
        this.send(service, name, prefix, about, { ...call, signal: signal ?? call.signal }));
    }
    return optimized?.finish === undefined ? output : optimized.finish(output);
  };

  private async send(service: string, action: string, prefix: string, input: Json, call: TaskCall): Promise<Json> {
    const found = await findAction(service, action);
    const known = SDK_SERVICES[service];
    if (found === undefined || known === undefined) {
      throw new Error(`${service}:${action} was not checked when the machine was created`);
    }
    const { sdk, operation } = found;
    const Command = sdk[`${operation.name}Command`] as Constructor<object>;
    const command = new Command(toSdk(operation.input, input) as object);
    try {
      const client = await this.client(service, call);
      const options = { abortSignal: call.signal };
      const output = await client.send(command, options).catch((error: unknown) => {
        if (!isBrokenConnection(error)) {
          throw error;
        }
        return client.send(command, options);
      });
      const result = await fromSdk(operation.output, output) as Json;
      return isOptimized(call.integration) ? { ...result, ...metadata(output) } : result;
    } catch (error) {
      if (error instanceof StateError || call.signal.aborted) {
        throw error;
      }
      throw taskError(error, sdk, prefix, known.prefix);
    }
  }

  /** One client per role and service. */
  private async client(service: string, call: TaskCall): Promise<Client> {
    const key = `${service} ${call.roleArn} ${call.assumeRoleArn ?? ''}`;
    const existing = this.clients.get(key);
    if (existing !== undefined) {
      return existing;
    }
    const known = SDK_SERVICES[service];
    if (known === undefined) {
      throw new Error(`no such service: ${service}`);
    }
    const session = sessionOf(call.executionArn);
    const own = this.cloud.credentialsOf(call.roleArn, session, actingService('states', call.stateMachineArn.split(':')[4] ?? '', call.stateMachineArn));
    const { assumeRoleArn } = call;
    const credentials = assumeRoleArn === undefined ? own : async () => this.assume(assumeRoleArn, session, own);
    const Client = (await known.load())[known.client] as Constructor<Client>;
    const client = new Client({
      endpoint: this.cloud.endpoint,
      region: this.cloud.region,
      credentials,
      // Repeating is for the state's own Retry.
      maxAttempts: 1,
      disableHostPrefix: true,
    });
    this.clients.set(key, client);
    return client;
  }

  /** A session that ends: the client asks for the next one when it does. */
  private async assume(RoleArn: string, RoleSessionName: string, credentials: Credentials): Promise<Credentials & { readonly expiration?: Date }> {
    const { AssumeRoleCommand, STSClient } = await import('@aws-sdk/client-sts');
    const sts = new STSClient({ endpoint: this.cloud.endpoint, region: this.cloud.region, credentials, maxAttempts: 1 });
    const { Credentials: assumed } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName }));
    return { accessKeyId: assumed?.AccessKeyId ?? '', secretAccessKey: assumed?.SecretAccessKey ?? '', sessionToken: assumed?.SessionToken, expiration: assumed?.Expiration };
  }
}

const isOptimized = (integration: Integration): integration is Call => integration.kind === 'call' && integration.optimized !== undefined;

/** A kept connection that the server closed in the moment of use: no answer of a service, so no Retry should see it. */
const isBrokenConnection = (error: unknown): boolean =>
  ['ECONNRESET', 'EPIPE'].includes((error as { code?: string }).code ?? '') && (error as { $response?: unknown }).$response === undefined;

/** Optimised integrations show the HTTP answer too. */
function metadata({ $metadata }: { readonly $metadata?: { readonly requestId?: string; readonly httpStatusCode?: number } }): Json {
  return {
    SdkHttpMetadata: { HttpStatusCode: $metadata?.httpStatusCode },
    SdkResponseMetadata: { RequestId: $metadata?.requestId },
  };
}
