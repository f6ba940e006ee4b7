import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { DescribeModelPackageCommand, ListModelPackagesCommand, UpdateModelPackageCommand } from '@aws-sdk/client-sagemaker';
import type { Verdict } from '../../lambda/gate/contract';
import type { ArtifactManifest } from '../../lambda/register/contract';
import type { MlTestScore } from '../../lambda/shared/score/contract';
import { Layout } from '../../lambda/shared/storage/contract';
import type { AuditReport, Verification } from '../../local/audit/contract';
import { control } from '../../local/commands/attach';
import { bringUp, localOptions, type Started } from '../../local/commands/bring-up';
import type { ComparedRow } from '../../local/commands/compare';
import type { AccessReport } from '../../local/iam/report';
import { deliver, ExampleData, type Year } from '../../local/story/data';
import { executionArns, follow, nextExecution } from '../../local/story/executions';
import { World } from '../../local/story/world';
import { runCli } from './cli';

jest.setTimeout(600_000);

const DEVELOPMENT = { environment: 'prod', model: 'employment', name: 'development' } as const;
const folder = mkdtempSync(join(tmpdir(), 'reproduction-'));
let started: Started;
let world: World;
let data: ExampleData;

async function train(year: Year): Promise<void> {
  const before = await executionArns(world, DEVELOPMENT);
  await deliver(world, Layout.trainingPrefix('employment'), String(year), await data.parquet(String(year), [year]));
  const execution = await follow(world, DEVELOPMENT, await nextExecution(world, DEVELOPMENT, before), () => undefined);
  expect(`${execution.status} ${execution.error ?? ''} ${(execution.cause ?? '').slice(0, 500)}`.trim()).toBe('SUCCEEDED');
}

/** A command's answer as JSON. */
async function answer<T>(...args: string[]): Promise<{ code: number | null; value: T }> {
  const ended = await runCli([...args, '--model', 'employment', '--json']);
  if (!ended.stdout.startsWith('{')) {
    throw new Error(`${args.join(' ')} gave no JSON:\n${ended.stderr.slice(-2000)}`);
  }
  return { code: ended.code, value: JSON.parse(ended.stdout) as T };
}

