import type { Place, Position } from './execution';
import { Scope } from './scope';

/** One line of states that runs beside others. */
export type Line = (place: Place) => Promise<unknown>;

/**
 * Runs lines beside each other. The first failure ends all others, and is thrown once they have stopped. Lines that ended before a redrive keep their
 * outputs.
 *
 * @param limit lines at one time
 * @returns the outputs in order
 */
export async function fork(parent: Place, lines: readonly Line[], limit = lines.length): Promise<unknown[]> {
  const controller = new AbortController();
  const signal = AbortSignal.any([parent.signal, controller.signal]);
  const outputs: unknown[] = [];
  const positions = (parent.position.lines ??= lines.map(() => ({})));
  const start = parent.thread.last;
  let next = 0;
  let failure: { readonly error: unknown } | undefined;
  const work = async (): Promise<void> => {
    while (next < lines.length && failure === undefined) {
      const index = next;
      next += 1;
      const position: Position = positions[index] ?? {};
      if (position.done !== undefined) {
        outputs[index] = position.done.output;
        continue;
      }
      const place: Place = {
        ...parent, signal, position, scope: position.scope ?? new Scope(parent.scope), thread: { last: start }, waited: new Map(parent.waited),
      };
      try {
        outputs[index] = await lines[index]?.(place);
        position.done = { output: outputs[index] };
        parent.thread.last = place.thread.last;
      } catch (error) {
        if (failure === undefined) {
          failure = { error };
          parent.thread.last = place.thread.last;
          controller.abort();
        }
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, lines.length) }, work));
  parent.signal.throwIfAborted();
  if (failure !== undefined) {
    throw failure.error;
  }
  return outputs;
}
