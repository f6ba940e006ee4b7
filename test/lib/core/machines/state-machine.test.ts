import { Duration } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { ProcessStateMachine, type ProcessStateMachineProps } from '../../../../lib/core/machines/state-machine';
import { nagFindings, newStack } from '../../../support/app';

function machine(change: Partial<ProcessStateMachineProps> = {}) {
  const stack = newStack();
  const made = new ProcessStateMachine(stack, 'Machine', {
    stateMachineName: 'dev-employment-development',
    comment: 'Trains a model.',
    definition: sfn.Pass.jsonata(stack, 'Do'),
    timeout: Duration.hours(2),
    ...change,
  });
  return { stack, made, template: Template.fromStack(stack) };
}

test('is written in JSONata and ends by a timeout', () => {
  machine().template.hasResourceProperties('AWS::StepFunctions::StateMachine', {
    StateMachineName: 'dev-employment-development',
    DefinitionString: Match.serializedJson(Match.objectLike({ QueryLanguage: 'JSONata', TimeoutSeconds: 7200 })),
  });
});

test('logs every event with its data and is traced', () => {
  const { template } = machine();
  template.hasResourceProperties('AWS::StepFunctions::StateMachine', {
    TracingConfiguration: { Enabled: true },
    LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: true },
  });
  template.hasResourceProperties('AWS::Logs::LogGroup', { LogGroupName: '/aws/vendedlogs/states/dev-employment-development', RetentionInDays: 365 });
});

test('has a role of its own, named so that other accounts can name it', () => {
  machine().template.hasResourceProperties('AWS::IAM::Role', { RoleName: 'mlops-dev-employment-development-machine' });
});

test('has no finding, and a wildcard of the process is still one', () => {
  expect(nagFindings(machine().stack)).toEqual([]);
  const { stack } = machine({ statements: [new iam.PolicyStatement({ actions: ['sagemaker:DescribeEndpoint'], resources: ['*'] })] });
  expect(nagFindings(stack)).toEqual(['AwsSolutions-IAM5[Resource::*] on Stack/Machine/Role/Policy/Resource']);
});

test('fails when the name is longer than Step Functions allows', () => {
  expect(() => machine({ stateMachineName: 'm'.repeat(81) })).toThrow(/at most 80 characters \(Step Functions' limit\), got 81 in "m+"; shorten the model's/);
});

test('fails when the name of its role would be longer than IAM allows', () => {
  expect(() => machine({ stateMachineName: 'm'.repeat(60) })).toThrow(/at most 64 characters \(IAM's limit\), got 74; shorten the model's/);
});
