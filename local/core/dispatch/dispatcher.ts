import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConnectionReset } from '../faults/faults';
import type { KeyRing } from '../keys';
import { parseJsonBody } from '../protocol/json';
import { headerOf, type WireRequest } from '../protocol/protocol';
import type { S3Policies } from '../s3/policies';
import { s3Target, type S3Watch } from '../s3/watch';
import { ServiceError, type Caller, type CloudEvent, type Faults, type HttpAnswer, type LocalService } from '../service';
import { Turns } from '../turns';
import type { Access, CheckedS3Call } from './access';
import { htmlError, isHtmlError, pass, readAll, type Backend } from './backend';
import { answerError, callService } from './call';
import { credentialScope, type CredentialScope } from './credential-scope';
import { resourceAccount } from './resource-account';

export interface DispatcherOptions {
  readonly keys: KeyRing;
  readonly faults: Faults;
  readonly s3: S3Watch;
  readonly bucketPolicies: S3Policies;
  /** Who may do what; `undefined` lets every call pass. */
  access(): Access | undefined;
  /** Own services by signing name; looked up per call, as services register after the address is known. */
  service(name: string): LocalService | undefined;
  /** Answers everything else; `undefined` refuses it. */
  backend(): Backend | undefined;
  /** Calls below `/_local/`, unsigned. */
  control?(request: WireRequest): Promise<HttpAnswer>;
  emit(event: CloudEvent): void;
  /** One line per call: who, what, how it ended. */
  logCall(line: string): void;
}

export interface Dispatcher {
  readonly port: number;
  close(): Promise<void>;
}

/** Names a call for logs and errors. */
function nameOf(request: Pick<WireRequest, 'headers' | 'method' | 'url'>, body: Buffer | undefined): string {
  const target = headerOf(request, 'x-amz-target');
  if (target !== undefined) {
    return target.slice(target.lastIndexOf('.') + 1);
  }
  const isForm = (headerOf(request, 'content-type') ?? '').startsWith('application/x-www-form-urlencoded');
  const action = isForm && body !== undefined ? /(?:^|&)Action=(\w+)/.exec(body.toString('utf8'))?.[1] : undefined;
  return action ?? `${request.method} ${request.url.split('?', 1)[0]}`;
}

/** Calls that wait inside moto for something to happen. */
const WAITING_CALLS: readonly string[] = ['ReceiveMessage'];

class Call {
  readonly requestId = randomUUID();
  private readonly started = performance.now();

  constructor(
    private readonly options: DispatcherOptions,
    private readonly turns: Turns,
    private readonly incoming: IncomingMessage,
    private readonly outgoing: ServerResponse,
  ) {}

  async run(): Promise<void> {
    let request: WireRequest = { method: this.incoming.method ?? 'GET', url: this.incoming.url ?? '/', headers: this.incoming.headers, body: Buffer.alloc(0) };
    let scope: CredentialScope | undefined;
    let caller: Caller | undefined;
    try {
      if (request.url.startsWith('/_local/')) {
        request = { ...request, body: await readAll(this.incoming) };
        return this.answer(await this.control(request));
      }
      scope = credentialScope(request);
      caller = this.options.keys.callerOf(scope.accessKeyId);
      if (scope.service === 's3') {
        return await this.passS3(request, scope, caller);
      }
      request = { ...request, body: await readAll(this.incoming) };
      const service = this.options.service(scope.service);
      if (service === undefined) {
        return await this.passOn(request, scope, caller);
      }
      const context = { caller, accountId: caller.accountId, region: scope.region, requestId: this.requestId };
      this.answer(await callService(service, request, context, this.options.faults, this.options.access()));
      this.log(scope, caller, nameOf(request, request.body));
    } catch (error) {
      this.incoming.resume();
      if (error instanceof ConnectionReset) {
        this.incoming.socket.destroy();
        return this.log(scope, caller, nameOf(request, request.body), error.message);
      }
      const service = scope && this.options.service(scope.service);
      this.answer(answerError(error, request, service, scope?.service ?? '', this.requestId));
      const reason = error instanceof ServiceError ? `${error.code}: ${error.message}` : error instanceof Error ? error.stack ?? error.message : String(error);
      this.log(scope, caller, nameOf(request, request.body), reason);
    }
  }

