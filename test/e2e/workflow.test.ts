import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  CreateStateMachineCommand, DescribeExecutionCommand, GetExecutionHistoryCommand, SFNClient, StartExecutionCommand, StopExecutionCommand,
  type DescribeExecutionOutput,
} from '@aws-sdk/client-sfn';
import { zipSync } from 'fflate';
import { createCloud, type Cloud } from '../../local/core/cloud';
import { rootCredentials } from '../../local/core/keys';
import type { CloudEvent } from '../../local/core/service';
import { createEventsService } from '../../local/events';
import { createLambdaService } from '../../local/lambda';
import { createStepFunctionsService } from '../../local/stepfunctions';

const ACCOUNT = '111111111111';
const roleArn = `arn:aws:iam::${ACCOUNT}:role/machine`;
const functionArn = `arn:aws:lambda:eu-central-1:${ACCOUNT}:function:worker`;
const CODE = `
exports.handler = async (event) => {
  if (event.fail) { throw Object.assign(new Error('no luck'), { name: 'NoLuck' }); }
  return { double: event.n * 2 };
};`;

let cloud: Cloud;
let sfn: SFNClient;
const events: CloudEvent[] = [];

beforeAll(async () => {
  cloud = await createCloud({ folder: mkdtempSync(join(tmpdir(), 'workflow-')), region: 'eu-central-1', timeScale: 600, python: 'python3' });
  cloud.setEventSink({ receive: (event) => void events.push(event) });
  cloud.register(createStepFunctionsService(cloud));
  cloud.register(createLambdaService(cloud));
  cloud.register(createEventsService(cloud));
  await cloud.start();
  const config = { endpoint: cloud.endpoint, region: cloud.region, credentials: rootCredentials(ACCOUNT), maxAttempts: 1 };
  sfn = new SFNClient(config);
  await new LambdaClient(config).send(new CreateFunctionCommand({
    FunctionName: 'worker', Runtime: 'nodejs24.x', Handler: 'index.handler', Role: `arn:aws:iam::${ACCOUNT}:role/worker`,
    Code: { ZipFile: zipSync({ 'index.js': Buffer.from(CODE) }) },
  }));
});

afterAll(async () => {
  await cloud.stop();
  rmSync(cloud.folder, { recursive: true, force: true });
});

let count = 0;

const machine = async (states: object, rest: object = {}): Promise<string> => {
  count += 1;
  const definition = JSON.stringify({ QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0], States: states, ...rest });
  const { stateMachineArn = '' } = await sfn.send(new CreateStateMachineCommand({ name: `machine-${count}`, definition, roleArn }));
  return stateMachineArn;
};

const ended = async (executionArn: string | undefined): Promise<DescribeExecutionOutput> => {
  for (;;) {
    const description = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    if (description.status !== 'RUNNING') {
      return description;
    }
    await new Promise((done) => setTimeout(done, 5));
  }
};

const run = async (states: object, input: unknown = {}, rest: object = {}): Promise<DescribeExecutionOutput> => {
  const stateMachineArn = await machine(states, rest);
  const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }));
  return ended(executionArn);
};

const task = (resource: string, Arguments: unknown, rest: object = {}): object => ({ Task: { Type: 'Task', Resource: resource, Arguments, End: true, ...rest } });

test('lambda:invoke wraps the payload and hands the result on', async () => {
  const { output } = await run(task('arn:aws:states:::lambda:invoke', { FunctionName: functionArn, Payload: { n: '{% $states.input.n %}' } }), { n: 4 });
  expect(JSON.parse(output ?? '')).toMatchObject({ ExecutedVersion: '$LATEST', StatusCode: 200, Payload: { double: 8 }, SdkHttpMetadata: { HttpStatusCode: 200 } });
});

test('a function ARN as Resource gives the bare result', async () => {
  expect((await run(task(functionArn, { n: 5 }))).output).toBe('{"double":10}');
});

test('an error of the handler is the error of the task, its payload the cause', async () => {
  const { status, error, cause } = await run(task('arn:aws:states:::lambda:invoke', { FunctionName: functionArn, Payload: { fail: true } }));
  expect({ status, error }).toEqual({ status: 'FAILED', error: 'NoLuck' });
  expect(JSON.parse(cause ?? '')).toMatchObject({ errorType: 'NoLuck', errorMessage: 'no luck', trace: expect.any(Array) });
});

test.each([
  ['a modelled error through the SDK', 'arn:aws:states:::aws-sdk:lambda:getFunction', { FunctionName: 'absent' }, 'Lambda.ResourceNotFoundException'],
  ['a modelled error through the integration', 'arn:aws:states:::lambda:invoke', { FunctionName: 'absent' }, 'Lambda.ResourceNotFoundException'],
  ['a name without Exception gets one', 'arn:aws:states:::aws-sdk:sfn:describeExecution', { ExecutionArn: 'arn:aws:states:eu-central-1:111111111111:execution:a:b' }, 'Sfn.ExecutionDoesNotExistException'],
  ['the same through the nested integration', 'arn:aws:states:::states:startExecution', { StateMachineArn: 'arn:aws:states:eu-central-1:111111111111:stateMachine:absent' }, 'StepFunctions.StateMachineDoesNotExistException'],
  ['an argument that the operation does not have', 'arn:aws:states:::aws-sdk:lambda:getFunction', { Function: 'worker' }, 'States.Runtime'],
])('%s', async (_title, resource, args, error) => {
  expect(await run(task(resource, args))).toMatchObject({ status: 'FAILED', error });
});

