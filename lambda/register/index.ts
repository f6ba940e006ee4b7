import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { CreateModelPackageCommand } from '@aws-sdk/client-sagemaker';
import * as clients from '../shared/clients';
import { Env, Layout } from '../shared/contract';
import { requireEnv } from '../shared/environment';
import { canonicalJson, sha256 } from '../shared/hash';
import { logger } from '../shared/logger';
import { modelProject } from '../shared/project';
import { getBytes, getJson, joinUri, parseJson, parseS3Uri, putOnce, s3Uri, sha256OfObject } from '../shared/s3';
import type { SourceObject } from '../snapshot/contract';
import {
  type ArtifactManifest,
  type EvaluationReport,
  MODEL_PACKAGE_GROUP,
  type PinnedFile,
  PipelineSteps,
  type RegisterEvent,
  type RegisterResult,
} from './contract';
import { buildManifest, packageDigestOf } from './manifest';
import { modelCard } from './model-card';
import { modelPackageRequest } from './package';
import { findTrainingJob } from './training-job';

/** Records what the candidate is made of and registers it; from here on the digest of the manifest is its identity. */
export async function handler(event: RegisterEvent): Promise<RegisterResult> {
  const project = modelProject();
  const evaluationUri = joinUri(event.evaluationUri, 'evaluation.json');
  const [job, evaluationBytes, golden, sources] = await Promise.all([
    findTrainingJob(event.pipelineExecutionArn, PipelineSteps.TRAIN),
    getBytes(evaluationUri),
    pin(joinUri(event.evaluationUri, 'golden.json')),
    getJson<SourceObject[]>(event.snapshot.sourcesUri),
  ]);
  const evaluation = parseJson<EvaluationReport>(new TextDecoder().decode(evaluationBytes), evaluationUri);
  const card = canonicalJson(
    modelCard({
      project,
      evaluation,
      evaluationUri,
      image: event.release.image,
      modelDataUrl: job.modelDataUrl,
      snapshotUri: event.snapshot.snapshotUri,
      hyperparameters: job.hyperparameters,
    }),
  );
  const manifest = buildManifest({
    project,
    environment: requireEnv(Env.ENVIRONMENT),
    event,
    sources,
    hyperparameters: job.hyperparameters,
    modelArtifact: await pinModel(job.modelDataUrl),
    evaluation,
    evaluationFile: { uri: evaluationUri, sha256: sha256(evaluationBytes) },
    golden,
    modelCardSha256: sha256(card),
  });
  const packageDigest = packageDigestOf(manifest);
  const manifestUri = s3Uri(requireEnv(Env.EVIDENCE_BUCKET), Layout.manifestKey(project.declaration.name, packageDigest));
  await putOnce(manifestUri, canonicalJson(manifest));
  const groupName = requireEnv(MODEL_PACKAGE_GROUP);
  const { ModelPackageArn } = await clients
    .sageMaker()
    .send(new CreateModelPackageCommand(modelPackageRequest({ groupName, project, manifest, manifestUri, packageDigest, modelCard: card })));
  if (ModelPackageArn === undefined) {
    throw new Error(`SageMaker registered no version in group ${groupName}`);
  }
  logger.info('model package registered', { runId: event.runId, modelPackageArn: ModelPackageArn, packageDigest });
  return { modelPackageArn: ModelPackageArn, packageDigest, manifestUri };
}

const pin = async (uri: string): Promise<PinnedFile> => ({ uri, sha256: await sha256OfObject(uri) });

async function pinModel(uri: string): Promise<ArtifactManifest['modelArtifact']> {
  const { bucket, key } = parseS3Uri(uri);
  const [{ ETag, ContentLength }, { sha256: digest }] = await Promise.all([
    clients.s3().send(new HeadObjectCommand({ Bucket: bucket, Key: key })),
    pin(uri),
  ]);
  return { uri, sha256: digest, etag: (ETag ?? '').replaceAll('"', ''), size: ContentLength ?? 0 };
}
