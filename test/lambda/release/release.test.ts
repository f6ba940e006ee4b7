import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { strToU8, zipSync } from 'fflate';
import { handler, readBundle } from '../../../lambda/release';
import type { ReleasePin } from '../../../lambda/shared/process/contract';
import { Env, PROJECT_FILE } from '../../../lambda/shared/runtime/contract';
import { sha256 } from '../../../lambda/shared/storage/hash';
import { inMemoryS3 } from '../in-memory-s3';

const objects = new Map<string, Uint8Array>();
const ssm = mockClient(SSMClient);
const bundle = zipSync({ 'train.py': strToU8('print()'), 'lib/features.py': strToU8('x = 1') });
const release = (change: Partial<ReleasePin> = {}): ReleasePin =>
  ({ bundleUri: 's3://assets/code.zip', bundleSha256: sha256(bundle), commit: 'abc', ...change }) as ReleasePin;

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'release-'));
  writeFileSync(join(folder, PROJECT_FILE), JSON.stringify({ declaration: { name: 'people' } }));
  Object.assign(process.env, { LAMBDA_TASK_ROOT: folder, [Env.ARTIFACTS_BUCKET]: 'artifacts' });
});

beforeEach(() => {
  objects.clear();
  inMemoryS3(objects);
  objects.set('s3://assets/code.zip', bundle);
  ssm.reset();
  ssm.on(GetParameterCommand).rejects(Object.assign(new Error('no'), { name: 'ParameterNotFound' }));
});

const textOf = (uri: string): string => Buffer.from(objects.get(uri) ?? '').toString('utf8');

test('unpacks the released code where jobs read it', async () => {
  const { codeUri } = await handler({ runId: 'run-1', release: release(), champion: 'current' });
  expect(codeUri).toBe(`s3://artifacts/people/code/${sha256(bundle)}/`);
  expect([textOf(`${codeUri}train.py`), textOf(`${codeUri}lib/features.py`)]).toEqual(['print()', 'x = 1']);
});

test('keeps the bundle where it lives as long as what is made from it', async () => {
  const { bundleUri } = await handler({ runId: 'run-1', release: release(), champion: 'current' });
  expect(bundleUri).toBe(`s3://artifacts/people/code/${sha256(bundle)}.zip`);
  objects.delete('s3://assets/code.zip');
  const again = await handler({ runId: 'run-2', release: release({ bundleUri }), champion: 'none' });
  expect(again.bundleUri).toBe(bundleUri);
});

test('before the first promotion a marker stands for the champion', async () => {
  const result = await handler({ runId: 'run-1', release: release(), champion: 'current' });
  expect(result).toMatchObject({ champion: null, championUri: 's3://artifacts/people/runs/run-1/champion/' });
  expect(textOf(`${result.championUri}NONE`)).toContain('no champion');
});

test('puts a copy of the champion beside the run', async () => {
  const champion = { modelDataUrl: 's3://artifacts/people/runs/run-0/train/j/output/model.tar.gz', packageDigest: 'p' };
  objects.set(champion.modelDataUrl, Buffer.from('model'));
  ssm.on(GetParameterCommand, { Name: '/mlops/people/champion' }).resolves({ Parameter: { Value: JSON.stringify(champion) } });
  const result = await handler({ runId: 'run-1', release: release(), champion: 'current' });
  expect(result.champion).toEqual(champion);
  expect(textOf('s3://artifacts/people/runs/run-1/champion/model.tar.gz')).toBe('model');
  expect(objects.has('s3://artifacts/people/runs/run-1/champion/NONE')).toBe(false);
});

test('the champion plays no part where a version is rebuilt', async () => {
  ssm.on(GetParameterCommand).rejects(new Error('nobody asks'));
  const result = await handler({ runId: 'run-1', release: release(), champion: 'none' });
  expect(result.champion).toBeNull();
  expect(objects.has(`${result.championUri}NONE`)).toBe(true);
});

test('refuses a bundle that is not the released one', async () => {
  await expect(handler({ runId: 'r', release: release({ bundleSha256: '0'.repeat(64) }), champion: 'current' })).rejects.toThrow(/code.zip has sha256 [0-9a-f]{64}, but the release pins 0+; deploy/);
  expect([...objects.keys()].filter((uri) => uri.includes('/code/'))).toEqual([]);
});

describe('A bundle', () => {
  test.each(['../evil.py', '/etc/passwd', 'a/../../b'])('that would write to %s is refused', (path) => {
    expect(() => readBundle(zipSync({ [path]: strToU8('x') }), 'code.zip')).toThrow('which lies outside its folder');
  });

  test('that is no zip, or holds nothing, is refused', () => {
    expect(() => readBundle(strToU8('no zip'), 'code.zip')).toThrow('code.zip is no zip file');
    expect(() => readBundle(zipSync({}), 'code.zip')).toThrow('code.zip holds no files');
  });
});
