import { DescribeModelPackageCommand, ListModelPackagesCommand, type ModelLifeCycle, type ModelPackageSummary, SageMakerClient, UpdateModelPackageCommand } from '@aws-sdk/client-sagemaker';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { handler } from '../../../lambda/life-cycle';
import type { LifeCycleEvent } from '../../../lambda/life-cycle/contract';
import { MODEL_PACKAGE_GROUP } from '../../../lambda/register/contract';
import type { ChampionRecord } from '../../../lambda/shared/process/contract';
import { provideProject, silence } from '../serving-project';

const arn = (version: number): string => `arn:aws:sagemaker:eu-central-1:333333333333:model-package/prod-people/${version}`;
const at = (hour: number): string => `2026-11-01T${String(hour).padStart(2, '0')}:00:00.000Z`;
const champion = (version: number, hour: number): ChampionRecord =>
  ({ model: 'people', modelPackageArn: arn(version), packageDigest: `${version}`.repeat(64), endpointName: 'prod-people', endpointConfigName: `v${version}`, promotedAt: at(hour) }) as ChampionRecord;

/** A registry that keeps what is written, with pages of two versions, and the parameter with the champion. */
class Registry {
  readonly versions = new Map<number, { lifeCycle?: ModelLifeCycle; modifiedAt: Date; metadata: Record<string, string> }>();
  readonly written: string[] = [];
  readonly requests: object[] = [];
  recorded?: ChampionRecord;
  /** Time of the changes that are made. */
  now = new Date(at(23));
  private readonly sageMaker = mockClient(SageMakerClient);
  private readonly ssm = mockClient(SSMClient);

  constructor(stages: Readonly<Record<number, string>>) {
    for (const [version, stage] of Object.entries(stages)) {
      const [Stage, StageStatus] = stage.split(' ');
      this.versions.set(Number(version), { lifeCycle: { Stage, StageStatus }, modifiedAt: new Date(at(0)), metadata: {} });
    }
    this.sageMaker.on(ListModelPackagesCommand, { ModelPackageGroupName: 'prod-people' }).callsFake(({ NextToken = '0' }: { NextToken?: string }) => {
      const all = [...this.versions].map(([version, { lifeCycle }]): Partial<ModelPackageSummary> => ({ ModelPackageArn: arn(version), ModelLifeCycle: lifeCycle }));
      const end = Number(NextToken) + 2;
      return { ModelPackageSummaryList: all.slice(Number(NextToken), end), NextToken: end < all.length ? String(end) : undefined };
    });
    this.sageMaker.on(DescribeModelPackageCommand).callsFake(({ ModelPackageName }: { ModelPackageName: string }) => {
      const version = Number(ModelPackageName.split('/').at(-1));
      const found = this.versions.get(version);
      return { ModelPackageArn: ModelPackageName, ModelLifeCycle: found?.lifeCycle, LastModifiedTime: found?.modifiedAt, MetadataProperties: { GeneratedBy: `${version}`.repeat(64) } };
    });
    this.sageMaker.on(UpdateModelPackageCommand).callsFake((input: { ModelPackageArn: string; ModelLifeCycle: ModelLifeCycle; CustomerMetadataProperties?: Record<string, string> }) => {
      this.requests.push(input);
      const version = Number(input.ModelPackageArn.split('/').at(-1));
      const found = this.versions.get(version);
      this.versions.set(version, { lifeCycle: input.ModelLifeCycle, modifiedAt: this.now, metadata: { ...found?.metadata, ...input.CustomerMetadataProperties } });
      this.written.push(`${version} ${input.ModelLifeCycle.Stage} ${input.ModelLifeCycle.StageStatus}`);
      return {};
    });
    this.ssm.on(GetParameterCommand, { Name: '/mlops/people/champion' }).callsFake(() => {
      if (this.recorded === undefined) {
        throw Object.assign(new Error('none'), { name: 'ParameterNotFound' });
      }
      return { Parameter: { Value: JSON.stringify(this.recorded) } };
    });
  }

  get stages(): Record<string, string> {
    return Object.fromEntries([...this.versions].map(([version, { lifeCycle }]) => [version, `${lifeCycle?.Stage} ${lifeCycle?.StageStatus}`]));
  }
}

const changed = (detail: ChampionRecord): LifeCycleEvent => ({ 'detail-type': 'ChampionChanged', detail });
/** As EventBridge sends it: its detail is empty, not absent. */
const scheduled: LifeCycleEvent = { 'detail-type': 'Scheduled Event', detail: {} };
const rolledBack = (version: number, hour: number, more: object = {}): LifeCycleEvent => ({
  'detail-type': 'PromotionRolledBack',
  detail: { model: 'people', modelPackageArn: arn(version), packageDigest: `${version}`.repeat(64), reason: 'errors\nof the new fleet', rolledBackAt: at(hour), ...more },
});

beforeAll(() => {
  provideProject({ [MODEL_PACKAGE_GROUP]: 'prod-people' });
  silence();
});
afterAll(() => jest.restoreAllMocks());

