import type { Clock } from '../../core/service';
import type { Block } from '../definition/types';
import type { Integration } from '../integrations/resource';
import type { ExecutionRecord, MapRun } from '../store';
import { ExecutionTimeout } from '../errors';
import type { History, Thread } from './history';
import type { Scope } from './scope';

/** A call that a Task state makes. */
export interface TaskCall {
  readonly integration: Integration;
  readonly arguments: unknown;
  /** Role under which the call is made. */
  readonly roleArn: string;
  /** Role of another account that the state names in Credentials. */
  readonly assumeRoleArn?: string;
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly signal: AbortSignal;
  /** For integrations that go on after their first answer: records that answer. */
  submitted(output: unknown): void;
}

/** Makes the calls of Task states; throws StateError for what the task fails with. */
export type TaskRunner = (call: TaskCall) => Promise<unknown>;

/** Waits of the interpreter. */
export interface Timers {
  /** Time that AWS would spend idle: scaled. */
  readonly clock: Clock;
  /** Time-out of a task that does real work: real seconds, so that a busy machine does not time out early. */
  work(seconds: number, signal: AbortSignal): Promise<void>;
}

/** Task tokens that are waited for. */
export interface TokenRegistry {
  open(token: string, handlers: TokenHandlers): void;
  close(token: string): void;
}

export interface TokenHandlers {
  succeed(output: string): void;
  fail(error: string | undefined, cause: string | undefined): void;
  heartbeat(): void;
}

/** How far a line of states has come: a redrive goes on from here. */
export interface Position {
  /** The state that was entered last, with its input and event. */
  state?: string;
  input?: unknown;
  enteredEventId?: number;
  /** Variables of the line. */
  scope?: Scope;
  /** Lines below a Parallel or inline Map state. */
  lines?: Position[];
  /** Items of a Map state. */
  items?: unknown[];
  mapRun?: MapRun;
  /** The line has ended with this output. */
  done?: { readonly output: unknown };
}

/** A child of a Distributed Map to start. */
export interface Child {
  readonly block: Block;
  readonly input: unknown;
  readonly label: string;
  readonly mapRunArn: string;
  readonly type: 'STANDARD' | 'EXPRESS';
}

/** Runs children of Distributed Maps as executions of their own. */
export interface Children {
  start(child: Child): ExecutionRecord;
  redrive(child: ExecutionRecord): void;
  /** Makes a Map Run known to the API. */
  opened(run: MapRun): void;
}

/** Everything that all states of one execution share. */
export interface Execution {
  readonly arn: string;
  readonly name: string;
  readonly input: unknown;
  readonly startTime: Date;
  /** Start, or last redrive: time limits count from here. */
  runningSince: Date;
  redriveCount: number;
  readonly children: Children;
  readonly roleArn: string;
  readonly region: string;
  readonly stateMachineArn: string;
  readonly stateMachineName: string;
  readonly history: History;
  readonly timers: Timers;
  readonly tasks: TaskRunner;
  readonly tokens: TokenRegistry;
  /** TimeoutSeconds of the machine. */
  readonly timeoutSeconds?: number;
}

/** Where a state runs: in the machine itself, in a branch or in an iteration. */
export interface Place {
  readonly execution: Execution;
  readonly scope: Scope;
  readonly thread: Thread;
  readonly signal: AbortSignal;
  readonly item?: { readonly Index: number; readonly Value: unknown };
  readonly position: Position;
  /** AWS seconds that this line of states has waited, by state: the longest wait of each. */
  readonly waited: Map<object, number>;
}

/** Real milliseconds between two looks of a polling loop: waits that are scaled to nothing would poll real work all the time. */
const POLL_STEP_MS = 10;
const POLL_CEILING_MS = 250;
const visits = new WeakMap<Map<object, number>, Map<object, number>>();

function visitsOf(place: Place, key: object): number {
  const counts = visits.get(place.waited) ?? new Map<object, number>();
  visits.set(place.waited, counts);
  const count = (counts.get(key) ?? 0) + 1;
  counts.set(key, count);
  return count;
}

/**
 * AWS seconds that are left of the machine's time. Real work counts as long as it really takes. Of waits the longest of each state counts once: a loop
 * that waits and looks at real work again would otherwise age 600 times faster than the work.
 */
export function remainingSeconds({ execution, waited }: Place, except?: object): number {
  if (execution.timeoutSeconds === undefined) {
    return Number.POSITIVE_INFINITY;
  }
  const real = (Date.now() - execution.runningSince.getTime()) / 1000;
  const idle = [...waited].reduce((sum, [key, seconds]) => sum + (key === except ? 0 : seconds), 0);
  return execution.timeoutSeconds - real - idle;
}

/**
 * Waits on the scaled clock.
 *
 * @param key what waits: repeated waits of one key get longer in real time, up to a quarter of a second, but never longer than asked
 * @throws ExecutionTimeout when the machine's own TimeoutSeconds ends first
 */
export async function pause(place: Place, key: object, seconds: number): Promise<void> {
  const { clock } = place.execution.timers;
  const left = remainingSeconds(place, key);
  if (seconds > left) {
    await clock.sleep(Math.max(0, left), place.signal);
    throw new ExecutionTimeout();
  }
  place.waited.set(key, Math.max(place.waited.get(key) ?? 0, seconds));
  const floorMs = Math.min(POLL_CEILING_MS, (visitsOf(place, key) - 1) * POLL_STEP_MS, seconds * 1000);
  await clock.sleep(Math.max(seconds, (floorMs / 1000) * clock.scale), place.signal);
}
