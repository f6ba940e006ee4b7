import { type CfnResource, Stack } from 'aws-cdk-lib';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { type NagRuleResult, NagRuleCompliance } from 'cdk-nag';

/** A state, as far as rules read it. */
export interface State {
  readonly Type?: string;
  readonly Resource?: string;
  readonly Arguments?: Readonly<Record<string, unknown>>;
  /** Arguments of a state in JSONPath. */
  readonly Parameters?: Readonly<Record<string, unknown>>;
  readonly TimeoutSeconds?: unknown;
  readonly TimeoutSecondsPath?: unknown;
  readonly Branches?: readonly Definition[];
  readonly ItemProcessor?: Definition;
  readonly Iterator?: Definition;
}

export interface Definition {
  readonly TimeoutSeconds?: unknown;
  readonly States?: Readonly<Record<string, State>>;
}

/**
 * The definition of a state machine, with references as `<LogicalId>`.
 *
 * @throws when it lies in S3, where no rule can read it
 */
export function definitionOf(node: CfnStateMachine): Definition {
  const stack = Stack.of(node);
  const object: unknown = stack.resolve(node.definition);
  if (object !== undefined) {
    return object as Definition;
  }
  const text = textOf(stack.resolve(node.definitionString));
  if (text === undefined) {
    throw new Error(`the definition of ${node.node.path} is not in the template; give it as definition or definitionString`);
  }
  return JSON.parse(text) as Definition;
}

/** States of a definition with those of its branches and loops. */
export const statesOf = ({ States = {} }: Definition): [string, State][] =>
  Object.entries(States).flatMap(([name, state]): [string, State][] => [
    [name, state],
    ...[...(state.Branches ?? []), state.ItemProcessor, state.Iterator].flatMap((inner) => (inner === undefined ? [] : statesOf(inner))),
  ]);

/** A state that calls an API of SageMaker. */
export interface SageMakerCall {
  readonly state: string;
  /** In camel case, e.g. `createModel`. */
  readonly action: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** Calls of SageMaker in a state machine, through the SDK or the optimized integration. */
export const sageMakerCalls = (node: CfnStateMachine): SageMakerCall[] =>
  statesOf(definitionOf(node)).flatMap(([state, { Resource, Arguments, Parameters }]) => {
    const action = /:sagemaker:(\w+)/.exec(Resource ?? '')?.[1];
    return action === undefined ? [] : [{ state, action, arguments: Arguments ?? Parameters ?? {} }];
  });

/** Checks every call of some APIs; a failing state is named in its finding. */
export function checkCalls(node: CfnStateMachine, actions: readonly string[], passes: (call: SageMakerCall) => boolean): NagRuleResult {
  const calls = sageMakerCalls(node).filter(({ action }) => actions.includes(action));
  return calls.length === 0 ? NagRuleCompliance.NOT_APPLICABLE : listOrCompliant(calls.filter((call) => !passes(call)).map(({ state }) => `State::${state}`));
}

/** An empty list of findings is compliance. */
export const listOrCompliant = (findings: readonly string[]): NagRuleResult => (findings.length === 0 ? NagRuleCompliance.COMPLIANT : [...findings]);

export const compliantIf = (condition: boolean): NagRuleCompliance => (condition ? NagRuleCompliance.COMPLIANT : NagRuleCompliance.NON_COMPLIANT);

export const isStateMachine = (node: CfnResource): node is CfnStateMachine => node instanceof CfnStateMachine;

/** A member of nested objects, or undefined where the way ends. */
export const member = (value: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>((current, key) => (typeof current === 'object' && current !== null ? (current as Record<string, unknown>)[key] : undefined), value);

/** Text of a resolved value, with references as `<LogicalId>` or `<LogicalId.Attribute>`. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string' || value === undefined) {
    return value;
  }
  const join = member(value, 'Fn::Join');
  if (Array.isArray(join) && Array.isArray(join[1])) {
    return join[1].map((part: unknown) => textOf(part) ?? '').join(String(join[0]));
  }
  const attribute = member(value, 'Fn::GetAtt');
  return `<${Array.isArray(attribute) ? attribute.join('.') : String(member(value, 'Ref') ?? 'value')}>`;
}
