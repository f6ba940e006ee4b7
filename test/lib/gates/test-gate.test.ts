import { Match, Template } from 'aws-cdk-lib/assertions';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import jsonata from 'jsonata';
import type { Criterion } from '../../../lambda/gate/contract';
import { HandlerFunction } from '../../../lib/core/functions/handler-function';
import { ProcessStateMachine } from '../../../lib/core/machines/state-machine';
import { FunctionCheck } from '../../../lib/gates/function-check';
import { TestGate, type TestGateProps } from '../../../lib/gates/test-gate';
import { Duration } from 'aws-cdk-lib';
import { ENV, nagFindings, newStack } from '../../support/app';
import { allStates, definitionFaults, definitionsOf } from '../../support/asl';
import { fixtureProject } from '../../support/fixtures';

const place = { environment: 'prod', ...ENV };
const criterion = (check: string): Criterion => ({ check, measurement: 'rows', title: 'Rows', comparison: '>=', threshold: 1, unit: 'rows', paperSection: '2.3' });

function newGate(change: (scope: ReturnType<typeof newStack>) => Partial<TestGateProps> = () => ({})) {
  const stack = newStack();
  const check = (id: string) => {
    const handler = new HandlerFunction(stack, `Check${id}`, { handler: 'gate', description: id });
    return new FunctionCheck({ id, handler, criteria: [criterion(id)] });
  };
  const gate = new TestGate(stack, 'Gate', {
    place, project: fixtureProject().data, gate: 'data', mode: 'QUALITATIVE', checks: [check('first'), check('second')], ...change(stack),
  });
  return { stack, gate };
}

const withCaller = () => {
  const { stack, gate } = newGate();
  const task = gate.evaluate(stack, 'Ask', {
    subject: { type: 'dataSnapshot', name: '{% $name %}', digest: '{% $digest %}' },
    context: { snapshotUri: '{% $uri %}' },
    passed: sfn.Succeed.jsonata(stack, 'Go on'),
  });
  new ProcessStateMachine(stack, 'Caller', { stateMachineName: 'prod-employment-caller', comment: '', definition: task, timeout: Duration.hours(1) });
  const template = Template.fromStack(stack);
  return { stack, template, caller: definitionsOf(template).get('prod-employment-caller')! };
};

describe('A test gate', () => {
  const { stack } = newGate();
  const template = Template.fromStack(stack);
  const definition = definitionsOf(template).get('prod-employment-gate-data')!;

  test('is a machine of its own that the validator of the language accepts', () => {
    expect(definitionFaults(definition)).toEqual([]);
  });

  test('runs its checks side by side, then judges', () => {
    expect(definition.States.Checks?.Branches?.map(({ StartAt }) => StartAt)).toEqual(['first', 'second']);
    expect(definition.States.Checks?.Next).toBe('Verdict');
  });

  test('tells each check the gate, the run, the subject and the context', () => {
    expect(definition.States.Checks?.Branches?.[0]?.States.first?.Arguments).toMatchObject({
      Payload: { gate: 'data', runId: '{% $states.context.Execution.Name %}', subject: '{% $states.context.Execution.Input.subject %}' },
    });
  });

  test('hands the failure of a check to the judge instead of ending the others', async () => {
    const branch = definition.States.Checks?.Branches?.[0];
    expect(branch?.States.first?.Catch).toEqual([{ ErrorEquals: ['States.ALL'], Next: 'first did not run' }]);
    const { cause } = (branch!.States['first did not run'] as unknown as { Output: { cause: string } }).Output;
    const evaluate = (input: object) => jsonata(cause.slice(2, -2)).evaluate({}, { states: { input } });
    expect(await evaluate({ Error: 'E', Cause: 'x'.repeat(2000) })).toHaveLength(1000);
    expect(await evaluate({ Error: 'E' })).toBe('no cause was given');
  });

  test('gives the judge mode, policy and criteria of this deployment', () => {
    expect(definition.States.Verdict?.Arguments).toMatchObject({
      Payload: { mode: 'QUALITATIVE', policyDigest: fixtureProject().policyDigest, criteria: [criterion('first'), criterion('second')], checks: '{% $states.input %}' },
    });
  });

  test('has a timeout on every task', () => {
    expect(allStates(definition).filter(([, state]) => state.Type === 'Task' && state.TimeoutSeconds === undefined)).toEqual([]);
  });

  test('lets judge and checks write below its own prefix only', () => {
    const prefix = 'arn:aws:s3:::mlops-prod-evidence-333333333333-eu-central-1/employment/gates/data/*';
    const statement = { Action: ['s3:GetObject', 's3:PutObject'], Effect: 'Allow', Resource: prefix };
    const policies = Object.values(template.findResources('AWS::IAM::ManagedPolicy', { Properties: { PolicyDocument: { Statement: Match.arrayWith([statement]) } } }));
    expect(policies).toHaveLength(3);
  });

  test('signs nothing without a key', () => {
    expect(JSON.stringify(template.toJSON())).not.toContain('kms:Sign');
  });

  test('has no unexplained finding', () => {
    expect(nagFindings(stack)).toEqual([]);
  });
});

