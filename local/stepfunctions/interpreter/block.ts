import type { Block, State, StateType } from '../definition/types';
import { ExecutionTimeout } from '../errors';
import { remainingSeconds, type Place, type Position } from './execution';
import { located, payload, type Exit, type Handler, type Visit } from './visit';
import { runChoice } from './states/choice';
import { runFail } from './states/fail';
import { runMap } from './states/map';
import { runParallel } from './states/parallel';
import { runPass } from './states/pass';
import { runSucceed } from './states/succeed';
import { runTask } from './states/task';
import { runWait } from './states/wait';

const HANDLERS: { readonly [T in StateType]: Handler<Extract<State, { Type: T }>> } = {
  Task: runTask,
  Pass: runPass,
  Choice: runChoice,
  Wait: runWait,
  Parallel: runParallel,
  Map: runMap,
  Succeed: runSucceed,
  Fail: runFail,
};

const details = { truncated: false };

/** Runs states from StartAt, or from where the place stands already, to the end. @returns the output of the last one */
export async function runBlock(block: Block, input: unknown, place: Place): Promise<unknown> {
  const { position } = place;
  let resumed = position.state !== undefined;
  let name = position.state ?? block.StartAt;
  let value = resumed ? position.input : input;
  position.scope = place.scope;
  for (;;) {
    place.signal.throwIfAborted();
    if (remainingSeconds(place) <= 0) {
      throw new ExecutionTimeout();
    }
    const state = block.States[name];
    if (state === undefined) {
      throw new Error(`state ${name} is missing; the definition was not validated`);
    }
    const exit = await runState(name, state, value, place, resumed);
    resumed = false;
    if (exit.next === undefined) {
      return exit.output;
    }
    [name, value] = [exit.next, exit.output];
  }
}

/** A state that failed before the redrive is not entered again, but for one that does nothing but fail. */
function enter(name: string, state: State, input: unknown, place: Place, resumed: boolean): number {
  const { execution: { history }, position, thread } = place;
  if (resumed && state.Type !== 'Fail' && position.enteredEventId !== undefined) {
    return position.enteredEventId;
  }
  const id = history.add(thread, `${state.Type}StateEntered`, { name, input: payload(input, `The input of state '${name}'`), inputDetails: details });
  Object.assign(position, { state: name, input, enteredEventId: id, lines: undefined, items: undefined, mapRun: undefined } satisfies Position);
  return id;
}

async function runState(name: string, state: State, input: unknown, place: Place, resumed: boolean): Promise<Exit> {
  const { history } = place.execution;
  const enteredEventId = enter(name, state, input, place, resumed);
  const visit: Visit = { place, name, input, enteredEventId, enteredTime: new Date(), retryCount: 0, resumed };
  try {
    const exit = await (HANDLERS[state.Type] as Handler<State>)(state, visit);
    const output = payload(exit.output, `The state/task '${name}' returned a result that`);
    place.scope.assign(exit.assigned);
    history.add(place.thread, `${state.Type}StateExited`, { name, output, outputDetails: details, ...assignedDetails(exit.assigned) });
    return exit;
  } catch (error) {
    throw located(error, visit);
  }
}

function assignedDetails(assigned: Readonly<Record<string, unknown>>): object {
  const names = Object.keys(assigned);
  return names.length === 0
    ? {}
    : { assignedVariables: Object.fromEntries(names.map((key) => [key, payload(assigned[key], `Variable '${key}'`)])), assignedVariablesDetails: details };
}
