import type { WaitState } from '../../definition/types';
import { StateError, STATES } from '../../errors';
import { evaluateAs, expected, type Bindings } from '../../jsonata/evaluate';
import { pause } from '../execution';
import { bindingsOf, leave, type Handler } from '../visit';

async function secondsOf(state: WaitState, bindings: Bindings): Promise<number> {
  if (state.Seconds !== undefined) {
    return evaluateAs(state.Seconds, expected.count, bindings, 'Seconds');
  }
  const timestamp = await evaluateAs(state.Timestamp, expected.string, bindings, 'Timestamp');
  const time = Date.parse(timestamp);
  if (Number.isNaN(time)) {
    throw new StateError(STATES.QUERY, `The value '${timestamp}' of the field 'Timestamp' is no ISO 8601 time`, 'evaluation', { location: 'Timestamp' });
  }
  return Math.max(0, (time - Date.now()) / 1000);
}

export const runWait: Handler<WaitState> = async (state, visit) => {
  const bindings = bindingsOf(visit);
  await pause(visit.place, state, await secondsOf(state, bindings));
  return leave(state, bindings, visit.input, state.Next);
};
