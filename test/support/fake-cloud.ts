import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CallContext, Clock, CloudEvent, LocalCloud, ServiceMetric } from '../../local/core/service';

/** Virtual time: a sleep ends when nothing else is left to do, in the order of wake-up times. No test waits. */
export interface VirtualClock extends Clock {
  /** AWS seconds that have passed. */
  now(): number;
  /** Every sleep that was asked for, in seconds. */
  readonly slept: readonly number[];
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Turns of the event loop without a new sleep after which time moves on: enough for chains of promises inside one process. */
const QUIET_TURNS = 8;

/** @param scale only tells `toReal`; virtual sleeps take no time */
export function virtualClock(scale = 1): VirtualClock {
  let time = 0;
  let pumping = false;
  const slept: number[] = [];
  const sleepers = new Set<Sleeper>();
  const pump = (quiet: number): void => {
    if (sleepers.size === 0) {
      pumping = false;
      return;
    }
    if (quiet > 0) {
      setImmediate(() => pump(quiet - 1));
      return;
    }
    const next = [...sleepers].reduce((first, other) => (other.at < first.at ? other : first));
    sleepers.delete(next);
    time = Math.max(time, next.at);
    next.wake();
    setImmediate(() => pump(QUIET_TURNS));
  };
  return {
    scale,
    slept,
    now: () => time,
    toReal: (seconds) => (seconds * 1000) / scale,
    sleep: (seconds, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(abortError());
          return;
        }
        slept.push(seconds);
        const onAbort = (): void => {
          sleepers.delete(sleeper);
          reject(abortError());
        };
        const sleeper: Sleeper = {
          at: time + seconds,
          wake: () => {
            signal?.removeEventListener('abort', onAbort);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', onAbort, { once: true });
        if (!pumping) {
          pumping = true;
          setImmediate(() => pump(QUIET_TURNS));
        }
      }),
  };
}

function abortError(): Error {
  return Object.assign(new Error('aborted'), { name: 'AbortError' });
}

/** A local AWS that records what a service asks of it. */
export interface FakeCloud extends LocalCloud {
  readonly events: CloudEvent[];
  readonly metrics: Array<ServiceMetric & { readonly accountId: string }>;
  readonly logs: string[];
  readonly clock: VirtualClock;
}

/** @param overrides e.g. `{ endpoint }` of a server that the test has started */
export function fakeCloud(overrides: Partial<LocalCloud> & { readonly clock?: VirtualClock } = {}): FakeCloud {
  const events: CloudEvent[] = [];
  const metrics: Array<ServiceMetric & { readonly accountId: string }> = [];
  const logs: string[] = [];
  let folder: string | undefined;
  return {
    endpoint: 'http://127.0.0.1:9',
    region: 'eu-central-1',
    get folder() {
      folder ??= mkdtempSync(join(tmpdir(), 'local-cloud-'));
      return folder;
    },
    clock: virtualClock(),
    faults: { apply: async () => ({}) },
    python: 'python3',
    credentialsOf: (roleArn) => ({ accessKeyId: `ASIA${roleArn.slice(-16).toUpperCase().padStart(16, 'X')}`, secretAccessKey: 'secret', sessionToken: 'token' }),
    credentialsOfService: () => ({ accessKeyId: 'ASIASERVICESERVICESE', secretAccessKey: 'secret', sessionToken: 'token' }),
    require: async () => undefined,
    emit: (event) => void events.push(event),
    putServiceMetric: (accountId, datum) => void metrics.push({ accountId, ...datum }),
    log: (service, message) => void logs.push(`${service}: ${message}`),
    ...overrides,
    events,
    metrics,
    logs,
  } as FakeCloud;
}

/** Context of a call signed by an account's root, or by a role's session when `roleArn` is given. */
export function fakeContext(accountId = '111111111111', roleArn?: string): CallContext {
  const role = roleArn?.split('/').at(-1);
  return {
    caller: {
      accountId,
      principalArn: role === undefined ? `arn:aws:iam::${accountId}:root` : `arn:aws:sts::${accountId}:assumed-role/${role}/test`,
      ...(roleArn === undefined ? {} : { roleArn }),
      accessKeyId: 'AKIATESTTESTTESTTEST',
    },
    accountId,
    region: 'eu-central-1',
    requestId: '00000000-0000-0000-0000-000000000000',
  };
}
