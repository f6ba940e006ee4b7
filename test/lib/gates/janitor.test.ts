import { Match, Template } from 'aws-cdk-lib/assertions';
import { Janitor, type JanitorProps } from '../../../lib/gates/janitor';
import { ENV, nagFindings, newStack } from '../../support/app';
import { fixtureProject } from '../../support/fixtures';

function janitor(change: Partial<JanitorProps> = {}) {
  const stack = newStack();
  new Janitor(stack, 'Janitor', {
    place: { environment: 'prod', ...ENV },
    project: fixtureProject().data,
    purpose: 'serving',
    machines: [{ stateMachineName: 'prod-employment-promotion', machine: 'promotion', gates: ['promotion'], mode: 'QUALITATIVE' }],
    ...change,
  });
  return { stack, template: Template.fromStack(stack) };
}

const MACHINE = 'arn:aws:states:eu-central-1:333333333333:stateMachine:prod-employment-promotion';
const endpoint = { endpointName: 'prod-employment', fleetNamePrefix: 'prod-employment-v', keyArn: 'arn:aws:kms:eu-central-1:333333333333:key/a' };

test('hears of every bad ending of its machines, and keeps what it could not answer', () => {
  janitor().template.hasResourceProperties('AWS::Events::Rule', {
    EventPattern: {
      source: ['aws.states'],
      'detail-type': ['Step Functions Execution Status Change'],
      detail: { status: ['FAILED', 'TIMED_OUT', 'ABORTED'], stateMachineArn: [MACHINE] },
    },
    Targets: [Match.objectLike({ DeadLetterConfig: Match.anyValue() })],
  });
});

test('knows the gates of each machine', () => {
  janitor().template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: { MLOPS_WATCHED_MACHINES: JSON.stringify({ [MACHINE]: { machine: 'promotion', gates: ['promotion'], mode: 'QUALITATIVE' } }) } },
  });
});

test('without an endpoint it may write verdicts and touch nothing else', () => {
  const text = JSON.stringify(janitor().template.toJSON());
  expect(text).toContain('mlops-prod-evidence-333333333333-eu-central-1/employment/gates/promotion/*');
  expect(text).not.toMatch(/sagemaker:|dynamodb:|cloudwatch:/);
});

test('with an endpoint it may remove what belongs to this endpoint only', () => {
  const { stack, template } = janitor({ endpoint });
  const prefix = 'arn:aws:sagemaker:eu-central-1:333333333333';
  const statements = Object.values(template.findResources('AWS::IAM::ManagedPolicy')).flatMap(({ Properties }) => Properties.PolicyDocument.Statement as { Action: string | string[]; Resource: string }[]);
  const allowed = (action: string) => statements.filter(({ Action }) => [Action].flat().includes(action)).map(({ Resource }) => Resource);
  expect(allowed('sagemaker:DeleteEndpoint')).toEqual([`${prefix}:endpoint/prod-employment`]);
  expect(allowed('sagemaker:DeleteModel')).toEqual([`${prefix}:model/prod-employment-v*`]);
  expect(allowed('sagemaker:DeleteEndpointConfig')).toEqual([`${prefix}:endpoint-config/prod-employment-v*`]);
  expect(allowed('kms:CreateGrant')).toEqual([endpoint.keyArn]);
  expect(allowed('dynamodb:DeleteItem')).toEqual(['arn:aws:dynamodb:eu-central-1:333333333333:table/mlops-prod-employment']);
  expect(nagFindings(stack)).toEqual([]);
});
