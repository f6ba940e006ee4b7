import type { Template } from 'aws-cdk-lib/assertions';

/** The package brings no types. */
const validate = jest.requireActual<(definition: object) => { readonly errors: readonly unknown[] }>('asl-validator');

/** A state of a machine, as far as tests read it. */
export interface StateJson {
  readonly Type: string;
  readonly Resource?: string;
  readonly Next?: string;
  readonly TimeoutSeconds?: number;
  readonly Arguments?: Readonly<Record<string, unknown>>;
  readonly Catch?: readonly { readonly ErrorEquals: readonly string[]; readonly Next: string }[];
  readonly Error?: string;
  readonly Cause?: string;
  readonly Branches?: readonly DefinitionJson[];
}

export interface DefinitionJson {
  readonly StartAt: string;
  readonly TimeoutSeconds?: number;
  readonly States: Readonly<Record<string, StateJson>>;
}

/** Definitions of a template's state machines by name; references become `<LogicalId>` or `<LogicalId.Attribute>`. */
export function definitionsOf(template: Template): Map<string, DefinitionJson> {
  const machines = Object.values(template.findResources('AWS::StepFunctions::StateMachine'));
  return new Map(machines.map(({ Properties }) => [Properties.StateMachineName as string, JSON.parse(textOf(Properties.DefinitionString)) as DefinitionJson]));
}

/** Everything that a validator of the Amazon States Language finds wrong. */
export const definitionFaults = (definition: DefinitionJson): readonly unknown[] => validate(definition).errors;

/** States of a definition with those of its branches. */
export const allStates = (definition: DefinitionJson): [string, StateJson][] =>
  Object.entries(definition.States).flatMap(([name, state]) => [[name, state] as [string, StateJson], ...(state.Branches ?? []).flatMap(allStates)]);

function textOf(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  const [[name, argument]] = Object.entries(value as Record<string, unknown>) as [[string, unknown]];
  if (name === 'Fn::Join') {
    const [separator, parts] = argument as [string, unknown[]];
    return parts.map(textOf).join(separator);
  }
  if (name === 'Ref' && argument === 'AWS::Partition') {
    return 'aws';
  }
  return `<${Array.isArray(argument) ? argument.join('.') : String(argument)}>`;
}
