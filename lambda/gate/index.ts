import { SignCommand } from '@aws-sdk/client-kms';
import { modelProject } from '../shared/project/project';
import * as clients from '../shared/runtime/clients';
import { Env } from '../shared/runtime/contract';
import { requireEnv } from '../shared/runtime/environment';
import { logger } from '../shared/runtime/logger';
import { Layout } from '../shared/storage/contract';
import { canonicalJson, sha256 } from '../shared/storage/hash';
import { findBytes, getBytes, isPreconditionFailed, parseJson, putOnce, s3Uri } from '../shared/storage/s3';
import {
  type CheckFailure,
  type CheckResult,
  type Evidence,
  type GateEvent,
  type GateResult,
  SIGNATURE_FILE,
  SIGNING_KEY_ARN,
  VERDICT_FILE,
  type Verdict,
  type VerdictSignature,
} from './contract';
import { judge, type Reading, reasonOf } from './judge';

/** Judges the evidence of a gate run and records the verdict: the last state of every test gate. */
export async function handler(event: GateEvent): Promise<GateResult> {
  const readings = await Promise.all(event.checks.map(read));
  const verdict = judge(event, readings, requireEnv(Env.ENVIRONMENT), new Date().toISOString());
  const prefix = s3Uri(requireEnv(Env.EVIDENCE_BUCKET), Layout.gatePrefix(modelProject().declaration.name, event.gate, event.runId));
  const recorded = await record(`${prefix}${VERDICT_FILE}`, verdict);
  logger.info('verdict recorded', { gate: event.gate, runId: event.runId, outcome: recorded.verdict.outcome, verdictUri: recorded.uri });
  return {
    gate: event.gate,
    outcome: recorded.verdict.outcome,
    verdictUri: recorded.uri,
    verdictSha256: recorded.sha256,
    ...(await signature(`${prefix}${SIGNATURE_FILE}`, recorded.sha256)),
    reason: reasonOf(recorded.verdict),
  };
}

/** Evidence counts only as it was written: with the hash that the check reported. */
async function read(result: CheckResult | CheckFailure): Promise<Reading> {
  if (!('evidenceUri' in result)) {
    return { check: result.check, problem: `${result.error}: ${result.cause}` };
  }
  try {
    const bytes = await getBytes(result.evidenceUri);
    const actual = sha256(bytes);
    if (actual !== result.evidenceSha256) {
      return { check: result.check, problem: `${result.evidenceUri} has sha256 ${actual}, but the check wrote ${result.evidenceSha256}` };
    }
    const evidence = parseJson<Evidence>(new TextDecoder().decode(bytes), result.evidenceUri);
    if (!Array.isArray(evidence.measurements) || evidence.subject === undefined) {
      return { check: result.check, problem: `${result.evidenceUri} is no evidence file: it has no measurements or no subject` };
    }
    return { check: result.check, uri: result.evidenceUri, sha256: actual, evidence };
  } catch (error) {
    return { check: result.check, problem: error instanceof Error ? error.message : String(error) };
  }
}

interface Recorded {
  readonly uri: string;
  readonly sha256: string;
  readonly verdict: Verdict;
}

/** A verdict is never replaced: a retry of this function finds its own verdict and answers with it. */
async function record(uri: string, verdict: Verdict): Promise<Recorded> {
  try {
    return { uri, sha256: await putOnce(uri, canonicalJson(verdict)), verdict };
  } catch (error) {
    const bytes = isPreconditionFailed(causeOf(error)) ? await findBytes(uri) : undefined;
    const existing = bytes === undefined ? undefined : parseJson<Verdict>(new TextDecoder().decode(bytes), uri);
    if (bytes === undefined || existing === undefined || !sameFinding(existing, verdict)) {
      throw error;
    }
    return { uri, sha256: sha256(bytes), verdict: existing };
  }
}

const sameFinding = (a: Verdict, b: Verdict): boolean => canonicalJson({ ...a, endedAt: '' }) === canonicalJson({ ...b, endedAt: '' });

async function signature(uri: string, verdictSha256: string): Promise<Pick<GateResult, 'signature' | 'signingKeyArn'>> {
  const keyId = process.env[SIGNING_KEY_ARN];
  if (keyId === undefined || keyId === '') {
    return {};
  }
  const answer = await clients.kms().send(
    new SignCommand({ KeyId: keyId, Message: Buffer.from(verdictSha256, 'hex'), MessageType: 'DIGEST', SigningAlgorithm: 'ECDSA_SHA_256' }),
  );
  if (answer.Signature === undefined) {
    throw new Error(`key ${keyId} gave no signature; check that its usage is SIGN_VERIFY and its spec ECC_NIST_P256`);
  }
  const signed: VerdictSignature = {
    version: '1',
    verdictSha256,
    algorithm: 'ECDSA_SHA_256',
    signature: Buffer.from(answer.Signature).toString('base64'),
    signingKeyArn: answer.KeyId ?? keyId,
  };
  const recorded = await recordSignature(uri, signed);
  return { signature: recorded.signature, signingKeyArn: recorded.signingKeyArn };
}

/** Signatures of one digest differ each time; the first one stands. */
async function recordSignature(uri: string, signed: VerdictSignature): Promise<VerdictSignature> {
  try {
    await putOnce(uri, canonicalJson(signed));
    return signed;
  } catch (error) {
    const bytes = isPreconditionFailed(causeOf(error)) ? await findBytes(uri) : undefined;
    const existing = bytes === undefined ? undefined : parseJson<VerdictSignature>(new TextDecoder().decode(bytes), uri);
    if (existing?.verdictSha256 !== signed.verdictSha256) {
      throw error;
    }
    return existing;
  }
}

const causeOf = (error: unknown): unknown => (error instanceof Error ? error.cause : undefined);
