import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DescribeStateMachineOutput, ListExecutionsOutput, ListStateMachinesOutput, ListTagsForResourceOutput, StartExecutionOutput } from '@aws-sdk/client-sfn';
import { Bench, failsWith, lambdaArn, pass, ROLE, single } from './support';

const waiting = single({ Type: 'Wait', Seconds: 90_000 });
const definition = (output: unknown): string => JSON.stringify({ QueryLanguage: 'JSONata', ...pass(output) });

test('creating the same machine again answers it; another definition under its name is refused', async () => {
  const bench = new Bench();
  const arn = await bench.machine(pass(1), 'twice');
  expect(await bench.machine(pass(1), 'twice')).toBe(arn);
  await expect(bench.machine(pass(2), 'twice')).rejects.toMatchObject({ code: 'StateMachineAlreadyExists' });
});

test('names of machines have the characters that AWS allows', async () => {
  await expect(new Bench().machine(pass(1), 'a b')).rejects.toMatchObject({ code: 'InvalidName' });
});

test('express machines are refused by name', async () => {
  const creation = new Bench().call('CreateStateMachine', { name: 'e', type: 'EXPRESS', definition: definition(1), roleArn: ROLE });
  await expect(creation).rejects.toMatchObject({ code: 'StateMachineTypeNotSupported' });
});

test('an update changes what later executions run, not what runs', async () => {
  const bench = new Bench();
  const stateMachineArn = await bench.machine({ StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 10, Output: 'old', End: true } } });
  const { executionArn = '' } = await bench.call<StartExecutionOutput>('StartExecution', { stateMachineArn });
  await bench.call('UpdateStateMachine', { stateMachineArn, definition: definition('new') });
  const second = await bench.call<StartExecutionOutput>('StartExecution', { stateMachineArn });
  expect(await bench.ended(second.executionArn ?? '')).toMatchObject({ output: '"new"' });
  expect(await bench.ended(executionArn)).toMatchObject({ output: '"old"' });
});

test('a version keeps its definition and can be started', async () => {
  const bench = new Bench();
  const stateMachineArn = await bench.machine(pass('one'));
  const { stateMachineVersionArn } = await bench.call<{ stateMachineVersionArn: string }>('PublishStateMachineVersion', { stateMachineArn });
  expect(stateMachineVersionArn).toBe(`${stateMachineArn}:1`);
  expect(await bench.call('PublishStateMachineVersion', { stateMachineArn })).toMatchObject({ stateMachineVersionArn });
  await bench.call('UpdateStateMachine', { stateMachineArn, definition: definition('two') });
  const { executionArn = '' } = await bench.call<StartExecutionOutput>('StartExecution', { stateMachineArn: stateMachineVersionArn });
  expect(await bench.ended(executionArn)).toMatchObject({ output: '"one"', stateMachineVersionArn });
});

test('a machine is described, listed in its account only, tagged and deleted', async () => {
  const bench = new Bench();
  const stateMachineArn = await bench.machine(pass(1));
  expect(await bench.call<DescribeStateMachineOutput>('DescribeStateMachine', { stateMachineArn })).toMatchObject({
    name: 'machine-1', status: 'ACTIVE', type: 'STANDARD', roleArn: ROLE, definition: definition(1), loggingConfiguration: { level: 'OFF' },
  });
  expect(await bench.call<ListStateMachinesOutput>('ListStateMachines', {})).toMatchObject({ stateMachines: [{ stateMachineArn }] });
  expect(await bench.call<ListStateMachinesOutput>('ListStateMachines', {}, '222222222222')).toMatchObject({ stateMachines: [] });
  await bench.call('TagResource', { resourceArn: stateMachineArn, tags: [{ key: 'a', value: '1' }, { key: 'b', value: '2' }] });
  await bench.call('UntagResource', { resourceArn: stateMachineArn, tagKeys: ['a'] });
  expect(await bench.call<ListTagsForResourceOutput>('ListTagsForResource', { resourceArn: stateMachineArn })).toEqual({ tags: [{ key: 'b', value: '2' }] });
  await bench.call('DeleteStateMachine', { stateMachineArn });
  await bench.call('DeleteStateMachine', { stateMachineArn });
  await expect(bench.call('DescribeStateMachine', { stateMachineArn })).rejects.toMatchObject({ code: 'StateMachineDoesNotExist' });
});

test('the same name and input while it runs is the same execution; anything else under the name is refused', async () => {
  const bench = new Bench();
  const stateMachineArn = await bench.machine(waiting);
  const start = (input: string, arn = stateMachineArn): Promise<StartExecutionOutput> => bench.call('StartExecution', { stateMachineArn: arn, name: 'n', input });
  const first = await start('{"a":1}');
  expect(await start('{"a":1}')).toEqual(first);
  await expect(start('{"a":2}')).rejects.toMatchObject({ code: 'ExecutionAlreadyExists' });
  await bench.call('StopExecution', { executionArn: first.executionArn });
  await expect(start('{"a":1}')).rejects.toMatchObject({ code: 'ExecutionAlreadyExists' });
  expect((await start('{"a":1}', await bench.machine(pass(1)))).executionArn).not.toBe(first.executionArn);
});

