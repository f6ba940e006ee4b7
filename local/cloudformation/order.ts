import { references } from './intrinsics';
import { templateError, type Template } from './template';

export type Dependencies = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Which resources each resource needs first.
 *
 * @param included Logical ids that take part (conditions hold)
 * @throws ServiceError for a reference to nothing, or a circle
 */
export function dependenciesOf(template: Template, included: ReadonlySet<string>): Dependencies {
  const result = new Map<string, Set<string>>();
  for (const logicalId of included) {
    const resource = template.Resources[logicalId];
    const explicit = typeof resource?.DependsOn === 'string' ? [resource.DependsOn] : resource?.DependsOn ?? [];
    const implicit = [...references(resource?.Properties ?? {})];
    const dangling = [...explicit, ...implicit].find((name) =>
      template.Resources[name] === undefined && template.Parameters?.[name] === undefined && !name.startsWith('AWS::'));
    if (dangling !== undefined) {
      throw templateError(`Unresolved resource dependencies [${dangling}] in the Resources block of the template (needed by ${logicalId})`);
    }
    result.set(logicalId, new Set([...explicit, ...implicit].filter((name) => included.has(name) && name !== logicalId)));
  }
  assertNoCircle(result);
  return result;
}

function assertNoCircle(dependencies: Dependencies): void {
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): void => {
    if (done.has(name)) {
      return;
    }
    if (path.includes(name)) {
      throw templateError(`Circular dependency between resources: [${path.slice(path.indexOf(name)).join(', ')}]`);
    }
    dependencies.get(name)?.forEach((next) => visit(next, [...path, name]));
    done.add(name);
  };
  [...dependencies.keys()].forEach((name) => visit(name, []));
}

/** The same graph, arrows turned: for deletion. */
export function reversed(dependencies: Dependencies): Dependencies {
  const result = new Map<string, Set<string>>([...dependencies.keys()].map((name) => [name, new Set()]));
  for (const [name, needs] of dependencies) {
    needs.forEach((need) => result.get(need)?.add(name));
  }
  return result;
}

/** Names in an order in which each comes after what it needs. */
export function inOrder(dependencies: Dependencies): string[] {
  const sorted: string[] = [];
  const visit = (name: string): void => {
    if (!sorted.includes(name)) {
      dependencies.get(name)?.forEach(visit);
      sorted.push(name);
    }
  };
  [...dependencies.keys()].forEach(visit);
  return sorted;
}

/**
 * Runs a step for every name, each as soon as what it needs is done. After the first failure nothing new is started, what runs is awaited.
 *
 * @throws the first failure
 */
export async function runInOrder(dependencies: Dependencies, step: (name: string) => Promise<void>): Promise<void> {
  const waiting = new Map([...dependencies].map(([name, needs]) => [name, new Set(needs)]));
  const failures: unknown[] = [];
  await new Promise<void>((resolve) => {
    let running = 0;
    const advance = (): void => {
      if (failures.length === 0) {
        for (const [name, needs] of [...waiting]) {
          if (needs.size === 0) {
            waiting.delete(name);
            running += 1;
            void step(name).catch((error: unknown) => void failures.push(error)).then(() => {
              running -= 1;
              waiting.forEach((others) => others.delete(name));
              advance();
            });
          }
        }
      }
      if (running === 0) {
        resolve();
      }
    };
    advance();
  });
  if (failures.length > 0) {
    throw failures[0];
  }
}
