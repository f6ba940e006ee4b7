/** Error names that the States Language defines. */
export const STATES = {
  ALL: 'States.ALL',
  TASK_FAILED: 'States.TaskFailed',
  TIMEOUT: 'States.Timeout',
  HEARTBEAT_TIMEOUT: 'States.HeartbeatTimeout',
  RUNTIME: 'States.Runtime',
  DATA_LIMIT: 'States.DataLimitExceeded',
  QUERY: 'States.QueryEvaluationError',
} as const;

/** Where an error came from decides its history event and whether its cause is told with the state's name. */
export type ErrorOrigin = 'task' | 'evaluation' | 'interpreter' | 'fail';

/** Failure of a state, with the error name and cause that Retry, Catch and DescribeExecution see. */
export class StateError extends Error {
  /** Set once the state that failed has put its name before the cause. */
  located = false;

  constructor(
    readonly error: string | undefined,
    readonly causeText: string | undefined,
    readonly origin: ErrorOrigin,
    readonly details: { readonly location?: string; readonly heartbeat?: boolean } = {},
  ) {
    super(`${error ?? 'error'}: ${causeText ?? ''}`);
    this.name = 'StateError';
  }

  /** The same failure, told with the state in which it happened. Causes that a task or a Fail state gave stay as they are. */
  at(state: string, eventId: number): StateError {
    if (this.located || this.origin === 'task' || this.origin === 'fail' || this.causeText === undefined) {
      return this;
    }
    const cause = `An error occurred while executing the state '${state}' (entered at the event id #${eventId}). ${this.causeText}`;
    const located = new StateError(this.error, cause, this.origin, this.details);
    located.located = true;
    return located;
  }

  /** What `$states.errorOutput` holds. */
  get output(): { readonly Error?: string; readonly Cause?: string } {
    return { ...(this.error === undefined ? {} : { Error: this.error }), ...(this.causeText === undefined ? {} : { Cause: this.causeText }) };
  }
}

/** The machine's own TimeoutSeconds has passed: nothing can catch this. */
export class ExecutionTimeout extends Error {}

const NOT_UNDER_ALL: ReadonlySet<string> = new Set([STATES.RUNTIME, STATES.DATA_LIMIT]);

/**
 * Whether a Retry or Catch entry takes an error. `States.ALL` and `States.TaskFailed` never take `States.Runtime` and `States.DataLimitExceeded`;
 * `States.TaskFailed` takes every other error but a time-out; nothing takes `States.Runtime`.
 */
export function matches(errorEquals: readonly string[], failure: StateError): boolean {
  const error = failure.error ?? '';
  if (error === STATES.RUNTIME) {
    return false;
  }
  return errorEquals.some((wanted) =>
    wanted === error
    || (wanted === STATES.ALL && !NOT_UNDER_ALL.has(error))
    || (wanted === STATES.TASK_FAILED && !NOT_UNDER_ALL.has(error) && error !== STATES.TIMEOUT)
    || (wanted === STATES.HEARTBEAT_TIMEOUT && failure.details.heartbeat === true));
}
