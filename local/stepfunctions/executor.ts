import { setTimeout as delay } from 'node:timers/promises';
import type { LocalCloud } from '../core/service';
import { randomUUID } from 'node:crypto';
import { childArn, executionArn } from './arns';
import type { Block } from './definition/types';
import { ExecutionTimeout, StateError, STATES } from './errors';
import { runBlock } from './interpreter/block';
import type { Child, Execution, Place, Position, TaskRunner, Timers, TokenRegistry } from './interpreter/execution';
import { History } from './interpreter/history';
import { Scope } from './interpreter/scope';
import { checkPayload } from './limits';
import type { MachineLogs } from './machine-log';
import { notRedrivable, type ExecutionRecord, type Machine, type MapRun, type Revision, type Status } from './store';

export interface ExecutorParts {
  readonly cloud: LocalCloud;
  readonly tasks: TaskRunner;
  readonly tokens: TokenRegistry;
  readonly logs: MachineLogs;
  /** Makes executions and Map Runs that the interpreter starts known. */
  readonly known: { child(record: ExecutionRecord): void; mapRun(run: MapRun): void };
  /** @default - real seconds */
  readonly work?: Timers['work'];
}

export interface Start {
  readonly machine: Machine;
  readonly revision: Revision;
  readonly versionArn?: string;
  readonly name: string;
  /** JSON text. */
  readonly input: string;
}

interface Ending {
  readonly status: Exclude<Status, 'RUNNING'>;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
}

/** AWS cuts longer causes. */
const CAUSE_LIMIT = 32_768;
/** Timers of Node end at once when they are longer. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const realSeconds: Timers['work'] = async (seconds, signal) => {
  await delay(Math.min(seconds * 1000, LONGEST_TIMER_MS), undefined, { signal, ref: false });
};

/** What runs, and how far it has come. */
interface Running {
  readonly record: ExecutionRecord;
  readonly block: Block;
  readonly execution: Execution;
  readonly position: Position;
  readonly scope: Scope;
  /** Whether the account's event bus hears of it. */
  readonly announced: boolean;
}

type Identity = Pick<ExecutionRecord, 'arn' | 'name' | 'machine' | 'revision' | 'stateMachineArn' | 'stateMachineVersionArn' | 'mapRunArn' | 'input'>;

/** Runs executions and tells the account's event bus about them. */
export class Executor {
  private readonly running = new WeakMap<ExecutionRecord, Running>();

  constructor(private readonly parts: ExecutorParts) {}

  start({ machine, revision, versionArn, name, input }: Start): ExecutionRecord {
    const arn = executionArn(machine.region, machine.accountId, machine.name, name);
    return this.begin({ arn, name, machine, revision, stateMachineArn: machine.arn, stateMachineVersionArn: versionArn, input }, revision.definition, true);
  }

  /**
   * Goes on with an execution that failed, timed out or was stopped, at the states that did not succeed. The caller has checked that it may.
   *
   * @returns the time of the redrive
   */
  redrive(record: ExecutionRecord): Date {
    const running = this.running.get(record);
    if (running === undefined) {
      throw new Error(`${record.arn} was not started here`);
    }
    const { execution } = running;
    const redriveDate = new Date();
    execution.redriveCount += 1;
    execution.runningSince = redriveDate;
    Object.assign(record, {
      status: 'RUNNING', stopDate: undefined, output: undefined, error: undefined, cause: undefined, redriveCount: execution.redriveCount, redriveDate,
    });
    this.launch(running);
    return redriveDate;
  }

  private begin(identity: Identity, block: Block, announced: boolean): ExecutionRecord {
    const { arn, name, machine, revision, input } = identity;
    const history = new History(this.parts.logs.writer(machine, revision, name));
    const startDate = new Date();
    const record: ExecutionRecord = {
      ...identity, startDate, events: history.events, ended: Promise.resolve(), status: 'RUNNING', redriveCount: 0, stop: () => undefined,
    };
    const execution: Execution = {
      arn, name, startTime: startDate, runningSince: startDate, redriveCount: 0, history,
      input: JSON.parse(input) as unknown,
      roleArn: revision.roleArn,
      region: machine.region,
      stateMachineArn: identity.stateMachineArn,
      stateMachineName: machine.name,
      timers: { clock: this.parts.cloud.clock, work: this.parts.work ?? realSeconds },
      tasks: this.parts.tasks,
      tokens: this.parts.tokens,
      children: {
        start: (child) => this.child(child, record),
        redrive: (child) => void this.redrive(child),
        opened: (run) => this.parts.known.mapRun(run),
      },
      timeoutSeconds: 'TimeoutSeconds' in block && typeof block.TimeoutSeconds === 'number' ? block.TimeoutSeconds : undefined,
    };
    const running: Running = { record, block, execution, position: {}, scope: new Scope(), announced };
    this.running.set(record, running);
    this.launch(running);
    return record;
  }

