import { createHash, randomUUID } from 'node:crypto';
import type { MapState } from '../../definition/types';
import { StateError } from '../../errors';
import { evaluateAs, expected } from '../../jsonata/evaluate';
import { checkPayload, DISTRIBUTED_MAP_CONCURRENCY } from '../../limits';
import type { ExecutionRecord, MapRun } from '../../store';
import { bindingsOf, type Visit } from '../visit';
import { childInputs, type ChildInput } from './items';
import { mapRunResult } from './results';

export const THRESHOLD_EXCEEDED = 'States.ExceedToleratedFailureThreshold';

/** The label, or a name that is the same for every run of the state. */
function labelOf(state: MapState, visit: Visit): string {
  const hash = createHash('sha256').update(`${visit.place.execution.stateMachineArn} ${visit.name}`).digest('hex');
  return state.Label ?? [hash.slice(0, 8), hash.slice(8, 12), hash.slice(12, 16), hash.slice(16, 20), hash.slice(20, 32)].join('-');
}

async function open(state: MapState, visit: Visit, inputs: readonly ChildInput[]): Promise<MapRun> {
  const bindings = bindingsOf(visit);
  const { execution } = visit.place;
  const label = labelOf(state, visit);
  const number = async (name: 'MaxConcurrency' | 'ToleratedFailureCount' | 'ToleratedFailurePercentage'): Promise<number> =>
    state[name] === undefined ? 0 : evaluateAs(state[name], expected.amount, bindings, name);
  const run: MapRun = {
    arn: `${execution.stateMachineArn.replace(':stateMachine:', ':mapRun:')}/${label}:${randomUUID()}`,
    executionArn: execution.arn,
    stateMachineArn: `${execution.stateMachineArn}/${label}`,
    startDate: new Date(),
    maxConcurrency: await number('MaxConcurrency'),
    toleratedFailureCount: await number('ToleratedFailureCount'),
    toleratedFailurePercentage: await number('ToleratedFailurePercentage'),
    batches: inputs.map(({ items }) => items),
    children: inputs.map(() => undefined),
    status: 'RUNNING',
    redriveCount: 0,
    written: false,
  };
  execution.children.opened(run);
  return run;
}

/** Items that may fail: whichever bound is reached first counts. */
function tolerates(run: MapRun, failures: number): boolean {
  const total = run.batches.reduce((sum, items) => sum + items, 0);
  const { toleratedFailureCount: count, toleratedFailurePercentage: percentage } = run;
  const bounds = [...(count > 0 ? [count] : []), ...(percentage > 0 ? [(percentage / 100) * total] : [])];
  return failures <= (bounds.length === 0 ? 0 : Math.min(...bounds));
}

/** Runs what has not succeeded, so many at one time. Stops the rest as soon as too much has failed. */
async function runChildren(state: MapState, run: MapRun, inputs: readonly ChildInput[], visit: Visit): Promise<boolean> {
  const { execution: { children }, signal } = visit.place;
  const label = run.stateMachineArn.split('/').at(-1) ?? '';
  const type = state.ItemProcessor.ProcessorConfig?.ExecutionType ?? 'STANDARD';
  const waiting = inputs.map((_, index) => index).filter((index) => run.children[index]?.status !== 'SUCCEEDED');
  const running = new Set<ExecutionRecord>();
  let failures = 0;
  const stopAll = (): void => running.forEach((child) => child.stop(undefined, 'The Map Run has ended'));
  signal.addEventListener('abort', stopAll, { once: true });
  const work = async (): Promise<void> => {
    for (let index = waiting.shift(); index !== undefined && tolerates(run, failures) && !signal.aborted; index = waiting.shift()) {
      const known = run.children[index];
      if (known !== undefined) {
        children.redrive(known);
      }
      const child = known ?? children.start({ block: state.ItemProcessor, input: inputs[index]?.input, label, mapRunArn: run.arn, type });
      run.children[index] = child;
      running.add(child);
      await child.ended;
      running.delete(child);
      failures += child.status === 'SUCCEEDED' ? 0 : run.batches[index] ?? 1;
      if (!tolerates(run, failures)) {
        stopAll();
      }
    }
  };
  const limit = run.maxConcurrency === 0 ? DISTRIBUTED_MAP_CONCURRENCY : Math.min(run.maxConcurrency, DISTRIBUTED_MAP_CONCURRENCY);
  await Promise.all(Array.from({ length: Math.min(limit, waiting.length) }, work));
  signal.removeEventListener('abort', stopAll);
  signal.throwIfAborted();
  return tolerates(run, failures);
}

/**
 * Runs a Map in distributed mode: a child execution per input, each with a history of its own. After a redrive it goes on with the children that did not
 * succeed.
 *
 * @returns the result of the state
 */
export async function runMapRun(state: MapState, visit: Visit): Promise<unknown> {
  const { place } = visit;
  const { history } = place.execution;
  const before = place.position.mapRun;
  const inputs = (place.position.items ??= await childInputs(state, visit)) as ChildInput[];
  inputs.forEach(({ input }) => checkPayload(JSON.stringify(input ?? null), 'The input of a child execution'));
  if (before === undefined) {
    history.add(place.thread, 'MapStateStarted', { length: inputs.length });
  }
  const run = before ?? (await open(state, visit, inputs));
  place.position.mapRun = run;
  if (before === undefined) {
    history.add(place.thread, 'MapRunStarted', { mapRunArn: run.arn });
  } else {
    Object.assign(run, { status: 'RUNNING', stopDate: undefined, redriveCount: run.redriveCount + 1, redriveDate: new Date() });
    history.add(place.thread, 'MapRunRedriven', { mapRunArn: run.arn, redriveCount: run.redriveCount });
  }
  try {
    const tolerated = await runChildren(state, run, inputs, visit);
    const result = await mapRunResult(state, run, visit);
    if (!tolerated) {
      throw new StateError(THRESHOLD_EXCEEDED, 'The specified tolerated failure threshold was exceeded', 'task');
    }
    Object.assign(run, { status: 'SUCCEEDED', stopDate: new Date() });
    history.add(place.thread, 'MapRunSucceeded');
    history.add(place.thread, 'MapStateSucceeded');
    return result;
  } catch (error) {
    const aborted = place.signal.aborted;
    Object.assign(run, { status: aborted ? 'ABORTED' : 'FAILED', stopDate: new Date() });
    const about = error instanceof StateError ? { error: error.error, cause: error.causeText } : {};
    history.add(place.thread, aborted ? 'MapRunAborted' : 'MapRunFailed', aborted ? undefined : about);
    history.add(place.thread, aborted ? 'MapStateAborted' : 'MapStateFailed');
    throw error;
  }
}
