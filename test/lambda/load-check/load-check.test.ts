import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import type { CheckEvent, Evidence, Measurement } from '../../../lambda/gate/contract';
import { handler, rows } from '../../../lambda/load-check';
import { measure } from '../../../lambda/load-check/measure';
import { openLoop, type Sample, type Timer } from '../../../lambda/load-check/open-loop';
import { PREDICTION_FUNCTION } from '../../../lambda/prediction/contract';
import { Env } from '../../../lambda/shared/runtime/contract';
import { inMemoryS3 } from '../in-memory-s3';
import { provideProject, record } from '../serving-project';

const byId = (measurements: readonly Measurement[]): Record<string, Measurement> => Object.fromEntries(measurements.map((measurement) => [measurement.id, measurement]));

/** Requests at a rate of 100 a second that were answered after a latency each. */
const answered = (latencies: readonly number[], change: (sample: Sample, index: number) => Sample = (sample) => sample): Sample[] =>
  latencies.map((latency, index) => change({ intended: index * 10, sent: index * 10, ended: index * 10 + latency }, index));

describe('the open loop', () => {
  /** Virtual time: waiting takes no time, and answers come when the test says. */
  function virtualTimer(): Timer & { time: number } {
    const timer = {
      time: 1000,
      now: () => timer.time,
      until: async (time: number) => {
        timer.time = Math.max(timer.time, time);
      },
    };
    return timer;
  }

  test('sends at the intended times, whether or not earlier requests have returned', async () => {
    const timer = virtualTimer();
    const sentAt: number[] = [];
    let release: () => void = () => undefined;
    const stalled = new Promise<void>((resolve) => {
      release = resolve;
    });
    const run = openLoop(
      100,
      5,
      async () => {
        sentAt.push(timer.now() - 1000);
        await (sentAt.length === 5 ? release() : stalled);
        return undefined;
      },
      timer,
    );
    await run;
    expect(sentAt).toEqual([0, 10, 20, 30, 40]);
  });

  test('latency counts from the intended start, so that a late generator does not flatter the application', async () => {
    const timer = virtualTimer();
    const samples = await openLoop(
      100,
      2,
      async (index) => {
        if (index === 0) {
          // The generator itself is held up for 90 ms.
          timer.time += 90;
        }
        return undefined;
      },
      timer,
    );
    expect(samples[1]).toEqual({ intended: 10, sent: 90, ended: 90, problem: undefined });
  });

  test('keeps real time', async () => {
    const samples = await openLoop(200, 10, async () => undefined);
    expect(samples.at(-1)?.sent).toBeGreaterThanOrEqual(44);
  });
});

describe('the measurements', () => {
  test('percentiles are those of the answered requests', () => {
    const { p50, p95, p99 } = byId(measure(answered(Array.from({ length: 100 }, (_, index) => index + 1)), 100));
    expect(p50?.value).toBeCloseTo(50, 0);
    expect(p95?.value).toBeCloseTo(95, 0);
    expect(p99).toMatchObject({ status: 'measured', sampleSize: 100 });
    expect(p99?.value).toBeCloseTo(99, 0);
    const [low = 0, high = 0] = p95?.interval ?? [];
    expect(low).toBeLessThan(95);
    expect(high).toBeGreaterThan(95);
  });

  test('no error in 300 requests bounds the share of errors at about 1 percent', () => {
    const { errorShare } = byId(measure(answered(Array.from({ length: 300 }, () => 5)), 100));
    expect(errorShare?.value).toBeCloseTo(1 - 0.05 ** (1 / 300), 6);
  });

  test('failed requests raise the bound, are told, and are no fast answers', () => {
    const samples = answered(Array.from({ length: 100 }, () => 50), (sample, index) => (index < 10 ? { ...sample, ended: sample.intended + 1, problem: 'status 502' } : sample));
    const { errorShare, p50 } = byId(measure(samples, 100));
    expect(errorShare?.value).toBeGreaterThan(0.1);
    expect(errorShare?.value).toBeLessThan(0.2);
    expect(errorShare?.explanation).toContain('10 of 100 requests failed');
    expect(errorShare?.explanation).toContain('status 502');
    expect(p50?.value).toBeCloseTo(50, 0);
  });

  test('without any answer there is no latency', () => {
    const { p50, p99, errorShare } = byId(measure(answered([1, 1], (sample) => ({ ...sample, problem: 'status 503' })), 100));
    expect(p50?.status).toBe('notMeasured');
    expect(p99?.explanation).toContain('status 503');
    expect(errorShare).toMatchObject({ status: 'measured', value: 1 });
  });

  test('a generator that is late itself leaves the speed unmeasured, not the errors', () => {
    const measurements = measure(answered(Array.from({ length: 100 }, () => 5), (sample) => ({ ...sample, sent: sample.intended + 80, ended: sample.intended + 85 })), 100);
    expect(measurements.map(({ status }) => status)).toEqual(['notMeasured', 'notMeasured', 'notMeasured', 'notMeasured', 'measured']);
    expect(measurements[0]?.explanation).toContain('the run says nothing of the speed of the application');
  });

  test('the achieved rate is the share of requests that were sent in time', () => {
    const samples = answered(Array.from({ length: 100 }, () => 5), (sample, index) => (index === 99 ? { ...sample, sent: 1010, ended: 1015 } : sample));
    expect(byId(measure(samples, 100))['achievedRate']?.value).toBeCloseTo(0.99, 6);
  });
});