  /** A child execution of a Distributed Map. Express ones send no events, as on AWS. */
  private child({ block, input, label, mapRunArn, type }: Child, { machine, revision }: ExecutionRecord): ExecutionRecord {
    const name = randomUUID();
    const record = this.begin({
      arn: childArn(machine, label, name, type), name, machine, revision, mapRunArn, stateMachineArn: `${machine.arn}/${label}`, input: JSON.stringify(input ?? null),
    }, block, type === 'STANDARD');
    this.parts.known.child(record);
    return record;
  }

  private launch(running: Running): void {
    const { record } = running;
    const controller = new AbortController();
    let stopped: Ending | undefined;
    record.stop = (error, cause) => {
      stopped ??= { status: 'ABORTED', error, cause };
      controller.abort();
    };
    let resolveEnded: () => void = () => undefined;
    record.ended = new Promise<void>((resolve) => { resolveEnded = resolve; });
    this.emit(running);
    void this.run(running, controller, () => stopped).then((ending) => {
      Object.assign(record, ending, { stopDate: new Date() });
      this.log(record);
      this.emit(running);
      resolveEnded();
    });
  }

  private async run({ record, block, execution, position, scope }: Running, controller: AbortController, stopped: () => Ending | undefined): Promise<Ending> {
    const { timeoutSeconds, history, timers } = execution;
    const thread = { last: history.events.length };
    const place: Place = { execution, scope, thread, position, signal: controller.signal, waited: new Map() };
    const over = new AbortController();
    let timedOut = false;
    if (timeoutSeconds !== undefined) {
      timers.work(timeoutSeconds, over.signal).then(() => {
        timedOut = true;
        controller.abort();
      }, () => undefined);
    }
    try {
      // The caller gets its answer before the first state runs.
      await new Promise((resolve) => setImmediate(resolve));
      if (execution.redriveCount === 0) {
        history.add(thread, 'ExecutionStarted', { input: record.input, inputDetails: { truncated: false }, roleArn: execution.roleArn });
      } else {
        history.add(thread, 'ExecutionRedriven', { redriveCount: execution.redriveCount });
      }
      const output = await runBlock(block, execution.input, place);
      const text = checkPayload(JSON.stringify(output ?? null), 'The output of the execution');
      history.end(thread, 'ExecutionSucceeded', { output: text, outputDetails: { truncated: false } });
      return { status: 'SUCCEEDED', output: text };
    } catch (error) {
      return this.failed(error, { history, thread, stopped: stopped(), timedOut });
    } finally {
      over.abort();
    }
  }

  private failed(thrown: unknown, { history, thread, stopped, timedOut }: { history: History; thread: { last: number }; stopped?: Ending; timedOut: boolean }): Ending {
    if (stopped !== undefined) {
      history.end(thread, 'ExecutionAborted', { error: stopped.error, cause: stopped.cause });
      return stopped;
    }
    if (timedOut || thrown instanceof ExecutionTimeout) {
      history.end({ last: 0 }, 'ExecutionTimedOut', { error: STATES.TIMEOUT });
      return { status: 'TIMED_OUT' };
    }
    const failure = thrown instanceof StateError
      ? thrown
      : new StateError(STATES.RUNTIME, `The local AWS failed: ${thrown instanceof Error ? thrown.stack ?? thrown.message : String(thrown)}`, 'fail');
    const about = { error: failure.error, cause: failure.causeText?.slice(0, CAUSE_LIMIT) };
    history.end(thread, 'ExecutionFailed', about);
    return { status: 'FAILED', ...about };
  }

  private log({ arn, status, error, cause }: ExecutionRecord): void {
    const name = arn.split(':').slice(-2).join(':');
    const reason = status === 'SUCCEEDED' ? '' : ` ${error ?? ''}${cause === undefined ? '' : `: ${cause.slice(0, 500)}`}`;
    this.parts.cloud.log('states', `${name} ${status}${reason}`);
  }

  private emit({ record, announced }: Running): void {
    const { machine, status, output } = record;
    if (!announced) {
      return;
    }
    const reason = notRedrivable(record);
    this.parts.cloud.emit({
      source: 'aws.states',
      'detail-type': 'Step Functions Execution Status Change',
      account: machine.accountId,
      region: machine.region,
      resources: [record.arn],
      detail: {
        executionArn: record.arn,
        stateMachineArn: record.stateMachineArn,
        stateMachineVersionArn: record.stateMachineVersionArn ?? null,
        stateMachineAliasArn: null,
        name: record.name,
        status,
        startDate: record.startDate.getTime(),
        stopDate: record.stopDate?.getTime() ?? null,
        input: record.input,
        inputDetails: { included: true },
        output: output ?? null,
        outputDetails: output === undefined ? null : { included: true },
        error: record.error ?? null,
        cause: record.cause ?? null,
        redriveCount: record.redriveCount,
        redriveDate: record.redriveDate?.getTime() ?? null,
        redriveStatus: reason === undefined ? 'REDRIVABLE' : 'NOT_REDRIVABLE',
        redriveStatusReason: reason ?? null,
      },
    });
  }
}
