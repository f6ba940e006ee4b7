import { DescribePipelineCommand } from '@aws-sdk/client-sagemaker';
import type { ArtifactManifest } from '../register/contract';
import { readManifest } from '../register/read-manifest';
import { modelProject } from '../shared/project/project';
import * as clients from '../shared/runtime/clients';
import { inBatches } from '../shared/runtime/concurrency';
import { requireEnv } from '../shared/runtime/environment';
import { logger } from '../shared/runtime/logger';
import { canonicalJson, sha256 } from '../shared/storage/hash';
import { joinUri, parseJson, sha256OfObject } from '../shared/storage/s3';
import { PIPELINE_NAME, type ReproduceEvent, type ReproductionPlan } from './contract';

const PARALLEL_READS = 4;

/**
 * Plans the reproduction of a version from its manifest: the snapshot, the code, the image, the seed and the pipeline's definition that made it.
 * Deliveries, releases and versions that came later play no part.
 *
 * @throws Error when the manifest was exchanged, is of another model, or the snapshot is no longer what it says.
 */
export async function handler({ runId, compareWith }: ReproduceEvent): Promise<ReproductionPlan> {
  const manifest = await readManifest(compareWith);
  const model = modelProject().declaration.name;
  if (manifest.model !== model) {
    throw new Error(`${compareWith.manifestUri} is the manifest of ${manifest.model}, and this is the development of ${model}`);
  }
  await verifySnapshot(manifest.data);
  const pipelineVersionId = await findDefinition(manifest.code);
  logger.info('reproduction planned', { runId, packageDigest: compareWith.packageDigest, pipelineVersionId });
  const { code, data, environment, run, parameters } = manifest;
  return {
    snapshot: {
      snapshotUri: data.snapshotUri,
      digest: data.digest,
      newestModifiedAt: data.newestModifiedAt,
      sourcesUri: `${data.snapshotUri.replace(/\/$/, '')}.json`,
      files: data.files,
      bytes: data.sources.reduce((sum, { size }) => sum + size, 0),
    },
    release: {
      bundleUri: code.bundleUri,
      bundleSha256: code.bundleSha256,
      repository: code.repository,
      commit: code.commit,
      policyDigest: run.policyDigest,
      pipelineDefinitionDigest: code.pipelineDefinitionDigest,
      image: environment.image,
    },
    pipelineVersionId,
    seed: String(parameters.seed),
    compareWith,
  };
}

/** Other data would give another model, and nobody would know why. */
async function verifySnapshot({ snapshotUri, sources }: ArtifactManifest['data']): Promise<void> {
  await inBatches(PARALLEL_READS, sources, async ({ file, sha256: expected }) => {
    const uri = joinUri(snapshotUri, file);
    const actual = await sha256OfObject(uri);
    if (actual !== expected) {
      throw new Error(`${uri} has sha256 ${actual}, but the manifest says ${expected}: the snapshot was changed, and the version cannot be rebuilt from it`);
    }
  });
}

/** The recorded version of the pipeline, if SageMaker still has it and its definition is the recorded one. */
async function findDefinition({ pipelineVersionId, pipelineDefinitionDigest }: ArtifactManifest['code']): Promise<number | null> {
  const PipelineName = requireEnv(PIPELINE_NAME);
  try {
    const { PipelineDefinition = '' } = await clients.sageMaker().send(new DescribePipelineCommand({ PipelineName, PipelineVersionId: pipelineVersionId }));
    const digest = sha256(canonicalJson(parseJson(PipelineDefinition, `definition of ${PipelineName}, version ${pipelineVersionId}`)));
    return digest === pipelineDefinitionDigest ? pipelineVersionId : null;
  } catch (error) {
    // A pipeline that was deleted and made anew counts its versions from the beginning.
    if (error instanceof Error && error.name === 'ResourceNotFound') {
      return null;
    }
    throw error;
  }
}
