import { Bench, lambdaArn, single } from './support';

const never = (_args: unknown, { signal }: { signal: AbortSignal }): Promise<never> =>
  new Promise((_resolve, reject) => { signal.addEventListener('abort', () => reject(signal.reason as Error)); });

const task = (rest: object): object => ({ Type: 'Task', Resource: lambdaArn('f'), ...rest });

test('a task that takes longer than TimeoutSeconds fails with States.Timeout and no cause', async () => {
  const bench = new Bench({ f: never });
  const description = await bench.run(single(task({ TimeoutSeconds: 30 })));
  expect(description).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
  expect(description.cause).toBeUndefined();
  expect(bench.cloud.clock.now()).toBe(30);
});

test('a time limit can be computed', async () => {
  const bench = new Bench({ f: never });
  await bench.run(single(task({ TimeoutSeconds: '{% $states.input.limit * 2 %}' })), { limit: 20 });
  expect(bench.cloud.clock.now()).toBe(40);
});

test('a Wait takes seconds or waits until a time', async () => {
  const bench = new Bench();
  await bench.run({ StartAt: 'A', States: { A: { Type: 'Wait', Seconds: 600, Next: 'B' }, B: { Type: 'Wait', Seconds: '{% $states.input.n %}', End: true } } }, { n: 5 });
  expect(bench.cloud.clock.slept).toEqual([600, 5]);
  await bench.run(single({ Type: 'Wait', Timestamp: '{% $fromMillis($millis() + 90000) %}' }));
  expect(bench.cloud.clock.slept.at(-1)).toBeGreaterThan(85);
  expect(bench.cloud.clock.slept.at(-1)).toBeLessThanOrEqual(90);
});

test('a time that has passed is not waited for', async () => {
  const bench = new Bench();
  await bench.run(single({ Type: 'Wait', Timestamp: '2001-01-01T00:00:00Z' }));
  expect(bench.cloud.clock.slept).toEqual([0]);
});

test('a machine whose Wait is longer than its TimeoutSeconds times out, without error and cause', async () => {
  const bench = new Bench();
  const description = await bench.run({ ...single({ Type: 'Wait', Seconds: 100 }), TimeoutSeconds: 60 });
  expect(description.status).toBe('TIMED_OUT');
  expect(description.error).toBeUndefined();
  expect(bench.cloud.clock.now()).toBeCloseTo(60, 0);
  const events = await bench.events(description.executionArn ?? '');
  expect(events.at(-1)).toMatchObject({ type: 'ExecutionTimedOut', previousEventId: 0, executionTimedOutEventDetails: { error: 'States.Timeout' } });
});

test('waits one after the other count together against the machine', async () => {
  const bench = new Bench();
  const states = { A: { Type: 'Wait', Seconds: 40, Next: 'B' }, B: { Type: 'Wait', Seconds: 40, End: true } };
  expect(await bench.run({ StartAt: 'A', States: states, TimeoutSeconds: 60 })).toMatchObject({ status: 'TIMED_OUT' });
});

test('a loop that waits for real work does not age the machine with every round', async () => {
  let looks = 0;
  const bench = new Bench({ f: () => { looks += 1; return looks > 20; } }, 'real');
  const states = {
    W: { Type: 'Wait', Seconds: 40, Next: 'L' },
    L: task({ Next: 'C' }),
    C: { Type: 'Choice', Choices: [{ Condition: '{% $states.input %}', Next: 'E' }], Default: 'W' },
    E: { Type: 'Succeed' },
  };
  expect(await bench.run({ StartAt: 'W', States: states, TimeoutSeconds: 60 })).toMatchObject({ status: 'SUCCEEDED' });
});

test('nothing catches the time-out of the machine', async () => {
  const bench = new Bench({ f: never });
  const states = { T: task({ Next: 'E', Catch: [{ ErrorEquals: ['States.ALL'], Next: 'E' }] }), E: { Type: 'Succeed' } };
  expect(await bench.run({ StartAt: 'T', States: states, TimeoutSeconds: 5 })).toMatchObject({ status: 'TIMED_OUT' });
});