test.each([
  [{ input: '{' }, 'InvalidExecutionInput'],
  [{ input: JSON.stringify('x'.repeat(262_144)) }, 'InvalidExecutionInput'],
  [{ name: 'a/b' }, 'InvalidName'],
  [{ name: 'a'.repeat(81) }, 'InvalidName'],
  [{ stateMachineArn: 'arn:aws:states:eu-central-1:111111111111:stateMachine:absent' }, 'StateMachineDoesNotExist'],
  [{ stateMachineArn: 'arn:aws:states:eu-central-1:111111111111:stateMachine:absent:live' }, 'InvalidArn'],
  [{ stateMachineArn: 'nonsense' }, 'InvalidArn'],
])('starting with %j is refused with %s', async (input, code) => {
  const bench = new Bench();
  const stateMachineArn = await bench.machine(pass(1));
  await expect(bench.call('StartExecution', { stateMachineArn, ...input })).rejects.toMatchObject({ code });
});

test('an execution that is stopped is aborted with the error and cause that were given', async () => {
  const bench = new Bench();
  const executionArn = await bench.started(waiting);
  await bench.call('StopExecution', { executionArn, error: 'Enough', cause: 'because' });
  expect(await bench.ended(executionArn)).toMatchObject({ status: 'ABORTED', error: 'Enough', cause: 'because' });
  expect((await bench.events(executionArn)).at(-1)).toMatchObject({ type: 'ExecutionAborted', executionAbortedEventDetails: { error: 'Enough', cause: 'because' } });
});

test('executions are listed newest first, by status and by page', async () => {
  const bench = new Bench();
  const stateMachineArn = await bench.machine(single({ Type: 'Wait', Seconds: '{% $states.input.s %}' }));
  for (const [name, s] of [['a', 0], ['b', 0], ['c', 90_000]] as const) {
    await bench.call('StartExecution', { stateMachineArn, name, input: JSON.stringify({ s }) });
  }
  await bench.ended(`${stateMachineArn.replace(':stateMachine:', ':execution:')}:b`);
  const list = (rest: object): Promise<ListExecutionsOutput> => bench.call('ListExecutions', { stateMachineArn, ...rest });
  expect((await list({ statusFilter: 'SUCCEEDED' })).executions?.map(({ name }) => name)).toEqual(['b', 'a']);
  const first = await list({ maxResults: 2 });
  expect(first.executions?.map(({ name }) => name)).toEqual(['c', 'b']);
  expect((await list({ maxResults: 2, nextToken: first.nextToken })).executions?.map(({ name }) => name)).toEqual(['a']);
});

