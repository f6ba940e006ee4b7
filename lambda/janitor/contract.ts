import type { GateMode } from '../gate/contract';

/** A state machine that the janitor looks after. */
export interface WatchedMachine {
  readonly machine: 'development' | 'qualification' | 'promotion' | 'monitor';
  /** Gates of the machine in the order in which they run: the first without a verdict is where the execution ended. */
  readonly gates: readonly string[];
  readonly mode: GateMode;
  /** Gate of an execution that reproduces a version, which runs none of the others. */
  readonly comparison?: string;
}

/** Environment variable: {@link WatchedMachine} by state machine ARN, as JSON. */
export const WATCHED_MACHINES = 'MLOPS_WATCHED_MACHINES';

/** Detail of `Step Functions Execution Status Change`, as far as the janitor reads it. */
export interface ExecutionEnded {
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly name: string;
  readonly status: 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  /** Epoch milliseconds. */
  readonly startDate: number;
  readonly stopDate: number | null;
  /** JSON, or `null` when it is too long for an event. */
  readonly input?: string | null;
  readonly error?: string | null;
  readonly cause?: string | null;
}

export interface JanitorResult {
  /** URI of the verdict that had to be written. */
  readonly verdictUri?: string;
  /** What was removed, in order. */
  readonly removed: readonly string[];
}
