import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeModelPackageCommand, type DescribeModelPackageCommandOutput, UpdateModelPackageCommand } from '@aws-sdk/client-sagemaker';
import { SIGNATURE_FILE, type Verdict, VERDICT_FILE, type VerdictSignature } from '../gate/contract';
import { reasonOf } from '../gate/judge';
import { isSignedBy } from '../shared/evidence/signature';
import type { QualificationFinished } from '../shared/process/contract';
import { modelProject } from '../shared/project/project';
import * as clients from '../shared/runtime/clients';
import { Env } from '../shared/runtime/contract';
import { requireEnv } from '../shared/runtime/environment';
import { logger } from '../shared/runtime/logger';
import { Layout } from '../shared/storage/contract';
import { sha256 } from '../shared/storage/hash';
import { getBytes, parseJson, putFirst, putOnce, s3Uri } from '../shared/storage/s3';
import { AdmissionEnv, type AdmissionResult, type Approval, QUALIFICATION_METADATA } from './contract';
import { decision, eventProblem, verdictProblem } from './rules';

interface Event {
  readonly detail: QualificationFinished;
}

/**
 * Takes a qualification's verdict into production: verifies that the qualifying environment signed it about exactly this artifact, keeps a copy
 * of verdict and evidence here, and only then changes the registry. The qualifying environment itself can write nothing here.
 */
export async function handler({ detail }: Event): Promise<AdmissionResult> {
  const model = modelProject().declaration.name;
  const now = await describe(detail);
  const stray = eventProblem(detail, model, now);
  if (stray !== undefined) {
    return refuse(detail, stray);
  }
  if (hasVerdict(now, detail)) {
    return already(detail);
  }
  const verdictBytes = await getBytes(detail.verdictUri);
  const verdict = parseJson<Verdict>(decode(verdictBytes), detail.verdictUri);
  const digest = sha256(verdictBytes);
  const foreign = verdictProblem(verdict, digest, detail);
  if (foreign !== undefined) {
    return refuse(detail, foreign);
  }
  const signatureBytes = await getBytes(siblingOf(detail.verdictUri, SIGNATURE_FILE));
  const keyArn = requireEnv(AdmissionEnv.SIGNING_KEY_ARN);
  if (!(await isSignedBy(keyArn, digest, parseJson<VerdictSignature>(decode(signatureBytes), SIGNATURE_FILE)))) {
    return refuse(detail, `${detail.verdictUri} is not signed by the qualifying environment's key ${keyArn}`);
  }
  // A broken qualification may be repeated, so it does not take the place of the verdict.
  const first = verdict.outcome === 'broken' || (await keep(detail, verdict, verdictBytes, signatureBytes));
  if (!first && (await othersAdmit(detail))) {
    return already(detail);
  }
  const update = decision(verdict.outcome, reasonOf(verdict), requireEnv(AdmissionEnv.APPROVAL) as Approval, now);
  await clients.sageMaker().send(new UpdateModelPackageCommand({ ModelPackageArn: detail.modelPackageArn, ...update }));
  const reason = `qualification ${verdict.outcome}; ${update.ModelApprovalStatus ?? now.ModelApprovalStatus}`;
  logger.info('verdict admitted', { modelPackageArn: detail.modelPackageArn, reason });
  return { admitted: true, reason };
}

const describe = (detail: QualificationFinished): Promise<DescribeModelPackageCommandOutput> =>
  clients.sageMaker().send(new DescribeModelPackageCommand({ ModelPackageName: detail.modelPackageArn }));

const hasVerdict = ({ CustomerMetadataProperties }: DescribeModelPackageCommandOutput, { outcome }: QualificationFinished): boolean =>
  CustomerMetadataProperties?.[QUALIFICATION_METADATA] === outcome;

const already = ({ modelPackageArn, outcome }: QualificationFinished): AdmissionResult =>
  ({ admitted: true, reason: `${modelPackageArn} has this verdict already: ${outcome}` });

/** Looks at the registry before this delivery of an event does what another delivery of it has begun, in milliseconds between them. */
const LOOKS = [100, 200, 400, 800, 1600, 3200];

/**
 * Whether another delivery of the same event changes the registry. Each change is an event of its own, and a second approval would start a second
 * promotion. One that does not come to it has failed, and this one does it instead.
 */
async function othersAdmit(detail: QualificationFinished): Promise<boolean> {
  for (const milliseconds of LOOKS) {
    if (hasVerdict(await describe(detail), detail)) {
      return true;
    }
    await sleep(milliseconds);
  }
  return false;
}

/** A refusal is no error of this function: another attempt would find the same. */
function refuse(detail: QualificationFinished, reason: string): AdmissionResult {
  logger.error('verdict refused', { modelPackageArn: detail.modelPackageArn, verdictUri: detail.verdictUri, reason });
  return { admitted: false, reason };
}

/**
 * Copies evidence first and the verdict last: where a verdict lies, its evidence lies too.
 *
 * @returns whether this call wrote the verdict
 */
async function keep(detail: QualificationFinished, verdict: Verdict, verdictBytes: Uint8Array, signatureBytes: Uint8Array): Promise<boolean> {
  const folder = s3Uri(requireEnv(Env.EVIDENCE_BUCKET), Layout.qualificationPrefix(detail.model, detail.packageDigest));
  const evidence = new Map(verdict.criteria.flatMap(({ evidenceUri, evidenceSha256 }) => (evidenceUri === undefined ? [] : [[evidenceUri, evidenceSha256] as const])));
  for (const [uri, expected] of evidence) {
    const bytes = await getBytes(uri);
    const actual = sha256(bytes);
    if (actual !== expected) {
      throw new Error(`${uri} has sha256 ${actual}, and the signed verdict says ${expected}: the evidence was exchanged`);
    }
    await putOnce(`${folder}${uri.slice(uri.lastIndexOf('/') + 1)}`, bytes);
  }
  await putOnce(`${folder}${SIGNATURE_FILE}`, signatureBytes);
  return putFirst(`${folder}${VERDICT_FILE}`, verdictBytes);
}

const siblingOf = (uri: string, name: string): string => `${uri.slice(0, uri.lastIndexOf('/') + 1)}${name}`;

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
