import type { ParallelState } from '../../definition/types';
import { evaluateTemplate } from '../../jsonata/evaluate';
import { runBlock } from '../block';
import { fork } from '../fork';
import { withRecovery } from '../recovery';
import { bindingsOf, leave, startOver, type Handler } from '../visit';

export const runParallel: Handler<ParallelState> = (state, visit) =>
  withRecovery(state, visit, async () => {
    const { place } = visit;
    const { history } = place.execution;
    startOver(visit);
    const input = state.Arguments === undefined ? visit.input : await evaluateTemplate(state.Arguments, bindingsOf(visit), 'Arguments');
    history.add(place.thread, 'ParallelStateStarted');
    let result: unknown[];
    try {
      result = await fork(place, state.Branches.map((branch) => (own) => runBlock(branch, input, own)));
    } catch (error) {
      history.add(place.thread, 'ParallelStateFailed');
      throw error;
    }
    history.add(place.thread, 'ParallelStateSucceeded');
    return leave(state, bindingsOf(visit, { result }), result, state.Next);
  });
