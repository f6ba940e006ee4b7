import type { ChoiceState } from '../../definition/types';
import { StateError, STATES } from '../../errors';
import { evaluateAs, expected } from '../../jsonata/evaluate';
import { bindingsOf, leave, type Handler } from '../visit';

/** The first rule whose condition holds; rules after it are not looked at. */
export const runChoice: Handler<ChoiceState> = async (state, visit) => {
  const bindings = bindingsOf(visit);
  for (const [index, rule] of state.Choices.entries()) {
    if (await evaluateAs(rule.Condition, expected.boolean, bindings, `Choices[${index}]/Condition`)) {
      return leave(rule, bindings, visit.input, rule.Next, `Choices[${index}]/`);
    }
  }
  if (state.Default === undefined) {
    throw new StateError(STATES.RUNTIME, 'Failed to transition out of the state. The state does not point to a next state.', 'interpreter');
  }
  return leave(state, bindings, visit.input, state.Default);
};
