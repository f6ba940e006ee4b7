import type { DescribeModelPackageCommandOutput, UpdateModelPackageCommandInput } from '@aws-sdk/client-sagemaker';
import type { Verdict } from '../gate/contract';
import type { QualificationFinished } from '../shared/process/contract';
import { description, type Stage, Stages } from '../shared/registry/contract';
import { type Approval, QUALIFICATION_GATE, QUALIFICATION_METADATA } from './contract';

/** The package as it is registered. */
export type PackageNow = Pick<DescribeModelPackageCommandOutput, 'ModelApprovalStatus' | 'MetadataProperties' | 'CustomerMetadataProperties' | 'ModelLifeCycle'>;

/** Why an event can't be about this package, or `undefined`. */
export function eventProblem(event: QualificationFinished, model: string, now: PackageNow): string | undefined {
  if (event.model !== model) {
    return `the event is about the model ${event.model}, and this is ${model}`;
  }
  const digest = now.MetadataProperties?.GeneratedBy;
  return digest === event.packageDigest
    ? undefined
    : `${event.modelPackageArn} was registered with the digest ${digest ?? 'none'}, and the qualification was of ${event.packageDigest}`;
}

/** Why a genuine verdict does not belong to this event, or `undefined`. */
export function verdictProblem(verdict: Verdict, verdictSha256: string, event: QualificationFinished): string | undefined {
  if (verdictSha256 !== event.verdictSha256) {
    return `${event.verdictUri} has sha256 ${verdictSha256}, and the event says ${event.verdictSha256}`;
  }
  if (verdict.gate !== QUALIFICATION_GATE) {
    return `${event.verdictUri} is a verdict of the gate ${verdict.gate}, not of ${QUALIFICATION_GATE}`;
  }
  if (verdict.subject.digest !== event.packageDigest) {
    return `${event.verdictUri} is about the artifact ${verdict.subject.digest}, not about ${event.packageDigest}`;
  }
  return verdict.outcome === event.outcome ? undefined : `${event.verdictUri} says ${verdict.outcome}, and the event says ${event.outcome}`;
}

type Update = Pick<UpdateModelPackageCommandInput, 'ModelApprovalStatus' | 'ApprovalDescription' | 'CustomerMetadataProperties' | 'ModelLifeCycle'>;

/** Stages before production: a verdict that is repeated or late does not call a version back from where it is by then. */
const BEFORE_PRODUCTION: readonly (Stage | undefined)[] = [undefined, Stages.DEVELOPMENT, Stages.QUALIFICATION];

/**
 * What a verdict changes in the registry. Only what waits is decided: the decision of a person stands. A broken qualification decides nothing.
 */
export function decision(outcome: Verdict['outcome'], reason: string, approval: Approval, now: PackageNow): Update {
  const metadata = {
    CustomerMetadataProperties: { ...now.CustomerMetadataProperties, [QUALIFICATION_METADATA]: outcome },
    ...(BEFORE_PRODUCTION.includes(now.ModelLifeCycle?.Stage as Stage | undefined) && { ModelLifeCycle: { Stage: Stages.QUALIFICATION, StageStatus: outcome } }),
  };
  if (now.ModelApprovalStatus !== 'PendingManualApproval') {
    return metadata;
  }
  if (outcome === 'failed') {
    return { ...metadata, ModelApprovalStatus: 'Rejected', ApprovalDescription: description(`Qualification failed. ${reason}`) };
  }
  return outcome === 'passed' && approval === 'automatic'
    ? { ...metadata, ModelApprovalStatus: 'Approved', ApprovalDescription: 'Qualification passed; this environment approves automatically.' }
    : metadata;
}
