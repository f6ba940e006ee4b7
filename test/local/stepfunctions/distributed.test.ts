import type { DescribeMapRunOutput, ListExecutionsOutput, ListMapRunsOutput } from '@aws-sdk/client-sfn';
import { parseCsv } from '../../../local/stepfunctions/interpreter/distributed/csv';
import { StateError } from '../../../local/stepfunctions/errors';
import { Bench, failsWith, lambdaArn, single, type FakeTasks } from './support';

const child = (state: object, config: object = {}): object => ({
  ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD', ...config }, StartAt: 'I', States: { I: { End: true, ...state } },
});
const echo = { Type: 'Pass' };
const map = (rest: object, state: object = echo): object => single({ Type: 'Map', Label: 'items', ItemProcessor: child(state), ...rest });
const reader = (ReaderConfig: object, Arguments: object = { Bucket: 'b', Key: 'k' }): object => ({ ItemReader: { Resource: 'arn:aws:states:::s3:getObject', ReaderConfig, Arguments } });
const object = (Body: string): FakeTasks => ({ 'aws-sdk:s3:getObject': () => ({ Body }) });

/** An S3 that keeps what is put into it. */
function store(): { readonly tasks: FakeTasks; readonly objects: Map<string, unknown> } {
  const objects = new Map<string, unknown>();
  return {
    objects,
    tasks: {
      'aws-sdk:s3:putObject': (args) => {
        const { Bucket, Key, Body } = args as { Bucket: string; Key: string; Body: string };
        objects.set(`${Bucket}/${Key}`, Key.endsWith('l') ? Body : JSON.parse(Body));
        return {};
      },
    },
  };
}