  private async control(request: WireRequest): Promise<HttpAnswer> {
    if (this.options.control === undefined) {
      throw new ServiceError('NotFound', `nothing answers ${request.url} here`, 404);
    }
    return this.options.control(request);
  }

  private backend(scope: CredentialScope): Backend {
    const backend = this.options.backend();
    if (backend === undefined) {
      throw new ServiceError('UnsupportedOperation', `the local AWS runs no service ${JSON.stringify(scope.service)}`, 501);
    }
    return backend;
  }

  /** Everything but S3 is small: read whole, so that faults and the resource's account can be told. */
  private async passOn(request: WireRequest, scope: CredentialScope, caller: Caller): Promise<void> {
    const name = nameOf(request, request.body);
    const body = request.body.toString('utf8');
    const input = membersOf(request.body);
    await this.options.faults.apply(scope.service, name, textMembers(input));
    const access = this.options.access();
    const checked = { caller, region: scope.region, service: scope.service, operation: name, input };
    await access?.check(checked);
    const accountId = resourceAccount(scope.service, body, caller.accountId);
    const ask = async (): Promise<{ readonly answer: IncomingMessage; readonly text: Buffer }> => {
      const answer = await pass(this.backend(scope), { ...request, rawHeaders: this.incoming.rawHeaders, accountId });
      return { answer, text: await readAll(answer) };
    };
    // moto's backends are not safe against concurrent calls: listing roles while one is made fails. S3 has locks of its own.
    const { answer, text } = await (WAITING_CALLS.includes(name) ? ask() : this.turns.take(`${scope.service} ${accountId}`, ask));
    if (isHtmlError(answer)) {
      throw htmlError(text.toString('utf8'), `${scope.service}:${name}`);
    }
    const failed = (answer.statusCode ?? 0) >= 400;
    if (!failed) {
      access?.changed(checked);
    }
    this.finish(answer, text);
    this.log(scope, caller, name, failed ? `status ${answer.statusCode}` : undefined);
  }

  private async passS3(request: WireRequest, scope: CredentialScope, caller: Caller): Promise<void> {
    const { s3 } = this.options;
    const backend = this.backend(scope);
    const target = s3Target(request.url, headerOf(request, 'host') ?? '');
    const name = `${request.method} ${request.url}`;
    await this.options.faults.apply('s3', request.method, { Bucket: target.bucket, Key: target.key });
    const access = this.options.access();
    const deletes = request.method === 'POST' && target.query.has('delete') ? await readAll(this.incoming) : undefined;
    const checked: CheckedS3Call = { caller, region: scope.region, method: request.method, target, headers: request.headers, body: deletes?.toString('utf8') };
    await access?.checkS3(checked);
    const own = this.options.bucketPolicies.handle(request.method, target, s3.ownerOf(target.bucket) !== undefined, async () => readAll(this.incoming));
    if (own !== undefined) {
      this.answer(await own);
      access?.changedS3(checked);
      return this.log(scope, caller, name);
    }
    const body = deletes ?? (s3.needsRequest(request.method, target) ? await readAll(this.incoming) : this.incoming);
    const accountId = s3.ownerOf(target.bucket) ?? caller.accountId;
    const answer = await pass(backend, { ...request, rawHeaders: this.incoming.rawHeaders, body, accountId });
    if (isHtmlError(answer) && (answer.statusCode ?? 0) >= 500) {
      throw htmlError((await readAll(answer)).toString('utf8'), `s3:${name}`);
    }
    const status = answer.statusCode ?? 0;
    if (status === 404 && (await access?.hidesAbsence(checked)) === true) {
      answer.resume();
      throw new ServiceError('AccessDenied', 'Access Denied', 403);
    }
    const text = s3.needsAnswer(request.method, target, request.headers) ? await readAll(answer) : undefined;
    if (status < 300) {
      access?.changedS3(checked);
      s3.follow(request.method, target, { accountId: caller.accountId, region: scope.region }, Buffer.isBuffer(body) ? body.toString('utf8') : '');
      if (s3.ownerOf(target.bucket) === undefined) {
        this.options.bucketPolicies.forget(target.bucket);
      }
    }
    if (text === undefined) {
      await this.stream(answer);
    } else {
      this.finish(answer, text);
    }
    this.log(scope, caller, name, status >= 400 ? `status ${status}` : undefined);
    if (status < 300) {
      const seen = { status, headers: answer.headers, body: text?.toString('utf8') ?? '' };
      const sizeOf = async (): Promise<number> => {
        const path = request.url.split('?', 1)[0] ?? '/';
        const host = headerOf(request, 'host') ?? '127.0.0.1';
        const head = await pass(backend, { method: 'HEAD', url: path, rawHeaders: ['host', host], body: Buffer.alloc(0), accountId });
        head.resume();
        return Number(head.headers['content-length'] ?? 0);
      };
      (await s3.events(request.method, target, request.headers, seen, caller.accountId, sizeOf)).forEach((event) => this.options.emit(event));
    }
  }

