import { ServiceError } from '../core/service';
import { machineArn, parseMachineArn } from './arns';
import type { Definition } from './definition/types';
import type { HistoryEvent } from './interpreter/history';

export interface Tag {
  readonly key?: string;
  readonly value?: string;
}

/** One revision of a machine: what its executions run. */
export interface Revision {
  readonly revisionId: string;
  readonly text: string;
  readonly definition: Definition;
  readonly roleArn: string;
  readonly loggingConfiguration?: unknown;
  readonly tracingConfiguration?: unknown;
  readonly encryptionConfiguration?: unknown;
}

export interface Version {
  readonly arn: string;
  readonly revision: Revision;
  readonly description?: string;
  readonly creationDate: Date;
}

export interface Machine {
  readonly arn: string;
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  readonly creationDate: Date;
  revision: Revision;
  readonly versions: Map<string, Version>;
  lastVersion: number;
  readonly tags: Map<string, string>;
  updateDate: Date;
}

export type Status = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

export interface ExecutionRecord {
  readonly arn: string;
  readonly name: string;
  readonly machine: Machine;
  readonly revision: Revision;
  /** `<machine>`, or `<machine>/<label>` of a child of a Distributed Map. */
  readonly stateMachineArn: string;
  /** Of a child: the Map Run that started it. */
  readonly mapRunArn?: string;
  readonly stateMachineVersionArn?: string;
  readonly input: string;
  readonly startDate: Date;
  readonly events: readonly HistoryEvent[];
  /** Ends when the execution, or its redrive, has ended. */
  ended: Promise<void>;
  stop(error?: string, cause?: string): void;
  status: Status;
  redriveCount: number;
  redriveDate?: Date;
  stopDate?: Date;
  output?: string;
  error?: string;
  cause?: string;
}

/** One run of a Distributed Map with its child executions. */
export interface MapRun {
  readonly arn: string;
  /** The parent. */
  readonly executionArn: string;
  /** Of the children: `<machine>/<label>`. */
  readonly stateMachineArn: string;
  readonly startDate: Date;
  readonly maxConcurrency: number;
  readonly toleratedFailureCount: number;
  readonly toleratedFailurePercentage: number;
  /** Items of each child, more than one when they are batched. */
  readonly batches: readonly number[];
  /** By place in the list of inputs; those that never began are absent. */
  readonly children: (ExecutionRecord | undefined)[];
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';
  stopDate?: Date;
  redriveCount: number;
  redriveDate?: Date;
  /** Whether a ResultWriter has stored the results. */
  written: boolean;
}

/** Map Runs that are kept, their children's histories included. */
const KEPT_MAP_RUNS = 100;

/** Machines and executions of all accounts. */
export class Store {
  readonly mapRuns = new Map<string, MapRun>();
  readonly machines = new Map<string, Machine>();
  readonly executions = new Map<string, ExecutionRecord>();

  /** Keeps a Map Run, and as many older ones as memory allows. */
  addMapRun(run: MapRun): void {
    this.mapRuns.set(run.arn, run);
    for (const [arn, { status }] of this.mapRuns) {
      if (this.mapRuns.size <= KEPT_MAP_RUNS) {
        return;
      }
      if (status !== 'RUNNING') {
        this.mapRuns.delete(arn);
      }
    }
  }

  /** @throws ServiceError `StateMachineDoesNotExist` */
  machine(arn: string): Machine {
    const { region, accountId, name } = parseMachineArn(arn);
    const machine = this.machines.get(machineArn(region, accountId, name));
    if (machine === undefined) {
      throw new ServiceError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
    }
    return machine;
  }

  /** The machine's newest revision, or that of a version ARN. */
  revision(arn: string): { readonly machine: Machine; readonly revision: Revision; readonly versionArn?: string } {
    const machine = this.machine(arn);
    const { version } = parseMachineArn(arn);
    if (version === undefined) {
      return { machine, revision: machine.revision };
    }
    const found = machine.versions.get(version);
    if (found === undefined) {
      throw new ServiceError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
    }
    return { machine, revision: found.revision, versionArn: found.arn };
  }

  /** @throws ServiceError `ExecutionDoesNotExist` */
  execution(arn: string): ExecutionRecord {
    const execution = this.executions.get(arn);
    if (execution === undefined) {
      throw new ServiceError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
    }
    return execution;
  }
}

/** Why an execution cannot be redriven now, in the words of AWS; `undefined` when it can. */
export const notRedrivable = ({ status, events }: Pick<ExecutionRecord, 'status' | 'events'>): string | undefined => {
  if (status === 'RUNNING' || status === 'SUCCEEDED') {
    return `Execution is ${status} and cannot be redriven`;
  }
  return events.length >= REDRIVE_HISTORY_LIMIT ? 'Execution history event limit exceeded' : undefined;
};

/** Events after which nothing could be added to a redriven execution. */
const REDRIVE_HISTORY_LIMIT = 24_999;

/** One page of a list; the token is the position of the next one. */
export function page<T>(items: readonly T[], maxResults: number | undefined, nextToken: string | undefined, limit: number): { readonly items: readonly T[]; readonly nextToken?: string } {
  const start = nextToken === undefined ? 0 : Number(nextToken);
  if (!Number.isInteger(start) || start < 0) {
    throw new ServiceError('InvalidToken', `Invalid Token: '${String(nextToken)}'`);
  }
  const size = maxResults === undefined || maxResults === 0 ? 100 : Math.min(maxResults, limit);
  const end = start + size;
  return { items: items.slice(start, end), ...(end < items.length ? { nextToken: String(end) } : {}) };
}
