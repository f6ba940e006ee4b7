import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { LogDelivery, type LogTarget } from '../core/logs/delivery';
import { ServiceError, type LocalCloud } from '../core/service';
import { logGroupOf, logStreamOf, roleOf } from './environment';
import { FunctionLog, type LineLog } from './function-log';
import { Reaper } from './reaper';
import type { Target } from './store';
import { Worker, type Answer, type Invocation } from './worker';

/** Workers of one function at a time, unless it has reserved concurrency. */
const WORKERS_PER_FUNCTION = 4;
/** Workers of all functions: a Node process takes 50 to 100 MiB. Idle ones end when another function needs the place. */
const WORKERS_IN_ALL = 24;
const IDLE_MS = 120_000;
/** How long a call waits for a warm worker before another one is started. */
const PATIENCE_MS = 40;

interface Waiting {
  take(worker: Worker): void;
}

/** Workers of one version of a function. */
interface Pool {
  readonly target: Target;
  readonly log: LineLog & Pick<FunctionLog, 'tail'>;
  readonly workers: Set<Worker>;
  /** Most recently used last. */
  readonly idle: { readonly worker: Worker; readonly since: number }[];
  readonly waiting: Waiting[];
  retired: boolean;
}

export interface Outcome extends Answer {
  readonly logTail: string;
}

const keyOf = ({ fn, version, revision }: Target): string => `${fn.arn}:${version} ${revision.configuration.RevisionId ?? ''}`;

const limitOf = ({ target: { fn } }: Pool): number => fn.reservedConcurrency ?? WORKERS_PER_FUNCTION;

/** All execution environments of the local AWS: warm workers, started when needed and ended when idle. */
export class Fleet {
  private readonly pools = new Map<string, Pool>();
  private readonly logs = new Map<string, FunctionLog>();
  private readonly reaper = new Reaper();
  private readonly delivery: LogDelivery;
  /** Also those of retired versions, which end when they are done. */
  private readonly workers = new Set<Worker>();
  private sweep: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(private readonly cloud: LocalCloud) {
    this.delivery = new LogDelivery(cloud);
  }

  /**
   * Runs one invocation.
   *
   * @throws ServiceError `TooManyRequestsException` when the function's reserved concurrency is used up
   */
  async run(target: Target, invocation: Invocation): Promise<Outcome> {
    const pool = this.poolOf(target);
    const worker = await this.acquire(pool);
    const cold = worker.invocations === 0;
    const { log } = pool;
    const started = performance.now();
    log.write(`START RequestId: ${invocation.requestId} Version: ${target.version}`);
    const answer = await worker.invoke(invocation);
    const duration = Math.max(0, performance.now() - started - (cold ? worker.initMs : 0));
    const memory = target.revision.configuration.MemorySize ?? 128;
    log.write(`END RequestId: ${invocation.requestId}`);
    const init = cold ? `\tInit Duration: ${worker.initMs.toFixed(2)} ms (cold)` : '\t(warm)';
    const status = answer.failed ? `\tStatus: error\t${answer.payload.slice(0, 500)}` : '';
    log.write(
      `REPORT RequestId: ${invocation.requestId}\tDuration: ${duration.toFixed(2)} ms\tBilled Duration: ${Math.ceil(duration)} ms\t`
      + `Memory Size: ${memory} MB\tMax Memory Used: ${worker.peakMib} MB${init}${status}`,
    );
    this.metrics(target, duration, answer.failed);
    this.release(pool, worker);
    return { ...answer, logTail: log.tail };
  }

  /** Ends the workers of a version that no longer is: idle ones at once, busy ones when they are done. */
  retire(arn: string): void {
    for (const [key, pool] of this.pools) {
      if (key.startsWith(`${arn} `)) {
        pool.retired = true;
        this.pools.delete(key);
        pool.idle.splice(0).forEach(({ worker }) => worker.kill());
      }
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.sweep);
    await Promise.all([...this.workers].map((worker) => worker.stop()));
    await this.delivery.stop();
    this.reaper.stop();
    this.logs.forEach((log) => log.flush());
  }

  private poolOf(target: Target): Pool {
    const key = keyOf(target);
    const known = this.pools.get(key);
    if (known !== undefined) {
      return known;
    }
    const pool: Pool = { target, log: this.logOf(target), workers: new Set(), idle: [], waiting: [], retired: false };
    this.pools.set(key, pool);
    return pool;
  }

