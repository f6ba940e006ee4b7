import { Arn, ArnFormat, Aspects, AspectPriority, type IAspect, Stack } from 'aws-cdk-lib';
import { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import type { IConstruct } from 'constructs';
import { names, type Place } from '../config/names';
import { environmentParameter } from './environment-parameter';

/**
 * Gives everything in a stack what its environment's foundation offers: log groups are encrypted with the environment's key, and alarms without an
 * action of their own tell the environment's topic.
 */
export function useEnvironmentDefaults(stack: Stack, { environment }: Place): void {
  const topic = Arn.format({ service: 'sns', resource: names.alarmTopic(environment), arnFormat: ArnFormat.NO_RESOURCE_NAME }, stack);
  Aspects.of(stack).add(new EnvironmentDefaults(environmentKeyArn(stack, environment), topic), { priority: AspectPriority.MUTATING });
}

/** ARN of the environment's key, where an alias will not do. */
export const environmentKeyArn = (scope: IConstruct, environment: string): string =>
  environmentParameter(scope, 'EnvironmentKeyArn', { name: names.keyParameter(environment), description: `ARN of the key of ${environment}` }).valueAsString;

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
