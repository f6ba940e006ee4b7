import { DescribeModelPackageCommand, type DescribeModelPackageCommandOutput } from '@aws-sdk/client-sagemaker';
import { type ArtifactManifest, PackageMetadata } from '../../lambda/register/contract';
import { parseManifest } from '../../lambda/register/manifest-schema';
import type { InferenceRecord } from '../../lambda/shared/inference/contract';
import * as clients from '../../lambda/shared/runtime/clients';
import { inBatches } from '../../lambda/shared/runtime/concurrency';
import type { MlTestScore } from '../../lambda/shared/score/contract';
import { sha256 } from '../../lambda/shared/storage/hash';
import { findBytes, joinUri, parseJson } from '../../lambda/shared/storage/s3';
import type { AuditReport, AuditScope } from './contract';
import { deploymentsOf } from './deployments';
import { auditVerdicts } from './verdicts';
import { Verifier } from './verify';

const PARALLEL_READS = 4;

export const packageArn = ({ region, account, environment, model }: AuditScope, version: string): string =>
  `arn:aws:sagemaker:${region}:${account}:model-package/${environment}-${model}/${version}`;

/**
 * Reads everything that is on record about a version and compares each file with the hash that it was recorded with. Nothing is taken from the
 * package that its manifest does not confirm, and the manifest counts only with the digest that the package was registered with.
 */
export async function audit(scope: AuditScope, modelPackageArn: string, prediction: InferenceRecord | null, createdAt: string): Promise<AuditReport> {
  const verifier = new Verifier();
  const described = await clients.sageMaker().send(new DescribeModelPackageCommand({ ModelPackageName: modelPackageArn }));
  const packageDigest = described.MetadataProperties?.GeneratedBy ?? '';
  const manifestUri = described.CustomerMetadataProperties?.[PackageMetadata.MANIFEST_URI] ?? '';
  const bytes = await verifier.bytes('manifest', 'manifest', manifestUri, packageDigest);
  const manifest = bytes === undefined ? null : readManifest(bytes, manifestUri, verifier);
  if (manifest !== null) {
    verifyPackage(described, manifest, verifier);
    await verifyFiles(manifest, verifier);
  }
  const [verdicts, deployments, approvals, score] = [
    await auditVerdicts(scope, packageDigest, manifest, verifier),
    await deploymentsOf(scope.model, packageDigest),
    await scope.approvals(modelPackageArn),
    await readScore(manifestUri, verifier),
  ];
  const { Stage, StageStatus } = described.ModelLifeCycle ?? {};
  return {
    version: '1',
    createdAt,
    environment: scope.environment,
    model: scope.model,
    modelPackageArn,
    packageDigest,
    approvalStatus: described.ModelApprovalStatus ?? 'none',
    lifeCycle: Stage === undefined ? null : `${Stage} ${StageStatus ?? ''}`.trim(),
    prediction,
    manifest,
    verdicts,
    approvals,
    deployments,
    score,
    verifications: verifier.results,
  };
}

/** A manifest that was exchanged is still shown: it tells what somebody wanted it to say. */
function readManifest(bytes: Uint8Array, uri: string, verifier: Verifier): ArtifactManifest | null {
  try {
    return parseManifest(parseJson(new TextDecoder().decode(bytes), uri), uri);
  } catch (error) {
    verifier.equal('manifest', 'form of the manifest', 'a manifest', error instanceof Error ? error.message : String(error));
    return null;
  }
}

/** Members of a package can be changed after its registration; the manifest's can't. */
function verifyPackage(described: DescribeModelPackageCommandOutput, manifest: ArtifactManifest, verifier: Verifier): void {
  const container = described.InferenceSpecification?.Containers?.[0];
  const metadata = described.CustomerMetadataProperties ?? {};
  const quality = described.ModelMetrics?.ModelQuality?.Statistics;
  verifier.equal('registry', 'model that the package deploys', manifest.modelArtifact.uri, container?.ModelDataUrl);
  verifier.equal('registry', 'image that the package deploys', manifest.environment.image, container?.Image);
  verifier.equal('registry', 'hash of the metrics', `sha256:${manifest.evaluation.sha256}`, quality?.ContentDigest);
  verifier.equal('registry', 'commit', manifest.code.commit, described.MetadataProperties?.CommitId);
  verifier.equal('registry', 'golden records', manifest.golden.uri, metadata[PackageMetadata.GOLDEN_URI]);
  verifier.equal('registry', 'drift reference', manifest.reference.uri, metadata[PackageMetadata.REFERENCE_URI]);
  const card = described.ModelCard?.ModelCardContent;
  verifier.equal('documentation', 'model card in the registry', manifest.documentation.modelCardSha256, card === undefined ? undefined : sha256(card));
}

async function verifyFiles(manifest: ArtifactManifest, verifier: Verifier): Promise<void> {
  const { data, code, modelArtifact, evaluation, predictions, golden, reference, documentation, parameters } = manifest;
  const files: [part: string, what: string, uri: string, digest: string][] = [
    ['model', 'model', modelArtifact.uri, modelArtifact.sha256],
    ['code', 'bundle', code.bundleUri, code.bundleSha256],
    ['documentation', 'model card', documentation.modelCardUri, documentation.modelCardSha256],
    ['evidence', 'evaluation', evaluation.uri, evaluation.sha256],
    ['evidence', 'predictions', predictions.uri, predictions.sha256],
    ['evidence', 'golden records', golden.uri, golden.sha256],
    ['evidence', 'drift reference', reference.uri, reference.sha256],
    ...(parameters.search === undefined ? [] : [['parameters', 'search', parameters.search.uri, parameters.search.sha256] as [string, string, string, string]]),
    ...manifest.dataReports.map(({ name, uri, sha256: digest }): [string, string, string, string] => ['evidence', name, uri, digest]),
    ...data.sources.map(({ uri, file, sha256: digest }): [string, string, string, string] => ['data', `copy of ${uri}`, joinUri(data.snapshotUri, file), digest]),
  ];
  await inBatches(PARALLEL_READS, files, ([part, what, uri, digest]) => verifier.object(part, what, uri, digest));
}

async function readScore(manifestUri: string, verifier: Verifier): Promise<MlTestScore | null> {
  const uri = manifestUri.replace(/\.json$/, '.score.json');
  const bytes = manifestUri === '' ? undefined : await findBytes(uri);
  if (bytes === undefined) {
    return null;
  }
  await verifier.once('evidence', 'ML Test Score', uri);
  return parseJson<MlTestScore>(new TextDecoder().decode(bytes), uri);
}
