import { Template } from 'aws-cdk-lib/assertions';
import { environments } from '../../../bin/environments';
import { promotionChain } from '../../../lib/config/validation';
import { ModelServingStack } from '../../../lib/stacks/model-serving-stack';
import { newApp } from '../../support/app';
import { definitionFaults, definitionsOf } from '../../support/asl';
import { fixtureProject } from '../../support/fixtures';
import { DIGEST, PACKAGE_ARN, type Troubles, World } from './world';

const chain = promotionChain(environments);
const stack = new ModelServingStack(newApp(), 'Serving', { environment: chain.production, chain, project: fixtureProject().data });
const definition = definitionsOf(Template.fromStack(stack)).get('prod-employment-promotion') ?? { StartAt: '', States: {} };

const ADMITTED = {
  modelPackageArn: PACKAGE_ARN,
  packageDigest: DIGEST,
  approval: 'c'.repeat(64),
  manifestUri: 's3://evidence/manifest.json',
  modelDataUrl: 's3://artifacts/model.tar.gz',
  goldenUri: 's3://artifacts/golden.json',
  referenceUri: 's3://artifacts/reference.json',
};

const OLD = 'prod-employment-v6-00000000';
const NEW = /^prod-employment-v7-[0-9a-f]{8}$/;

const world = (troubles: Troubles = {}, gate: ConstructorParameters<typeof World>[1] = { outcome: 'passed' }): World => new World(troubles, gate, ADMITTED);

/** What a promotion that changed nothing leaves: the version that served before. */
const AS_BEFORE = { models: [OLD], configs: [OLD], alarms: [], endpoint: OLD, locked: false };

test('the definition is valid', () => {
  expect(definitionFaults(definition)).toEqual([]);
});

describe('a first endpoint', () => {
  test('is created, tested and recorded as champion', async () => {
    const w = world();
    expect(await w.run(definition)).toMatchObject({ status: 'SUCCEEDED' });
    expect(w.left).toMatchObject({ alarms: [], endpoint: expect.stringMatching(NEW), locked: false });
    expect(w.champion).toMatchObject({
      model: 'employment',
      modelPackageArn: PACKAGE_ARN,
      packageDigest: DIGEST,
      manifestUri: 's3://evidence/manifest.json',
      modelDataUrl: 's3://artifacts/model.tar.gz',
      referenceUri: 's3://artifacts/reference.json',
      endpointName: 'prod-employment',
      endpointConfigName: expect.stringMatching(NEW),
    });
    expect(w.told[0]).toMatchObject({ DetailType: 'ChampionChanged', Detail: w.champion });
  });

  test('tells its gate that no traffic was shifted', async () => {
    const w = world();
    await w.run(definition);
    expect(w.input('gate')['context']).toMatchObject({ firstEndpoint: true, rolledBack: null, endpointName: 'prod-employment', goldenUri: 's3://artifacts/golden.json' });
  });

  test('that the gate refuses is taken down again', async () => {
    const w = world({}, { outcome: 'failed', reason: 'Valid requests that were answered: 0 is below the required 1.' });
    expect(await w.run(definition)).toMatchObject({ status: 'FAILED', error: 'PromotionRolledBack', cause: 'Valid requests that were answered: 0 is below the required 1.' });
    expect(w.left).toEqual({ models: [], configs: [], alarms: [], endpoint: undefined, locked: false });
    expect(w.champion).toBeUndefined();
  });

  test('that does not come up is judged and taken down', async () => {
    const w = world({ newEndpointStatus: 'Failed' }, { outcome: 'failed', reason: 'nothing answers' });
    expect(await w.run(definition)).toMatchObject({ error: 'PromotionRolledBack' });
    expect(w.input('gate')['context']).toMatchObject({ rolledBack: expect.stringContaining('endpoint Failed') });
    expect(w.left).toMatchObject({ endpoint: undefined, locked: false });
  });
});

