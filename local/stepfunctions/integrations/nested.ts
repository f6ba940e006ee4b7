import { StateError, STATES } from '../errors';

/** What a nested execution needs to know about its end. */
export interface ExecutionWatcher {
  ended(executionArn: string): Promise<void>;
}

type Json = Readonly<Record<string, unknown>>;
type Send = (action: string, input: Json, signal?: AbortSignal) => Promise<Json>;

const STOP_WITHIN_MS = 5_000;

const parsed = (text: unknown): unknown => (typeof text === 'string' ? JSON.parse(text) as unknown : text);
const millis = (time: unknown): unknown => (typeof time === 'string' ? Date.parse(time) : time);

/**
 * Waits for an execution that a state has started (`.sync:2`), and stops it when the state itself is stopped.
 *
 * @returns the execution with its Output as JSON
 * @throws StateError `States.TaskFailed` whose cause is the execution as JSON text, as on AWS
 */
export async function waitForNested(executionArn: string, watcher: ExecutionWatcher, signal: AbortSignal, send: Send): Promise<unknown> {
  const stopped = new Promise<'stopped'>((resolve) => {
    signal.addEventListener('abort', () => resolve('stopped'), { once: true });
  });
  const how = await Promise.race([watcher.ended(executionArn), stopped]);
  if (how === 'stopped') {
    await send('stopExecution', { ExecutionArn: executionArn, Cause: 'The parent execution has ended' }, AbortSignal.timeout(STOP_WITHIN_MS))
      .catch(() => undefined);
    throw signal.reason;
  }
  const found = await send('describeExecution', { ExecutionArn: executionArn });
  const about = { ...found, StartDate: millis(found['StartDate']), StopDate: millis(found['StopDate']) };
  if (found['Status'] !== 'SUCCEEDED') {
    throw new StateError(STATES.TASK_FAILED, JSON.stringify(about), 'task');
  }
  return { ...about, Output: parsed(found['Output']) };
}
