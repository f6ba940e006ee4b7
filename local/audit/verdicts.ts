import { type Evidence, SIGNATURE_FILE, type Verdict, VERDICT_FILE, type VerdictSignature } from '../../lambda/gate/contract';
import type { ArtifactManifest } from '../../lambda/register/contract';
import { isSignedBy } from '../../lambda/shared/evidence/signature';
import { Layout } from '../../lambda/shared/storage/contract';
import { sha256 } from '../../lambda/shared/storage/hash';
import { findBytes, getBytes, listKeys, parseJson, s3Uri } from '../../lambda/shared/storage/s3';
import type { AuditedVerdict, AuditScope } from './contract';
import type { Verifier } from './verify';

/** Gates whose verdicts come after the registration and are about one version. */
const LATER_GATES = ['reproduction', 'promotion'];

export const evidenceBucket = ({ environment, account, region }: AuditScope): string => `mlops-${environment}-evidence-${account}-${region}`;

/** Every verdict about a version, in the order of time, with its evidence compared. */
export async function auditVerdicts(scope: AuditScope, packageDigest: string, manifest: ArtifactManifest | null, verifier: Verifier): Promise<AuditedVerdict[]> {
  const found: AuditedVerdict[] = [];
  for (const { gate, verdictUri, verdictSha256 } of manifest?.gates ?? []) {
    const bytes = await verifier.bytes('tests', `verdict of the gate ${gate}`, verdictUri, verdictSha256);
    found.push(...(await read(bytes, verdictUri, verifier)));
  }
  found.push(...(await qualification(scope, packageDigest, verifier)));
  for (const gate of LATER_GATES) {
    found.push(...(await later(scope, gate, packageDigest, verifier)));
  }
  return found.toSorted((a, b) => a.verdict.endedAt.localeCompare(b.verdict.endedAt));
}

async function read(bytes: Uint8Array | undefined, uri: string, verifier: Verifier, evidenceUri: (uri: string) => string = (same) => same): Promise<AuditedVerdict[]> {
  if (bytes === undefined) {
    return [];
  }
  const verdict = parseJson<Verdict>(decode(bytes), uri);
  const evidence = new Map(verdict.criteria.flatMap((one) => (one.evidenceUri === undefined ? [] : [[one.evidenceUri, one.evidenceSha256 ?? ''] as const])));
  for (const [original, digest] of evidence) {
    const content = await verifier.bytes('tests', `evidence of the gate ${verdict.gate}`, evidenceUri(original), digest);
    for (const file of content === undefined ? [] : (parseJson<Evidence>(decode(content), original).files ?? [])) {
      await verifier.object('tests', `${file.name} of the gate ${verdict.gate}`, file.uri, file.sha256);
    }
  }
  return [{ uri, verdict }];
}

/** The admitted copy: signed by the environment that qualified, about exactly this artifact. */
async function qualification(scope: AuditScope, packageDigest: string, verifier: Verifier): Promise<AuditedVerdict[]> {
  const folder = s3Uri(evidenceBucket(scope), Layout.qualificationPrefix(scope.model, packageDigest));
  const uri = `${folder}${VERDICT_FILE}`;
  const [bytes, signatureBytes] = [await findBytes(uri), await findBytes(`${folder}${SIGNATURE_FILE}`)];
  if (bytes === undefined && signatureBytes === undefined) {
    return [];
  }
  const signature = signatureBytes === undefined ? undefined : parseJson<VerdictSignature>(decode(signatureBytes), `${folder}${SIGNATURE_FILE}`);
  verifier.equal('tests', 'verdict of the qualification, as signed', signature?.verdictSha256, bytes && sha256(bytes));
  if (bytes === undefined) {
    return [];
  }
  const verdict = parseJson<Verdict>(decode(bytes), uri);
  verifier.equal('tests', 'artifact that was qualified', packageDigest, verdict.subject.digest);
  const key = scope.signingKeyArn(verdict.environment);
  const signed = key !== undefined && signature !== undefined && (await isSignedBy(key, sha256(bytes), signature));
  verifier.equal('tests', 'signature of the qualification', `signed with ${key ?? 'the key of an environment that qualifies'}`, `${signed ? 'signed with' : 'not signed with'} ${key ?? verdict.environment}`);
  return read(bytes, uri, verifier, (original) => `${folder}${original.slice(original.lastIndexOf('/') + 1)}`);
}

/** Nothing outside holds the hash of these verdicts, so they must never have been written twice. */
async function later(scope: AuditScope, gate: string, packageDigest: string, verifier: Verifier): Promise<AuditedVerdict[]> {
  const bucket = evidenceBucket(scope);
  const keys = (await listKeys(s3Uri(bucket, `${scope.model}/gates/${gate}/`))).filter((key) => key.endsWith(`/${VERDICT_FILE}`));
  const found: AuditedVerdict[] = [];
  for (const key of keys) {
    const uri = s3Uri(bucket, key);
    const bytes = await getBytes(uri);
    if (parseJson<Verdict>(decode(bytes), uri).subject.digest === packageDigest) {
      await verifier.once('tests', `verdict of the gate ${gate}`, uri);
      found.push(...(await read(bytes, uri, verifier)));
    }
  }
  return found;
}

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
