import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateModelPackageCommand, DescribePipelineExecutionCommand, DescribeTrainingJobCommand, ListPipelineExecutionStepsCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { mockClient } from 'aws-sdk-client-mock';
import { handler } from '../../../lambda/register';
import { type ArtifactManifest, DOCUMENTATION, MODEL_PACKAGE_GROUP, type RegisterEvent } from '../../../lambda/register/contract';
import type { ChampionRecord } from '../../../lambda/shared/process/contract';
import { Env, PROJECT_FILE } from '../../../lambda/shared/runtime/contract';
import type { MlTestScore } from '../../../lambda/shared/score/contract';
import { canonicalJson, sha256 } from '../../../lambda/shared/storage/hash';
import { fixtureProject } from '../../support/fixtures';
import { manifestOf } from '../../support/manifest';
import { inMemoryS3 } from '../in-memory-s3';

const objects = new Map<string, Uint8Array>();
const sageMaker = mockClient(SageMakerClient);
const put = (uri: string, content: unknown): void => void objects.set(uri, Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)));

const verdict = (gate: string, mlTestScore: string) => ({
  gate, mode: 'QUALITATIVE', endedAt: '2026-01-01T00:00:00Z',
  criteria: [{ id: `${gate}.x`, mlTestScore, outcome: 'passed', reason: 'because', ...(gate === 'data' ? { evidenceUri: DATA_EVIDENCE, evidenceSha256: sha256(JSON.stringify(dataEvidence)) } : {}) }],
});
const DATA_EVIDENCE = 's3://evidence/employment/gates/data/run-1/data.json';
const dataEvidence = { files: ['statistics.json', 'constraints.json', 'constraint_violations.json'].map((name) => ({ name, uri: `s3://evidence/employment/gates/data/run-1/${name}`, sha256: sha256(name) })) };

const RUN = 's3://artifacts/employment/runs/run-1';
const MODEL = `${RUN}/train/job/output/model.tar.gz`;
const evaluation = {
  problemType: 'binaryClassification',
  rows: 3000,
  metrics: { auc: 0.86, accuracy: 0.79 },
  baseline: { auc: 0.82 },
  champion: null,
  environment: { python: '3.12.1', packages: { numpy: '2.1.0' } },
};

const event: RegisterEvent = {
  runId: 'run-1',
  pipelineExecutionArn: 'arn:pipeline/execution/1',
  snapshot: { snapshotUri: 's3://artifacts/employment/snapshots/d/', digest: 'd'.repeat(64), newestModifiedAt: '2026-01-01T00:00:00Z', sourcesUri: 's3://artifacts/employment/snapshots/d.json', files: 1, bytes: 10 },
  release: { bundleUri: 's3://assets/code.zip', bundleSha256: 'b'.repeat(64), repository: 'https://git.example.com/m.git', commit: 'abc', policyDigest: 'p', pipelineDefinitionDigest: 'f'.repeat(64), image: 'image:1' },
  champion: null,
  gates: {
    data: { gate: 'data', outcome: 'passed', verdictUri: 's3://evidence/d.json', verdictSha256: sha256(JSON.stringify(verdict('data', 'D1'))), reason: '' },
    model: { gate: 'model', outcome: 'passed', verdictUri: 's3://evidence/m.json', verdictSha256: '2', reason: '' },
  },
  bundleUri: 's3://artifacts/employment/code/b.zip',
  runUri: RUN,
  reference: { referenceUri: `${RUN}/profile/reference.json`, sha256: 'e'.repeat(64) },
};

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'register-'));
  writeFileSync(join(folder, PROJECT_FILE), JSON.stringify(fixtureProject().data));
  Object.assign(process.env, { LAMBDA_TASK_ROOT: folder, [Env.EVIDENCE_BUCKET]: 'evidence', [Env.ENVIRONMENT]: 'prod', [MODEL_PACKAGE_GROUP]: 'prod-employment', [DOCUMENTATION]: 'required' });
});

