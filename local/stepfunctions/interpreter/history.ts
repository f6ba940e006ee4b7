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

/** What AWS names the part of an event that holds its details. */
const DETAILS: readonly (readonly [RegExp, string])[] = [
  [/^\w+StateEntered$/, 'stateEnteredEventDetails'],
  [/^\w+StateExited$/, 'stateExitedEventDetails'],
  [/^MapIteration(\w+)$/, 'mapIteration$1EventDetails'],
  [/^(\w)(\w*)$/, ''],
];

function detailsName(type: string): string {
  for (const [pattern, name] of DETAILS) {
    if (name !== '' && pattern.test(type)) {
      return type.replace(pattern, name);
    }
  }
  return `${type.charAt(0).toLowerCase()}${type.slice(1)}EventDetails`;
}

/** Events of one execution, numbered from 1 as they happen. */
export class History {
  readonly events: HistoryEvent[] = [];

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
    this.events.push({ timestamp: new Date(), type, id, previousEventId: thread.last, ...(details === undefined ? {} : { [detailsName(type)]: details }) });
    thread.last = id;
    return id;
  }
}
