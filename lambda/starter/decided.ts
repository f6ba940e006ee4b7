import type { DescribeModelPackageCommandOutput } from '@aws-sdk/client-sagemaker';
import { QUALIFICATION_METADATA } from '../admission/contract';
import type { ModelPackageInput } from '../shared/process/contract';

type PackageNow = Pick<DescribeModelPackageCommandOutput, 'ModelApprovalStatus' | 'MetadataProperties' | 'CustomerMetadataProperties'>;

/** Approval status in which a package must be for a machine to work on it. */
const REQUIRED_STATUS = { qualification: 'PendingManualApproval', promotion: 'Approved' } as const;

/**
 * Why nothing is left to do for a model package, or `undefined` if there is. What the promotion has done already it knows itself, under its lock.
 *
 * @param now the package as it is at this moment, if readable.
 */
export function decidedAlready(
  machine: keyof typeof REQUIRED_STATUS,
  { modelPackageArn, packageDigest }: ModelPackageInput,
  now: PackageNow | undefined,
): string | undefined {
  if (now === undefined) {
    return undefined;
  }
  if (now.ModelApprovalStatus !== REQUIRED_STATUS[machine]) {
    return `${modelPackageArn} is ${now.ModelApprovalStatus} by now; ${machine} works on ${REQUIRED_STATUS[machine]}`;
  }
  if (now.MetadataProperties?.GeneratedBy !== packageDigest) {
    return `${modelPackageArn} has the digest ${now.MetadataProperties?.GeneratedBy}, and the event says ${packageDigest}`;
  }
  const verdict = now.CustomerMetadataProperties?.[QUALIFICATION_METADATA];
  // Recording the verdict changes the package, which is an event of its own: without this the package would be qualified for ever.
  return machine === 'qualification' && verdict !== undefined ? `${modelPackageArn} has been qualified: ${verdict}` : undefined;
}
