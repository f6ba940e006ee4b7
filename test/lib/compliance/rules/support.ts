import { App, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { MlopsChecks } from '../../../../lib/compliance/mlops-checks';

/** Findings of one rule in what `build` makes, without the pack's name. */
export function findings(rule: string, build: (scope: Construct) => void): string[] {
  const stack = new Stack(new App(), 'Stack');
  build(stack);
  return new MlopsChecks()
    .validateScope(stack)
    .violations.map(({ ruleName }) => ruleName.replace('Mlops-', ''))
    .filter((name) => name.startsWith(rule));
}

/** Makes a state machine with the given states and a timeout. */
export const machine =
  (states: Readonly<Record<string, object>>, timeout: object = { TimeoutSeconds: 60 }) =>
  (scope: Construct): void => {
    const definition = JSON.stringify({ StartAt: Object.keys(states)[0], ...timeout, States: states });
    new sfn.CfnStateMachine(scope, 'Machine', { roleArn: 'arn:aws:iam::333333333333:role/machine', definitionString: definition });
  };

/** A state that calls an API of SageMaker. */
export const call = (action: string, parameters: object): object => ({
  Type: 'Task',
  Resource: `arn:aws:states:::aws-sdk:sagemaker:${action}`,
  Arguments: parameters,
  TimeoutSeconds: 60,
});

/** A role that a service takes on, with permissions in a policy of its own. */
export const role =
  (service: string, resources: string[], actions = ['s3:GetObject']) =>
  (scope: Construct): void => {
    const made = new iam.Role(scope, 'Role', { assumedBy: new iam.ServicePrincipal(service) });
    new iam.ManagedPolicy(scope, 'Policy', { roles: [made], statements: [new iam.PolicyStatement({ actions, resources })] });
  };
