import type { DescribeModelPackageCommandOutput } from '@aws-sdk/client-sagemaker';
import type { Verdict, VerdictSignature } from '../gate/contract';
import { type ArtifactManifest, PackageMetadata } from '../register/contract';
import { canonicalJson, sha256 } from '../shared/storage/hash';

/** Name of the gate whose verdict opens production. */
const GATE = 'qualification';

type DescribedPackage = Pick<
  DescribeModelPackageCommandOutput,
  'ModelApprovalStatus' | 'ModelPackageStatus' | 'MetadataProperties' | 'CustomerMetadataProperties' | 'InferenceSpecification'
>;

/** Why the package as it is registered may not go on, or `undefined`. */
export function packageProblem(described: DescribedPackage, packageDigest: string): string | undefined {
  if (described.ModelApprovalStatus !== 'Approved') {
    return `the package is ${described.ModelApprovalStatus ?? 'in no approval status'}; only an Approved one is promoted`;
  }
  if (described.ModelPackageStatus !== 'Completed') {
    return `the package is ${described.ModelPackageStatus ?? 'in no status'}, not Completed`;
  }
  const digest = described.MetadataProperties?.GeneratedBy;
  return digest === packageDigest ? undefined : `the package's digest (MetadataProperties.GeneratedBy) is ${digest ?? 'missing'}, and the request says ${packageDigest}`;
}

/**
 * Identity of an approval, as SHA-256. SageMaker sends the same event for an approval and for any other change of an approved package, and keeps no time of
 * the approval: two approvals of one artifact are told apart by what the approver wrote.
 */
export const approvalOf = ({ ApprovalDescription: description }: Pick<DescribeModelPackageCommandOutput, 'ApprovalDescription'>, packageDigest: string): string =>
  sha256(canonicalJson([packageDigest, description ?? '']));

/** Model packages can be changed, manifests can't: why the two disagree, or `undefined`. */
export function manifestProblem(manifest: ArtifactManifest, described: DescribedPackage): string | undefined {
  const url = described.InferenceSpecification?.Containers?.[0]?.ModelDataUrl;
  if (url !== manifest.modelArtifact.uri) {
    return `the package would deploy ${url ?? 'no model'}, and its manifest says ${manifest.modelArtifact.uri}`;
  }
  const metadata = described.CustomerMetadataProperties ?? {};
  const expected = { [PackageMetadata.GOLDEN_URI]: manifest.golden.uri, [PackageMetadata.REFERENCE_URI]: manifest.reference.uri };
  const changed = Object.entries(expected).find(([name, value]) => metadata[name] !== value);
  return changed === undefined ? undefined : `the package's metadata ${changed[0]} is ${metadata[changed[0]] ?? 'missing'}, and its manifest says ${changed[1]}`;
}

/**
 * Why a verdict does not open production, or `undefined`. Whether the signature is genuine is not decided here.
 *
 * @param verdictSha256 of the verdict's bytes, as they lie there
 */
export function verdictProblem(verdict: Verdict, signature: VerdictSignature, verdictSha256: string, packageDigest: string): string | undefined {
  if (signature.verdictSha256 !== verdictSha256) {
    return `the qualification verdict has sha256 ${verdictSha256}, and ${signature.verdictSha256} was signed: the verdict was exchanged`;
  }
  if (verdict.gate !== GATE) {
    return `the verdict is of the gate ${verdict.gate}, not of ${GATE}`;
  }
  if (verdict.subject.digest !== packageDigest) {
    return `the qualification verdict is about the artifact ${verdict.subject.digest}, not about ${packageDigest}`;
  }
  if (verdict.mode !== 'QUALITATIVE') {
    return `the qualification ran in mode ${verdict.mode}, which records values and judges none`;
  }
  return verdict.outcome === 'passed' ? undefined : `the qualification ${verdict.outcome === 'failed' ? 'failed' : 'broke'}`;
}
