import type { PassState } from '../../definition/types';
import { bindingsOf, leave, type Handler } from '../visit';

export const runPass: Handler<PassState> = (state, visit) => leave(state, bindingsOf(visit), visit.input, state.Next);
