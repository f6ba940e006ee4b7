import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { handler } from '../../../lambda/champion-record';
import type { ChampionRecord } from '../../../lambda/shared/process/contract';
import { provideProject, silence } from '../serving-project';

const champion = (version: number, promotedAt: string, model = 'people'): ChampionRecord => ({
  model,
  modelPackageArn: `arn:aws:sagemaker:eu-central-1:333333333333:model-package/prod-people/${version}`,
  packageDigest: 'd'.repeat(64),
  manifestUri: 's3://evidence/people/manifests/d.json',
  modelDataUrl: 's3://artifacts/people/runs/r/output/model.tar.gz',
  referenceUri: 's3://artifacts/people/runs/r/profile/',
  endpointName: 'prod-people',
  endpointConfigName: `prod-people-${version}`,
  modelName: `prod-people-${version}`,
  promotedAt,
});

const EARLY = '2026-11-01T00:00:00.000Z';
const LATE = '2026-11-02T00:00:00.000Z';
const ssm = mockClient(SSMClient);
const known = (record?: ChampionRecord): void => {
  const get = ssm.on(GetParameterCommand, { Name: '/mlops/people/champion' });
  if (record === undefined) {
    get.rejects(Object.assign(new Error('none'), { name: 'ParameterNotFound' }));
  } else {
    get.resolves({ Parameter: { Value: JSON.stringify(record) } });
  }
};
const written = (): unknown[] => ssm.commandCalls(PutParameterCommand).map(({ args }) => JSON.parse(args[0].input.Value ?? ''));

beforeAll(() => {
  provideProject({});
  silence();
});
afterAll(() => jest.restoreAllMocks());
beforeEach(() => {
  ssm.reset();
  ssm.on(PutParameterCommand).resolves({});
});

test.each<[string, ChampionRecord | undefined]>([
  ['the first champion', undefined],
  ['a younger champion', champion(1, EARLY)],
])('%s is recorded as the promotion recorded it', async (_name, before) => {
  known(before);
  expect(await handler({ detail: champion(2, LATE) })).toEqual({ recorded: true });
  expect(written()).toEqual([champion(2, LATE)]);
});

test.each([
  ['an older promotion that arrives late', champion(1, EARLY)],
  ['the same event again', champion(2, LATE)],
])('%s changes nothing', async (_name, late) => {
  known(champion(2, LATE));
  expect(await handler({ detail: late })).toMatchObject({ recorded: false });
  expect(written()).toEqual([]);
});

test.each([
  ['of another model', champion(2, LATE, 'houses')],
  ['without a time', champion(2, 'soon')],
])('an event %s is an error, so that it ends in the dead-letter queue', async (_name, detail) => {
  known();
  await expect(handler({ detail })).rejects.toThrow('expected the champion of people with the time of its promotion');
  expect(written()).toEqual([]);
});

test('a record that cannot be read is an error, not a reason to write over it', async () => {
  ssm.on(GetParameterCommand).rejects(Object.assign(new Error('denied'), { name: 'AccessDeniedException' }));
  await expect(handler({ detail: champion(2, LATE) })).rejects.toThrow('denied');
  expect(written()).toEqual([]);
});
