import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from './service';

/**
 * Time for waits that AWS would spend idle. Order is kept; run times of jobs and functions are real.
 *
 * @param scale One second of AWS takes `1 / scale` real seconds; at least 1.
 */
export function createClock(scale: number): Clock {
  if (!Number.isFinite(scale) || scale < 1) {
    throw new RangeError(`time scale must be a number of at least 1, got ${scale}`);
  }
  const toReal = (seconds: number): number => (seconds * 1000) / scale;
  return {
    scale,
    toReal,
    async sleep(seconds, signal) {
      await delay(Math.max(0, toReal(seconds)), undefined, { signal });
    },
  };
}
