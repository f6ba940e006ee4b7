import type { Clock } from '../core/service';
import type { Schedule } from './schedule';

const STOPPED_POLL_MS = 20;

/**
 * Calls back at every time of a schedule, on the scaled clock: AWS time starts at the real time and runs `scale` times as fast.
 *
 * @returns a function that ends it.
 */
export function every(clock: Clock, schedule: Schedule, callback: (time: Date) => void): () => void {
  const started = Date.now();
  let timer: NodeJS.Timeout | undefined;
  let last = new Date(started);
  const stoppedBefore = clock.stoppedMs?.() ?? 0;
  const plan = (): void => {
    const next = schedule(last);
    if (next === undefined) {
      return;
    }
    const due = (): number => started + clock.toReal((next.getTime() - started) / 1000) + (clock.stoppedMs?.() ?? 0) - stoppedBefore;
    // setTimeout counts in 32 bits: what lies further ahead is planned in steps. A stopped clock is looked at again and again.
    const delay = Math.max(clock.stopped === true ? STOPPED_POLL_MS : 0, due() - Date.now());
    timer = setTimeout(
      () => {
        if (clock.stopped === true || Date.now() + 1 < due()) {
          plan();
          return;
        }
        last = next;
        callback(next);
        plan();
      },
      Math.min(delay, 2 ** 31 - 1),
    );
    timer.unref();
  };
  plan();
  return () => clearTimeout(timer);
}
