import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribePipelineCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { mockClient } from 'aws-sdk-client-mock';
import type { ArtifactManifest } from '../../../lambda/register/contract';
import { handler } from '../../../lambda/reproduce';
import { PIPELINE_NAME } from '../../../lambda/reproduce/contract';
import { PROJECT_FILE } from '../../../lambda/shared/runtime/contract';
import { canonicalJson, sha256 } from '../../../lambda/shared/storage/hash';
import { manifestOf } from '../../support/manifest';
import { inMemoryS3 } from '../in-memory-s3';

const objects = new Map<string, Uint8Array>();
const sageMaker = mockClient(SageMakerClient);
const manifestUri = 's3://evidence/employment/manifests/m.json';
const SNAPSHOT = 's3://artifacts/employment/snapshots/d/00000-a.parquet';

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'reproduce-'));
  writeFileSync(join(folder, PROJECT_FILE), JSON.stringify({ declaration: { name: 'employment' } }));
  Object.assign(process.env, { LAMBDA_TASK_ROOT: folder, [PIPELINE_NAME]: 'prod-employment' });
});

beforeEach(() => {
  objects.clear();
  inMemoryS3(objects);
  objects.set(SNAPSHOT, Buffer.from('rows'));
  sageMaker.reset();
  sageMaker.on(DescribePipelineCommand, { PipelineName: 'prod-employment', PipelineVersionId: 3 }).resolves({ PipelineDefinition: '{"Steps": []}' });
});

function plan(manifest: ArtifactManifest | object = manifestOf(), digest?: string) {
  const text = canonicalJson(manifest);
  objects.set(manifestUri, Buffer.from(text));
  return handler({ runId: 'run-9', compareWith: { manifestUri, packageDigest: digest ?? sha256(text) } });
}

describe('The plan of a reproduction', () => {
  test('takes data, code, image, seed and definition from the manifest', async () => {
    expect(await plan()).toMatchObject({
      snapshot: { snapshotUri: 's3://artifacts/employment/snapshots/d/', sourcesUri: 's3://artifacts/employment/snapshots/d.json', files: 1, bytes: 4 },
      release: { bundleUri: 's3://artifacts/employment/code/b.zip', bundleSha256: sha256('bundle'), commit: 'c'.repeat(40), image: 'image:1' },
      pipelineVersionId: 3,
      seed: '2015',
    });
  });

  test('does without the version of the pipeline where its definition is another one', async () => {
    sageMaker.on(DescribePipelineCommand).resolves({ PipelineDefinition: '{"Steps": ["other"]}' });
    expect((await plan()).pipelineVersionId).toBeNull();
  });

  test('does without the version of the pipeline where SageMaker has it no longer', async () => {
    sageMaker.on(DescribePipelineCommand).rejects(Object.assign(new Error('gone'), { name: 'ResourceNotFound' }));
    expect((await plan()).pipelineVersionId).toBeNull();
  });

  test('refuses a manifest that was exchanged', async () => {
    await expect(plan(manifestOf(), '0'.repeat(64))).rejects.toThrow(/m.json has sha256 [0-9a-f]{64}, but the version was registered with 0+: the manifest was exchanged/);
  });

  test('refuses what is no manifest, by the members that are wrong', async () => {
    await expect(plan({ ...manifestOf(), data: { files: 'many' } })).rejects.toThrow(/is no manifest of an ML artifact .* data.snapshotUri: .*; data.digest: /);
  });

  test('refuses a snapshot that was changed', async () => {
    objects.set(SNAPSHOT, Buffer.from('more rows'));
    await expect(plan()).rejects.toThrow(`${SNAPSHOT} has sha256 ${sha256('more rows')}, but the manifest says ${sha256('rows')}: the snapshot was changed`);
  });

  test('refuses the manifest of another model', async () => {
    await expect(plan(manifestOf({ model: 'housing' }))).rejects.toThrow('is the manifest of housing, and this is the development of employment');
  });
});
