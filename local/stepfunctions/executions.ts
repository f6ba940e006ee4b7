import { randomUUID } from 'node:crypto';
import type {
  DescribeExecutionInput, DescribeExecutionOutput, GetExecutionHistoryInput, GetExecutionHistoryOutput, ListExecutionsInput, ListExecutionsOutput,
  RedriveExecutionInput, RedriveExecutionOutput, SendTaskFailureInput, SendTaskHeartbeatInput, SendTaskSuccessInput, StartExecutionInput, StartExecutionOutput, StopExecutionInput, StopExecutionOutput,
} from '@aws-sdk/client-sfn';
import { ServiceError } from '../core/service';
import { checkName, executionArn } from './arns';
import type { Executor } from './executor';
import type { HistoryEvent } from './interpreter/history';
import { PAYLOAD_LIMIT } from './limits';
import { notRedrivable, page, type ExecutionRecord, type Store } from './store';
import type { Tokens } from './tokens';

const LIST_LIMIT = 1000;
/** Executions that are kept after their end, histories included. */
const KEPT_EXECUTIONS = 2_000;

function checkJson(text: string, code: 'InvalidExecutionInput' | 'InvalidOutput', what: string): void {
  try {
    JSON.parse(text);
  } catch (error) {
    throw new ServiceError(code, `Invalid ${what}: '${(error as Error).message}'`);
  }
  if (Buffer.byteLength(text) > PAYLOAD_LIMIT) {
    throw new ServiceError(code, `Invalid ${what}: '${Buffer.byteLength(text)} bytes are more than ${PAYLOAD_LIMIT}; pass an S3 URI instead'`);
  }
}

const DATA_FIELDS: ReadonlySet<string> = new Set(['input', 'inputDetails', 'output', 'outputDetails']);

/** An event without the data that passed through the state. */
function withoutData(event: HistoryEvent): HistoryEvent {
  return Object.fromEntries(Object.entries(event).map(([key, value]) => [
    key,
    typeof value === 'object' && value !== null && !(value instanceof Date)
      ? Object.fromEntries(Object.entries(value).filter(([name]) => !DATA_FIELDS.has(name)))
      : value,
  ])) as unknown as HistoryEvent;
}

/** Operations on executions and task tokens. */
export class Executions {
  constructor(private readonly store: Store, private readonly executor: Executor, private readonly tokens: Tokens) {}

  readonly start = async ({ stateMachineArn = '', name = randomUUID(), input = '{}' }: StartExecutionInput): Promise<StartExecutionOutput> => {
    checkName(name);
    const { machine, revision, versionArn } = this.store.revision(stateMachineArn);
    checkJson(input, 'InvalidExecutionInput', 'State Machine Execution Input');
    const arn = executionArn(machine.region, machine.accountId, machine.name, name);
    const existing = this.store.executions.get(arn);
    if (existing !== undefined) {
      if (existing.status === 'RUNNING' && existing.input === input) {
        return { executionArn: arn, startDate: existing.startDate };
      }
      throw new ServiceError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
    }
    const record = this.executor.start({ machine, revision, versionArn, name, input });
    this.store.executions.set(arn, record);
    this.forgetOld();
    return { executionArn: arn, startDate: record.startDate };
  };

  readonly describe = async ({ executionArn: arn = '' }: DescribeExecutionInput): Promise<DescribeExecutionOutput> => {
    const found = this.store.execution(arn);
    const { name, status, startDate, stopDate, input, output, error, cause, stateMachineArn, stateMachineVersionArn, mapRunArn, redriveCount, redriveDate } = found;
    const reason = notRedrivable(found);
    return {
      executionArn: arn,
      stateMachineArn,
      stateMachineVersionArn,
      name, status, startDate, stopDate, input, output, error, cause,
      inputDetails: { included: true },
      ...(output === undefined ? {} : { outputDetails: { included: true } }),
      mapRunArn, redriveCount, redriveDate,
      redriveStatus: reason === undefined ? 'REDRIVABLE' : 'NOT_REDRIVABLE',
      redriveStatusReason: reason,
    };
  };

