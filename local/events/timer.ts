import type { Clock } from '../core/service';
import type { Schedule } from './schedule';

/**
 * Calls back at every time of a schedule, on the scaled clock: AWS time starts at the real time and runs `scale` times as fast.
 *
 * @returns a function that ends it.
 */
export function every(clock: Clock, schedule: Schedule, callback: (time: Date) => void): () => void {
  const started = Date.now();
  let timer: NodeJS.Timeout | undefined;
  let last = new Date(started);
  const plan = (): void => {
    const next = schedule(last);
    if (next === undefined) {
      return;
    }
    const due = started + clock.toReal((next.getTime() - started) / 1000);
    // setTimeout counts in 32 bits: what lies further ahead is planned in steps.
    const delay = Math.max(0, due - Date.now());
    timer = setTimeout(
      () => {
        if (Date.now() + 1 < due) {
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
