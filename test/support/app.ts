import { App, Stack } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import cdk from '../../cdk.json';

/** Account and region of stacks in tests. */
export const ENV = { account: '333333333333', region: 'eu-central-1' } as const;

/** An app with the feature flags of `cdk.json`, which `new App()` alone does not read. */
export const newApp = (): App => new App({ context: { ...cdk.context } });

export const newStack = (): Stack => new Stack(newApp(), 'Stack', { env: ENV });

/** Findings of AwsSolutions in the stack's resources, as `rule on construct`; call after the template was made. */
export const nagFindings = (stack: Stack): string[] =>
  new AwsSolutionsChecks()
    .validateScope(stack)
    .violations.flatMap(({ ruleName, violatingResources }) => violatingResources.map(({ constructPath }) => `${ruleName} on ${constructPath}`));
