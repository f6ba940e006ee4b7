import { DescribeModelPackageCommand } from '@aws-sdk/client-sagemaker';
import { SIGNATURE_FILE, type Verdict, VERDICT_FILE, type VerdictSignature } from '../gate/contract';
import { type ArtifactManifest, PackageMetadata } from '../register/contract';
import { isSignedBy } from '../shared/evidence/signature';
import type { ModelPackageInput } from '../shared/process/contract';
import { modelProject } from '../shared/project/project';
import * as clients from '../shared/runtime/clients';
import { Env } from '../shared/runtime/contract';
import { requireEnv } from '../shared/runtime/environment';
import { logger } from '../shared/runtime/logger';
import { Layout } from '../shared/storage/contract';
import { sha256 } from '../shared/storage/hash';
import { findBytes, parseJson, s3Uri, sha256OfObject } from '../shared/storage/s3';
import { type AdmittedPackage, PROMOTION_REFUSED, QUALIFICATION_KEY_ARN } from './contract';
import { approvalOf, manifestProblem, packageProblem, verdictProblem } from './rules';

/** The package may not go to production. The message says why and what would have to change. */
export class PromotionRefused extends Error {
  override readonly name = PROMOTION_REFUSED;
}

/**
 * Admits a model package to production: approved, qualified by a verdict that the qualifying environment signed, and made of exactly the
 * files of its manifest. Whoever approved it, nothing is taken on trust.
 *
 * @throws PromotionRefused
 */
export async function handler({ modelPackageArn, packageDigest }: ModelPackageInput): Promise<AdmittedPackage> {
  const described = await clients.sageMaker().send(new DescribeModelPackageCommand({ ModelPackageName: modelPackageArn }));
  refuseIf(packageProblem(described, packageDigest));
  const manifestUri = described.CustomerMetadataProperties?.[PackageMetadata.MANIFEST_URI] ?? '';
  const manifest = await readManifest(manifestUri, packageDigest);
  refuseIf(manifestProblem(manifest, described));
  await verifyQualification(packageDigest);
  await verifyModel(manifest);
  logger.info('admitted', { modelPackageArn, packageDigest });
  return {
    modelPackageArn,
    packageDigest,
    approval: approvalOf(described, packageDigest),
    manifestUri,
    modelDataUrl: manifest.modelArtifact.uri,
    goldenUri: manifest.golden.uri,
    referenceUri: manifest.reference.uri,
  };
}

function refuseIf(problem: string | undefined): void {
  if (problem !== undefined) {
    throw new PromotionRefused(problem);
  }
}

/** The stored bytes are canonical JSON: their hash is the digest. */
async function readManifest(uri: string, packageDigest: string): Promise<ArtifactManifest> {
  const bytes = await required(uri, 'the manifest');
  const actual = sha256(bytes);
  if (actual !== packageDigest) {
    throw new PromotionRefused(`${uri} has sha256 ${actual}, but the package was registered with ${packageDigest}: the manifest was exchanged`);
  }
  return parseJson<ArtifactManifest>(new TextDecoder().decode(bytes), uri);
}

async function verifyQualification(packageDigest: string): Promise<void> {
  const folder = s3Uri(requireEnv(Env.EVIDENCE_BUCKET), Layout.qualificationPrefix(modelProject().declaration.name, packageDigest));
  const verdictUri = `${folder}${VERDICT_FILE}`;
  const verdictBytes = await required(verdictUri, 'the qualification verdict; the package must pass the qualification first');
  const signatureUri = `${folder}${SIGNATURE_FILE}`;
  const signature = parseJson<VerdictSignature>(new TextDecoder().decode(await required(signatureUri, 'the signature of the qualification verdict')), signatureUri);
  const digest = sha256(verdictBytes);
  refuseIf(verdictProblem(parseJson<Verdict>(new TextDecoder().decode(verdictBytes), verdictUri), signature, digest, packageDigest));
  const keyArn = requireEnv(QUALIFICATION_KEY_ARN);
  if (!(await isSignedBy(keyArn, digest, signature))) {
    throw new PromotionRefused(`${verdictUri} is not signed by the qualifying environment's key ${keyArn}`);
  }
}

async function verifyModel({ modelArtifact: { uri, sha256: expected } }: ArtifactManifest): Promise<void> {
  const actual = await sha256OfObject(uri);
  if (actual !== expected) {
    throw new PromotionRefused(`${uri} has sha256 ${actual}, but the manifest says ${expected}: the model was exchanged after its registration`);
  }
}

async function required(uri: string, what: string): Promise<Uint8Array> {
  const bytes = uri === '' ? undefined : await findBytes(uri);
  if (bytes === undefined) {
    throw new PromotionRefused(`${uri === '' ? 'the package names no place' : uri}: there is no ${what.replace(/^the /, '')}`);
  }
  return bytes;
}
