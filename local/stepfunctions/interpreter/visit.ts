import { randomBytes } from 'node:crypto';
import type { Leaving, State } from '../definition/types';
import { StateError, STATES } from '../errors';
import { evaluateTemplate, type Bindings } from '../jsonata/evaluate';
import { checkPayload } from '../limits';
import type { Place } from './execution';

/** One stay in one state. */
export interface Visit {
  readonly place: Place;
  readonly name: string;
  readonly input: unknown;
  readonly enteredEventId: number;
  readonly enteredTime: Date;
  retryCount: number;
  /** The state was entered before the execution was redriven: what it has done stays done. */
  resumed: boolean;
  /** Made when the state waits for a task token. */
  taskToken?: string;
}

/** How a state is left. */
export interface Exit {
  readonly output: unknown;
  readonly assigned: Readonly<Record<string, unknown>>;
  /** @default - the block of states ends here */
  readonly next?: string;
}

export type Handler<S extends State> = (state: S, visit: Visit) => Promise<Exit>;

export const newTaskToken = (): string => randomBytes(96).toString('base64');

/** `$states.context`. */
function contextOf({ place: { execution, item }, name, enteredTime, retryCount, taskToken }: Visit): object {
  return {
    Execution: {
      Id: execution.arn,
      Input: execution.input,
      StartTime: execution.startTime.toISOString(),
      Name: execution.name,
      RoleArn: execution.roleArn,
      RedriveCount: execution.redriveCount,
    },
    StateMachine: { Id: execution.stateMachineArn, Name: execution.stateMachineName },
    State: { Name: name, EnteredTime: enteredTime.toISOString(), RetryCount: retryCount },
    ...(item === undefined ? {} : { Map: { Item: item } }),
    ...(taskToken === undefined ? {} : { Task: { Token: taskToken } }),
  };
}

/** Variables and `$states` for the expressions of a state. */
export function bindingsOf(visit: Visit, extra: Readonly<Record<string, unknown>> = {}): Bindings {
  return { ...visit.place.scope.visible(), states: { input: visit.input, context: contextOf(visit), ...extra } };
}

/**
 * Evaluates what a state (or its catcher, or its choice rule) says about leaving. Output and Assign both see the variables as they were on entry.
 *
 * @param prefix of locations: `` or `Catch[0]/`
 */
export async function leave(
  leaving: Leaving,
  bindings: Bindings,
  defaultOutput: unknown,
  next: string | undefined,
  prefix = '',
): Promise<Exit> {
  const assigned = leaving.Assign === undefined ? {} : await evaluateTemplate(leaving.Assign, bindings, `${prefix}Assign`);
  const output = leaving.Output === undefined ? defaultOutput : await evaluateTemplate(leaving.Output, bindings, `${prefix}Output`);
  return { output, assigned: assigned as Record<string, unknown>, next };
}

/** The failure as a StateError that names the state, with the event that AWS records for failed expressions. */
export function located(error: unknown, visit: Visit): unknown {
  const failure = error instanceof StateError ? error.at(visit.name, visit.enteredEventId) : error;
  if (failure instanceof StateError && failure.error === STATES.QUERY && error !== failure) {
    visit.place.execution.history.add(visit.place.thread, 'EvaluationFailed', {
      error: failure.error,
      cause: failure.causeText,
      location: failure.details.location,
      state: visit.name,
    });
  }
  return failure;
}

/** Each attempt begins anew, but for the first one after a redrive. */
export function startOver(visit: Visit): void {
  if (!visit.resumed) {
    Object.assign(visit.place.position, { lines: undefined, items: undefined, mapRun: undefined });
  }
  visit.resumed = false;
}

/** JSON text of a value that is passed on. */
export function payload(value: unknown, what: string): string {
  return checkPayload(JSON.stringify(value ?? null), what);
}
