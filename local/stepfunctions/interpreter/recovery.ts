import type { Recovering, Retrier } from '../definition/types';
import { matches, StateError } from '../errors';
import { pause } from './execution';
import { bindingsOf, leave, located, type Exit, type Visit } from './visit';

/** Defaults of the States Language. */
const INTERVAL_SECONDS = 1;
const MAX_ATTEMPTS = 3;
const BACKOFF_RATE = 2;

/** Seconds before the next attempt, counted from 0. */
export function backoff(retrier: Retrier, attempt: number, random: () => number = Math.random): number {
  const interval = (retrier.IntervalSeconds ?? INTERVAL_SECONDS) * (retrier.BackoffRate ?? BACKOFF_RATE) ** attempt;
  const delay = Math.min(interval, retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY);
  return retrier.JitterStrategy === 'FULL' ? random() * delay : delay;
}

/** Runs a state's attempts: Retry first, each entry with a count of its own, then Catch. */
export async function withRecovery(state: Recovering, visit: Visit, attempt: () => Promise<Exit>): Promise<Exit> {
  const used = new Map<Retrier, number>();
  for (;;) {
    try {
      return await attempt();
    } catch (thrown) {
      const failure = located(thrown, visit);
      if (!(failure instanceof StateError)) {
        throw failure;
      }
      const retrier = state.Retry?.find(({ ErrorEquals }) => matches(ErrorEquals, failure));
      const count = retrier === undefined ? 0 : used.get(retrier) ?? 0;
      if (retrier === undefined || count >= (retrier.MaxAttempts ?? MAX_ATTEMPTS)) {
        return await caught(state, visit, failure);
      }
      used.set(retrier, count + 1);
      await pause(visit.place, retrier, backoff(retrier, count));
      visit.retryCount += 1;
    }
  }
}

async function caught(state: Recovering, visit: Visit, failure: StateError): Promise<Exit> {
  const index = state.Catch?.findIndex(({ ErrorEquals }) => matches(ErrorEquals, failure)) ?? -1;
  const catcher = state.Catch?.[index];
  if (catcher === undefined) {
    throw failure;
  }
  return leave(catcher, bindingsOf(visit, { errorOutput: failure.output }), failure.output, catcher.Next, `Catch[${index}]/`);
}
