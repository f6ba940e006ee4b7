import type { DescribeExecutionOutput, ListExecutionsOutput } from '@aws-sdk/client-sfn';
import { StateError } from '../../../local/stepfunctions/errors';
import { Bench, failsWith, lambdaArn, single, type FakeTasks } from './support';

/** Tasks that fail until they are mended. */
function breakable(): { readonly tasks: FakeTasks; mend(): void } {
  let broken = true;
  const run = (args: unknown): unknown => {
    if (broken && args !== 'fine') {
      throw new StateError('Broken', 'not yet', 'task');
    }
    return args;
  };
  return { tasks: { f: run, count: run }, mend: () => { broken = false; } };
}

const task = (rest: object = {}): object => ({ Type: 'Task', Resource: lambdaArn('f'), ...rest });

async function redriven(bench: Bench, arn: string): Promise<DescribeExecutionOutput> {
  await bench.call('RedriveExecution', { executionArn: arn });
  return bench.ended(arn);
}

test('an execution goes on at the state that failed, with its input and variables', async () => {
  const { tasks, mend } = breakable();
  const bench = new Bench(tasks);
  const arn = await bench.started({
    StartAt: 'A',
    States: {
      A: { Type: 'Pass', Assign: { seen: '{% $states.input.n %}' }, Output: { n: '{% $states.input.n + 1 %}' }, Next: 'B' },
      B: { ...task(), Next: 'C' },
      C: { Type: 'Pass', Output: { seen: '{% $seen %}', n: '{% $states.input.n %}', redrives: '{% $states.context.Execution.RedriveCount %}' }, End: true },
    },
  }, { n: 1 });
  expect(await bench.ended(arn)).toMatchObject({ status: 'FAILED', redriveCount: 0, redriveStatus: 'REDRIVABLE' });
  mend();
  const done = await redriven(bench, arn);
  expect(done).toMatchObject({ status: 'SUCCEEDED', redriveCount: 1, redriveStatus: 'NOT_REDRIVABLE', redriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven', redriveDate: expect.any(Date) as Date });
  expect(JSON.parse(done.output ?? '')).toEqual({ seen: 1, n: 2, redrives: 1 });
  expect(done.error).toBeUndefined();
  expect((await bench.events(arn)).map(({ type }) => type)).toEqual([
    'ExecutionStarted', 'PassStateEntered', 'PassStateExited', 'TaskStateEntered', 'LambdaFunctionScheduled', 'LambdaFunctionStarted', 'LambdaFunctionFailed', 'ExecutionFailed',
    'ExecutionRedriven', 'LambdaFunctionScheduled', 'LambdaFunctionStarted', 'LambdaFunctionSucceeded', 'TaskStateExited', 'PassStateEntered', 'PassStateExited', 'ExecutionSucceeded',
  ]);
});

test('may fail and be redriven again', async () => {
  const bench = new Bench({ f: failsWith('Broken') });
  const arn = await bench.started(single(task()));
  await bench.ended(arn);
  await redriven(bench, arn);
  expect(await redriven(bench, arn)).toMatchObject({ status: 'FAILED', redriveCount: 2 });
  expect(bench.calls).toHaveLength(3);
});

test('only the branches that failed run again', async () => {
  const { tasks, mend } = breakable();
  const bench = new Bench(tasks);
  const branch = (name: string, args: unknown): object => ({ StartAt: name, States: { [name]: task({ Arguments: args, End: true }) } });
  const arn = await bench.started(single({ Type: 'Parallel', Branches: [branch('Good', 'fine'), branch('Bad', 'bad')] }));
  await bench.ended(arn);
  const before = bench.calls.length;
  mend();
  expect(JSON.parse((await redriven(bench, arn)).output ?? '')).toEqual(['fine', 'bad']);
  expect(bench.calls.slice(before).map(({ arguments: args }) => args)).toEqual(['bad']);
});

test('only the iterations that failed run again', async () => {
  const { tasks, mend } = breakable();
  const bench = new Bench(tasks);
  const arn = await bench.started(single({ Type: 'Map', MaxConcurrency: 1, ItemProcessor: { StartAt: 'I', States: { I: task({ End: true }) } } }), ['fine', 'a', 'b']);
  await bench.ended(arn);
  const before = bench.calls.length;
  mend();
  expect(JSON.parse((await redriven(bench, arn)).output ?? '')).toEqual(['fine', 'a', 'b']);
  expect(bench.calls.slice(before).map(({ arguments: args }) => args)).toEqual(['a', 'b']);
});

test('only the children of a Distributed Map that failed run again, in the same Map Run', async () => {
  const { tasks, mend } = breakable();
  const bench = new Bench(tasks);
  const ItemProcessor = { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, StartAt: 'I', States: { I: task({ End: true }) } };
  const arn = await bench.started(single({ Type: 'Map', MaxConcurrency: 1, ItemProcessor }), ['fine', 'a']);
  await bench.ended(arn);
  mend();
  expect(JSON.parse((await redriven(bench, arn)).output ?? '')).toEqual(['fine', 'a']);
  expect(bench.calls.map(({ arguments: args }) => args)).toEqual(['fine', 'a', 'a']);
  const { mapRuns = [] } = await bench.call<{ mapRuns: { mapRunArn: string }[] }>('ListMapRuns', { executionArn: arn });
  expect(mapRuns).toHaveLength(1);
  expect(await bench.call('DescribeMapRun', { mapRunArn: mapRuns[0]?.mapRunArn })).toMatchObject({ status: 'SUCCEEDED', redriveCount: 1 });
  expect((await bench.events(arn)).map(({ type }) => type)).toContain('MapRunRedriven');
});

test('a stopped execution goes on', async () => {
  const bench = new Bench();
  const arn = await bench.started({ StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 1_000_000, Next: 'E' }, E: { Type: 'Succeed', Output: 'done' } } });
  await bench.call('StopExecution', { executionArn: arn });
  expect(await bench.ended(arn)).toMatchObject({ status: 'ABORTED' });
  expect(await redriven(bench, arn)).toMatchObject({ status: 'SUCCEEDED', output: '"done"' });
});

