import { ownArguments, type PlacedStep } from './definition';
import { pathsIn, splitPath } from './references';

/** Names of the steps that must have ended before a step starts: those it refers to, those of `DependsOn`, and the condition of its branch. */
export type Dependencies = ReadonlyMap<string, ReadonlySet<string>>;

export function dependencies(placed: readonly PlacedStep[]): Dependencies {
  return new Map(placed.map(({ step, branch }) => {
    const referred = pathsIn(ownArguments(step)).map(splitPath).filter(([root]) => root === 'Steps').map(([, name]) => String(name));
    return [step.Name, new Set([...referred, ...(step.DependsOn ?? []), ...(branch === undefined ? [] : [branch.condition])])];
  }));
}

/** Steps that wait for each other, the first one repeated at the end; undefined when every step can run. */
export function findCycle(graph: Dependencies): string[] | undefined {
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): string[] | undefined => {
    const start = path.indexOf(name);
    if (start >= 0) {
      return [...path.slice(start), name];
    }
    if (done.has(name)) {
      return undefined;
    }
    for (const next of graph.get(name) ?? []) {
      const cycle = visit(next, [...path, name]);
      if (cycle !== undefined) {
        return cycle;
      }
    }
    done.add(name);
    return undefined;
  };
  for (const name of graph.keys()) {
    const cycle = visit(name, []);
    if (cycle !== undefined) {
      return cycle;
    }
  }
  return undefined;
}

export type StepState = 'waiting' | 'running' | 'succeeded' | 'failed' | 'stopped' | 'skipped';

/** What a waiting step may do now: start, be left out because its branch was not taken or a step it needs was left out, or wait on. */
export function decide(
  entry: PlacedStep,
  graph: Dependencies,
  stateOf: (name: string) => StepState,
  outcomeOf: (condition: string) => boolean | undefined,
): 'start' | 'skip' | 'wait' {
  const needs = [...(graph.get(entry.step.Name) ?? [])].map(stateOf);
  if (needs.includes('skipped')) {
    return 'skip';
  }
  if (needs.some((state) => state !== 'succeeded')) {
    return 'wait';
  }
  return entry.branch !== undefined && outcomeOf(entry.branch.condition) !== entry.branch.outcome ? 'skip' : 'start';
}
