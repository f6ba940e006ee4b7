import type { ClientConfig } from '../../core/client';
import type { PropertyEffects } from '../diff';
import type { Values } from '../template';

/** What a handler knows of its stack. */
export interface ResourceContext {
  readonly endpoint: string;
  readonly accountId: string;
  readonly region: string;
  readonly stackName: string;
  readonly stackId: string;
  readonly logicalId: string;
  /** Tags of the stack, which every taggable resource gets. */
  readonly tags: readonly { readonly Key: string; readonly Value: string }[];
  /** A name as CloudFormation makes it: stack, logical id and a random end. */
  generateName(limit: number, style?: 'lower'): string;
  /** A client that acts as the stack's role. */
  client<C>(Client: new (config: ClientConfig) => C): C;
  /** A JSON call on a service for which no SDK package is installed. */
  callJson(service: string, target: string, input: object): Promise<Readonly<Record<string, unknown>>>;
  /** A query call on a service for which no SDK package is installed; the answer is XML. */
  callQuery(service: string, version: string, action: string, parameters: Readonly<Record<string, string>>): Promise<string>;
}

/** What stands behind a logical id. */
export interface Physical {
  readonly physicalId: string;
  /** For `Fn::GetAtt`; nested ones with dots. */
  readonly attributes?: Values;
}

export interface Existing extends Required<Physical> {
  readonly properties: Values;
}

/**
 * One resource type: which properties it has and what a change of each means, and the calls behind it.
 * A property that is not in the table is refused when a change set is created, so nothing is skipped in silence.
 */
export interface ResourceHandler {
  readonly properties: PropertyEffects;
  create(properties: Values, context: ResourceContext): Promise<Physical>;
  /** @returns what changed of the physical resource; nothing when only properties did */
  update?(properties: Values, context: ResourceContext, existing: Existing): Promise<Physical | void>;
  /** Must succeed when the resource is already gone. */
  delete(existing: Existing, context: ResourceContext): Promise<void>;
}

export type HandlerTable = Readonly<Record<`AWS::${string}` | `Custom::${string}`, ResourceHandler>>;

/** A property table from words, e.g. `{ replace: 'Name', update: 'Description Tags' }`. */
export const effects = (words: { readonly replace?: string; readonly update?: string; readonly inert?: string }): PropertyEffects =>
  Object.fromEntries((['replace', 'update', 'inert'] as const).flatMap((effect) =>
    (words[effect] ?? '').split(/\s+/).filter((name) => name !== '').map((name) => [name, effect] as const)));
