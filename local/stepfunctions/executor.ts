import { setTimeout as delay } from 'node:timers/promises';
import type { LocalCloud } from '../core/service';
import { executionArn } from './arns';
import { ExecutionTimeout, StateError, STATES } from './errors';
import { runBlock } from './interpreter/block';
import type { Execution, Place, TaskRunner, Timers, TokenRegistry } from './interpreter/execution';
import { History } from './interpreter/history';
import { Scope } from './interpreter/scope';
import { checkPayload } from './limits';
import type { MachineLogs } from './machine-log';
import type { ExecutionRecord, Machine, Revision, Status } from './store';

export interface ExecutorParts {
  readonly cloud: LocalCloud;
  readonly tasks: TaskRunner;
  readonly tokens: TokenRegistry;
  readonly logs: MachineLogs;
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

/** Runs executions and tells the account's event bus about them. */
export class Executor {
  constructor(private readonly parts: ExecutorParts) {}

  start({ machine, revision, versionArn, name, input }: Start): ExecutionRecord {
    const arn = executionArn(machine.region, machine.accountId, machine.name, name);
    const history = new History(this.parts.logs.writer(machine, revision, name));
    const controller = new AbortController();
    let stopped: Ending | undefined;
    const startDate = new Date();
    let resolveEnded: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => { resolveEnded = resolve; });
    const record: ExecutionRecord = {
      arn, name, machine, revision, stateMachineVersionArn: versionArn, input, startDate, events: history.events, ended, status: 'RUNNING',
      stop: (error, cause) => {
        stopped ??= { status: 'ABORTED', error, cause };
        controller.abort();
      },
    };
    const execution: Execution = {
      arn, name, startTime: startDate, history,
      input: JSON.parse(input) as unknown,
      roleArn: revision.roleArn,
      region: machine.region,
      stateMachineArn: machine.arn,
      stateMachineName: machine.name,
      timers: { clock: this.parts.cloud.clock, work: this.parts.work ?? realSeconds },
      tasks: this.parts.tasks,
      tokens: this.parts.tokens,
      timeoutSeconds: revision.definition.TimeoutSeconds,
    };
    this.emit(record);
    void this.run(execution, record, controller, () => stopped).then((ending) => {
      Object.assign(record, ending, { stopDate: new Date() });
      this.log(record);
      this.emit(record);
      resolveEnded();
    });
    return record;
  }

  private async run(execution: Execution, record: ExecutionRecord, controller: AbortController, stopped: () => Ending | undefined): Promise<Ending> {
    const thread = { last: 0 };
    const place: Place = { execution, scope: new Scope(), thread, signal: controller.signal, waited: new Map() };
    const over = new AbortController();
    let timedOut = false;
    const { timeoutSeconds, history, timers } = execution;
    if (timeoutSeconds !== undefined) {
      timers.work(timeoutSeconds, over.signal).then(() => {
        timedOut = true;
        controller.abort();
      }, () => undefined);
    }
    try {
      // The caller gets its answer before the first state runs.
      await new Promise((resolve) => setImmediate(resolve));
      history.add(thread, 'ExecutionStarted', { input: record.input, inputDetails: { truncated: false }, roleArn: execution.roleArn });
      const output = await runBlock(record.revision.definition, execution.input, place);
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

  private emit(record: ExecutionRecord): void {
    const { machine, status, output } = record;
    this.parts.cloud.emit({
      source: 'aws.states',
      'detail-type': 'Step Functions Execution Status Change',
      account: machine.accountId,
      region: machine.region,
      resources: [record.arn],
      detail: {
        executionArn: record.arn,
        stateMachineArn: machine.arn,
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
        redriveCount: 0,
        redriveDate: null,
        redriveStatus: status === 'RUNNING' ? 'NOT_REDRIVABLE' : null,
        redriveStatusReason: null,
      },
    });
  }
}