describe('the check', () => {
  const lambda = mockClient(LambdaClient);
  const objects = new Map<string, Uint8Array>();

  beforeAll(() => provideProject({ [Env.EVIDENCE_BUCKET]: 'evidence', [PREDICTION_FUNCTION]: 'int-people-prediction' }));

  beforeEach(() => {
    lambda.reset();
    objects.clear();
    inMemoryS3(objects);
    objects.set('s3://artifacts/golden.json', Buffer.from(JSON.stringify({ records: [record(1), record(2), record(3)], expected: [[0], [0], [0]] })));
  });

  const run = async (remaining = 600_000): Promise<Evidence> => {
    const event: CheckEvent = {
      gate: 'qualification',
      runId: 'run-1',
      subject: { type: 'modelPackage', name: 'arn:package', digest: 'a'.repeat(64) },
      context: { goldenUri: 's3://artifacts/golden.json' },
    };
    const { evidenceUri } = await handler(event, { getRemainingTimeInMillis: () => remaining });
    return JSON.parse(Buffer.from(objects.get(evidenceUri) ?? []).toString()) as Evidence;
  };

  test('sends the declared load through the application and leaves the warm-up out', async () => {
    lambda.on(InvokeCommand).resolves({ Payload: Buffer.from('{"statusCode":200,"body":"{}"}') as never });
    const { check, measurements } = await run();
    expect(check).toBe('load');
    // 200 a second for 0.05 s and 0.2 s.
    expect(lambda.commandCalls(InvokeCommand)).toHaveLength(50);
    expect(byId(measurements)['errorShare']).toMatchObject({ status: 'measured', sampleSize: 40 });
    const body = JSON.parse(Buffer.from((lambda.commandCalls(InvokeCommand)[0]?.args[0].input.Payload ?? []) as Uint8Array).toString()) as { body: string };
    expect((JSON.parse(body.body) as { records: unknown[] }).records).toHaveLength(2);
  });

  test('a model that fails under load is measured, not the end of the check', async () => {
    lambda.on(InvokeCommand).resolves({ Payload: Buffer.from('{"statusCode":502,"body":"{}"}') as never });
    expect(byId((await run()).measurements)['errorShare']).toMatchObject({ status: 'measured', value: 1 });
  });

  /** Holds the event loop up in the first runs of 50 requests, as a machine without CPU to spare does. */
  function heldUp(runs: number): void {
    let sent = 0;
    lambda.on(InvokeCommand).callsFake(() => {
      sent += 1;
      if (sent % 50 === 20 && sent < runs * 50) {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 150);
      }
      return { Payload: Buffer.from('{"statusCode":200,"body":"{}"}') as never };
    });
  }

  test('a run in which the generator was late is repeated', async () => {
    heldUp(1);
    expect(byId((await run()).measurements)['p50']).toMatchObject({ status: 'measured' });
    expect(lambda.commandCalls(InvokeCommand)).toHaveLength(100);
  });

  test('a generator that is late every time measures no speed', async () => {
    heldUp(3);
    expect(byId((await run()).measurements)['p50']).toMatchObject({ status: 'notMeasured' });
    expect(lambda.commandCalls(InvokeCommand)).toHaveLength(150);
  });

  test('no run begins that the function can\'t end', async () => {
    heldUp(3);
    await run(30_000);
    expect(lambda.commandCalls(InvokeCommand)).toHaveLength(50);
  });

  test('requests go through the golden records in a circle', () => {
    const golden = { records: [record(1), record(2), record(3)], expected: [[0], [0], [0]] };
    expect(rows(golden, 1, 2).map(({ id }) => id)).toEqual([3, 1]);
    expect(rows(golden, 0, 4).map(({ id }) => id)).toEqual([1, 2, 3, 1]);
  });
});
