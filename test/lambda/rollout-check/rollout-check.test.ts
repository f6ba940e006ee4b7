import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { mockClient } from 'aws-sdk-client-mock';
import type { Evidence, Measurement } from '../../../lambda/gate/contract';
import { handler } from '../../../lambda/rollout-check';
import type { RolloutContext } from '../../../lambda/rollout-check/contract';
import { Env } from '../../../lambda/shared/runtime/contract';
import { inMemoryS3 } from '../in-memory-s3';
import { provideProject } from '../serving-project';

const cloudWatch = mockClient(CloudWatchClient);
const objects = new Map<string, Uint8Array>();

const CONTEXT: RolloutContext = {
  firstEndpoint: false,
  endpointName: 'prod-people',
  variantName: 'main',
  endpointConfigName: 'prod-people-v2-abcd',
  startedAt: '2026-11-24T10:00:30.000Z',
  rolledBack: null,
};

async function requests(change: Readonly<Record<string, unknown>> = {}): Promise<Measurement> {
  const { evidenceUri } = await handler({
    gate: 'promotion',
    runId: 'run-1',
    subject: { type: 'modelPackage', name: 'arn:package', digest: 'a'.repeat(64) },
    context: { ...CONTEXT, ...change },
  });
  const { measurements } = JSON.parse(Buffer.from(objects.get(evidenceUri) ?? []).toString()) as Evidence;
  return measurements[0] as Measurement;
}

beforeAll(() => provideProject({ [Env.EVIDENCE_BUCKET]: 'evidence' }));

beforeEach(() => {
  cloudWatch.reset();
  objects.clear();
  inMemoryS3(objects);
});

test('the requests of the new fleet are summed over all pages', async () => {
  cloudWatch
    .on(GetMetricDataCommand)
    .resolvesOnce({ MetricDataResults: [{ Id: 'requests', Values: [20, 30] }], NextToken: 'more' })
    .resolvesOnce({ MetricDataResults: [{ Id: 'requests', Values: [7] }] });
  expect(await requests()).toMatchObject({ id: 'requests', status: 'measured', value: 57 });
});

test('only the new fleet counts, from the minute in which the shift began', async () => {
  cloudWatch.on(GetMetricDataCommand).resolves({ MetricDataResults: [] });
  await requests();
  const { StartTime, MetricDataQueries } = cloudWatch.commandCalls(GetMetricDataCommand)[0]?.args[0].input ?? {};
  expect(StartTime).toEqual(new Date('2026-11-24T10:00:00.000Z'));
  expect(MetricDataQueries?.[0]?.MetricStat).toMatchObject({
    Stat: 'Sum',
    Metric: {
      Namespace: 'AWS/SageMaker',
      MetricName: 'Invocations',
      Dimensions: [
        { Name: 'EndpointName', Value: 'prod-people' },
        { Name: 'VariantName', Value: 'main' },
        { Name: 'EndpointConfigName', Value: 'prod-people-v2-abcd' },
      ],
    },
  });
});

test('a fleet without traffic is measured as such: silent alarms then prove nothing', async () => {
  cloudWatch.on(GetMetricDataCommand).resolves({ MetricDataResults: [] });
  expect(await requests()).toMatchObject({ status: 'measured', value: 0 });
});

test('for a first endpoint there is no shift', async () => {
  expect((await requests({ firstEndpoint: true })).status).toBe('notApplicable');
  expect(cloudWatch.calls()).toHaveLength(0);
});

test('after a rollback nothing is measured, and the reason is kept', async () => {
  const measurement = await requests({ rolledBack: 'prod-people-rollout-errors: above the limit' });
  expect(measurement.status).toBe('notMeasured');
  expect(measurement.explanation).toContain('prod-people-rollout-errors');
});

test.each(['firstEndpoint', 'endpointName', 'endpointConfigName', 'startedAt'])('a context without %s breaks the check', async (name) => {
  await expect(requests({ [name]: undefined })).rejects.toThrow(/the context of a rollout needs/);
});