test('results of the SDK come in Pascal case with dates as text', async () => {
  const child = await machine({ Done: { Type: 'Succeed' } });
  const { output } = await run(task('arn:aws:states:::aws-sdk:sfn:startExecution', { StateMachineArn: child }));
  expect(JSON.parse(output ?? '')).toEqual({ ExecutionArn: expect.stringContaining(':execution:'), StartDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) });
});

test('startExecution.sync:2 waits for the child and hands its output on as JSON', async () => {
  const child = await machine({ Wait: { Type: 'Wait', Seconds: 30, Next: 'Done' }, Done: { Type: 'Succeed', Output: { got: '{% $states.input.n %}' } } });
  const { output, executionArn } = await run(task('arn:aws:states:::states:startExecution.sync:2', { StateMachineArn: child, Input: { n: 3 } }));
  expect(JSON.parse(output ?? '')).toMatchObject({ Status: 'SUCCEEDED', Output: { got: 3 }, StartDate: expect.any(Number) });
  const { events: history } = await sfn.send(new GetExecutionHistoryCommand({ executionArn }));
  expect(history?.map(({ type }) => type)).toEqual([
    'ExecutionStarted', 'TaskStateEntered', 'TaskScheduled', 'TaskStarted', 'TaskSubmitted', 'TaskSucceeded', 'TaskStateExited', 'ExecutionSucceeded',
  ]);
});

test('a child that fails fails the task, with the execution as the cause', async () => {
  const child = await machine({ No: { Type: 'Fail', Error: 'GateFailed', Cause: 'because' } });
  const { error, cause } = await run(task('arn:aws:states:::states:startExecution.sync:2', { StateMachineArn: child }));
  expect(error).toBe('States.TaskFailed');
  expect(JSON.parse(cause ?? '')).toMatchObject({ Status: 'FAILED', Error: 'GateFailed', Cause: 'because' });
});

test('stopping the parent stops the child', async () => {
  const child = await machine({ Wait: { Type: 'Wait', Seconds: 90_000, End: true } });
  const parent = await machine(task('arn:aws:states:::states:startExecution.sync:2', { StateMachineArn: child, Name: 'the-child' }));
  const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn: parent }));
  const childArn = `${child.replace(':stateMachine:', ':execution:')}:the-child`;
  while ((await sfn.send(new DescribeExecutionCommand({ executionArn: childArn })).catch(() => ({ status: undefined }))).status !== 'RUNNING') {
    await new Promise((done) => setTimeout(done, 5));
  }
  await sfn.send(new StopExecutionCommand({ executionArn, error: 'Enough' }));
  expect(await ended(executionArn)).toMatchObject({ status: 'ABORTED', error: 'Enough' });
  expect(await ended(childArn)).toMatchObject({ status: 'ABORTED' });
});

test('a task token is answered through the SDK', async () => {
  const waiting = task('arn:aws:states:::lambda:invoke.waitForTaskToken', { FunctionName: functionArn, Payload: { n: 1, token: '{% $states.context.Task.Token %}' } });
  const stateMachineArn = await machine(waiting);
  const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn }));
  let token: string | undefined;
  while (token === undefined) {
    const { events: history } = await sfn.send(new GetExecutionHistoryCommand({ executionArn }));
    const submitted = history?.some(({ type }) => type === 'TaskSubmitted') === true;
    const parameters = history?.find(({ type }) => type === 'TaskScheduled')?.taskScheduledEventDetails?.parameters;
    token = submitted && parameters !== undefined ? (JSON.parse(parameters) as { Payload: { token: string } }).Payload.token : undefined;
  }
  expect(await run(task('arn:aws:states:::aws-sdk:sfn:sendTaskSuccess', { TaskToken: token, Output: '{"approved":true}' }))).toMatchObject({ status: 'SUCCEEDED' });
  expect(await ended(executionArn)).toMatchObject({ output: '{"approved":true}' });
});

test('putEvents takes JSON as Detail and names the execution', async () => {
  const { output, executionArn } = await run(task('arn:aws:states:::events:putEvents', { Entries: [{ Source: 'test', DetailType: 'Done', Detail: { a: 1 } }] }));
  expect(JSON.parse(output ?? '')).toMatchObject({ FailedEntryCount: 0, Entries: [{ EventId: expect.any(String) }] });
  expect(executionArn).toContain(':execution:');
});

test('a state costs less than 2 ms', async () => {
  const loop = {
    Start: { Type: 'Pass', Assign: { n: 0 }, Next: 'Count' },
    Count: { Type: 'Pass', Assign: { n: '{% $n + 1 %}' }, Next: 'More' },
    More: { Type: 'Choice', Choices: [{ Condition: '{% $n < 500 %}', Next: 'Count' }], Default: 'Done' },
    Done: { Type: 'Succeed', Output: '{% $n %}' },
  };
  const { startDate, stopDate, output } = await run(loop);
  expect(output).toBe('500');
  expect(((stopDate?.getTime() ?? 0) - (startDate?.getTime() ?? 0)) / 1002).toBeLessThan(2);
});

test('executions tell the event bus of their account how they end', async () => {
  const { executionArn } = await run({ No: { Type: 'Fail', Error: 'Why', Cause: 'because' } });
  const own = events.filter(({ resources }) => resources[0] === executionArn);
  expect(own).toMatchObject([
    { source: 'aws.states', 'detail-type': 'Step Functions Execution Status Change', account: ACCOUNT, detail: { status: 'RUNNING', stopDate: null } },
    { detail: { status: 'FAILED', error: 'Why', cause: 'because', stopDate: expect.any(Number), input: '{}' } },
  ]);
});
