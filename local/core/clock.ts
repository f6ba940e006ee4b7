import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from './service';

/** Timers of Node end at once when they are longer. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** How often a wait looks whether a stopped clock goes again. */
const STOPPED_POLL_MS = 20;

/** A clock that faults can stop. */
export interface StoppableClock extends Clock {
  readonly stopped: boolean;
  stoppedMs(): number;
  /** @param stopped whether it stands still from now on */
  stop(stopped: boolean): void;
}

/**
 * Time for waits that AWS would spend idle. Order is kept; run times of jobs and functions are real.
 *
 * @param scale One second of AWS takes `1 / scale` real seconds; at least 1.
 */
export function createClock(scale: number): StoppableClock {
  if (!Number.isFinite(scale) || scale < 1) {
    throw new RangeError(`time scale must be a number of at least 1, got ${scale}`);
  }
  let since: number | undefined;
  let before = 0;
  const stoppedMs = (): number => before + (since === undefined ? 0 : performance.now() - since);
  const running = (): number => performance.now() - stoppedMs();
  const toReal = (seconds: number): number => (seconds * 1000) / scale;
  return {
    scale,
    toReal,
    get stopped() { return since !== undefined; },
    stoppedMs,
    stop(stopped) {
      if (stopped) {
        since ??= performance.now();
      } else {
        before = stoppedMs();
        since = undefined;
      }
    },
    async sleep(seconds, signal) {
      const due = running() + Math.max(0, toReal(seconds));
      // At least one turn, also for a wait of nothing; a wait that a timer ends a little early is over.
      for (let left = due - running(); ; left = due - running()) {
        await delay(since === undefined ? Math.min(Math.max(0, left), LONGEST_TIMER_MS) : STOPPED_POLL_MS, undefined, { signal });
        if (since === undefined && due - running() < 1) {
          return;
        }
      }
    },
  };
}
