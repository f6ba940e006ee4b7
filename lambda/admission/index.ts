import { DescribeModelPackageCommand, UpdateModelPackageCommand } from '@aws-sdk/client-sagemaker';
import { SIGNATURE_FILE, type Verdict, VERDICT_FILE, type VerdictSignature } from '../gate/contract';
import { reasonOf } from '../gate/judge';
import * as clients from '../shared/clients';
import { Env, Layout, type QualificationFinished } from '../shared/contract';
import { requireEnv } from '../shared/environment';
import { sha256 } from '../shared/hash';
import { logger } from '../shared/logger';
import { modelProject } from '../shared/project';
import { getBytes, parseJson, putOnce, s3Uri } from '../shared/s3';
import { isSignedBy } from '../shared/signature';
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
  const now = await clients.sageMaker().send(new DescribeModelPackageCommand({ ModelPackageName: detail.modelPackageArn }));
  const stray = eventProblem(detail, model, now);
  if (stray !== undefined) {
    return refuse(detail, stray);
  }
  if (now.CustomerMetadataProperties?.[QUALIFICATION_METADATA] === detail.outcome) {
    return { admitted: true, reason: `${detail.modelPackageArn} has this verdict already: ${detail.outcome}` };
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
  if (verdict.outcome !== 'broken') {
    // A broken qualification may be repeated, so it does not take the place of the verdict.
    await keep(detail, verdict, verdictBytes, signatureBytes);
  }
  const update = decision(verdict.outcome, reasonOf(verdict), requireEnv(AdmissionEnv.APPROVAL) as Approval, now);
  await clients.sageMaker().send(new UpdateModelPackageCommand({ ModelPackageArn: detail.modelPackageArn, ...update }));
  const reason = `qualification ${verdict.outcome}; ${update.ModelApprovalStatus ?? now.ModelApprovalStatus}`;
  logger.info('verdict admitted', { modelPackageArn: detail.modelPackageArn, reason });
  return { admitted: true, reason };
}

/** A refusal is no error of this function: another attempt would find the same. */
function refuse(detail: QualificationFinished, reason: string): AdmissionResult {
  logger.error('verdict refused', { modelPackageArn: detail.modelPackageArn, verdictUri: detail.verdictUri, reason });
  return { admitted: false, reason };
}

/** Copies evidence first and the verdict last: where a verdict lies, its evidence lies too. */
async function keep(detail: QualificationFinished, verdict: Verdict, verdictBytes: Uint8Array, signatureBytes: Uint8Array): Promise<void> {
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
  await putOnce(`${folder}${VERDICT_FILE}`, verdictBytes);
}

const siblingOf = (uri: string, name: string): string => `${uri.slice(0, uri.lastIndexOf('/') + 1)}${name}`;

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
