import { resolve } from 'node:path';
import { environments } from '../../bin/environments';
import { inventoryOf, type Inventory } from '../../local/inventory/assembly';
import { uncovered, uncoveredOperations } from '../../local/inventory/coverage';
import { handlerOperations, taskOperation } from '../../local/inventory/handlers';
import { machineFeatures } from '../../local/inventory/machines';
import type { Json } from '../../local/inventory/text';
import { FUNCTIONS } from '../../local/stepfunctions/jsonata/functions';
import { synthesizeBlueprint } from '../support/blueprint';

/** Every option on, so that nothing that an environment may ask for is left out. */
const everything = environments.map((environment) => ({ ...environment, evidenceLockDays: 30, alarmEmails: ['on-call@example.com'], monthlyBudget: 50, people: { signIn: { type: 'iam' as const, mfa: true } } }));

let inventory: Inventory;

beforeAll(() => {
  inventory = inventoryOf(new Map([...synthesizeBlueprint(everything).templates].map(([name, template]) => [name, template.toJSON() as Json])));
}, 60_000);

describe('of what the environments use', () => {
  test('something of every kind was found', () => {
    expect(inventory.resourceTypes).toEqual(expect.arrayContaining(['AWS::S3::Bucket', 'AWS::StepFunctions::StateMachine', 'AWS::SageMaker::Pipeline']));
    expect(inventory.stateMachines.length).toBeGreaterThan(10);
    expect(inventory.pipelines.length).toBeGreaterThan(0);
    expect(inventory.policies.length).toBeGreaterThan(100);
    expect(inventory.policies.some(({ kind }) => kind === 'resource')).toBe(true);
    expect(inventory.eventPatterns.length).toBeGreaterThan(5);
    expect(inventory.targets.length).toBeGreaterThan(5);
    expect(inventory.schedules.length).toBeGreaterThan(0);
  });

  test('nothing is refused by the local AWS', async () => {
    expect(await uncovered(inventory)).toEqual([]);
  });

  test('every operation of the state machines is answered, and its permission known', () => {
    const { operations, unknownResources } = machineFeatures(inventory.stateMachines);
    expect(operations.length).toBeGreaterThan(15);
    expect(unknownResources).toEqual([]);
    expect(uncoveredOperations(operations)).toEqual([]);
  });

  test('every operation that a handler calls is answered, and its permission known', () => {
    const operations = handlerOperations(resolve(__dirname, '../../lambda'));
    expect(operations.length).toBeGreaterThan(20);
    expect(uncoveredOperations(operations)).toEqual([]);
  });

  test('every function in an expression is one of JSONata or of Step Functions', () => {
    const builtIn = 'string length substring substringBefore substringAfter uppercase lowercase trim pad contains split join match replace base64encode base64decode number floor ceil '
      + 'round abs sqrt power formatNumber count sum max min average boolean not exists append sort reverse shuffle distinct zip keys lookup spread merge sift each error assert type '
      + 'map filter single reduce now millis fromMillis toMillis';
    const known = [...builtIn.split(' '), ...Object.keys(FUNCTIONS)];
    expect(machineFeatures(inventory.stateMachines).functions.filter((name) => !known.includes(name))).toEqual([]);
  });
});

describe('what is not covered is told by name and place', () => {
  const role = (Condition: object): Json => ({ Type: 'AWS::IAM::Policy', Properties: { PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*', Condition }] } } });
  const machine = (state: object): Json => ({ Type: 'AWS::StepFunctions::StateMachine', Properties: { DefinitionString: { 'Fn::Join': ['', [JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'S', States: { S: state } })]] } } });

  test.each<[string, Json, string]>([
    ['a resource type', { Type: 'AWS::Batch::JobQueue' }, 'resource type AWS::Batch::JobQueue is not made'],
    ['a service integration', machine({ Type: 'Task', Resource: 'arn:aws:states:::batch:submitJob', End: true }), "Resource 'arn:aws:states:::batch:submitJob' is not supported"],
    ['a field of a state', machine({ Type: 'Pass', Colour: 1, End: true }), "Field 'Colour' is not supported"],
    ['a condition operator', role({ StringRhymes: { 'aws:PrincipalTag/a': 'b' } }), 'StringRhymes'],
    ['a condition key', role({ StringEquals: { 'aws:Mood': 'good' } }), 'aws:Mood'],
    ['a target', { Type: 'AWS::Events::Rule', Properties: { EventPattern: { source: ['a'] }, Targets: [{ Arn: 'arn:aws:kinesis:eu-central-1:111111111111:stream/s' }] } }, 'nothing is delivered to arn:aws:kinesis'],
    ['a filter of a pattern', { Type: 'AWS::Events::Rule', Properties: { EventPattern: { source: [{ rhymes: 'a' }] } } }, 'the filter "rhymes" is not supported'],
    ['a schedule', { Type: 'AWS::Scheduler::Schedule', Properties: { ScheduleExpression: 'cron(0 0 L * ? *)' } }, 'L, W and # are not supported'],
  ])('%s', async (_name, resource, message) => {
    const problems = await uncovered(inventoryOf(new Map([['stack', { Resources: { Thing: resource } }]])));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(message);
  });

  test('an operation', () => {
    expect(uncoveredOperations([{ service: 'sagemaker', operation: 'CreateHub' }])).toContain('sagemaker:CreateHub is not answered');
    expect(uncoveredOperations([{ service: 'batch', operation: 'SubmitJob' }])).toEqual(['batch:SubmitJob is not answered', 'batch:SubmitJob: no table says which permission it needs']);
  });
});

test.each([
  ['arn:aws:states:::aws-sdk:sagemaker:createEndpoint', 'sagemaker:CreateEndpoint'],
  ['arn:aws:states:::aws-sdk:cloudwatch:putMetricAlarm', 'monitoring:PutMetricAlarm'],
  ['arn:aws:states:::states:startExecution.sync:2', 'states:StartExecution'],
  ['arn:aws:states:::events:putEvents', 'events:PutEvents'],
  ['arn:aws:lambda:eu-central-1:111111111111:function:f', 'lambda:Invoke'],
])('%s is a call of %s', (resource, expected) => {
  const { service, operation } = taskOperation(resource) ?? { service: '', operation: '' };
  expect(`${service}:${operation}`).toBe(expected);
});
