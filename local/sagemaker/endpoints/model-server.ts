import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { actingService } from '../../core/keys';
import type { LocalCloud } from '../../core/service';
import { lastWords } from '../jobs/job';
import { containerRoleNeeds } from '../../iam/implied';
import { interfaceNeeds, type VpcConfig } from '../../iam/networks';
import { arnOf } from '../core/place';
import { Transfer } from '../core/transfer';
import { baseEnvironment, mapped } from '../processes/environment';
import { PythonHost, programs, type RunningProcess } from '../processes/python-host';
import type { ServedContainer } from './models';

/** Real milliseconds throughout: model servers are real programs. */
const INVOCATION_TIMEOUT_MS = 60_000;
const DRAIN_LIMIT_MS = 60_000;
const PING_INTERVAL_MS = 5_000;
const PING_TIMEOUT_MS = 2_000;
const PINGS_BEFORE_RESTART = 3;
/** A dying server's connection ends before its last words are known. */
const DEATH_NOTICE_MS = 2_000;
const RESTART_DELAY_MS = { first: 100, longest: 5_000 };
/** Parallel requests of one server; more wait. */
const CONNECTIONS = 32;

export interface ServerFacts {
  readonly endpointName: string;
  readonly configName: string;
  readonly variantName: string;
  readonly accountId: string;
  readonly roleArn: string;
  readonly container: ServedContainer;
  readonly vpc?: VpcConfig;
  readonly startupTimeoutSeconds: number;
}

export interface ModelRequest {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** Answer of the container; status 0 when there was none. */
export interface ModelAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

const noAnswer = (why: string): ModelAnswer => ({ status: 0, headers: {}, body: Buffer.from(why) });

/** One model server process, standing for all instances of a variant. Started again when it dies, until it is ended. */
export class ModelServer {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  private process?: RunningProcess;
  private folder?: string;
  private inFlight = 0;
  private ended = false;
  private healthy = false;
  private timer?: NodeJS.Timeout;

  constructor(private readonly host: PythonHost, private readonly cloud: LocalCloud, readonly facts: ServerFacts) {}

  /**
   * Fetches the model with the model's role, starts the server and waits for its first ping.
   *
   * @throws Error in the words of an endpoint's failure reason
   */
  async start(): Promise<void> {
    const parent = join(this.cloud.folder, 'sagemaker', 'endpoints');
    await mkdir(parent, { recursive: true });
    this.folder = await mkdtemp(join(parent, `${this.facts.endpointName}-`));
    await this.fetchModel(this.folder);
    await this.launch(this.folder);
    this.watch();
  }

  /** @param before runs while the request already counts as in flight, so that the server outlives it */
  async invoke(sent: ModelRequest, before: () => Promise<void>): Promise<ModelAnswer> {
    this.inFlight += 1;
    try {
      await before();
      return await this.send('POST', '/invocations', sent, INVOCATION_TIMEOUT_MS);
    } finally {
      this.inFlight -= 1;
    }
  }

  /** As if the machine had failed; settles when the process is gone. */
  async kill(): Promise<void> {
    this.process?.kill(9);
    await this.process?.exited;
  }