  readonly list = async ({ stateMachineArn, mapRunArn, statusFilter, redriveFilter, maxResults, nextToken }: ListExecutionsInput): Promise<ListExecutionsOutput> => {
    if ((stateMachineArn === undefined) === (mapRunArn === undefined)) {
      throw new ServiceError('ValidationException', 'Exactly one of stateMachineArn and mapRunArn is required');
    }
    const belongs = this.belongs(stateMachineArn, mapRunArn);
    const found = [...this.store.executions.values()].toReversed().filter((record) =>
      belongs(record)
      && (statusFilter === undefined || record.status === statusFilter)
      && (redriveFilter === undefined || (redriveFilter === 'REDRIVEN') === (record.redriveCount > 0)));
    const { items, nextToken: next } = page(found, maxResults, nextToken, LIST_LIMIT);
    return {
      executions: items.map((record) => ({
        executionArn: record.arn, stateMachineArn: record.stateMachineArn, stateMachineVersionArn: record.stateMachineVersionArn, name: record.name,
        status: record.status, startDate: record.startDate, stopDate: record.stopDate, mapRunArn: record.mapRunArn,
        redriveCount: record.redriveCount, redriveDate: record.redriveDate,
      })),
      nextToken: next,
    };
  };

  readonly history = async (input: GetExecutionHistoryInput): Promise<GetExecutionHistoryOutput> => {
    const { events } = this.store.execution(input.executionArn ?? '');
    const ordered = input.reverseOrder === true ? events.toReversed() : events;
    const { items, nextToken } = page(ordered, input.maxResults, input.nextToken, LIST_LIMIT);
    const shown = input.includeExecutionData === false ? items.map(withoutData) : items;
    return { events: shown as unknown as GetExecutionHistoryOutput['events'], nextToken };
  };

  readonly stop = async ({ executionArn: arn = '', error, cause }: StopExecutionInput): Promise<StopExecutionOutput> => {
    const record = this.store.execution(arn);
    if (record.status === 'RUNNING') {
      record.stop(error, cause);
      await record.ended;
    }
    return { stopDate: record.stopDate };
  };

  readonly redrive = async ({ executionArn: arn = '' }: RedriveExecutionInput): Promise<RedriveExecutionOutput> => {
    const record = this.store.execution(arn);
    const reason = record.mapRunArn === undefined ? notRedrivable(record) : 'Execution is a child of a Map Run: redrive its parent';
    if (reason !== undefined) {
      throw new ServiceError('ExecutionNotRedrivable', `The execution ${arn} cannot be redriven: ${reason}`);
    }
    return { redriveDate: this.executor.redrive(record) };
  };

  readonly succeedTask = async ({ taskToken = '', output = '' }: SendTaskSuccessInput): Promise<object> => {
    const handlers = this.tokens.find(taskToken);
    checkJson(output, 'InvalidOutput', 'Output');
    this.tokens.close(taskToken);
    handlers.succeed(output);
    return {};
  };

  readonly failTask = async ({ taskToken = '', error, cause }: SendTaskFailureInput): Promise<object> => {
    const handlers = this.tokens.find(taskToken);
    this.tokens.close(taskToken);
    handlers.fail(error, cause);
    return {};
  };

  readonly heartbeat = async ({ taskToken = '' }: SendTaskHeartbeatInput): Promise<object> => {
    this.tokens.find(taskToken).heartbeat();
    return {};
  };

  /** Ends everything that runs. */
  async stopAll(): Promise<void> {
    const running = [...this.store.executions.values()].filter(({ status }) => status === 'RUNNING');
    running.forEach((record: ExecutionRecord) => record.stop(undefined, 'The local AWS has stopped'));
    await Promise.all(running.map(({ ended }) => ended));
  }

  private belongs(stateMachineArn: string | undefined, mapRunArn: string | undefined): (record: ExecutionRecord) => boolean {
    if (mapRunArn !== undefined) {
      return (record) => record.mapRunArn === mapRunArn;
    }
    const { machine, versionArn } = this.store.revision(stateMachineArn ?? '');
    return (record) => record.stateMachineArn === machine.arn && (versionArn === undefined || record.stateMachineVersionArn === versionArn);
  }

  private forgetOld(): void {
    for (const [arn, { status }] of this.store.executions) {
      if (this.store.executions.size <= KEPT_EXECUTIONS) {
        return;
      }
      if (status !== 'RUNNING') {
        this.store.executions.delete(arn);
      }
    }
  }
}
