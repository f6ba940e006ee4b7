/** Time source of the generator, in milliseconds; a test replaces it. */
export interface Timer {
  now(): number;
  /** Resolves at or after the time. */
  until(time: number): Promise<void>;
}

export const realTimer: Timer = {
  now: () => performance.now(),
  until: async (time) => {
    const wait = time - performance.now();
    if (wait > 0) {
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  },
};

/** One request: intended start, actual start and end in milliseconds after the beginning of the run. */
export interface Sample {
  readonly intended: number;
  readonly sent: number;
  readonly ended: number;
  /** What went wrong; `undefined` for an answer. */
  readonly problem?: string;
}

/**
 * Sends requests at a constant rate, whether or not earlier ones have returned, as independent callers do. A generator that waits for answers
 * would send less while the application stalls, and so hide the stall.
 *
 * @param rate requests a second
 * @param send sends request `index`; resolves with what went wrong, or `undefined`
 */
export async function openLoop(
  rate: number,
  requests: number,
  send: (index: number) => Promise<string | undefined>,
  timer: Timer = realTimer,
): Promise<Sample[]> {
  const start = timer.now();
  const running: Promise<Sample>[] = [];
  for (let index = 0; index < requests; index += 1) {
    const intended = (index * 1000) / rate;
    await timer.until(start + intended);
    const sent = timer.now() - start;
    running.push(send(index).then((problem) => ({ intended, sent, ended: timer.now() - start, problem })));
  }
  return Promise.all(running);
}
