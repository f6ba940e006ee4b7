import type { SucceedState } from '../../definition/types';
import { bindingsOf, leave, type Handler } from '../visit';

export const runSucceed: Handler<SucceedState> = (state, visit) => leave({ Output: state.Output }, bindingsOf(visit), visit.input, undefined);