describe('A champion', () => {
  test('is in production, since when and at which endpoint, and the one before is retired', async () => {
    const registry = new Registry({ 1: 'Retired superseded', 2: 'Production serving', 3: 'Qualification passed', 4: 'Qualification failed' });
    registry.recorded = champion(3, 5);
    expect(await handler(changed(champion(3, 5)))).toEqual({ changed: ['version 2: Retired superseded', 'version 3: Production serving'] });
    expect(registry.stages).toEqual({ 1: 'Retired superseded', 2: 'Retired superseded', 3: 'Production serving', 4: 'Qualification failed' });
    expect(registry.versions.get(3)).toMatchObject({
      lifeCycle: { StageDescription: 'Serves since 2026-11-01T05:00:00.000Z at the endpoint prod-people, configuration v3.' }, metadata: { promotedAt: at(5) },
    });
    expect(registry.versions.get(2)).toMatchObject({ lifeCycle: { StageDescription: 'Version 3 took over at 2026-11-01T05:00:00.000Z.' }, metadata: { retiredAt: at(5) } });
  });

  test('that is an earlier version rolls the later one back', async () => {
    const registry = new Registry({ 1: 'Retired superseded', 2: 'Production serving' });
    registry.recorded = champion(1, 6);
    await handler(changed(champion(1, 6)));
    expect(registry.stages).toEqual({ 1: 'Production serving', 2: 'Retired rolled-back' });
  });

  test('changes stages alone: no request says anything of an approval', async () => {
    const registry = new Registry({ 1: 'Production serving', 2: 'Qualification passed' });
    registry.recorded = champion(2, 5);
    await handler(scheduled);
    expect(registry.requests.flatMap((request) => Object.keys(request)).filter((key) => !['ModelPackageArn', 'ModelLifeCycle', 'CustomerMetadataProperties'].includes(key))).toEqual([]);
  });
});

describe('Events in any order and number', () => {
  test('come to the same stages, and a repeated one changes nothing', async () => {
    const events = [champion(1, 1), champion(2, 2), champion(3, 3)];
    for (const order of [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 2, 0]]) {
      const registry = new Registry({ 1: 'Production serving', 2: 'Qualification passed', 3: 'Qualification passed' });
      registry.recorded = champion(3, 3);
      for (const index of order) {
        await handler(changed(events[index]!));
      }
      expect(registry.stages).toEqual({ 1: 'Retired superseded', 2: 'Qualification passed', 3: 'Production serving' });
      expect(registry.written).toHaveLength(2);
    }
  });

  test('that come before the account has the record count by themselves', async () => {
    const registry = new Registry({ 1: 'Production serving', 2: 'Qualification passed' });
    registry.recorded = champion(1, 1);
    await handler(changed(champion(2, 2)));
    expect(registry.stages).toEqual({ 1: 'Retired superseded', 2: 'Production serving' });
  });

  test('that were lost are made up for by the schedule', async () => {
    const registry = new Registry({ 1: 'Production serving', 2: 'Qualification passed' });
    registry.recorded = champion(2, 2);
    await handler(scheduled);
    expect(registry.stages).toEqual({ 1: 'Retired superseded', 2: 'Production serving' });
    expect(await handler(scheduled)).toEqual({ changed: [] });
  });
});

describe('A version whose shift was rolled back', () => {
  test('is retired with the reason, once', async () => {
    const registry = new Registry({ 1: 'Production serving', 2: 'Qualification passed' });
    registry.recorded = champion(1, 1);
    await handler(rolledBack(2, 4));
    expect(registry.versions.get(2)?.lifeCycle).toEqual({ Stage: 'Retired', StageStatus: 'rolled-back', StageDescription: `Its shift of traffic was rolled back at ${at(4)}: errors of the new fleet` });
    const written = registry.written.length;
    await handler(rolledBack(2, 4));
    expect(registry.written).toHaveLength(written);
  });

  test('and that serves by now stays in production', async () => {
    const registry = new Registry({ 1: 'Retired superseded', 2: 'Production serving' });
    registry.recorded = champion(2, 5);
    await handler(rolledBack(2, 4));
    expect(registry.stages[2]).toBe('Production serving');
  });

  test('and that was approved again since is left to its next promotion', async () => {
    const registry = new Registry({ 1: 'Production serving', 2: 'Qualification passed' });
    registry.recorded = champion(1, 1);
    registry.versions.set(2, { ...registry.versions.get(2)!, modifiedAt: new Date(at(9)) });
    await handler(rolledBack(2, 4));
    expect(registry.stages[2]).toBe('Qualification passed');
  });

  test('of which the event has another digest is an error, so that it ends in the dead-letter queue', async () => {
    new Registry({ 2: 'Qualification passed' });
    await expect(handler(rolledBack(2, 4, { packageDigest: 'f'.repeat(64) }))).rejects.toThrow('and the event is about ffff');
  });
});

test('before the first promotion nothing changes', async () => {
  const registry = new Registry({ 1: 'Qualification passed' });
  expect(await handler(scheduled)).toEqual({ changed: [] });
  expect(registry.written).toEqual([]);
});

test.each([changed({ ...champion(2, 1), model: 'houses' }), rolledBack(2, 1, { model: 'houses' })])('an event about another model is an error', async (event) => {
  const registry = new Registry({ 2: 'Qualification passed' });
  await expect(handler(event)).rejects.toThrow('expected an event about people');
  expect(registry.written).toEqual([]);
});
