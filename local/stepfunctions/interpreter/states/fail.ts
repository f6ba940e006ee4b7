import type { FailState } from '../../definition/types';
import { StateError } from '../../errors';
import { evaluateAs, expected, type Bindings } from '../../jsonata/evaluate';
import { bindingsOf, type Handler } from '../visit';

const text = (field: unknown, bindings: Bindings, location: string): Promise<string> | undefined =>
  field === undefined ? undefined : evaluateAs(field, expected.string, bindings, location);

export const runFail: Handler<FailState> = async (state, visit) => {
  const bindings = bindingsOf(visit);
  throw new StateError(await text(state.Error, bindings, 'Error'), await text(state.Cause, bindings, 'Cause'), 'fail');
};
