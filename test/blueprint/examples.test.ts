import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { environments } from '../../bin/environments';
import { AcmeApp, ScoringStack } from '../../examples/acme-app';
import { AcmeServingStack } from '../../examples/acme-stack';
import { promotionChain } from '../../lib/config/validation';
import { nagFindings, newApp } from '../support/app';
import { fixtureProject } from '../support/fixtures';

function acme() {
  const app = newApp();
  const chain = promotionChain(environments);
  const shared = new Stack(app, 'Shared', { env: { account: '333333333333', region: 'eu-central-1' } });
  const stack = new AcmeServingStack(app, 'Acme', {
    environment: chain.production,
    chain,
    project: fixtureProject().data,
    scoringClient: Role.fromRoleArn(shared, 'Client', 'arn:aws:iam::333333333333:role/acme-scoring'),
    onCall: Topic.fromTopicArn(shared, 'OnCall', 'arn:aws:sns:eu-central-1:333333333333:on-call'),
    measureFairness: LambdaFunction.fromFunctionArn(shared, 'Fairness', 'arn:aws:lambda:eu-central-1:333333333333:function:acme-fairness'),
  });
  return { stack, template: Template.fromStack(stack), client: Template.fromStack(shared) };
}

describe("an organization's stack", () => {
  let made: ReturnType<typeof acme>;
  beforeAll(() => {
    made = acme();
  });

  test('brings a check of its own into a gate, with its own limit', () => {
    const machines = Object.values(made.template.findResources('AWS::StepFunctions::StateMachine', { Properties: { StateMachineName: 'prod-employment-gate-fairness' } }));
    expect(machines).toHaveLength(1);
    const definition = JSON.stringify(machines[0]);
    expect(definition).toContain('impact-ratio');
    expect(definition).toContain('acme-fairness');
  });

  test('alarms its own people', () => {
    made.template.hasResourceProperties('AWS::CloudWatch::Alarm', { AlarmActions: ['arn:aws:sns:eu-central-1:333333333333:on-call'], Threshold: 250_000 });
  });

  test('lets its own client ask for predictions', () => {
    made.client.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: 'lambda:InvokeFunctionUrl' })]) },
      Roles: ['acme-scoring'],
    });
  });

  test('has no finding', () => {
    expect(nagFindings(made.stack)).toEqual([]);
  });
});

describe("an organization's app that has nothing of the blueprint but its rules", () => {
  const synthesis = (isolated: boolean) => (): unknown => {
    const app = new AcmeApp({ context: { '@aws-cdk/core:validateAgainstDefaultRules': false } });
    new ScoringStack(app, 'Scoring', { isolated });
    return app.synth();
  };

  test('is synthesized where it keeps to them', () => {
    expect(synthesis(true)).not.toThrow();
  });

  test('is refused where it breaks one', () => {
    expect(synthesis(false)).toThrow('Mlops-NetworkIsolation');
  });
});
