import { Arn, ArnFormat, Aspects, AspectPriority, CfnParameter, type IAspect, Stack } from 'aws-cdk-lib';
import { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import type { IConstruct } from 'constructs';
import { names, type Place } from '../config/names';

/**
 * Gives everything in a stack what its environment's foundation offers: log groups are encrypted with the environment's key, and alarms without an
 * action of their own tell the environment's topic.
 */
export function useEnvironmentDefaults(stack: Stack, { environment }: Place): void {
  const topic = Arn.format({ service: 'sns', resource: names.alarmTopic(environment), arnFormat: ArnFormat.NO_RESOURCE_NAME }, stack);
  Aspects.of(stack).add(new EnvironmentDefaults(environmentKeyArn(stack, environment), topic), { priority: AspectPriority.MUTATING });
}

/** ARN of the environment's key, where an alias will not do: a parameter of the template, filled in from what the foundation wrote. */
export function environmentKeyArn(scope: IConstruct, environment: string): string {
  const stack = Stack.of(scope);
  const id = 'EnvironmentKeyArn';
  const existing = stack.node.tryFindChild(id);
  const parameter =
    existing instanceof CfnParameter
      ? existing
      : new CfnParameter(stack, id, {
          type: 'AWS::SSM::Parameter::Value<String>',
          default: names.keyParameter(environment),
          // The mark tells the toolkit that a deployment need not be tried only because the value might have changed.
          description: `ARN of the key of ${environment}, written by its foundation [cdk:skip]`,
        });
  return parameter.valueAsString;
}

class EnvironmentDefaults implements IAspect {
  constructor(private readonly keyArn: string, private readonly topicArn: string) {}

  public visit(node: IConstruct): void {
    if (node instanceof CfnLogGroup) {
      node.kmsKeyId ??= this.keyArn;
    }
    // The list of an L2's alarm is a token until it is resolved.
    if (node instanceof CfnAlarm && ((Stack.of(node).resolve(node.alarmActions) as unknown[] | undefined) ?? []).length === 0) {
      node.alarmActions = [this.topicArn];
    }
  }
}