beforeEach(() => {
  objects.clear();
  inMemoryS3(objects);
  put(MODEL, 'model');
  put(`${RUN}/evaluation/evaluation.json`, evaluation);
  put(`${RUN}/evaluation/golden.json`, { records: [], expected: [] });
  put(event.gates.data.verdictUri, verdict('data', 'D1'));
  put(event.gates.model.verdictUri, verdict('model', 'M5'));
  put(DATA_EVIDENCE, dataEvidence);
  put(`${RUN}/evaluation/predictions.parquet`, 'predictions');
  put(event.snapshot.sourcesUri, [{ uri: 's3://data/employment/training/2015/a.parquet', versionId: 'v', etag: 'e', size: 10, file: '00000-a.parquet', sha256: 'a'.repeat(64) }]);
  sageMaker.reset();
  sageMaker.on(ListPipelineExecutionStepsCommand).callsFake(({ NextToken }: { NextToken?: string }) =>
    NextToken === undefined
      ? { PipelineExecutionSteps: [{ StepName: 'TrainBaseline', Metadata: { TrainingJob: { Arn: 'arn:x:training-job/baseline' } } }], NextToken: '2' }
      : { PipelineExecutionSteps: [{ StepName: 'Train', Metadata: { TrainingJob: { Arn: 'arn:x:training-job/candidate' } } }] },
  );
  sageMaker.on(DescribeTrainingJobCommand, { TrainingJobName: 'candidate' }).resolves({
    TrainingJobStatus: 'Completed',
    ModelArtifacts: { S3ModelArtifacts: MODEL },
    HyperParameters: { max_iter: '150', sagemaker_program: 'train.py' },
  });
  sageMaker.on(DescribePipelineExecutionCommand).resolves({ PipelineVersionId: 3 });
  sageMaker.on(CreateModelPackageCommand).resolves({ ModelPackageArn: 'arn:package/1' });
});

const request = () => sageMaker.commandCalls(CreateModelPackageCommand)[0]?.args[0].input;
const manifestAt = (uri: string): ArtifactManifest => JSON.parse(Buffer.from(objects.get(uri) ?? '').toString('utf8')) as ArtifactManifest;

test('the manifest holds code, data, parameters, model, environment and documentation', async () => {
  const { manifestUri } = await handler(event);
  expect(manifestAt(manifestUri)).toMatchObject({
    version: '1',
    model: 'employment',
    run: { id: 'run-1', environment: 'prod', policyDigest: fixtureProject().policyDigest, comparedWith: null },
    code: { repository: 'https://git.example.com/m.git', commit: 'abc', bundleUri: 's3://artifacts/employment/code/b.zip', bundleSha256: 'b'.repeat(64), pipelineVersionId: 3 },
    data: { digest: 'd'.repeat(64), schemaVersion: fixtureProject().schema.version, testRows: 3000, sources: [{ versionId: 'v', file: '00000-a.parquet', sha256: 'a'.repeat(64) }] },
    parameters: { hyperparameters: { max_iter: '150' }, seed: fixtureProject().declaration.training.seed, chosenBy: 'declaration' },
    modelArtifact: { uri: MODEL, sha256: sha256('model'), size: 5 },
    environment: {
      image: 'image:1', imageDigest: null, python: '3.12.1', packages: { numpy: '2.1.0' }, lockSha256: sha256(canonicalJson({ python: '3.12.1', packages: { numpy: '2.1.0' } })), changes: null,
    },
    evaluation: { sha256: sha256(JSON.stringify(evaluation)), metrics: { auc: 0.86 } },
    predictions: { uri: `${RUN}/evaluation/predictions.parquet`, sha256: sha256('predictions') },
    reference: { sha256: 'e'.repeat(64) },
    gates: [{ gate: 'data', verdictSha256: event.gates.data.verdictSha256 }, { gate: 'model', verdictSha256: '2' }],
    documentation: { modelCardSha256: sha256(request()?.ModelCard?.ModelCardContent ?? '') },
  });
});

test('no ARN stands in the manifest', async () => {
  expect(canonicalJson(manifestAt((await handler(event)).manifestUri))).not.toContain('arn:');
});

test('the digest is the hash of the stored manifest, is in its name and in the one field that nobody can change', async () => {
  const { manifestUri, packageDigest } = await handler(event);
  expect(sha256(objects.get(manifestUri) ?? '')).toBe(packageDigest);
  expect(manifestUri).toBe(`s3://evidence/employment/manifests/${packageDigest}.json`);
  expect(request()?.MetadataProperties).toEqual({ CommitId: 'abc', Repository: 'https://git.example.com/m.git', GeneratedBy: packageDigest });
});

test('the version waits for approval and binds reports and model by their hashes', async () => {
  await handler(event);
  expect(request()).toMatchObject({
    ModelPackageGroupName: 'prod-employment',
    ModelApprovalStatus: 'PendingManualApproval',
    ModelMetrics: { ModelQuality: { Statistics: { ContentDigest: `sha256:${sha256(JSON.stringify(evaluation))}` } } },
    CustomerMetadataProperties: { runId: 'run-1', modelSha256: sha256('model'), goldenUri: `${RUN}/evaluation/golden.json`, dataDigest: 'd'.repeat(64) },
    InferenceSpecification: {
      Containers: [{ Image: 'image:1', ModelDataUrl: MODEL, ModelDataETag: expect.stringMatching(/^[0-9a-f]{32}$/), Environment: { SAGEMAKER_PROGRAM: 'inference.py' } }],
    },
  });
});

test('customer metadata keeps to the characters and lengths that SageMaker takes', async () => {
  await handler(event);
  for (const value of Object.values(request()?.CustomerMetadataProperties ?? {})) {
    expect(value).toMatch(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,256}$/u);
  }
});