describe('items of a Distributed Map', () => {
  test('are those of a list, in order', async () => {
    expect(await new Bench().output(map({ Items: '{% $states.input.list %}', ItemSelector: { n: '{% $states.context.Map.Item.Value * 2 %}', i: '{% $states.context.Map.Item.Index %}' } }), { list: [1, 2] }))
      .toEqual([{ n: 2, i: 0 }, { n: 4, i: 1 }]);
  });

  test.each<[string, string, object, unknown[]]>([
    ['CSV with a header', 'id,name\r\n1,"a, ""b"""\r\n\r\n2,c\n', { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' }, [{ id: '1', name: 'a, "b"' }, { id: '2', name: 'c' }]],
    ['CSV without one', '1|2\n3|4', { InputType: 'CSV', CSVHeaderLocation: 'GIVEN', CSVHeaders: ['a', 'b'], CSVDelimiter: 'PIPE' }, [{ a: '1', b: '2' }, { a: '3', b: '4' }]],
    ['JSON', '[1,{"a":2}]', { InputType: 'JSON' }, [1, { a: 2 }]],
    ['JSON lines', '{"a":1}\n\n{"a":2}\n', { InputType: 'JSONL' }, [{ a: 1 }, { a: 2 }]],
    ['no more than asked for', '[1,2,3]', { InputType: 'JSON', MaxItems: 2 }, [1, 2]],
    ['as many as an expression says', '[1,2,3]', { InputType: 'JSON', MaxItems: '{% $states.input.most %}' }, [1]],
  ])('are read from an object: %s', async (_name, text, config, items) => {
    const bench = new Bench(object(text));
    expect(await bench.output(map(reader(config, { Bucket: '{% $states.input.bucket %}', Key: 'k' })), { bucket: 'data', most: 1 })).toEqual(items);
    expect(bench.calls[0]?.arguments).toEqual({ Bucket: 'data', Key: 'k' });
  });

  test('are the objects below a prefix, page after page', async () => {
    const bench = new Bench({
      'aws-sdk:s3:listObjectsV2': (args) => {
        const { ContinuationToken } = args as { ContinuationToken?: string };
        const entry = (Key: string): object => ({ Key, Size: 3, ETag: '"e"', LastModified: '2026-01-01T00:00:00.000Z', StorageClass: 'STANDARD' });
        return ContinuationToken === undefined ? { Contents: [entry('p/1')], NextContinuationToken: 't' } : { Contents: [entry('p/2')] };
      },
    });
    const output = await bench.output(map({ ItemReader: { Resource: 'arn:aws:states:::s3:listObjectsV2', Arguments: { Bucket: 'b', Prefix: 'p/' } } }));
    expect(output).toEqual(['p/1', 'p/2'].map((Key) => ({ Etag: '"e"', Key, LastModified: 1_767_225_600, Size: 3, StorageClass: 'STANDARD' })));
  });

  test('come in batches, with an input for all of them', async () => {
    const output = await new Bench().output(map({ Items: [1, 2, 3, 4, 5], ItemBatcher: { MaxItemsPerBatch: 2, BatchInput: { of: '{% $states.input.of %}' } } }), { of: 'x' });
    expect(output).toEqual([[1, 2], [3, 4], [5]].map((Items) => ({ BatchInput: { of: 'x' }, Items })));
    const bytes = await new Bench().output(map({ Items: ['aaaa', 'bbbb', 'cccc'], ItemBatcher: { MaxInputBytesPerBatch: 26 } }));
    expect(bytes).toEqual([{ Items: ['aaaa', 'bbbb'] }, { Items: ['cccc'] }]);
  });

  test.each<[string, FakeTasks, string]>([
    ['that are not there', { 'aws-sdk:s3:getObject': failsWith('S3.NoSuchKeyException', 'no such key') }, 'S3.NoSuchKeyException: no such key'],
    ['that are no list', object('{"a":1}'), 's3://b/k holds no list'],
    ['that do not parse', object('[1,'), 's3://b/k is no JSON'],
  ])('%s fail the state by the name of the reader', async (_name, tasks, cause) => {
    const { status, error, cause: told } = await new Bench(tasks).run(map(reader({ InputType: 'JSON' })));
    expect([status, error]).toEqual(['FAILED', 'States.ItemReaderFailed']);
    expect(told).toContain(cause);
  });
});

describe('a child of a Distributed Map', () => {
  test('is an execution of its own with a history of its own', async () => {
    const bench = new Bench();
    const arn = await bench.started(map({ Items: ['a', 'b'] }, { Type: 'Pass', Output: '{% $states.context.Execution.Id %}' }));
    const children = JSON.parse((await bench.ended(arn)).output ?? '') as string[];
    expect(children[0]).toMatch(/^arn:aws:states:eu-central-1:111111111111:execution:machine-1\/items:[\w-]{36}$/);
    expect((await bench.events(children[0] ?? '')).map(({ type }) => type)).toEqual(['ExecutionStarted', 'PassStateEntered', 'PassStateExited', 'ExecutionSucceeded']);
    expect((await bench.events(arn)).map(({ type }) => type)).toEqual([
      'ExecutionStarted', 'MapStateEntered', 'MapStateStarted', 'MapRunStarted', 'MapRunSucceeded', 'MapStateSucceeded', 'MapStateExited', 'ExecutionSucceeded',
    ]);
    const { mapRuns = [] } = await bench.call<ListMapRunsOutput>('ListMapRuns', { executionArn: arn });
    expect(mapRuns).toEqual([expect.objectContaining({ executionArn: arn, mapRunArn: expect.stringMatching(/:mapRun:machine-1\/items:[\w-]{36}$/) as string })]);
    const { executions = [] } = await bench.call<ListExecutionsOutput>('ListExecutions', { mapRunArn: mapRuns[0]?.mapRunArn });
    expect(executions.map(({ executionArn }) => executionArn).toSorted()).toEqual(children.toSorted());
    const counts = { pending: 0, running: 0, succeeded: 2, failed: 0, timedOut: 0, aborted: 0, total: 2, resultsWritten: 0 };
    expect(await bench.call<DescribeMapRunOutput>('DescribeMapRun', { mapRunArn: mapRuns[0]?.mapRunArn })).toMatchObject({ status: 'SUCCEEDED', itemCounts: counts, executionCounts: counts });
    expect((await bench.call<ListExecutionsOutput>('ListExecutions', { stateMachineArn: arn.replace(':execution:', ':stateMachine:').replace(/:[^:]+$/, '') })).executions).toHaveLength(1);
  });

  test('tells the event bus of itself only as a standard one', async () => {
    const run = async (type: string): Promise<number> => {
      const bench = new Bench();
      await bench.output(single({ Type: 'Map', Items: [1], Label: 'items', ItemProcessor: child(echo, { ExecutionType: type }) }));
      return bench.cloud.events.filter(({ resources }) => resources[0]?.includes('/items:')).length;
    };
    expect(await run('STANDARD')).toBe(2);
    expect(await run('EXPRESS')).toBe(0);
  });

  test('sees no variables of the parent', async () => {
    const machine = { StartAt: 'A', States: { A: { Type: 'Pass', Assign: { x: 1 }, Next: 'M' }, M: { Type: 'Map', Items: [1], ItemProcessor: child({ Type: 'Pass', Output: '{% $exists($x) %}' }), End: true } } };
    expect(await new Bench().output(machine)).toEqual([false]);
  });

  test('runs beside no more than so many others', async () => {
    let [now, most] = [0, 0];
    const bench = new Bench({
      f: async () => {
        now += 1;
        most = Math.max(most, now);
        await new Promise((resolve) => setImmediate(resolve));
        now -= 1;
        return null;
      },
    });
    await bench.output(map({ Items: [1, 2, 3, 4, 5, 6], MaxConcurrency: 2 }, { Type: 'Task', Resource: lambdaArn('f') }));
    expect(most).toBe(2);
  });
});

describe('failures of a Distributed Map', () => {
  const picky: FakeTasks = {
    f: (args) => {
      if (args === 'bad') {
        throw new StateError('Bad', 'it is bad', 'task');
      }
      return args;
    },
  };
  const task = { Type: 'Task', Resource: lambdaArn('f') };

  test.each<[string, object, string[], string]>([
    ['none', {}, ['good', 'bad'], 'FAILED'],
    ['a count', { ToleratedFailureCount: 1 }, ['good', 'bad'], 'SUCCEEDED'],
    ['a count that is exceeded', { ToleratedFailureCount: 1 }, ['bad', 'good', 'bad'], 'FAILED'],
    ['a share', { ToleratedFailurePercentage: 50 }, ['bad', 'good'], 'SUCCEEDED'],
    ['a share that is exceeded', { ToleratedFailurePercentage: 50 }, ['bad', 'good', 'bad'], 'FAILED'],
    ['whichever comes first', { ToleratedFailurePercentage: 90, ToleratedFailureCount: 1 }, ['bad', 'good', 'bad'], 'FAILED'],
    ['what an expression says', { ToleratedFailureCount: '{% $count($states.input) %}' }, ['bad', 'bad'], 'SUCCEEDED'],
  ])('are tolerated: %s', async (_name, tolerance, items, status) => {
    const found = await new Bench(picky).run(map({ ...tolerance }, task), items);
    expect(found).toMatchObject(status === 'SUCCEEDED' ? { status } : { status, error: 'States.ExceedToleratedFailureThreshold', cause: 'The specified tolerated failure threshold was exceeded' });
  });

  test('that are tolerated stand in the result with what is known of them', async () => {
    const output = await new Bench(picky).output(map({ ToleratedFailureCount: 1 }, task), ['good', 'bad']);
    expect(output).toEqual(['good', expect.objectContaining({ Status: 'FAILED', Error: 'Bad', Cause: 'it is bad', Input: '"bad"', RedriveStatus: 'REDRIVABLE' })]);
  });

  test('can be caught', async () => {
    const machine = {
      StartAt: 'M',
      States: {
        M: { Type: 'Map', ItemProcessor: child(task), Catch: [{ ErrorEquals: ['States.ExceedToleratedFailureThreshold'], Next: 'E' }], End: true },
        E: { Type: 'Pass', Output: '{% $states.input.Error %}', End: true },
      },
    };
    expect(await new Bench(picky).output(machine, ['bad'])).toBe('States.ExceedToleratedFailureThreshold');
  });

  test('a stopped parent stops its children', async () => {
    const bench = new Bench({ f: (_args, { signal }) => new Promise((_resolve, reject) => { signal.addEventListener('abort', () => reject(signal.reason as Error)); }) });
    const arn = await bench.started(map({ Items: [1, 2] }, task));
    while (bench.calls.length < 2) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    await bench.call('StopExecution', { executionArn: arn });
    const { mapRuns = [] } = await bench.call<ListMapRunsOutput>('ListMapRuns', { executionArn: arn });
    expect(await bench.call('DescribeMapRun', { mapRunArn: mapRuns[0]?.mapRunArn })).toMatchObject({ status: 'ABORTED', executionCounts: { aborted: 2 } });
    expect((await bench.events(arn)).map(({ type }) => type).slice(-3)).toEqual(['MapRunAborted', 'MapStateAborted', 'ExecutionAborted']);
  });
});

describe('results of a Distributed Map', () => {
  const Resource = 'arn:aws:states:::s3:putObject';
  const Arguments = { Bucket: 'results', Prefix: 'runs/' };

  test('are written with a manifest', async () => {
    const { tasks, objects } = store();
    const output = (await new Bench(tasks).output(map({ Items: [1, 2], ResultWriter: { Resource, Arguments } }))) as { MapRunArn: string; ResultWriterDetails: { Bucket: string; Key: string } };
    const id = output.MapRunArn.split(':').at(-1) ?? '';
    expect(output.ResultWriterDetails).toEqual({ Bucket: 'results', Key: `runs/${id}/manifest.json` });
    const file = `runs/${id}/SUCCEEDED_0.json`;
    expect(objects.get(`results/runs/${id}/manifest.json`)).toEqual({
      DestinationBucket: 'results', MapRunArn: output.MapRunArn, ResultFiles: { FAILED: [], PENDING: [], SUCCEEDED: [{ Key: file, Size: expect.any(Number) as number }] },
    });
    expect(objects.get(`results/${file}`)).toEqual(['1', '2'].map((text) => expect.objectContaining({ Status: 'SUCCEEDED', Input: text, Output: text, InputDetails: { Included: true } }) as object));
  });

  test('are written as plain lines where that is asked for', async () => {
    const { tasks, objects } = store();
    await new Bench(tasks).output(map({ Items: [[1, 2], 3], ResultWriter: { Resource, Arguments, WriterConfig: { Transformation: 'FLATTEN', OutputType: 'JSONL' } } }));
    expect([...objects].find(([key]) => key.endsWith('SUCCEEDED_0.jsonl'))?.[1]).toBe('1\n2\n3\n');
  });

  test('are transformed without being written', async () => {
    expect(await new Bench().output(map({ Items: [[1, 2], [3]], ResultWriter: { WriterConfig: { Transformation: 'FLATTEN' } } }))).toEqual([1, 2, 3]);
  });

  test('that cannot be written fail the state by the name of the writer', async () => {
    const tasks = { 'aws-sdk:s3:putObject': failsWith('S3.S3Exception', 'access denied') };
    expect(await new Bench(tasks).run(map({ Items: [1], ResultWriter: { Resource, Arguments } }))).toMatchObject({ status: 'FAILED', error: 'States.ResultWriterFailed' });
  });
});

test.each<[string, string[][]]>([
  ['a,b\n1,2', [['a', 'b'], ['1', '2']]],
  ['"a\nb",c', [['a\nb', 'c']]],
  ['a,,\n', [['a', '', '']]],
])('CSV %j has its rows', (text, rows) => {
  expect(parseCsv(text)).toEqual(rows);
});

test('CSV with an open quote is refused', () => {
  expect(() => parseCsv('"a')).toThrow('never closed');
});