const auditOf = (version: number) => answer<AuditReport>('audit', '--version', String(version), '--output', folder);
const locate = (uri: string) => {
  const [, Bucket = '', Key = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  return { Bucket, Key };
};

beforeAll(async () => {
  started = await bringUp(localOptions({}, () => undefined));
  await started.toolkit.deploy(started.assembly, ['prod/Foundation', 'prod/Access', 'prod/EmploymentDevelopment']);
  world = new World(started.run);
  data = await ExampleData.open({ sampleFolder: 'models/employment/data' }, join(started.run.folder, 'data'));
  await train(2015);
  await train(2016);
});

afterAll(async () => {
  data.close();
  world.close();
  await started.daemon.stop();
  rmSync(folder, { recursive: true, force: true });
});

let manifest: ArtifactManifest;

test('every record of a registered version is what it was, and the audit shows data, code, parameters, model, environment and tests on one page', async () => {
  const { code, value } = await auditOf(1);
  expect(value.verifications.filter(({ outcome }) => outcome !== 'verified')).toEqual([]);
  expect(code).toBe(0);
  expect(new Set(value.verifications.map(({ part }) => part))).toEqual(new Set(['manifest', 'registry', 'documentation', 'model', 'code', 'parameters', 'evidence', 'data', 'tests']));
  expect(value.verdicts.map(({ verdict }) => verdict.gate)).toEqual(['data', 'model']);
  const page = readFileSync(join(folder, 'employment-1.html'), 'utf8');
  for (const text of ['Every record is what it was', value.packageDigest, 'training/2015/part-0.parquet', 'AUC', value.manifest?.code.commit ?? 'no commit']) {
    expect(page).toContain(text);
  }
  manifest = value.manifest as ArtifactManifest;
});

test('two versions are compared side by side', async () => {
  const { value } = await answer<{ rows: ComparedRow[] }>('compare', '--versions', '1', '2');
  const row = (part: string, what: string) => value.rows.find((one) => one.part === part && one.what === what);
  expect(row('data', 'snapshot')).toMatchObject({ same: false });
  expect(row('code', 'bundle')).toMatchObject({ same: true });
  expect(row('metrics', 'auc')?.values.map(Number).every((auc) => auc > 0.8)).toBe(true);
  expect(row('gate model', 'outcome')?.values).toEqual(['passed', 'passed']);
});

test('the score has 28 tests, each with evidence or with what is missing, and the same was written at registration', async () => {
  const { value } = await answer<MlTestScore>('score', '--version', '1');
  expect(value.tests).toHaveLength(28);
  expect(value.tests.every(({ points, evidence, reason }) => (points > 0) === evidence.length > 0 && reason !== '')).toBe(true);
  expect(value.score).toBe(Math.min(...Object.values(value.sections)));
  const described = await world.in('prod').sagemaker.send(new DescribeModelPackageCommand({ ModelPackageName: `arn:aws:sagemaker:${started.run.region}:${world.account('prod')}:model-package/prod-employment/1` }));
  expect(Number(described.CustomerMetadataProperties?.mlTestScore)).toBeGreaterThanOrEqual(0);
});

test('version 1 is rebuilt bit by bit from its manifest, although newer data and a newer version exist and its model file is gone', async () => {
  await world.in('prod').s3.send(new DeleteObjectCommand(locate(manifest.modelArtifact.uri)));
  const { code, value } = await answer<{ outcome: string; cause?: string; verdicts: Verdict[] }>('reproduce', '--version', '1');
  expect(`${value.outcome} ${value.cause ?? ''}`.trim()).toBe('reproduced');
  expect(code).toBe(0);
  const [verdict] = value.verdicts;
  expect(verdict).toMatchObject({ gate: 'reproduction', outcome: 'passed', subject: { type: 'modelPackage' } });
  expect(Object.fromEntries(verdict?.criteria.map(({ measurement, value: found }) => [measurement, found]) ?? [])).toEqual({
    metricDifference: 0, predictionDifference: 0, unmatchedRows: 0, environmentDifferences: 0, definitionDifference: 0, reusedResults: 0,
  });
  const { ModelPackageSummaryList: versions } = await world.in('prod').sagemaker.send(new ListModelPackagesCommand({ ModelPackageGroupName: 'prod-employment' }));
  expect(versions).toHaveLength(2);
});

test('no role was refused anything, the reproduction included', async () => {
  const access = await control<AccessReport>(started.run, 'GET', 'access');
  expect(access.roles.flatMap(({ name: role, refused }) => refused.map(({ action }) => `${role}: ${action}`))).toEqual([]);
});

describe('Tampering', () => {
  test('with any file of the record is reported, each with the file and both hashes', async () => {
    const { value: before } = await auditOf(2);
    const files = before.verifications.filter(({ uri, what }) => uri !== undefined && !/written once/.test(what));
    expect(new Set(files.map(({ part }) => part)).size).toBeGreaterThanOrEqual(6);
    const kinds = new Map(files.filter(({ part }) => part !== 'manifest').map((one) => [`${one.part} ${one.what}`, one]));
    for (const { uri = '' } of kinds.values()) {
      await world.in('prod').s3.send(new PutObjectCommand({ ...locate(uri), Body: await tampered(uri) }));
    }
    const { code, value } = await auditOf(2);
    expect(code).toBe(2);
    const reported = value.verifications.filter(({ outcome }) => outcome === 'tampered');
    expect(reported.map(name).toSorted()).toEqual(expect.arrayContaining([...kinds.values()].map(name)));
    expect(reported.every(({ expected, actual }) => expected !== actual)).toBe(true);
    expect(readFileSync(join(folder, 'employment-2.html'), 'utf8')).toContain('What does not agree');
  });

  test('with the manifest itself is reported against the digest that nobody can change', async () => {
    const { value: before } = await auditOf(1);
    const uri = before.verifications.find(({ part }) => part === 'manifest')?.uri ?? '';
    await world.in('prod').s3.send(new PutObjectCommand({ ...locate(uri), Body: JSON.stringify({ ...manifest, code: { ...manifest.code, commit: 'another' } }) }));
    const { code, value } = await auditOf(1);
    expect(code).toBe(2);
    expect(value.verifications.find(({ part }) => part === 'manifest')).toMatchObject({ outcome: 'tampered', expected: value.packageDigest });
  });

  test('with a member of the package in the registry is reported', async () => {
    const ModelPackageArn = `arn:aws:sagemaker:${started.run.region}:${world.account('prod')}:model-package/prod-employment/2`;
    await world.in('prod').sagemaker.send(new UpdateModelPackageCommand({ ModelPackageArn, CustomerMetadataProperties: { goldenUri: 's3://elsewhere/golden.json' } }));
    const { value } = await auditOf(2);
    expect(value.verifications.find(({ what }) => what === 'golden records')).toMatchObject({ part: 'registry', outcome: 'tampered', actual: 's3://elsewhere/golden.json' });
  });

  test('that deletes a file is reported as missing', async () => {
    const { code, value } = await auditOf(1);
    expect(code).toBe(2);
    expect(value.verifications.find(({ part }) => part === 'model')).toMatchObject({ outcome: 'missing', uri: manifest.modelArtifact.uri });
  });
});

const name = ({ part, what }: Verification): string => `${part} ${what}`;

/** JSON stays JSON, so that what is read from it is still read. */
async function tampered(uri: string): Promise<string> {
  const { Body } = await world.in('prod').s3.send(new GetObjectCommand(locate(uri)));
  const text = (await Body?.transformToString('latin1')) ?? '';
  return uri.endsWith('.json') ? `${text}\n` : 'something else';
}
