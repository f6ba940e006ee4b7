import { NO_VALUE, truth, type Scope } from './intrinsics';
import type { StackStore } from './store';
import { templateError, type Template, type Value } from './template';
import type { Target } from './model';

/** What a reference to a resource gives. */
export interface ResourceView {
  ref(logicalId: string): Value | undefined;
  attribute(logicalId: string, name: string): Value | undefined;
}

export interface ScopeOptions {
  readonly accountId: string;
  readonly region: string;
  readonly stackId: string;
  readonly stackName: string;
  readonly target: Pick<Target, 'template' | 'parameters' | 'resolvedParameters'>;
  readonly store: StackStore;
  readonly resources: ResourceView;
  /** Told about every export that is used. */
  onImport?(name: string): void;
}

const NO_RESOURCES: ResourceView = { ref: () => undefined, attribute: () => undefined };

/** The values behind the functions of one stack's template. */
export function createScope(options: ScopeOptions): Scope {
  const { target, store } = options;
  const { template } = target;
  const pseudo: Readonly<Record<string, Value | typeof NO_VALUE>> = {
    'AWS::AccountId': options.accountId,
    'AWS::Region': options.region,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': options.stackName,
    'AWS::StackId': options.stackId,
    'AWS::NotificationARNs': [],
    'AWS::NoValue': NO_VALUE,
  };
  const conditions = new Map<string, boolean>();

  const scope: Scope = {
    ref(name) {
      const value = pseudo[name] ?? target.resolvedParameters[name] ?? options.resources.ref(name);
      if (value === undefined) {
        throw templateError(`Unresolved reference ${JSON.stringify(name)}`);
      }
      return value;
    },
    attribute(logicalId, name) {
      const value = options.resources.attribute(logicalId, name);
      if (value === undefined) {
        const type = template.Resources[logicalId]?.Type ?? 'no resource';
        throw templateError(`Fn::GetAtt ${logicalId}.${name}: the local AWS knows no such attribute of ${type}`);
      }
      return value;
    },
    condition(name) {
      const known = conditions.get(name);
      if (known !== undefined) {
        return known;
      }
      const expression = template.Conditions?.[name];
      if (expression === undefined) {
        throw templateError(`Unresolved condition ${JSON.stringify(name)}`);
      }
      const value = truth(expression, scope);
      conditions.set(name, value);
      return value;
    },
    mapping(map, top, second) {
      const row = template.Mappings?.[map]?.[top] as Readonly<Record<string, Value>> | undefined;
      const value = row?.[second];
      if (value === undefined) {
        throw templateError(`Unable to get mapping for ${map}::${top}::${second}`);
      }
      return value;
    },
    importValue(name) {
      const found = store.exportOf(name, options);
      if (found === undefined) {
        throw templateError(`No export named ${name} found in account ${options.accountId}, region ${options.region}`);
      }
      options.onImport?.(name);
      return found.value;
    },
    stackOutput(query) {
      const accountId = query.RoleArn === undefined ? options.accountId : query.RoleArn.split(':')[4] ?? options.accountId;
      const place = { accountId, region: query.Region ?? options.region };
      const output = store.find(query.StackName, place)?.outputs.get(query.OutputName);
      if (output === undefined) {
        throw templateError(`Fn::GetStackOutput: stack ${query.StackName} in ${place.accountId}/${place.region} has no output ${query.OutputName}`);
      }
      return output.value;
    },
  };
  return scope;
}

/** A scope in which no resource exists yet: for conditions, rules and parameters. */
export const createParameterScope = (options: Omit<ScopeOptions, 'resources'>): Scope => createScope({ ...options, resources: NO_RESOURCES });

/** Logical ids of the resources whose condition holds. */
export const includedResources = (template: Template, scope: Scope): Set<string> =>
  new Set(Object.entries(template.Resources).filter(([, { Condition }]) => Condition === undefined || scope.condition(Condition)).map(([id]) => id));
