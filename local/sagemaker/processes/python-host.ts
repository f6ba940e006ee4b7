import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { deferred } from './deferred';

const HARNESS = join(__dirname, '..', '..', 'python');

/** Python programs of the local SageMaker. */
export const programs = { zygote: join(HARNESS, 'zygote.py'), serve: join(HARNESS, 'serve.py'), archive: join(HARNESS, 'archive.py') } as const;

export interface ProcessRequest {
  readonly argv: readonly string[];
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Folder that the process sees as `/opt/ml`, where the machine allows it. */
  readonly root?: string;
  /** Without network, where the machine allows it. */
  readonly isolate: boolean;
  /** File for its output; bounded. */
  readonly log: string;
  /** Give it a listening socket on loopback as file descriptor 3. */
  readonly listen?: boolean;
}

/** How a process ended and what it used. */
export interface ProcessExit {
  /** Exit code; absent when a signal ended it. */
  readonly code: number | null;
  readonly signal: number | null;
  readonly maxRssKiB: number;
  readonly userSeconds: number;
  readonly systemSeconds: number;
  /** Last lines of its output. */
  readonly tail: string;
}

export interface RunningProcess {
  readonly port?: number;
  readonly exited: Promise<ProcessExit>;
  /** @param signal number of the signal, 15 asks and 9 ends */
  kill(signal: 9 | 15): void;
}

/** What this machine allows, found by trying. */
export interface Capabilities {
  /** A process can have a folder of its own as `/opt/ml`. */
  readonly mount: boolean;
  /** A process can run without network. */
  readonly network: boolean;
  readonly python: string;
  readonly packages: Readonly<Record<string, string>>;
}

interface Waiting {
  started(message: Readonly<Record<string, unknown>>): void;
  exited(exit: ProcessExit): void;
}

const LOST: ProcessExit = { code: null, signal: 9, maxRssKiB: 0, userSeconds: 0, systemSeconds: 0, tail: 'the Python host has ended' };

/**
 * The one Python parent from which jobs and model servers are forked (`local/python/zygote.py`). It starts on first use, again after a crash, and takes
 * every process with it when it ends.
 */
export class PythonHost {
  private child?: ChildProcess;
  private ready?: Promise<Capabilities>;
  private readonly waiting = new Map<string, Waiting>();
  private last = 0;
  private stopped = false;

  /** @param namespaces whether processes get a folder and a network of their own where the machine allows it */
  constructor(private readonly python: string, private readonly log: (message: string) => void, private readonly namespaces = true) {}

  /** Starts the parent if it is not there; answers what the machine allows. */
  capabilities(): Promise<Capabilities> {
    this.ready ??= this.launch();
    return this.ready;
  }

  /** @throws Error when Python does not start or the host has been stopped */
  async run(request: ProcessRequest): Promise<RunningProcess> {
    const capabilities = await this.capabilities();
    mkdirSync(dirname(request.log), { recursive: true });
    this.last += 1;
    const id = String(this.last);
    const message = {
      ...request,
      id,
      root: capabilities.mount ? request.root : undefined,
      isolate: request.isolate && capabilities.network,
    };
    const exited = deferred<ProcessExit>();
    const started = deferred<number | undefined>();
    this.waiting.set(id, {
      started: ({ port }) => started.resolve(typeof port === 'number' ? port : undefined),
      exited: (exit) => {
        started.resolve(undefined);
        exited.resolve(exit);
      },
    });
    this.send(message);
    return { port: await started.promise, exited: exited.promise, kill: (signal) => this.send({ kill: id, signal }) };
  }

  /** Ends the parent and with it every process. */
  async stop(): Promise<void> {
    this.stopped = true;
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) {
      return;
    }
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.stdin?.end();
    const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
    await ended;
    clearTimeout(timer);
  }

  private send(message: object): void {
    this.child?.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  private launch(): Promise<Capabilities> {
    if (this.stopped) {
      return Promise.reject(new Error('the local SageMaker has been stopped'));
    }
    // No variable of AWS goes in: what runs below has no credentials and no endpoint.
    const env = { PATH: process.env.PATH ?? '/usr/bin:/bin', LANG: 'C.UTF-8' };
    const child = spawn(this.python, [programs.zygote, ...(this.namespaces ? [] : ['--no-namespaces'])], { env, stdio: ['pipe', 'pipe', 'pipe'] });
    this.child = child;
    const ready = deferred<Capabilities>();
    child.stdin?.on('error', () => undefined);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => this.log(`python host: ${text.trimEnd()}`));
    child.once('error', (error) => ready.reject(new Error(`cannot start Python (${this.python}): ${error.message}`)));
    child.once('exit', (code, signal) => {
      this.ready = undefined;
      ready.reject(new Error(`the Python host (${this.python}) ended with ${signal ?? `exit code ${code}`} before it was ready`));
      this.waiting.forEach((waiting) => waiting.exited(LOST));
      this.waiting.clear();
    });
    createInterface({ input: child.stdout }).on('line', (line) => this.receive(JSON.parse(line), ready.resolve));
    ready.promise.catch(() => {
      this.ready = undefined;
    });
    return ready.promise;
  }

  private receive(message: Readonly<Record<string, unknown>>, ready: (capabilities: Capabilities) => void): void {
    if (message.event === 'ready') {
      const capabilities = message as unknown as Capabilities;
      this.log(`python ${capabilities.python}; own /opt/ml: ${capabilities.mount}; own network: ${capabilities.network}`);
      ready(capabilities);
      return;
    }
    const waiting = this.waiting.get(String(message.id));
    if (message.event === 'started') {
      waiting?.started(message);
    } else {
      this.waiting.delete(String(message.id));
      waiting?.exited(message as unknown as ProcessExit);
    }
  }
}