test('the model card keeps to the schema of model packages', async () => {
  await handler(event);
  const card = JSON.parse(request()?.ModelCard?.ModelCardContent ?? '{}') as Record<string, Record<string, unknown>>;
  expect(Object.keys(card).toSorted()).toEqual(['additional_information', 'evaluation_details', 'intended_uses', 'model_overview', 'training_details']);
  expect(Object.keys(card.model_overview ?? {}).toSorted()).toEqual(['model_artifact', 'model_creator']);
  expect(card.evaluation_details).toMatchObject([{ metric_groups: [{ name: 'candidate' }, { name: 'baseline' }] }]);
});

test('the model card is kept under its own hash, so that it outlives the package', async () => {
  const { documentation } = manifestAt((await handler(event)).manifestUri);
  expect(Buffer.from(objects.get(documentation.modelCardUri) ?? '').toString('utf8')).toBe(request()?.ModelCard?.ModelCardContent);
  expect(sha256(objects.get(documentation.modelCardUri) ?? '')).toBe(documentation.modelCardSha256);
});

test('statistics and constraints of the training data are the baselines of the version, bound by their hashes', async () => {
  await handler(event);
  const file = (name: string) => ({ ContentType: 'application/json', S3Uri: `s3://evidence/employment/gates/data/run-1/${name}`, ContentDigest: `sha256:${sha256(name)}` });
  const quality = { Statistics: file('statistics.json'), Constraints: file('constraints.json') };
  expect(request()?.ModelMetrics?.ModelDataQuality).toEqual(quality);
  expect(request()?.DriftCheckBaselines).toEqual({ ModelDataQuality: quality });
});

test('evidence that was exchanged since the gate stops the registration', async () => {
  put(DATA_EVIDENCE, { files: [] });
  await expect(handler(event)).rejects.toThrow(`${DATA_EVIDENCE} has sha256`);
});

test('the ML Test Score at registration lies beside the manifest and is shown with the version', async () => {
  const { manifestUri, packageDigest } = await handler(event);
  const scoreUri = manifestUri.replace('.json', '.score.json');
  const score = JSON.parse(Buffer.from(objects.get(scoreUri) ?? '').toString('utf8')) as MlTestScore;
  expect(score).toMatchObject({ model: 'employment', packageDigest, score: 0, sections: { data: 1, model: 1 } });
  expect(request()?.CustomerMetadataProperties).toMatchObject({ mlTestScore: '0', mlTestScoreUri: scoreUri });
});

test('packages that differ from the champion are told in the manifest and in the model card', async () => {
  const champion = manifestOf({ environment: { ...manifestOf().environment, packages: { numpy: '2.0.0' } } });
  put('s3://evidence/champion.json', canonicalJson(champion));
  const record = { manifestUri: 's3://evidence/champion.json', packageDigest: sha256(canonicalJson(champion)) } as ChampionRecord;
  const { manifestUri } = await handler({ ...event, champion: record });
  expect(manifestAt(manifestUri).environment.changes).toEqual(['numpy 2.0.0 -> 2.1.0']);
  expect(request()?.ModelCard?.ModelCardContent).toContain('"changes_of_packages":"numpy 2.0.0 -> 2.1.0"');
});

test('an image that is pinned is registered with its digest', async () => {
  const image = `account.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-scikit-learn@sha256:${'c'.repeat(64)}`;
  const { manifestUri } = await handler({ ...event, release: { ...event.release, image } });
  expect(manifestAt(manifestUri).environment.imageDigest).toBe(`sha256:${'c'.repeat(64)}`);
  expect(request()?.InferenceSpecification?.Containers?.[0]?.ImageDigest).toBe(`sha256:${'c'.repeat(64)}`);
});

test('a pipeline that does not tell its version is not registered: it could not be reproduced', async () => {
  sageMaker.on(DescribePipelineExecutionCommand).resolves({});
  await expect(handler(event)).rejects.toThrow('does not tell which version of the pipeline ran');
});

test('a repeated registration asks for the same version', async () => {
  const first = await handler(event);
  expect(await handler(event)).toEqual(first);
  const tokens = sageMaker.commandCalls(CreateModelPackageCommand).map((call) => call.args[0].input.ClientToken);
  expect(tokens[0]).toBe(tokens[1]);
  expect(tokens[0]).toHaveLength(36);
});

test('fails when the step that trains has no job, naming the steps there are', async () => {
  sageMaker.on(ListPipelineExecutionStepsCommand).resolves({ PipelineExecutionSteps: [{ StepName: 'Prepare' }] });
  await expect(handler(event)).rejects.toThrow('has no training job in step Train; its steps: Prepare');
});

test('fails when the job left no model', async () => {
  sageMaker.on(DescribeTrainingJobCommand).resolves({ TrainingJobStatus: 'Failed' });
  await expect(handler(event)).rejects.toThrow('training job candidate is Failed and left no model');
});
