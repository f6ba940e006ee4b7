import { createSign, createVerify, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { mockClient } from 'aws-sdk-client-mock';
import { handler } from '../../../lambda/gate';
import { type CheckResult, type GateEvent, SIGNING_KEY_ARN, type Verdict, type VerdictSignature } from '../../../lambda/gate/contract';
import { writeEvidence } from '../../../lambda/shared/evidence/evidence';
import { Env, PROJECT_FILE } from '../../../lambda/shared/runtime/contract';
import { sha256 } from '../../../lambda/shared/storage/hash';
import { inMemoryS3 } from '../in-memory-s3';

const objects = new Map<string, Uint8Array>();
const kms = mockClient(KMSClient);
const subject = { type: 'modelPackage', name: 'arn:model', digest: 'd'.repeat(64) } as const;
const VERDICT = 's3://evidence/people/gates/model/run-1/verdict.json';
const textOf = (uri: string): string => Buffer.from(objects.get(uri) ?? '').toString('utf8');

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'gate-'));
  writeFileSync(join(folder, PROJECT_FILE), JSON.stringify({ declaration: { name: 'people' } }));
  Object.assign(process.env, { LAMBDA_TASK_ROOT: folder, [Env.EVIDENCE_BUCKET]: 'evidence', [Env.ENVIRONMENT]: 'prod' });
  inMemoryS3(objects);
});

beforeEach(() => {
  objects.clear();
  kms.reset();
  delete process.env[SIGNING_KEY_ARN];
});

const check = (value: number): Promise<CheckResult> =>
  writeEvidence({ gate: 'model', runId: 'run-1', subject, context: {} }, 'model', '2026-01-01T00:00:00Z', [
    { id: 'auc', status: 'measured', value, explanation: 'Measured.' },
  ]);

const event = (checks: GateEvent['checks']): GateEvent => ({
  gate: 'model',
  mode: 'QUALITATIVE',
  runId: 'run-1',
  subject,
  policyDigest: 'p',
  startedAt: '2026-01-01T00:00:00Z',
  criteria: [{ check: 'model', measurement: 'auc', title: 'AUC', comparison: '>=', threshold: 0.84, unit: '1', paperSection: '2.3' }],
  checks,
});

test('records a verdict beside its evidence and answers with its hash', async () => {
  const result = await handler(event([await check(0.86)]));
  expect(result).toEqual({ gate: 'model', outcome: 'passed', verdictUri: VERDICT, verdictSha256: sha256(textOf(VERDICT)), reason: '' });
  expect((JSON.parse(textOf(VERDICT)) as Verdict).criteria[0]?.evidenceSha256).toBe(sha256(textOf('s3://evidence/people/gates/model/run-1/model.json')));
});

test('a gate that says no delivers its verdict and the reasons', async () => {
  expect(await handler(event([await check(0.5)]))).toMatchObject({ outcome: 'failed', reason: 'AUC: 0.5 is below the required 0.84. Measured.' });
});

test('a failed check makes a broken verdict', async () => {
  const result = await handler(event([{ check: 'model', error: 'States.Timeout', cause: 'took too long' }]));
  expect(result).toMatchObject({ outcome: 'broken', reason: expect.stringContaining('States.Timeout: took too long') });
});

test('evidence that was exchanged after the check makes a broken verdict', async () => {
  const result = await check(0.5);
  objects.set(result.evidenceUri, Buffer.from(textOf(result.evidenceUri).replace('0.5', '0.9')));
  expect(await handler(event([result]))).toMatchObject({ outcome: 'broken', reason: expect.stringContaining('but the check wrote') });
});

test.each([
  ['missing', undefined, 'cannot read s3://evidence/people/gates/model/run-1/model.json: NoSuchKey'],
  ['no JSON', 'nonsense', 'is not valid JSON'],
  ['no evidence', '{}', 'is no evidence file'],
])('evidence that is %s makes a broken verdict', async (_name, content, reason) => {
  const uri = 's3://evidence/people/gates/model/run-1/model.json';
  if (content !== undefined) {
    objects.set(uri, Buffer.from(content));
  }
  const result = await handler(event([{ check: 'model', evidenceUri: uri, evidenceSha256: sha256(content ?? '') }]));
  expect(result).toMatchObject({ outcome: 'broken', reason: expect.stringContaining(reason) });
});

test('a repeated call answers with the verdict that lies there already', async () => {
  const checks = [await check(0.86)];
  const first = await handler(event(checks));
  await new Promise((resolve) => setTimeout(resolve, 2));
  expect(await handler(event(checks))).toEqual(first);
});

test('another verdict never takes the place of the first', async () => {
  await handler(event([await check(0.86)]));
  const before = textOf(VERDICT);
  await expect(handler({ ...event([]), mode: 'FUNCTIONAL' })).rejects.toThrow(`${VERDICT} exists with another content`);
  expect(textOf(VERDICT)).toBe(before);
});

describe('With a signing key', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

  beforeEach(() => {
    process.env[SIGNING_KEY_ARN] = 'arn:key';
    // Signs a text instead of a digest, since Node has no signature over digests; what is signed is compared separately.
    kms.on(SignCommand).callsFake(({ Message }: { Message: Uint8Array }) => ({
      KeyId: 'arn:key',
      Signature: createSign('SHA256').update(Message).sign(privateKey),
    }));
  });

  test('the digest of the verdict is signed, and the signature lies beside it', async () => {
    const result = await handler(event([await check(0.86)]));
    const call = kms.commandCalls(SignCommand)[0]?.args[0].input;
    expect(call).toMatchObject({ KeyId: 'arn:key', MessageType: 'DIGEST', SigningAlgorithm: 'ECDSA_SHA_256' });
    expect(Buffer.from(call?.Message ?? '').toString('hex')).toBe(result.verdictSha256);
    const file = JSON.parse(textOf('s3://evidence/people/gates/model/run-1/signature.json')) as VerdictSignature;
    expect(file).toMatchObject({ verdictSha256: result.verdictSha256, signature: result.signature, signingKeyArn: 'arn:key', algorithm: 'ECDSA_SHA_256' });
    const verified = createVerify('SHA256').update(Buffer.from(result.verdictSha256, 'hex')).verify(publicKey, file.signature, 'base64');
    expect(verified).toBe(true);
  });

  test('a repeated call keeps the first signature', async () => {
    const checks = [await check(0.86)];
    const first = await handler(event(checks));
    expect((await handler(event(checks))).signature).toBe(first.signature);
  });
});

describe('Evidence', () => {
  test('of a retried check is the one that was written first', async () => {
    const first = await check(0.86);
    expect(await check(0.2)).toEqual(first);
  });

  test('about another subject in the same place is an error', async () => {
    await check(0.86);
    const other = { gate: 'model', runId: 'run-1', subject: { ...subject, name: 'other' }, context: {} };
    await expect(writeEvidence(other, 'model', '', [])).rejects.toThrow('holds evidence about another subject than other');
  });

  test.each([
    [{ status: 'measured', value: undefined }, 'auc is measured, but its value is undefined'],
    [{ status: 'measured', value: Number.NaN }, 'auc is measured, but its value is NaN'],
    [{ status: 'notMeasured', value: 0.9 }, 'auc is notMeasured, but has the value 0.9'],
  ] as const)('that contradicts itself is refused: %j', async (part, message) => {
    const call = { gate: 'model', runId: 'run-2', subject, context: {} };
    await expect(writeEvidence(call, 'model', '', [{ id: 'auc', explanation: '', ...part }])).rejects.toThrow(message);
  });
});
