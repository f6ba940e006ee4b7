import { spawn, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalCloud } from '../core/service';
import { environmentOf } from './environment';
import type { LineLog } from './function-log';
import { exceeds, heapFlag, residentMib } from './memory';
import type { Reaper } from './reaper';
import type { Target } from './store';

const SCRIPT = join(__dirname, 'runtime.cjs');
/** AWS gives an environment 10 s to load; a busy machine gets more, since the test is not about loading. */
const INIT_TIMEOUT_MS = 60_000;
const MEMORY_CHECK_MS = 500;

type Message =
  | { readonly type: 'ready' }
  | { readonly type: 'initError'; readonly payload: string }
  | { readonly type: 'log'; readonly line: string }
  | { readonly type: 'result'; readonly payload: string; readonly failed?: boolean }
  | { readonly type: 'crash'; readonly payload: string };

export interface Invocation {
  readonly requestId: string;
  /** JSON text. */
  readonly event: string;
  readonly functionArn: string;
  readonly clientContext?: unknown;
  /** A fault: the worker ends while it works on this. */
  readonly kill?: boolean;
}

export interface Answer {
  /** JSON text. */
  readonly payload: string;
  readonly failed: boolean;
}

interface Pending {
  readonly requestId: string;
  answer(answer: Answer): void;
  readonly timeout: NodeJS.Timeout;
}

export interface WorkerParts {
  readonly target: Target;
  readonly cloud: LocalCloud;
  readonly log: LineLog;
  readonly reaper: Reaper;
  /** Folder that stands for `/tmp`. */
  readonly scratch: string;
  ended(worker: Worker): void;
}

const errorPayload = (errorType: string, errorMessage: string): string => JSON.stringify({ errorType, errorMessage });

/** One process that runs a function's code, one invocation at a time. */
export class Worker {
  /** Real milliseconds that loading took. */
  initMs = 0;
  invocations = 0;
  alive = true;
  private readonly child: ChildProcess;
  private readonly started = performance.now();
  private pending: Pending | undefined;
  private initFailure: string | undefined;
  private memoryWatch: NodeJS.Timeout | undefined;
  private overMemory = false;
  readonly ready: Promise<void>;

  constructor(private readonly parts: WorkerParts) {
    const { target, cloud, scratch, reaper } = parts;
    const { configuration, code } = target.revision;
    this.child = spawn(process.execPath, [heapFlag(configuration.MemorySize ?? 128), SCRIPT], {
      cwd: code.folder,
      env: environmentOf(target, cloud, scratch),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    if (this.child.pid !== undefined) {
      reaper.add(this.child.pid);
    }
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => text.trimEnd().split('\n').forEach((line) => parts.log.write(line)));
    }
    this.ready = this.watch();
    // Whoever waits sees the failure; nobody may be waiting.
    this.ready.catch(() => undefined);
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Peak resident memory in whole MiB. */
  get peakMib(): number {
    return Math.round((this.child.pid === undefined ? undefined : residentMib(this.child.pid))?.peak ?? 0);
  }

  /** Never rejects: what goes wrong in the function is its answer. */
  async invoke(invocation: Invocation): Promise<Answer> {
    try {
      await this.ready;
    } catch (error) {
      return { payload: (error as Error).message, failed: true };
    }
    this.invocations += 1;
    const seconds = this.parts.target.revision.configuration.Timeout ?? 3;
    const answer = await new Promise<Answer>((resolve) => {
      const timeout = setTimeout(() => this.expire(invocation.requestId, seconds), seconds * 1000);
      this.pending = { requestId: invocation.requestId, answer: resolve, timeout };
      this.child.send({ ...invocation, timeoutMs: seconds * 1000 }, (error) => {
        if (error !== null) {
          this.settle({ payload: errorPayload('Runtime.ExitError', `RequestId: ${invocation.requestId} Error: ${error.message}`), failed: true });
        }
      });
      this.watchMemory();
      if (invocation.kill === true) {
        this.kill();
      }
    });
    clearInterval(this.memoryWatch);
    return answer;
  }

  kill(): void {
    this.alive = false;
    this.child.kill('SIGKILL');
  }

  /** Resolves once the process is gone. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) {
      return;
    }
    const gone = new Promise<void>((resolve) => { this.child.once('exit', () => resolve()); });
    this.kill();
    await gone;
  }

  private watch(): Promise<void> {
    return new Promise((resolve, reject) => {
      const slow = setTimeout(() => {
        this.initFailure = errorPayload('Sandbox.Timedout', `Init timed out after ${INIT_TIMEOUT_MS / 1000} seconds`);
        this.kill();
      }, INIT_TIMEOUT_MS);
      this.child.on('message', (message: Message) => {
        if (message.type === 'ready') {
          clearTimeout(slow);
          this.initMs = performance.now() - this.started;
          resolve();
        }
        this.receive(message);
      });
      this.child.once('error', (error) => {
        clearTimeout(slow);
        reject(new Error(errorPayload('Runtime.ExitError', `Error: the runtime did not start: ${error.message}`)));
        this.ended();
      });
      this.child.once('exit', (code, signal) => {
        clearTimeout(slow);
        const how = code === null ? `signal: ${signal === 'SIGKILL' ? 'killed' : signal}` : `exit status ${code}`;
        reject(new Error(this.initFailure ?? errorPayload('Runtime.ExitError', `Error: Runtime exited with error: ${how}`)));
        const type = this.overMemory ? 'Runtime.OutOfMemory' : 'Runtime.ExitError';
        this.settle({ payload: errorPayload(type, `RequestId: ${this.pending?.requestId} Error: Runtime exited with error: ${how}`), failed: true });
        this.ended();
      });
    });
  }

  private receive(message: Message): void {
    if (message.type === 'log') {
      this.parts.log.write(message.line);
    } else if (message.type === 'initError') {
      this.initFailure = message.payload;
      this.parts.log.write(`INIT_REPORT\tStatus: error\t${message.payload}`);
    } else if (message.type === 'result') {
      this.settle({ payload: message.payload, failed: message.failed === true });
    } else if (message.type === 'crash') {
      this.initFailure ??= message.payload;
      this.settle({ payload: message.payload, failed: true });
      this.kill();
    }
  }

  private settle(answer: Answer): void {
    const { pending } = this;
    if (pending !== undefined) {
      this.pending = undefined;
      clearTimeout(pending.timeout);
      pending.answer(answer);
    }
  }

  private expire(requestId: string, seconds: number): void {
    this.kill();
    this.settle({ payload: errorPayload('Sandbox.Timedout', `RequestId: ${requestId} Error: Task timed out after ${seconds.toFixed(2)} seconds`), failed: true });
  }

  private watchMemory(): void {
    const { pid } = this.child;
    const memory = this.parts.target.revision.configuration.MemorySize ?? 128;
    clearInterval(this.memoryWatch);
    this.memoryWatch = setInterval(() => {
      const resident = pid === undefined ? undefined : residentMib(pid);
      if (resident !== undefined && exceeds(memory, resident.now)) {
        this.overMemory = true;
        this.parts.log.write(`the worker holds ${Math.round(resident.now)} MiB, far above its ${memory} MiB: killed`);
        this.kill();
      }
    }, MEMORY_CHECK_MS);
    this.memoryWatch.unref();
  }

  private ended(): void {
    this.alive = false;
    clearInterval(this.memoryWatch);
    if (this.child.pid !== undefined) {
      this.parts.reaper.remove(this.child.pid);
    }
    rmSync(this.parts.scratch, { recursive: true, force: true });
    this.parts.ended(this);
  }
}