  private async stream(answer: IncomingMessage): Promise<void> {
    this.outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders.filter((_, index, raw) => !hopHeader(raw, index)));
    await new Promise<void>((resolve) => {
      this.outgoing.once('close', resolve);
      answer.once('error', () => this.outgoing.destroy());
      answer.pipe(this.outgoing);
    });
  }

  private finish(answer: IncomingMessage, body: Buffer): void {
    this.outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders.filter((_, index, raw) => !hopHeader(raw, index)));
    this.outgoing.end(body);
  }

  private answer({ status, headers, body }: HttpAnswer): void {
    if (this.outgoing.headersSent) {
      this.outgoing.destroy();
      return;
    }
    const bytes = Buffer.from(body ?? '');
    this.outgoing.writeHead(status, { ...headers, 'content-length': String(bytes.length) });
    this.outgoing.end(bytes);
  }

  private log(scope: CredentialScope | undefined, caller: Caller | undefined, name: string, problem?: string): void {
    const milliseconds = Math.round(performance.now() - this.started);
    const who = caller?.principalArn ?? '-';
    this.options.logCall(`${who} ${scope?.service ?? '-'} ${name} ${milliseconds}ms ${problem ?? 'ok'}`);
  }
}

/** Members of a JSON body, or parameters of a form. */
const membersOf = (body: Buffer): Readonly<Record<string, unknown>> =>
  body.length === 0 || body[0] === '{'.charCodeAt(0)
    ? parseJsonBody(body) as Readonly<Record<string, unknown>>
    : Object.fromEntries(new URLSearchParams(body.toString('utf8')));

const textMembers = (input: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(input as object).filter(([, value]) => typeof value === 'string'));

const hopHeader = (raw: readonly string[], index: number): boolean =>
  ['connection', 'keep-alive'].includes((raw[index - (index % 2)] ?? '').toLowerCase());

/**
 * The front door of the local AWS: one loopback HTTP server that routes on the service in the SigV4 credential scope.
 *
 * @param port 0 for a free port
 */
export async function startDispatcher(options: DispatcherOptions, port = 0): Promise<Dispatcher> {
  const turns = new Turns();
  const handle = (incoming: IncomingMessage, outgoing: ServerResponse): void => void new Call(options, turns, incoming, outgoing).run();
  const server: Server = createServer({ keepAliveTimeout: 65_000, requestTimeout: 0 }, handle);
  server.on('checkContinue', (incoming, outgoing) => {
    outgoing.writeContinue();
    handle(incoming, outgoing);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}