  /** Lets requests in flight end, then ends the server and removes its files. */
  async end(): Promise<void> {
    const deadline = performance.now() + DRAIN_LIMIT_MS;
    while (this.inFlight > 0 && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    this.ended = true;
    clearTimeout(this.timer);
    this.process?.kill(9);
    await this.process?.exited;
    this.agent.destroy();
    if (this.folder !== undefined) {
      await rm(this.folder, { recursive: true, force: true });
    }
  }

  private get logFile(): string {
    return join(this.cloud.folder, 'logs', 'sagemaker', `endpoint-${this.facts.endpointName}-${this.facts.configName}-${this.facts.variantName}.log`);
  }

  private async fetchModel(folder: string): Promise<void> {
    const { roleArn, container, accountId, endpointName } = this.facts;
    const place = { accountId, region: this.cloud.region };
    const credentials = this.cloud.credentialsOf(roleArn, endpointName, actingService('sagemaker', accountId, arnOf(place, 'endpoint', endpointName)));
    await this.cloud.require(credentials, interfaceNeeds('sagemaker', this.facts.vpc, place));
    await this.cloud.require(credentials, containerRoleNeeds({
      ...place, logs: `Endpoints/${endpointName}`, stream: `${this.facts.variantName}/i-local`, image: container.image, metrics: true,
    }));
    const transfer = new Transfer(this.cloud, credentials);
    const archive = join(folder, 'model.tar.gz');
    const model = join(folder, 'ml', 'model');
    await mkdir(model, { recursive: true });
    try {
      await transfer.downloadFile(container.modelDataUrl, archive);
    } catch (error) {
      const { name, message } = error as Error;
      throw new Error(`Failed to download model data from ${container.modelDataUrl} as ${roleArn}: ${name}: ${message}`, { cause: error });
    } finally {
      transfer.close();
    }
    const argv = ['python3', programs.archive, 'unpack', archive, model];
    const unpack = await this.host.run({ argv, env: baseEnvironment(this.cloud.python, folder), cwd: folder, isolate: true, log: this.logFile });
    const exit = await unpack.exited;
    if (exit.code !== 0) {
      throw new Error(`Failed to extract model data ${container.modelDataUrl}: ${lastWords(exit.tail)}`);
    }
    await rm(archive);
  }

  private async launch(folder: string): Promise<void> {
    const root = join(folder, 'ml');
    const { mount } = await this.host.capabilities();
    const command = {
      argv: ['python3', programs.serve, '--fd', '3', '--model-dir', '/opt/ml/model'],
      env: { ...this.facts.container.environment },
      cwd: '/opt/ml',
    };
    const { argv, env, cwd } = mount ? command : mapped(command, root);
    const process = await this.host.run({
      argv, env: { ...baseEnvironment(this.cloud.python, folder), ...env }, cwd, root, isolate: true, log: this.logFile, listen: true,
    });
    this.process = process;
    const died = process.exited.then(({ code, signal, tail }) =>
      `the model server ended with ${code === null ? `signal ${signal}` : `exit code ${code}`}: ${lastWords(tail)}`);
    const silence = (): Promise<string> => new Promise((resolve) => setTimeout(resolve, DEATH_NOTICE_MS, 'the model server did not answer').unref());
    const pinged = this.ping(this.facts.startupTimeoutSeconds * 1000).then((ok) => (ok ? undefined : Promise.race([died, silence()])));
    const problem = await Promise.race([died, pinged]);
    if (problem !== undefined) {
      process.kill(9);
      throw new Error(
        `The primary container for production variant ${this.facts.variantName} did not pass the ping health check. `
        + `Please check CloudWatch logs for this endpoint. (${problem})`,
      );
    }
    this.healthy = true;
    void process.exited.then(() => this.onExit(folder));
  }

  private onExit(folder: string): void {
    this.healthy = false;
    if (!this.ended) {
      this.cloud.log('sagemaker', `the model server of ${this.facts.endpointName}/${this.facts.variantName} died; starting it again`);
      void this.restart(folder, RESTART_DELAY_MS.first);
    }
  }

  private async restart(folder: string, delay: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, delay).unref());
    if (this.ended) {
      return;
    }
    try {
      await this.launch(folder);
    } catch (error) {
      this.cloud.log('sagemaker', (error as Error).message);
      void this.restart(folder, Math.min(delay * 2, RESTART_DELAY_MS.longest));
    }
  }

  /** Pings for as long as the server lives; one that hangs is killed, and so started again. */
  private watch(missed = 0): void {
    this.timer = setTimeout(async () => {
      if (this.ended) {
        return;
      }
      const next = !this.healthy || (await this.ping(PING_TIMEOUT_MS)) ? 0 : missed + 1;
      if (next >= PINGS_BEFORE_RESTART) {
        await this.kill();
      }
      this.watch(next >= PINGS_BEFORE_RESTART ? 0 : next);
    }, PING_INTERVAL_MS);
    this.timer.unref();
  }

  private async ping(timeout: number): Promise<boolean> {
    const { status } = await this.send('GET', '/ping', { body: Buffer.alloc(0), headers: {} }, timeout, false);
    return status === 200;
  }

  private async send(method: string, path: string, sent: ModelRequest, timeout: number, pooled = true): Promise<ModelAnswer> {
    const port = this.process?.port;
    if (port === undefined) {
      return noAnswer('the model server is not running');
    }
    const { answer, stale } = await this.exchange({ method, path, port, timeout }, sent, pooled);
    // A kept connection may have ended unseen; then the request was never read.
    return stale ? (await this.exchange({ method, path, port, timeout }, sent, false)).answer : answer;
  }

  /** @returns stale when the request went into a kept connection that had ended */
  private exchange(
    target: { readonly method: string; readonly path: string; readonly port: number; readonly timeout: number },
    sent: ModelRequest,
    pooled: boolean,
  ): Promise<{ readonly answer: ModelAnswer; readonly stale: boolean }> {
    const { timeout } = target;
    return new Promise((settle) => {
      const resolve = (answer: ModelAnswer, stale = false): void => settle({ answer, stale });
      const headers = { ...sent.headers, 'content-length': String(sent.body.length) };
      const outgoing = request({ ...target, host: '127.0.0.1', headers, agent: pooled ? this.agent : false }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) }));
        answer.on('error', (error) => resolve(noAnswer(error.message)));
      });
      outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${timeout} ms`)));
      outgoing.on('error', (error: NodeJS.ErrnoException) => resolve(noAnswer(error.message), outgoing.reusedSocket && error.code === 'ECONNRESET'));
      outgoing.end(sent.body);
    });
  }
}
