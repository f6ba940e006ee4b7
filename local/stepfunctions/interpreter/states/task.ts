import type { TaskState } from '../../definition/types';
import { StateError, STATES } from '../../errors';
import { type Integration, resolveResource } from '../../integrations/resource';
import { evaluateAs, evaluateTemplate, expected, type Bindings } from '../../jsonata/evaluate';
import { DEFAULT_TIMEOUT_SECONDS } from '../../limits';
import { withRecovery } from '../recovery';
import { taskEvents } from '../task-events';
import { awaitToken } from '../token-wait';
import { bindingsOf, leave, newTaskToken, payload, type Exit, type Handler, type Visit } from '../visit';

async function integrationOf(resource: string): Promise<Integration> {
  const integration = await resolveResource(resource);
  if (typeof integration === 'string') {
    throw new StateError(STATES.RUNTIME, integration, 'interpreter');
  }
  return integration;
}

const seconds = (field: unknown, bindings: Bindings, location: string): Promise<number> | undefined =>
  field === undefined ? undefined : evaluateAs(field, expected.seconds, bindings, location);

const timedOut = (): StateError => new StateError(STATES.TIMEOUT, undefined, 'task');

/**
 * Runs work under a time-out in real seconds: a function, an SDK call or a nested execution does real work, whose time the scaled clock does not shorten.
 */
async function withTimeout<T>(visit: Visit, limit: number | undefined, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { signal, execution } = visit.place;
  const done = new AbortController();
  const either = AbortSignal.any([signal, done.signal]);
  const stop = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true, signal: done.signal });
    if (limit !== undefined && limit < DEFAULT_TIMEOUT_SECONDS) {
      execution.timers.work(limit, either).then(() => reject(timedOut()), () => undefined);
    }
  });
  try {
    return await Promise.race([run(either), stop]);
  } finally {
    done.abort();
  }
}

async function attempt(state: TaskState, visit: Visit): Promise<Exit> {
  const { place } = visit;
  const { execution } = place;
  const integration = await integrationOf(state.Resource);
  visit.taskToken = integration.pattern === 'token' ? newTaskToken() : undefined;
  const bindings = bindingsOf(visit);
  const args = state.Arguments === undefined ? visit.input : await evaluateTemplate(state.Arguments, bindings, 'Arguments');
  const limit = await seconds(state.TimeoutSeconds, bindings, 'TimeoutSeconds');
  const heartbeat = await seconds(state.HeartbeatSeconds, bindings, 'HeartbeatSeconds');
  const assumeRoleArn = state.Credentials === undefined ? undefined : await evaluateAs(state.Credentials.RoleArn, expected.string, bindings, 'Credentials/RoleArn');
  const events = taskEvents(place, integration);
  events.scheduled({ parameters: payload(args, `The arguments of state '${visit.name}'`), limit, heartbeat, assumeRoleArn });
  try {
    const call = (signal: AbortSignal): Promise<unknown> => execution.tasks({
      integration,
      arguments: args,
      roleArn: execution.roleArn,
      assumeRoleArn,
      executionArn: execution.arn,
      stateMachineArn: execution.stateMachineArn,
      signal,
      submitted: (output) => events.submitted(payload(output, `The state/task '${visit.name}' returned a result that`)),
    });
    const result = visit.taskToken === undefined
      ? await withTimeout(visit, limit, call)
      : await awaitToken(visit, visit.taskToken, { limit, heartbeat }, call, events.submitted);
    events.succeeded(payload(result, `The state/task '${visit.name}' returned a result that`));
    return await leave(state, bindingsOf(visit, { result }), result, state.Next);
  } catch (error) {
    if (error instanceof StateError && error.origin === 'task') {
      events.failed(error);
    }
    throw error;
  }
}

export const runTask: Handler<TaskState> = (state, visit) => withRecovery(state, visit, () => attempt(state, visit));
