import { StateError, STATES } from '../errors';
import { HISTORY_LIMIT } from '../limits';

export interface HistoryEvent {
  readonly timestamp: Date;
  readonly type: string;
  readonly id: number;
  readonly previousEventId: number;
  readonly [details: string]: unknown;
}

/** A chain of events: each branch of a Parallel or iteration of a Map has its own. */
export interface Thread {
  last: number;
}

/** Types that share the name of their details; every other type has its own. */
const SHARED_DETAILS: readonly (readonly [RegExp, string])[] = [
  [/StateEntered$/, 'stateEnteredEventDetails'],
  [/StateExited$/, 'stateExitedEventDetails'],
];

const detailsName = (type: string): string =>
  SHARED_DETAILS.find(([pattern]) => pattern.test(type))?.[1] ?? `${type.charAt(0).toLowerCase()}${type.slice(1)}EventDetails`;

/** Events of one execution, numbered from 1 as they happen. */
export class History {
  readonly events: HistoryEvent[] = [];

  /** @param written called with every event */
  constructor(private readonly written?: (event: HistoryEvent) => void) {}

  /** @throws StateError when the execution has as many events as AWS allows */
  add(thread: Thread, type: string, details?: object): number {
    if (this.events.length >= HISTORY_LIMIT - 1) {
      throw new StateError(STATES.RUNTIME, `The execution reached the maximum number of history events (${HISTORY_LIMIT}).`, 'fail');
    }
    return this.append(thread, type, details);
  }

  /** The last event of an execution: it always has a place. */
  end(thread: Thread, type: string, details?: object): number {
    return this.append(thread, type, details);
  }

  private append(thread: Thread, type: string, details?: object): number {
    const id = this.events.length + 1;
    const event = { timestamp: new Date(), type, id, previousEventId: thread.last, ...(details === undefined ? {} : { [detailsName(type)]: details }) };
    this.events.push(event);
    this.written?.(event);
    thread.last = id;
    return id;
  }
}