test('a machine that loops for ever ends at 25000 events', async () => {
  const states = { A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Choice', Choices: [{ Condition: '{% true %}', Next: 'A' }], Default: 'E' }, E: { Type: 'Succeed' } };
  const description = await new Bench().run({ StartAt: 'A', States: states });
  expect(description).toMatchObject({ status: 'FAILED', error: 'States.Runtime', cause: 'The execution reached the maximum number of history events (25000).' });
});

const waiting = (rest: object = {}): object => ({
  Type: 'Task', Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken', Arguments: { QueueUrl: 'q', MessageBody: { token: '{% $states.context.Task.Token %}' } }, ...rest,
});

interface Message {
  readonly MessageBody: { readonly token: string };
}

test('a task token is answered with success, and only once', async () => {
  const bench: Bench = new Bench({ 'sqs:sendMessage.waitForTaskToken': () => ({ MessageId: 'm' }) });
  const executionArn = await bench.started(single(waiting({ Output: '{% $states.result.ok %}' })));
  while (bench.calls.length === 0) {
    await new Promise((done) => setImmediate(done));
  }
  const taskToken = (bench.calls.map(({ arguments: args }) => args as Message)[0])?.MessageBody.token;
  await bench.call('SendTaskHeartbeat', { taskToken });
  await bench.call('SendTaskSuccess', { taskToken, output: '{"ok":true}' });
  expect(await bench.ended(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: 'true' });
  await expect(bench.call('SendTaskSuccess', { taskToken, output: '1' })).rejects.toMatchObject({ code: 'TaskTimedOut' });
  await expect(bench.call('SendTaskFailure', { taskToken: 'made up' })).rejects.toMatchObject({ code: 'InvalidToken' });
});

test('a task token is answered with failure', async () => {
  const bench: Bench = new Bench({
    'sqs:sendMessage.waitForTaskToken': async (args) => {
      await bench.call('SendTaskFailure', { taskToken: (args as Message).MessageBody.token, error: 'Rejected', cause: 'no' });
      return {};
    },
  });
  expect(await bench.run(single(waiting()))).toMatchObject({ status: 'FAILED', error: 'Rejected', cause: 'no' });
});

test('an answer that is no JSON is refused, and the token stays open', async () => {
  const bench: Bench = new Bench({
    'sqs:sendMessage.waitForTaskToken': async (args) => {
      const { token: taskToken } = (args as Message).MessageBody;
      await expect(bench.call('SendTaskSuccess', { taskToken, output: '{' })).rejects.toMatchObject({ code: 'InvalidOutput' });
      await bench.call('SendTaskSuccess', { taskToken, output: '2' });
      return {};
    },
  });
  expect(await bench.output(single(waiting()))).toBe(2);
});

test('a token that nobody answers times out on the clock of the local AWS', async () => {
  const bench = new Bench({ 'sqs:sendMessage.waitForTaskToken': () => ({}) });
  expect(await bench.run(single(waiting({ TimeoutSeconds: 86_400 })))).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
  expect(bench.cloud.clock.now()).toBe(86_400);
});

test.each(['States.HeartbeatTimeout', 'States.Timeout'])('a missing heartbeat is caught as %s', async (name) => {
  const bench = new Bench({ 'sqs:sendMessage.waitForTaskToken': () => ({}) });
  const states = { T: waiting({ Next: 'E', HeartbeatSeconds: 60, TimeoutSeconds: 600, Catch: [{ ErrorEquals: [name], Output: '{% $states.errorOutput.Error %}', Next: 'E' }] }), E: { Type: 'Succeed' } };
  expect(await bench.output({ StartAt: 'T', States: states })).toBe('States.Timeout');
  expect(bench.cloud.clock.now()).toBe(60);
});

test('a machine that times out while it waits for a token is timed out', async () => {
  const bench = new Bench({ 'sqs:sendMessage.waitForTaskToken': () => ({}) });
  expect(await bench.run({ ...single(waiting()), TimeoutSeconds: 600 })).toMatchObject({ status: 'TIMED_OUT' });
});
