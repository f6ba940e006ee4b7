import { StateError } from '../../../local/stepfunctions/errors';
import { backoff } from '../../../local/stepfunctions/interpreter/recovery';
import { Bench, failsWith, lambdaArn, single } from './support';

const task = (rest: object): object => ({ Type: 'Task', Resource: lambdaArn('f'), ...rest });

/** Fails so many times, then answers its count. */
const flaky = (failures: number, error = 'Busy'): (() => number) => {
  let calls = 0;
  return () => {
    calls += 1;
    if (calls <= failures) {
      throw new StateError(error, 'try again', 'task');
    }
    return calls;
  };
};

test('a retried task waits with growing delays on the clock of the local AWS', async () => {
  const bench = new Bench({ f: flaky(3) });
  const output = await bench.output(single(task({ Retry: [{ ErrorEquals: ['Busy'], IntervalSeconds: 3, BackoffRate: 2, MaxAttempts: 5 }] })));
  expect(output).toBe(4);
  expect(bench.cloud.clock.slept).toEqual([3, 6, 12]);
});

test('the defaults are three retries after 1, 2 and 4 seconds', async () => {
  const bench = new Bench({ f: flaky(9) });
  expect(await bench.run(single(task({ Retry: [{ ErrorEquals: ['States.ALL'] }] })))).toMatchObject({ status: 'FAILED', error: 'Busy' });
  expect(bench.calls).toHaveLength(4);
  expect(bench.cloud.clock.slept).toEqual([1, 2, 4]);
});

test('MaxAttempts 0 never retries', async () => {
  const bench = new Bench({ f: flaky(1) });
  await bench.run(single(task({ Retry: [{ ErrorEquals: ['Busy'], MaxAttempts: 0 }, { ErrorEquals: ['States.ALL'] }] })));
  expect(bench.calls).toHaveLength(1);
});

test('each retrier counts for itself, and the context counts all', async () => {
  const errors = ['A', 'B', 'A', 'B'];
  const bench = new Bench({
    f: (args) => {
      const error = errors.shift();
      if (error !== undefined) {
        throw new StateError(error, '', 'task');
      }
      return args;
    },
  });
  const output = await bench.output(single(task({
    Arguments: { retries: '{% $states.context.State.RetryCount %}' },
    Retry: [{ ErrorEquals: ['A'], MaxAttempts: 2 }, { ErrorEquals: ['B'], MaxAttempts: 2 }],
  })));
  expect(output).toEqual({ retries: 4 });
  expect(bench.calls.map(({ arguments: args }) => args)).toEqual([0, 1, 2, 3, 4].map((retries) => ({ retries })));
});

test('delays have a ceiling and, if asked for, jitter', () => {
  expect(backoff({ ErrorEquals: [], IntervalSeconds: 10, BackoffRate: 3, MaxDelaySeconds: 50 }, 2)).toBe(50);
  expect(backoff({ ErrorEquals: [], IntervalSeconds: 10, JitterStrategy: 'FULL' }, 1, () => 0.25)).toBe(5);
  expect(backoff({ ErrorEquals: [] }, 3)).toBe(8);
});

test('Catch comes after Retry', async () => {
  const bench = new Bench({ f: flaky(5) });
  const states = { T: task({ Next: 'E', Retry: [{ ErrorEquals: ['Busy'], MaxAttempts: 1 }], Catch: [{ ErrorEquals: ['Busy'], Output: 'caught', Next: 'E' }] }), E: { Type: 'Succeed' } };
  expect(await bench.output({ StartAt: 'T', States: states })).toBe('caught');
  expect(bench.calls).toHaveLength(2);
});

const catching = (ErrorEquals: string[]): object => ({
  StartAt: 'T',
  States: { T: task({ Next: 'E', TimeoutSeconds: 9, Catch: [{ ErrorEquals, Output: 'caught', Next: 'E' }] }), E: { Type: 'Succeed', Output: '{% $states.input = "caught" ? "caught" : "passed" %}' } },
});

test.each([
  ['Busy', ['Busy'], true],
  ['Busy', ['States.ALL'], true],
  ['Busy', ['States.TaskFailed'], true],
  ['Busy', ['States.Timeout'], false],
  ['States.Timeout', ['States.TaskFailed'], false],
  ['States.Timeout', ['States.Timeout'], true],
  ['States.Timeout', ['States.ALL'], true],
  ['States.Runtime', ['States.ALL'], false],
  ['States.Runtime', ['States.Runtime'], false],
  ['States.DataLimitExceeded', ['States.ALL'], false],
  ['States.DataLimitExceeded', ['States.TaskFailed'], false],
  ['States.DataLimitExceeded', ['States.DataLimitExceeded'], true],
])('%s under %j: caught is %s', async (error, names, caught) => {
  const description = await new Bench({ f: failsWith(error) }).run(catching(names));
  expect(description).toMatchObject(caught ? { status: 'SUCCEEDED', output: '"caught"' } : { status: 'FAILED', error });
});

test('a Parallel is retried as a whole', async () => {
  const bench = new Bench({ f: flaky(1), g: () => 'g' });
  const branches = [{ StartAt: 'A', States: { A: task({ End: true }) } }, { StartAt: 'B', States: { B: task({ Resource: lambdaArn('g'), End: true }) } }];
  expect(await bench.output(single({ Type: 'Parallel', Branches: branches, Retry: [{ ErrorEquals: ['Busy'] }] }))).toEqual([2, 'g']);
});

test('a Map catches what an iteration fails with, and starts no further ones', async () => {
  const bench = new Bench({ f: failsWith('Broken') });
  const map = { Type: 'Map', Items: [1, 2, 3], MaxConcurrency: 1, ItemProcessor: single(task({ End: true })), Next: 'E', Catch: [{ ErrorEquals: ['Broken'], Output: '{% $states.errorOutput.Error %}', Next: 'E' }] };
  expect(await bench.output({ StartAt: 'M', States: { M: map, E: { Type: 'Succeed' } } })).toBe('Broken');
  expect(bench.calls).toHaveLength(1);
});

test('a failing branch stops the others', async () => {
  const stopped: string[] = [];
  const bench = new Bench({
    bad: failsWith('Broken'),
    long: (_args, { signal }) => new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        stopped.push('long');
        reject(signal.reason as Error);
      });
    }),
  });
  const branches = ['long', 'bad'].map((name) => ({ StartAt: name, States: { [name]: task({ Resource: lambdaArn(name), End: true }) } }));
  expect(await bench.run(single({ Type: 'Parallel', Branches: branches }))).toMatchObject({ status: 'FAILED', error: 'Broken' });
  expect(stopped).toEqual(['long']);
});
