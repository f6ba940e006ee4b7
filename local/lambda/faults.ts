import { ServiceError, type LocalCloud } from '../core/service';
import type { Runner } from './invoke';

/**
 * Lets fault rules of the operation `Run` reach a function's code: an error becomes the function's own failure (its code is the error's type), latency
 * comes before it, and `kill` ends the worker while it works. Errors of the API itself (throttles and the like) are rules of `Invoke`.
 */
export const withFaults = (cloud: LocalCloud, run: Runner): Runner => async (target, invocation) => {
  const { fn, version } = target;
  try {
    const { kill } = await cloud.faults.apply('lambda', 'Run', { FunctionName: fn.name, Version: version, AccountId: fn.accountId });
    return await run(target, kill === true ? { ...invocation, kill } : invocation);
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code === 'TooManyRequestsException') {
      throw error;
    }
    return { payload: JSON.stringify({ errorType: error.code, errorMessage: error.message, trace: [] }), failed: true, logTail: '' };
  }
};