describe('a new version', () => {
  test('takes over, and the old one is retired', async () => {
    const w = world().serving(OLD);
    expect(await w.run(definition)).toMatchObject({ status: 'SUCCEEDED' });
    const { models, configs, ...left } = w.left;
    expect(left).toEqual({ alarms: [], endpoint: models[0], locked: false });
    expect([...models, ...configs]).toEqual([expect.stringMatching(NEW), expect.stringMatching(NEW)]);
    expect(w.champion?.['endpointConfigName']).toBe(models[0]);
  });

  test('is shifted as the environment declares, under alarms that watch the new fleet alone', async () => {
    const w = world().serving(OLD);
    await w.run(definition);
    const { RetainAllVariantProperties, DeploymentConfig } = w.input('updateEndpoint');
    expect(RetainAllVariantProperties).toBe(true);
    expect(DeploymentConfig).toMatchObject({
      BlueGreenUpdatePolicy: { TrafficRoutingConfiguration: { Type: 'CANARY', CanarySize: { Type: 'CAPACITY_PERCENT' } } },
      AutoRollbackConfiguration: { Alarms: [{ AlarmName: 'prod-employment-rollout-errors' }, { AlarmName: 'prod-employment-rollout-latency' }] },
    });
    const alarms = w.calls.filter(({ name }) => name === 'putMetricAlarm').map(({ input }) => input);
    expect(alarms).toMatchObject([
      { MetricName: 'Invocation5XXErrors', Statistic: 'Average', TreatMissingData: 'notBreaching', Period: 60 },
      { MetricName: 'ModelLatency', ExtendedStatistic: 'p99', TreatMissingData: 'notBreaching', Period: 60 },
    ]);
    for (const { Dimensions } of alarms) {
      expect(Dimensions).toEqual([
        { Name: 'EndpointName', Value: 'prod-employment' },
        { Name: 'VariantName', Value: 'main' },
        { Name: 'EndpointConfigName', Value: expect.stringMatching(NEW) },
      ]);
    }
  });

  test('waits for an endpoint that is in the middle of another change', async () => {
    const w = world({ busyTimes: 3 }).serving(OLD);
    expect(await w.run(definition)).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('that SageMaker rolled back is found by its configuration, though the endpoint is in service', async () => {
    const w = world({ rollsBack: 'prod-employment-rollout-errors' }, { outcome: 'failed', reason: 'The shift was rolled back.' }).serving(OLD);
    expect(await w.run(definition)).toMatchObject({ status: 'FAILED', error: 'PromotionRolledBack', cause: 'The shift was rolled back.' });
    expect(w.input('gate')['context']).toMatchObject({
      firstEndpoint: false,
      rolledBack: expect.stringMatching(/endpoint InService with configuration prod-employment-v6-00000000 instead of .*prod-employment-rollout-errors: one datapoint/),
    });
    expect(w.left).toEqual(AS_BEFORE);
    expect(w.champion).toBeUndefined();
    expect(w.calls.filter(({ name }) => name === 'updateEndpoint')).toHaveLength(1);
  });

  test('that did not take over is told, with the reason', async () => {
    const w = world({ rollsBack: 'prod-employment-rollout-errors' }, { outcome: 'failed', reason: 'The shift was rolled back.' }).serving(OLD);
    await w.run(definition);
    expect(w.told).toMatchObject([
      { DetailType: 'PromotionRolledBack', Detail: { model: 'employment', modelPackageArn: PACKAGE_ARN, packageDigest: DIGEST, reason: 'The shift was rolled back.', rolledBackAt: expect.stringMatching(/^20/) } },
    ]);
  });

  test('gives the traffic back though nobody can be told', async () => {
    const w = world({ failing: { putEvents: 'no bus' } }, { outcome: 'failed', reason: 'too few requests' }).serving(OLD);
    expect(await w.run(definition)).toMatchObject({ error: 'PromotionRolledBack', cause: 'too few requests' });
    expect(w.left).toEqual(AS_BEFORE);
  });

  test('is a rollback even where the alarms can\'t be asked', async () => {
    const w = world({ rollsBack: 'prod-employment-rollout-errors', failing: { describeAlarms: 'throttled' } }, { outcome: 'failed', reason: 'rolled back' }).serving(OLD);
    expect(await w.run(definition)).toMatchObject({ error: 'PromotionRolledBack' });
    expect(w.left).toEqual(AS_BEFORE);
  });

  test('that the gate refuses after the shift gives the traffic back', async () => {
    const w = world({}, { outcome: 'failed', reason: 'Requests answered by the new fleet: 3 is below the required 20.' }).serving(OLD);
    expect(await w.run(definition)).toMatchObject({ error: 'PromotionRolledBack', cause: 'Requests answered by the new fleet: 3 is below the required 20.' });
    expect(w.calls.filter(({ name }) => name === 'updateEndpoint').map(({ input }) => input['EndpointConfigName'])).toEqual([expect.stringMatching(NEW), OLD]);
    expect(w.left).toEqual(AS_BEFORE);
  });

  test('whose gate broke gives the traffic back', async () => {
    const w = world({}, new Error('no such machine')).serving(OLD);
    const { error, cause } = await w.run(definition);
    expect(error).toBe('PromotionRolledBack');
    expect(cause).toContain('no such machine');
    expect(w.left).toEqual(AS_BEFORE);
  });

  test.each(['createModel', 'createEndpointConfig', 'putMetricAlarm', 'updateEndpoint'])('leaves everything as before where %s fails', async (action) => {
    const w = world({ failing: { [action]: 'no capacity' } }).serving(OLD);
    const { error, cause } = await w.run(definition);
    expect(error).toBe('PromotionFailed');
    expect(cause).toContain('no capacity');
    expect(w.left).toEqual(AS_BEFORE);
    expect(w.log).not.toContain('gate');
  });

  test('does not touch an endpoint that can\'t be updated', async () => {
    const w = world();
    w.serving(OLD).endpoint = { status: 'Failed', config: OLD };
    const { error, cause } = await w.run(definition);
    expect(error).toBe('PromotionFailed');
    expect(cause).toContain('the endpoint is Failed');
    expect(w.left).toEqual(AS_BEFORE);
  });
});

describe('already decided is', () => {
  const decided = (reason: string) => ({ status: 'SUCCEEDED', output: expect.stringMatching(new RegExp(`"alreadyDecided".*${reason}`)) as string });
  const touched = (w: World): string[] => w.log.filter((name) => /^(create|update|delete)(Model|Endpoint)/.test(name));

  test('an approval that was acted on, however the package was changed since', async () => {
    const w = world().serving(OLD);
    w.claim = 'another execution';
    expect(await w.run(definition)).toMatchObject(decided('approve it again with another approval description'));
    expect(w.log).toEqual(['invoke', 'putItem']);
    expect(w.left).toEqual(AS_BEFORE);
  });

  test('a second promotion of what took over while it waited for the lock', async () => {
    const w = world().serving(OLD);
    expect(await w.run(definition)).toMatchObject({ status: 'SUCCEEDED' });
    const after = w.left;
    w.claim = undefined;
    w.log.length = 0;
    expect(await w.run(definition)).toMatchObject(decided('serves already'));
    expect(touched(w)).toEqual([]);
    expect(w.left).toEqual(after);
  });

  test('the champion, also while its endpoint is being scaled', async () => {
    const w = world({ busyTimes: 1 }).serving(OLD).crowned(DIGEST);
    expect(await w.run(definition)).toMatchObject(decided('serves already'));
    expect(w.left).toEqual(AS_BEFORE);
  });
});

describe('not decided yet is', () => {
  test('a champion whose endpoint is gone: it is brought back', async () => {
    const w = world();
    w.champion = { packageDigest: DIGEST, endpointConfigName: OLD };
    expect(await w.run(definition)).toMatchObject({ status: 'SUCCEEDED' });
    expect(w.left.endpoint).toMatch(NEW);
  });

  test('a champion that somebody replaced by hand: it takes over again', async () => {
    const w = world().serving(OLD);
    w.champion = { packageDigest: DIGEST, endpointConfigName: 'prod-employment-v7-11111111' };
    expect(await w.run(definition)).toMatchObject({ status: 'SUCCEEDED' });
    expect(w.left.endpoint).toMatch(NEW);
  });

  test('an earlier version that is approved anew', async () => {
    const w = world().serving(OLD).crowned('another digest');
    expect(await w.run(definition)).toMatchObject({ status: 'SUCCEEDED' });
    expect(w.champion).toMatchObject({ packageDigest: DIGEST });
  });
});

test('what is not admitted makes nothing, not even a lock', async () => {
  const w = world({ failing: { invoke: 'the package is Rejected' } }).serving(OLD);
  expect(await w.run(definition)).toMatchObject({ status: 'FAILED', cause: 'the package is Rejected' });
  expect(w.log).toEqual(['invoke']);
  expect(w.left).toEqual(AS_BEFORE);
});
