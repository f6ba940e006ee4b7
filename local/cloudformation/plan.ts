import { changedProperties, effectOf } from './diff';
import { resolveAll, truth } from './intrinsics';
import type { PlannedChange, Stack, Target } from './model';
import { dependenciesOf, inOrder } from './order';
import type { HandlerTable } from './resources/handler';
import { createParameterScope, createScope, includedResources, type ResourceView } from './scope';
import type { StackStore } from './store';

import { templateError, type Template } from './template';

/** Stands for a value that only exists after the deployment; equal to no value that exists now. */
const unknown = (logicalId: string, attribute: string): string => `{unknown until deployed: ${logicalId}.${attribute}}`;

/** Resources as they will be referred to: those that stay by their values, new and replaced ones by a placeholder. */
class PlannedView implements ResourceView {
  private readonly unsettled = new Set<string>();

  constructor(private readonly stack: Stack, private readonly template: Template) {}

  renew(logicalId: string): void {
    this.unsettled.add(logicalId);
  }

  ref(logicalId: string): string | undefined {
    if (this.template.Resources[logicalId] === undefined) {
      return undefined;
    }
    const state = this.unsettled.has(logicalId) ? undefined : this.stack.resources.get(logicalId);
    return state?.physicalId ?? unknown(logicalId, 'Ref');
  }

  attribute(logicalId: string, name: string) {
    if (this.template.Resources[logicalId] === undefined) {
      return undefined;
    }
    const state = this.unsettled.has(logicalId) ? undefined : this.stack.resources.get(logicalId);
    return state === undefined ? unknown(logicalId, name) : state.attributes[name];
  }
}

/** What of a template the local AWS can't make, by name; empty when it can make everything. */
export function unsupported(template: Template, included: ReadonlySet<string>, handlers: HandlerTable): string[] {
  return [...included].flatMap((logicalId) => {
    const { Type, Properties = {} } = template.Resources[logicalId] ?? { Type: '' };
    const handler = handlers[Type as keyof HandlerTable];
    if (handler === undefined) {
      return [`resource type ${Type} (${logicalId}) is not supported by the local AWS`];
    }
    const { properties } = handler;
    const strange = properties === 'anything' ? [] : Object.keys(Properties).filter((name) => !Object.hasOwn(properties, name));
    return strange.map((name) => `property ${name} of ${Type} (${logicalId}) is not supported by the local AWS`);
  });
}

function assertSupported(template: Template, included: ReadonlySet<string>, handlers: HandlerTable): void {
  const problems = unsupported(template, included, handlers);
  if (problems.length > 0) {
    throw templateError(problems.join('; '));
  }
}

function assertRules(template: Template, scope: Parameters<typeof truth>[1]): void {
  for (const [name, { RuleCondition: condition, Assertions }] of Object.entries(template.Rules ?? {})) {
    const applies = condition === undefined || truth(condition, scope);
    const broken = applies ? Assertions.find(({ Assert }) => !truth(Assert, scope)) : undefined;
    if (broken !== undefined) {
      throw templateError(`rule ${name} does not hold: ${broken.AssertDescription ?? JSON.stringify(broken.Assert)}`);
    }
  }
}

/**
 * What an operation would do. Everything that can be known to be wrong is found here, before anything is touched.
 *
 * @throws ServiceError that names unknown types, properties, functions, references, imports, circles and broken rules
 */
export function planChanges(stack: Stack, target: Target, store: StackStore, handlers: HandlerTable): PlannedChange[] {
  const { template } = target;
  const base = { accountId: stack.accountId, region: stack.region, stackId: stack.id, stackName: stack.name, target, store };
  const early = createParameterScope(base);
  assertRules(template, early);
  const included = includedResources(template, early);
  assertSupported(template, included, handlers);
  const view = new PlannedView(stack, template);
  const scope = createScope({ ...base, resources: view });
  const changes: PlannedChange[] = [];
  for (const logicalId of inOrder(dependenciesOf(template, included))) {
    const resource = template.Resources[logicalId];
    if (resource === undefined) {
      continue;
    }
    const properties = resolveAll(resource.Properties ?? {}, scope);
    const state = stack.resources.get(logicalId);
    if (state === undefined || state.type !== resource.Type) {
      view.renew(logicalId);
      changes.push({ action: 'Add', logicalId, type: resource.Type, properties: [] });
      continue;
    }
    const changed = changedProperties(state.properties, properties);
    if (changed.length > 0) {
      const handler = handlers[resource.Type as keyof HandlerTable];
      const replaces = handler !== undefined && effectOf(handler.properties, changed, handler.update !== undefined) === 'replace';
      if (replaces) {
        view.renew(logicalId);
      }
      changes.push({
        action: 'Modify',
        logicalId,
        type: resource.Type,
        physicalId: state.physicalId,
        replacement: replaces ? 'True' : 'False',
        properties: changed,
        replacePolicy: replaces ? resource.UpdateReplacePolicy ?? 'Delete' : undefined,
      });
    }
  }
  for (const output of Object.values(template.Outputs ?? {})) {
    if (output.Condition === undefined || scope.condition(output.Condition)) {
      resolveAll({ Value: output.Value, Export: output.Export?.Name ?? '' }, scope);
    }
  }
  const removed = [...stack.resources.values()].filter(({ logicalId }) => !included.has(logicalId));
  return [...changes, ...removed.map(({ logicalId, type, physicalId }) => ({ action: 'Remove' as const, logicalId, type, physicalId, properties: [] }))];
}