  /** Lines go into the file of the function and, as the function's role may, into its log group. */
  private logOf({ fn, version, revision }: Target): Pool['log'] {
    const key = `${fn.accountId}-${fn.name}`;
    const log = this.logs.get(key) ?? new FunctionLog(this.cloud.folder, fn.accountId, fn.name);
    this.logs.set(key, log);
    const target: LogTarget = {
      accountId: fn.accountId,
      group: logGroupOf(revision, fn.name),
      stream: logStreamOf(version),
      credentials: () => roleOf({ fn, revision }, this.cloud),
    };
    return {
      write: (line) => {
        log.write(line);
        this.delivery.write(target, line);
      },
      get tail() { return log.tail; },
    };
  }

  private async acquire(pool: Pool): Promise<Worker> {
    const { fn } = pool.target;
    const limit = limitOf(pool);
    const busy = pool.workers.size - pool.idle.length;
    if (fn.reservedConcurrency !== undefined && busy >= limit) {
      this.cloud.putServiceMetric(fn.accountId, { namespace: 'AWS/Lambda', name: 'Throttles', dimensions: { FunctionName: fn.name }, value: 1, unit: 'Count' });
      throw new ServiceError('TooManyRequestsException', `Rate Exceeded: ${fn.name} has reserved concurrency ${limit}`, 429, { Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded', Type: 'User' });
    }
    for (let idle = pool.idle.pop(); idle !== undefined; idle = pool.idle.pop()) {
      if (idle.worker.alive) {
        return idle.worker;
      }
    }
    if (pool.workers.size === 0) {
      return this.start(pool);
    }
    return new Promise((resolve) => {
      const waiting: Waiting = {
        take: (worker) => {
          clearTimeout(patience);
          resolve(worker);
        },
      };
      pool.waiting.push(waiting);
      const patience = setTimeout(() => {
        if (pool.workers.size < limit) {
          pool.waiting.splice(pool.waiting.indexOf(waiting), 1);
          resolve(this.start(pool));
        }
      }, PATIENCE_MS);
    });
  }

  private start(pool: Pool): Worker {
    this.makeRoom();
    const worker = new Worker({
      target: pool.target,
      cloud: this.cloud,
      log: pool.log,
      reaper: this.reaper,
      scratch: join(this.cloud.folder, 'lambda', 'tmp', randomUUID()),
      ended: (gone) => {
        pool.workers.delete(gone);
        this.workers.delete(gone);
        const index = pool.idle.findIndex(({ worker: idle }) => idle === gone);
        if (index >= 0) {
          pool.idle.splice(index, 1);
        }
        this.replace(pool);
      },
    });
    pool.workers.add(worker);
    this.workers.add(worker);
    this.sweep ??= setInterval(() => this.endIdle(), IDLE_MS / 3).unref();
    return worker;
  }

  /** Calls that waited for a worker that is gone get a new one. */
  private replace(pool: Pool): void {
    if (pool.waiting.length > 0 && pool.workers.size < limitOf(pool) && !this.stopped) {
      pool.waiting.shift()?.take(this.start(pool));
    }
  }

  private release(pool: Pool, worker: Worker): void {
    if (!worker.alive) {
      return;
    }
    const next = pool.waiting.shift();
    if (next !== undefined) {
      next.take(worker);
    } else if (pool.retired || this.stopped) {
      worker.kill();
    } else {
      pool.idle.push({ worker, since: Date.now() });
    }
  }

  private idleWorkers(): { readonly pool: Pool; readonly worker: Worker; readonly since: number }[] {
    return [...this.pools.values()].flatMap((pool) => pool.idle.map((entry) => ({ pool, ...entry }))).sort((a, b) => a.since - b.since);
  }

  private end({ pool, worker }: { readonly pool: Pool; readonly worker: Worker }): void {
    pool.idle.splice(pool.idle.findIndex((entry) => entry.worker === worker), 1);
    worker.kill();
  }

  private makeRoom(): void {
    const count = this.workers.size;
    if (count >= WORKERS_IN_ALL) {
      this.idleWorkers().slice(0, count - WORKERS_IN_ALL + 1).forEach((entry) => this.end(entry));
    }
  }

  private endIdle(): void {
    const limit = Date.now() - IDLE_MS;
    this.idleWorkers().filter(({ since }) => since < limit).forEach((entry) => this.end(entry));
  }

  private metrics({ fn }: Target, duration: number, failed: boolean): void {
    const dimensions = { FunctionName: fn.name };
    const put = (name: string, value: number, unit: string): void =>
      this.cloud.putServiceMetric(fn.accountId, { namespace: 'AWS/Lambda', name, dimensions, value, unit });
    put('Invocations', 1, 'Count');
    put('Errors', failed ? 1 : 0, 'Count');
    put('Duration', duration, 'Milliseconds');
  }
}
