import type { ArtifactManifest } from '../../lambda/register/contract';
import { canonicalJson, sha256 } from '../../lambda/shared/storage/hash';

const digest = (text: string): string => sha256(text);
const packages = { numpy: '2.1.0' };

/** A manifest as the registration writes it, of the model `employment`. */
export function manifestOf(change: Partial<ArtifactManifest> = {}): ArtifactManifest {
  return {
    version: '1',
    model: 'employment',
    problemType: 'binaryClassification',
    run: { id: 'run-1', environment: 'prod', policyDigest: 'p', comparedWith: null },
    code: {
      repository: 'https://git.example.com/models.git',
      commit: 'c'.repeat(40),
      bundleUri: 's3://artifacts/employment/code/b.zip',
      bundleSha256: digest('bundle'),
      pipelineDefinitionDigest: sha256(canonicalJson({ Steps: [] })),
      pipelineVersionId: 3,
    },
    data: {
      snapshotUri: 's3://artifacts/employment/snapshots/d/',
      digest: digest('sources'),
      schemaVersion: '1',
      files: 1,
      newestModifiedAt: '2026-01-01T00:00:00.000Z',
      testRows: 2,
      sources: [{ uri: 's3://data/employment/training/2015/a.parquet', versionId: 'v', etag: 'e', size: 4, file: '00000-a.parquet', sha256: digest('rows') }],
    },
    parameters: { hyperparameters: { max_iter: '150' }, seed: 2015, chosenBy: 'declaration' },
    modelArtifact: { uri: 's3://artifacts/employment/runs/run-1/train/j/output/model.tar.gz', sha256: digest('model'), etag: 'e', size: 5 },
    environment: { image: 'image:1', imageDigest: null, python: '3.12.1', packages, lockSha256: sha256(canonicalJson({ python: '3.12.1', packages })), changes: [] },
    evaluation: { uri: 's3://artifacts/employment/runs/run-1/evaluation/evaluation.json', sha256: digest('evaluation'), metrics: { auc: 0.86, accuracy: 0.79 } },
    predictions: { uri: 's3://artifacts/employment/runs/run-1/evaluation/predictions.parquet', sha256: digest('predictions') },
    golden: { uri: 's3://artifacts/employment/runs/run-1/evaluation/golden.json', sha256: digest('golden') },
    reference: { uri: 's3://artifacts/employment/runs/run-1/profile/reference.json', sha256: digest('reference') },
    dataReports: [],
    gates: [{ gate: 'model', verdictUri: 's3://evidence/employment/gates/model/run-1/verdict.json', verdictSha256: digest('verdict') }],
    documentation: { modelCardUri: 's3://evidence/employment/manifests/cards/c.json', modelCardSha256: digest('card') },
    ...change,
  };
}
