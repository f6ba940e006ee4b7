import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { CreateModelPackageCommand } from '@aws-sdk/client-sagemaker';
import { packageChanges } from '../shared/package-changes';
import type { ModelProjectData } from '../shared/project/contract';
import { modelProject } from '../shared/project/project';
import * as clients from '../shared/runtime/clients';
import { Env } from '../shared/runtime/contract';
import { requireEnv } from '../shared/runtime/environment';
import { logger } from '../shared/runtime/logger';
import { collectVerdicts } from '../shared/score/collect';
import type { MlTestScore } from '../shared/score/contract';
import { scoreOf } from '../shared/score/score';
import { Layout } from '../shared/storage/contract';
import { canonicalJson, sha256 } from '../shared/storage/hash';
import { findBytes, getBytes, getJson, joinUri, parseJson, parseS3Uri, putOnce, s3Uri, sha256OfObject } from '../shared/storage/s3';
import type { PinnedSource } from '../snapshot/contract';
import {
  type ArtifactManifest,
  DOCUMENTATION,
  type Documentation,
  type EvaluationReport,
  MODEL_PACKAGE_GROUP,
  type PinnedFile,
  PipelineSteps,
  type RegisterEvent,
  type RegisterResult,
} from './contract';
import { dataReports } from './data-reports';
import { requireDocumentation } from './documentation';
import { buildManifest, type ManifestFacts, packageDigestOf } from './manifest';
import { modelCard } from './model-card';
import { parseModelCard } from './model-card-schema';
import { modelPackageRequest } from './package';
import { readManifest } from './read-manifest';
import { findTrainingJob, type TrainingJob } from './training-job';

/**
 * Records what the candidate is made of and registers it; from here on the digest of the manifest is its identity.
 *
 * @throws DocumentationIncomplete where the environment requires the human-written fields of the model card and one is missing.
 */
export async function handler(event: RegisterEvent): Promise<RegisterResult> {
  const project = modelProject();
  requireDocumentation(project.declaration, requireEnv(DOCUMENTATION) as Documentation);
  const evaluationUri = joinUri(event.runUri, 'evaluation/evaluation.json');
  const [job, evaluationBytes, predictions, golden, sources] = await Promise.all([
    findTrainingJob(event.pipelineExecutionArn, PipelineSteps.TRAIN),
    getBytes(evaluationUri),
    pin(joinUri(event.runUri, 'evaluation/predictions.parquet')),
    pin(joinUri(event.runUri, 'evaluation/golden.json')),
    getJson<PinnedSource[]>(event.snapshot.sourcesUri),
  ]);
  const evaluation = parseJson<EvaluationReport>(new TextDecoder().decode(evaluationBytes), evaluationUri);
  const search = await readSearch(event, project, evaluation);
  const environmentChanges = await changesOfEnvironment(event, evaluation);
  const card = await recordCard({ project, evaluation, evaluationUri, event, job, environmentChanges });
  const manifest = buildManifest({
    project,
    environment: requireEnv(Env.ENVIRONMENT),
    event,
    sources,
    job,
    search,
    modelArtifact: await pinModel(job.modelDataUrl),
    evaluation,
    files: { evaluation: { uri: evaluationUri, sha256: sha256(evaluationBytes) }, predictions, golden },
    modelCard: card,
    environmentChanges,
    dataReports: await dataReports(event.gates.data),
  });
  const packageDigest = packageDigestOf(manifest);
  const manifestUri = s3Uri(requireEnv(Env.EVIDENCE_BUCKET), Layout.manifestKey(project.declaration.name, packageDigest));
  await putOnce(manifestUri, canonicalJson(manifest));
  const score = await recordScore(manifest, manifestUri, packageDigest);
  const groupName = requireEnv(MODEL_PACKAGE_GROUP);
  const { ModelPackageArn } = await clients
    .sageMaker()
    .send(new CreateModelPackageCommand(modelPackageRequest({ groupName, project, manifest, manifestUri, packageDigest, modelCard: card.text, score })));
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

/** What the search for hyperparameters wrote, where the project declares one. */
async function readSearch({ runUri }: RegisterEvent, { declaration }: ModelProjectData, { data }: EvaluationReport): Promise<ManifestFacts['search']> {
  if (declaration.training.tuning === undefined) {
    return undefined;
  }
  const uri = joinUri(data?.tuneUri ?? joinUri(runUri, 'tune'), 'best-parameters.json');
  const bytes = await getBytes(uri);
  const { best } = parseJson<{ best: Record<string, unknown> }>(new TextDecoder().decode(bytes), uri);
  return { file: { uri, sha256: sha256(bytes) }, best };
}

/** Other packages may give other answers: whoever approves must see what changed since the model in production. */
async function changesOfEnvironment({ champion }: RegisterEvent, { environment }: EvaluationReport): Promise<readonly string[] | null> {
  return champion === null ? null : packageChanges((await readManifest(champion)).environment, environment);
}

/** Computes the ML Test Score from what is on record at this moment and writes it beside the manifest. A repeated registration keeps the first. */
async function recordScore(manifest: ArtifactManifest, uri: string, packageDigest: string): Promise<{ readonly uri: string; readonly value: number }> {
  const scoreUri = uri.replace(/\.json$/, '.score.json');
  const first = await findBytes(scoreUri);
  if (first !== undefined) {
    return { uri: scoreUri, value: parseJson<MlTestScore>(new TextDecoder().decode(first), scoreUri).score };
  }
  const verdicts = await collectVerdicts(requireEnv(Env.EVIDENCE_BUCKET), manifest.model, manifest.gates.map(({ verdictUri }) => verdictUri));
  const score = scoreOf({ model: manifest.model, version: { uri, packageDigest, manifest }, verdicts }, new Date().toISOString());
  await putOnce(scoreUri, canonicalJson(score));
  return { uri: scoreUri, value: score.score };
}

interface CardFacts {
  readonly environmentChanges: readonly string[] | null;
  readonly project: ModelProjectData;
  readonly evaluation: EvaluationReport;
  readonly evaluationUri: string;
  readonly event: RegisterEvent;
  readonly job: TrainingJob;
}

/** Writes the model card beside the manifests, so that it outlives the package. */
async function recordCard({ project, evaluation, evaluationUri, event, job, environmentChanges }: CardFacts): Promise<PinnedFile & { readonly text: string }> {
  const card = modelCard({
    project,
    evaluation,
    evaluationUri,
    image: event.release.image,
    modelDataUrl: job.modelDataUrl,
    snapshotUri: event.snapshot.snapshotUri,
    hyperparameters: job.hyperparameters,
    environmentChanges,
  });
  const text = canonicalJson(parseModelCard(card, `the model card of ${project.declaration.name}`));
  const uri = s3Uri(requireEnv(Env.EVIDENCE_BUCKET), Layout.modelCardKey(project.declaration.name, sha256(text)));
  return { uri, sha256: await putOnce(uri, text), text };
}
