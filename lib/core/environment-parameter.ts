import { CfnParameter, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Properties of {@link environmentParameter}. */
export interface EnvironmentParameterProps {
  /** Name in Parameter Store. */
  readonly name: string;
  readonly description: string;
  /** @default 'String' */
  readonly type?: 'String' | 'List<String>';
}

/**
 * A parameter of a stack's template that is filled in from what the environment's foundation wrote: how a value that only the deployment knows comes
 * into another stack without a reference between the two. One for each id and stack.
 */
export function environmentParameter(scope: IConstruct, id: string, { name, description, type = 'String' }: EnvironmentParameterProps): CfnParameter {
  const stack = Stack.of(scope);
  const existing = stack.node.tryFindChild(id);
  return existing instanceof CfnParameter
    ? existing
    : new CfnParameter(stack, id, {
        type: `AWS::SSM::Parameter::Value<${type}>`,
        default: name,
        // The mark tells the toolkit that a deployment need not be tried only because the value might have changed.
        description: `${description}, written by its foundation [cdk:skip]`,
      });
}