test('with a key, only the judge may sign, and with this key only', () => {
  const { stack } = newGate(() => ({ signingKeyArn: 'arn:aws:kms:eu-central-1:333333333333:key/1' }));
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::Lambda::Function', { Environment: { Variables: { MLOPS_SIGNING_KEY_ARN: 'arn:aws:kms:eu-central-1:333333333333:key/1' } } });
  const signing = { Action: 'kms:Sign', Effect: 'Allow', Resource: 'arn:aws:kms:eu-central-1:333333333333:key/1' };
  expect(Object.keys(template.findResources('AWS::IAM::ManagedPolicy', { Properties: { PolicyDocument: { Statement: Match.arrayWith([signing]) } } }))).toHaveLength(1);
});

describe('A machine that asks a gate', () => {
  const { stack, template, caller } = withCaller();

  test('runs it under its own name and waits', () => {
    expect(caller.States.Ask).toMatchObject({
      Resource: 'arn:aws:states:::states:startExecution.sync:2',
      Arguments: { StateMachineArn: 'arn:aws:states:eu-central-1:333333333333:stateMachine:prod-employment-gate-data', Name: '{% $states.context.Execution.Name %}' },
    });
    expect(definitionFaults(caller)).toEqual([]);
  });

  test('goes on only when the gate passed; no and broken are different errors', () => {
    expect(caller.States['Ask passed?']).toMatchObject({
      Choices: [{ Condition: "{% $states.input.outcome = 'passed' %}", Next: 'Go on' }, { Condition: "{% $states.input.outcome = 'failed' %}", Next: 'Ask says no' }],
      Default: 'Ask broke',
    });
    expect([caller.States['Ask says no']?.Error, caller.States['Ask broke']?.Error]).toEqual(['GateFailed', 'GateBroken']);
  });

  test('a gate that itself ended badly is broken', async () => {
    expect(caller.States.Ask?.Catch).toEqual([{ ErrorEquals: ['States.ALL'], Next: 'Ask broke' }]);
    const evaluate = (input: object) => jsonata(caller.States['Ask broke']?.Cause?.slice(2, -2) ?? '').evaluate({}, { states: { input } });
    expect(await evaluate({ outcome: 'broken', reason: 'check died' })).toBe('check died');
    expect(await evaluate({ Error: 'States.Timeout', Cause: 'too slow' })).toBe('too slow');
    expect(await evaluate({ Error: 'States.Timeout' })).toBe('States.Timeout');
  });

  test('may start the gate, follow its executions and use the rule of Step Functions, no more', () => {
    template.hasResourceProperties('AWS::IAM::ManagedPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          { Action: 'states:StartExecution', Effect: 'Allow', Resource: 'arn:aws:states:eu-central-1:333333333333:stateMachine:prod-employment-gate-data' },
          { Action: ['states:DescribeExecution', 'states:StopExecution'], Effect: 'Allow', Resource: 'arn:aws:states:eu-central-1:333333333333:execution:prod-employment-gate-data:*' },
        ]),
      },
    });
    expect(nagFindings(stack)).toEqual([]);
  });
});

describe('A gate is refused', () => {
  test.each([
    ['without criteria', [] as string[], [] as Criterion[], 'it would open for everything'],
    ['with two checks of one name', ['a', 'a'], [criterion('a')], 'has two checks "a"'],
    ['with criteria on what another check measures', ['a'], [criterion('b')], 'brings criteria of "b"'],
  ])('%s', (_name, ids, criteria, message) => {
    const checks = (stack: ReturnType<typeof newStack>) =>
      ids.map((id, index) => new FunctionCheck({ id, criteria, handler: new HandlerFunction(stack, `Other${index}`, { handler: 'gate', description: id }) }));
    expect(() => newGate((stack) => ({ checks: checks(stack) }))).toThrow(message);
  });
});
