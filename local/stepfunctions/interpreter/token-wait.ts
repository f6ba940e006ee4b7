import { ExecutionTimeout, StateError, STATES } from '../errors';
import { remainingSeconds } from './execution';
import { payload, type Visit } from './visit';

interface Limits {
  readonly limit?: number;
  readonly heartbeat?: number;
}

/** Real seconds that a token gets at least (or its whole time-out, if that is shorter): whoever holds it may do real work. */
const LEAST_REAL_SECONDS = 5;

/**
 * Makes the call, then waits until somebody answers its token. Waiting for an answer is idle time, so the time-out runs on the scaled clock, with a floor.
 */
export async function awaitToken(
  visit: Visit,
  token: string,
  { limit, heartbeat }: Limits,
  call: (signal: AbortSignal) => Promise<unknown>,
  submitted: (output: string) => void,
): Promise<unknown> {
  const { place } = visit;
  const { execution: { tokens, timers: { clock } } } = place;
  const done = new AbortController();
  const signal = AbortSignal.any([place.signal, done.signal]);
  const sleep = (seconds: number): Promise<void> => clock.sleep(Math.max(seconds, Math.min(seconds, LEAST_REAL_SECONDS) * clock.scale), signal);
  let beats = 0;
  try {
    return await new Promise<unknown>((resolve, reject) => {
      place.signal.addEventListener('abort', () => reject(place.signal.reason as Error), { once: true, signal: done.signal });
      const expire = (seconds: number, error: () => Error): void => {
        sleep(seconds).then(() => reject(error()), () => undefined);
      };
      const beat = async (seconds: number): Promise<void> => {
        for (let seen = -1; seen !== beats;) {
          seen = beats;
          await sleep(seconds);
        }
        reject(new StateError(STATES.TIMEOUT, undefined, 'task', { heartbeat: true }));
      };
      tokens.open(token, {
        succeed: (output) => resolve(JSON.parse(output) as unknown),
        fail: (error, cause) => reject(new StateError(error, cause, 'task')),
        heartbeat: () => { beats += 1; },
      });
      call(signal).then((output) => {
        submitted(payload(output, `The state/task '${visit.name}' returned a result that`));
        const left = remainingSeconds(place);
        if (limit !== undefined) {
          expire(limit, () => new StateError(STATES.TIMEOUT, undefined, 'task'));
        }
        if (Number.isFinite(left)) {
          expire(Math.max(0, left), () => new ExecutionTimeout());
        }
        if (heartbeat !== undefined) {
          void beat(heartbeat).catch(() => undefined);
        }
      }, reject);
    });
  } finally {
    done.abort();
    tokens.close(token);
  }
}