test('the history has the events of AWS, each with its predecessor', async () => {
  const bench = new Bench({ f: () => ({ a: 1 }) });
  const executionArn = await bench.started({
    StartAt: 'T',
    States: {
      T: { Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:ssm:getParameter', Arguments: { Name: 'n' }, TimeoutSeconds: 9, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'F' }], Next: 'F' },
      F: { Type: 'Task', Resource: lambdaArn('f'), Assign: { x: '{% $states.result.a %}' }, End: true },
    },
  });
  await bench.ended(executionArn);
  const events = await bench.events(executionArn);
  expect(events.map(({ type, id, previousEventId }) => [type, id, previousEventId])).toEqual([
    ['ExecutionStarted', 1, 0], ['TaskStateEntered', 2, 1], ['TaskScheduled', 3, 2], ['TaskStarted', 4, 3], ['ExecutionFailed', 5, 4],
  ]);
});

test('the history tells what went in and out of states, tasks and variables', async () => {
  const bench = new Bench({ f: () => ({ a: 1 }), 'aws-sdk:ssm:getParameter': failsWith('Ssm.ParameterNotFoundException', 'no such parameter') });
  const executionArn = await bench.started({
    StartAt: 'T',
    States: {
      T: { Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:ssm:getParameter', Arguments: { Name: 'n' }, TimeoutSeconds: 9, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'F' }], Next: 'F' },
      F: { Type: 'Task', Resource: lambdaArn('f'), Assign: { x: '{% $states.result.a %}' }, End: true },
    },
  }, { i: 0 });
  await bench.ended(executionArn);
  const error = { Error: 'Ssm.ParameterNotFoundException', Cause: 'no such parameter' };
  const events = await bench.events(executionArn);
  expect(events).toMatchObject([
    { type: 'ExecutionStarted', executionStartedEventDetails: { input: '{"i":0}', roleArn: ROLE } },
    { type: 'TaskStateEntered', stateEnteredEventDetails: { name: 'T', input: '{"i":0}' } },
    { type: 'TaskScheduled', taskScheduledEventDetails: { resourceType: 'aws-sdk:ssm', resource: 'getParameter', region: 'eu-central-1', parameters: '{"Name":"n"}', timeoutInSeconds: 9 } },
    { type: 'TaskStarted', taskStartedEventDetails: { resourceType: 'aws-sdk:ssm', resource: 'getParameter' } },
    { type: 'TaskFailed', taskFailedEventDetails: { resourceType: 'aws-sdk:ssm', error: error.Error, cause: error.Cause } },
    { type: 'TaskStateExited', stateExitedEventDetails: { name: 'T', output: JSON.stringify(error) } },
    { type: 'TaskStateEntered', stateEnteredEventDetails: { name: 'F', input: JSON.stringify(error) } },
    { type: 'LambdaFunctionScheduled', lambdaFunctionScheduledEventDetails: { resource: lambdaArn('f'), input: JSON.stringify(error) } },
    { type: 'LambdaFunctionStarted' },
    { type: 'LambdaFunctionSucceeded', lambdaFunctionSucceededEventDetails: { output: '{"a":1}' } },
    { type: 'TaskStateExited', stateExitedEventDetails: { name: 'F', output: '{"a":1}', assignedVariables: { x: '1' } } },
    { type: 'ExecutionSucceeded', executionSucceededEventDetails: { output: '{"a":1}' } },
  ]);
});

test('events of branches and iterations hang on the event that started them', async () => {
  const bench = new Bench();
  const executionArn = await bench.started({
    StartAt: 'P',
    States: {
      P: { Type: 'Parallel', Branches: [{ StartAt: 'A', States: { A: { Type: 'Pass', End: true } } }, { StartAt: 'B', States: { B: { Type: 'Pass', End: true } } }], Next: 'M' },
      M: { Type: 'Map', Items: [1], ItemProcessor: { StartAt: 'I', States: { I: { Type: 'Pass', End: true } } }, End: true },
    },
  });
  await bench.ended(executionArn);
  const events = await bench.events(executionArn);
  const started = events.find(({ type }) => type === 'ParallelStateStarted');
  expect(events.filter(({ type, stateEnteredEventDetails }) => type === 'PassStateEntered' && stateEnteredEventDetails?.name !== 'I').map(({ previousEventId }) => previousEventId)).toEqual([started?.id, started?.id]);
  expect(events.map(({ type }) => type).filter((type) => type?.startsWith('Map'))).toEqual([
    'MapStateEntered', 'MapStateStarted', 'MapIterationStarted', 'MapIterationSucceeded', 'MapStateSucceeded', 'MapStateExited',
  ]);
  expect(events.find(({ type }) => type === 'MapIterationStarted')).toMatchObject({ mapIterationStartedEventDetails: { name: 'M', index: 0 } });
});

test('the history can be read backwards, in pages and without the data', async () => {
  const bench = new Bench();
  const executionArn = await bench.started(pass({ secret: 1 }));
  await bench.ended(executionArn);
  const first = await bench.call<{ events: { type: string }[]; nextToken: string }>('GetExecutionHistory', { executionArn, reverseOrder: true, maxResults: 1, includeExecutionData: false });
  expect(first.events).toMatchObject([{ type: 'ExecutionSucceeded', executionSucceededEventDetails: {} }]);
  expect(JSON.stringify(first.events)).not.toContain('secret');
  const second = await bench.call<{ events: { type: string }[] }>('GetExecutionHistory', { executionArn, reverseOrder: true, maxResults: 1, nextToken: first.nextToken });
  expect(second.events).toMatchObject([{ type: 'PassStateExited', stateExitedEventDetails: { output: '{"secret":1}' } }]);
});

test.each([
  ['ALL', true, ['ExecutionStarted', 'FailStateEntered', 'ExecutionFailed'], true],
  ['ALL', false, ['ExecutionStarted', 'FailStateEntered', 'ExecutionFailed'], false],
  ['ERROR', true, ['ExecutionFailed'], false],
])('a machine that logs %s (data: %s) writes %j', async (level, includeExecutionData, types, withInput) => {
  const bench = new Bench();
  const text = JSON.stringify({ QueryLanguage: 'JSONata', ...single({ Type: 'Fail', Error: 'Why' }) });
  const loggingConfiguration = { level, includeExecutionData };
  const { stateMachineArn } = await bench.call<{ stateMachineArn: string }>('CreateStateMachine', { name: 'logs', definition: text, roleArn: ROLE, loggingConfiguration });
  const { executionArn = '' } = await bench.call<StartExecutionOutput>('StartExecution', { stateMachineArn, name: 'run', input: '{"secret":1}' });
  await bench.ended(executionArn);
  await bench.stop();
  const log = readFileSync(join(bench.cloud.folder, 'logs', 'states', '111111111111-logs.log'), 'utf8');
  expect([...log.matchAll(/ run .*?"type":"(\w+)"/g)].map(([, type]) => type)).toEqual(types);
  expect(log.includes('secret')).toBe(withInput);
});

test('every change of status is an event of the account', async () => {
  const bench = new Bench();
  const { executionArn } = await bench.run(pass(1), { i: 1 });
  expect(bench.cloud.events).toMatchObject([
    { source: 'aws.states', 'detail-type': 'Step Functions Execution Status Change', account: '111111111111', resources: [executionArn], detail: { status: 'RUNNING', input: '{"i":1}', output: null, stopDate: null } },
    { detail: { executionArn, name: expect.any(String), status: 'SUCCEEDED', output: '1', startDate: expect.any(Number), stopDate: expect.any(Number), error: null, cause: null } },
  ]);
});
