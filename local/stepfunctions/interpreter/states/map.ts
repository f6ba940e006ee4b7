import type { MapState } from '../../definition/types';
import { evaluateAs, evaluateTemplate, expected } from '../../jsonata/evaluate';
import { INLINE_MAP_CONCURRENCY } from '../../limits';
import { runBlock } from '../block';
import { runMapRun } from '../distributed/map-run';
import type { Place } from '../execution';
import { fork } from '../fork';
import { withRecovery } from '../recovery';
import { bindingsOf, leave, startOver, type Handler, type Visit } from '../visit';

async function itemsOf(state: MapState, visit: Visit): Promise<unknown[]> {
  const bindings = bindingsOf(visit);
  return state.Items === undefined
    ? evaluateAs('{% $states.input %}', expected.array, bindings, 'Items')
    : evaluateAs(state.Items, expected.array, bindings, 'Items');
}

async function limitOf(state: MapState, visit: Visit): Promise<number> {
  const wanted = state.MaxConcurrency === undefined ? 0 : await evaluateAs(state.MaxConcurrency, expected.count, bindingsOf(visit), 'MaxConcurrency');
  return wanted === 0 ? INLINE_MAP_CONCURRENCY : Math.min(wanted, INLINE_MAP_CONCURRENCY);
}

/** One iteration, with its events. */
async function iterate(state: MapState, visit: Visit, index: number, value: unknown, place: Place): Promise<unknown> {
  const { history } = place.execution;
  const about = { name: visit.name, index };
  const item = { Index: index, Value: value };
  const own: Place = { ...place, item };
  history.add(place.thread, 'MapIterationStarted', about);
  try {
    const input = state.ItemSelector === undefined
      ? value
      : await evaluateTemplate(state.ItemSelector, bindingsOf({ ...visit, place: { ...own, scope: visit.place.scope } }), 'ItemSelector');
    const output = await runBlock(state.ItemProcessor, input, own);
    history.add(place.thread, 'MapIterationSucceeded', about);
    return output;
  } catch (error) {
    history.add(place.thread, place.signal.aborted ? 'MapIterationAborted' : 'MapIterationFailed', about);
    throw error;
  }
}

export const runMap: Handler<MapState> = (state, visit) =>
  withRecovery(state, visit, async () => {
    const { place } = visit;
    const { history } = place.execution;
    startOver(visit);
    if (state.ItemProcessor.ProcessorConfig?.Mode === 'DISTRIBUTED') {
      const outcome = await runMapRun(state, visit);
      return leave(state, bindingsOf(visit, { result: outcome }), outcome, state.Next);
    }
    const items = (place.position.items ??= await itemsOf(state, visit));
    const limit = await limitOf(state, visit);
    history.add(place.thread, 'MapStateStarted', { length: items.length });
    let result: unknown[];
    try {
      result = await fork(place, items.map((value, index) => (own) => iterate(state, visit, index, value, own)), limit);
    } catch (error) {
      history.add(place.thread, 'MapStateFailed');
      throw error;
    }
    history.add(place.thread, 'MapStateSucceeded');
    return leave(state, bindingsOf(visit, { result }), result, state.Next);
  });