test('a Fail state fails again', async () => {
  const bench = new Bench();
  const arn = await bench.started(single({ Type: 'Fail', Error: 'No' }));
  await bench.ended(arn);
  expect(await redriven(bench, arn)).toMatchObject({ status: 'FAILED', error: 'No' });
  expect((await bench.events(arn)).map(({ type }) => type)).toEqual(['ExecutionStarted', 'FailStateEntered', 'ExecutionFailed', 'ExecutionRedriven', 'FailStateEntered', 'ExecutionFailed']);
});

test('the retries of a state count anew, and its attempts begin anew', async () => {
  const bench = new Bench({ f: failsWith('Busy') });
  const arn = await bench.started(single(task({ Retry: [{ ErrorEquals: ['Busy'], MaxAttempts: 1 }] })));
  await bench.ended(arn);
  await redriven(bench, arn);
  expect(bench.calls).toHaveLength(4);
});

test('what succeeded or still runs is not redriven, nor what does not exist', async () => {
  const bench = new Bench();
  const arn = await bench.started(single({ Type: 'Pass' }));
  await bench.ended(arn);
  await expect(bench.call('RedriveExecution', { executionArn: arn })).rejects.toMatchObject({ code: 'ExecutionNotRedrivable', message: expect.stringContaining('Execution is SUCCEEDED') as string });
  const waiting = await bench.started(single({ Type: 'Wait', Seconds: 1_000_000 }));
  await expect(bench.call('RedriveExecution', { executionArn: waiting })).rejects.toMatchObject({ code: 'ExecutionNotRedrivable' });
  await expect(bench.call('RedriveExecution', { executionArn: `${arn}x` })).rejects.toMatchObject({ code: 'ExecutionDoesNotExist' });
  await bench.stop();
});

test('redriven executions can be listed, and the event bus hears of them', async () => {
  const bench = new Bench({ f: failsWith('Broken') });
  const arn = await bench.started(single(task()));
  await bench.ended(arn);
  await redriven(bench, arn);
  const stateMachineArn = arn.replace(':execution:', ':stateMachine:').replace(/:[^:]+$/, '');
  const list = async (redriveFilter: string): Promise<number | undefined> => (await bench.call<ListExecutionsOutput>('ListExecutions', { stateMachineArn, redriveFilter })).executions?.length;
  expect([await list('REDRIVEN'), await list('NOT_REDRIVEN')]).toEqual([1, 0]);
  expect(bench.cloud.events.map(({ detail }) => [(detail as { status: string }).status, (detail as { redriveCount: number }).redriveCount])).toEqual([
    ['RUNNING', 0], ['FAILED', 0], ['RUNNING', 1], ['FAILED', 1],
  ]);
});
