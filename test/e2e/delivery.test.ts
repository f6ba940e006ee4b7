import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { DescribeModelPackageGroupCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { environments } from '../../bin/environments';
import cdk from '../../cdk.json';
import { type ChampionRecord, Events } from '../../lambda/shared/process/contract';
import { Layout } from '../../lambda/shared/storage/contract';
import { developmentPlace, servingPlace } from '../../lib/config/environment';
import { names } from '../../lib/config/names';
import { rehearsalOf } from '../../lib/config/rehearsal';
import { championReceivers } from '../../lib/config/sharing';
import { promotionChain } from '../../lib/config/validation';
import { MlopsStage } from '../../lib/stacks/mlops-stage';
import { createClient } from '../../local/core/client';
import { rootCredentials } from '../../local/core/keys';
import { startDaemon, type Daemon } from '../../local/daemon/start';
import { Toolkit } from '../../local/deploy/toolkit';
import { ensurePython } from '../../local/setup';
import { fixtureProject } from '../support/fixtures';

/** On the local AWS: a pull request's stage beside int, and the champion's record on its way from the account that promotes to those that train. */

jest.setTimeout(600_000);

/** Production serves in an account of its own. */
const SERVING = '999999999999';
const chain = promotionChain(environments.map((environment) => (environment.name === 'prod' ? { ...environment, serving: { ...environment.serving, account: SERVING } } : environment)));
const rehearsal = rehearsalOf(chain, '7').production;
const { account, region } = developmentPlace(chain.qualification);
const models = [{ project: fixtureProject(), repository: 'https://git.example.com/models.git', commit: '0'.repeat(40) }];
const MODEL = models[0].project.name;

let folder: string;
let daemon: Daemon;
let toolkit: Toolkit;
let assembly: string;

const access = (owner: string) => [{ endpoint: daemon.endpoint, region }, rootCredentials(owner)] as const;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'delivery-'));
  const { python } = await ensurePython({ log: () => undefined });
  daemon = await startDaemon({ folder, region, timeScale: 600, python, port: 0 });
  toolkit = new Toolkit({ endpoint: daemon.endpoint, region, folder, log: () => undefined });
  const app = new App({ outdir: join(folder, 'blueprint'), analyticsReporting: false, context: { ...cdk.context } });
  chain.environments.forEach((environment) => new MlopsStage(app, environment.name, { environment, chain, models }));
  new MlopsStage(app, rehearsal.name, { environment: rehearsal, chain: rehearsalOf(chain, '7'), models });
  assembly = app.synth().directory;
  await toolkit.bootstrap([account, developmentPlace(chain.production).account, SERVING]);
});

afterAll(async () => {
  await daemon?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const buckets = async (): Promise<string[]> => ((await createClient(S3Client, ...access(account)).send(new ListBucketsCommand({}))).Buckets ?? []).flatMap(({ Name }) => (Name?.startsWith('mlops-') === true ? [Name] : []));
const group = (environment: string) => createClient(SageMakerClient, ...access(account)).send(new DescribeModelPackageGroupCommand({ ModelPackageGroupName: names.modelPackageGroup(environment, MODEL) }));

describe("a pull request's stage", () => {
  test('is deployed beside int, whose stacks stand already', async () => {
    await toolkit.deploy(assembly, ['int/**']);
    const before = await buckets();
    expect(await toolkit.deploy(assembly, [`${rehearsal.name}/**`])).toBe(3);
    const after = await buckets();
    expect(after).toEqual(expect.arrayContaining(before));
    expect(after).toHaveLength(2 * before.length);
    await Promise.all([group('int'), group(rehearsal.name)]);
  });

  test('is destroyed, and int stays as it was', async () => {
    await toolkit.destroy(assembly, [`${rehearsal.name}/**`]);
    expect((await buckets()).filter((name) => name.includes(rehearsal.name))).toEqual([]);
    await expect(group(rehearsal.name)).rejects.toThrow(rehearsal.name);
    await group('int');
  });
});

describe('the champion', () => {
  const { name } = chain.production;
  const champion = (version: number, promotedAt: string): ChampionRecord => ({
    model: MODEL,
    modelPackageArn: `arn:aws:sagemaker:${region}:${developmentPlace(chain.production).account}:model-package/${name}-${MODEL}/${version}`,
    packageDigest: 'd'.repeat(64),
    manifestUri: 's3://evidence/manifest.json',
    modelDataUrl: 's3://artifacts/model.tar.gz',
    referenceUri: 's3://artifacts/profile/',
    endpointName: names.endpoint(name, MODEL),
    endpointConfigName: `${name}-${MODEL}-${version}`,
    modelName: `${name}-${MODEL}-${version}`,
    promotedAt,
  });

  /** As the promotion tells it, in the account that serves. */
  const tell = (record: ChampionRecord) =>
    createClient(EventBridgeClient, ...access(SERVING)).send(
      new PutEventsCommand({ Entries: [{ EventBusName: names.eventBus(name), Source: Events.SOURCE, DetailType: Events.CHAMPION_CHANGED, Detail: JSON.stringify(record) }] }),
    );

  const recorded = async (owner: string): Promise<string | undefined> => {
    try {
      const { Parameter } = await createClient(SSMClient, ...access(owner)).send(new GetParameterCommand({ Name: Layout.championParameter(MODEL) }));
      return (JSON.parse(Parameter?.Value ?? '{}') as ChampionRecord).modelPackageArn;
    } catch {
      return undefined;
    }
  };

  async function eventually(owner: string, expected: string): Promise<void> {
    for (let looks = 0; looks < 120 && (await recorded(owner)) !== expected; looks += 1) {
      await new Promise((resolve) => void setTimeout(resolve, 500));
    }
    expect(await recorded(owner)).toBe(expected);
  }

  test('that is promoted in an account of its own is known where candidates are trained and rehearsed', async () => {
    await toolkit.deploy(assembly, ['prod/Foundation', 'prod/ServingFoundation', 'prod/EmploymentDevelopment', 'prod/EmploymentServing']);
    expect(servingPlace(chain.production).account).toBe(SERVING);
    const receivers = championReceivers(chain).map((receiver) => receiver.account);
    expect(receivers).toEqual([developmentPlace(chain.production).account, account]);
    const first = champion(1, '2026-11-01T00:00:00.000Z');
    const second = champion(2, '2026-11-02T00:00:00.000Z');
    await tell(second);
    await Promise.all(receivers.map((owner) => eventually(owner, second.modelPackageArn)));
    await tell(first);
    await tell({ ...second, promotedAt: '2026-11-03T00:00:00.000Z', modelPackageArn: champion(3, '').modelPackageArn });
    await Promise.all(receivers.map((owner) => eventually(owner, champion(3, '').modelPackageArn)));
  });
});
