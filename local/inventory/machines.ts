import type { Document } from './assembly';
import { taskOperation, unique, type Operation } from './handlers';
import { isRecord, type Json } from './text';

function* statesOf(block: unknown): Generator<Json> {
  for (const state of Object.values(isRecord(block) && isRecord(block.States) ? block.States : {})) {
    if (isRecord(state)) {
      yield state;
      for (const branch of Array.isArray(state.Branches) ? state.Branches as unknown[] : []) {
        yield* statesOf(branch);
      }
      yield* statesOf(state.ItemProcessor);
    }
  }
}

/** What state machines use of the States Language, sorted. */
export interface MachineFeatures {
  /** `Task.Retry`, `Map.ItemProcessor` ... */
  readonly fields: readonly string[];
  /** JSONata functions in expressions, without `$`. */
  readonly functions: readonly string[];
  readonly operations: readonly Operation[];
  /** Resources that are no operation of a known service. */
  readonly unknownResources: readonly string[];
}

export function machineFeatures(machines: readonly Document[]): MachineFeatures {
  const [fields, functions, unknown] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const operations: Operation[] = [];
  for (const { content } of machines) {
    for (const state of statesOf(content)) {
      Object.keys(state).filter((field) => field !== 'Type').forEach((field) => fields.add(`${String(state.Type)}.${field}`));
      if (typeof state.Resource === 'string') {
        const operation = taskOperation(state.Resource);
        void (operation === undefined ? unknown.add(state.Resource) : operations.push(operation));
      }
    }
    for (const [, expression = ''] of JSON.stringify(content).matchAll(/\{%(.*?)%\}/g)) {
      [...expression.matchAll(/\$([a-z]\w*)\(/g)].forEach(([, name = '']) => functions.add(name));
    }
  }
  return { fields: [...fields].toSorted(), functions: [...functions].toSorted(), operations: unique(operations), unknownResources: [...unknown].toSorted() };
}
