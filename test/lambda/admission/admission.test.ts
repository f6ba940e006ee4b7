import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KMSClient, VerifyCommand } from '@aws-sdk/client-kms';
import { DescribeModelPackageCommand, SageMakerClient, UpdateModelPackageCommand } from '@aws-sdk/client-sagemaker';
import { mockClient } from 'aws-sdk-client-mock';
import { handler } from '../../../lambda/admission';
import { AdmissionEnv } from '../../../lambda/admission/contract';
import type { Verdict } from '../../../lambda/gate/contract';
import type { QualificationFinished } from '../../../lambda/shared/process/contract';
import { Env, PROJECT_FILE } from '../../../lambda/shared/runtime/contract';
import { sha256 } from '../../../lambda/shared/storage/hash';
import { inMemoryS3 } from '../in-memory-s3';

/** No test waits. */
jest.mock('node:timers/promises', () => ({ setTimeout: async () => new Promise((resolve) => { setImmediate(resolve); }) }));

const objects = new Map<string, Uint8Array>();
const sageMaker = mockClient(SageMakerClient);
const kms = mockClient(KMSClient);

const DIGEST = 'a'.repeat(64);
const FOLDER = 's3://int-evidence/people/gates/qualification/run-1/';
const ADMITTED = `s3://evidence/people/qualifications/${DIGEST}/`;
const EVIDENCE = '{"check":"contract"}';

/** Lays a verdict into the qualifying environment and answers with the event about it. */
function qualified(outcome: Verdict['outcome'], change: Partial<Verdict> = {}): { detail: QualificationFinished } {
  const verdict = {
    version: '1', gate: 'qualification', outcome, subject: { type: 'modelPackage', name: 'arn:package', digest: DIGEST },
    criteria: [
      { outcome: outcome === 'failed' ? 'failed' : 'passed', reason: 'Latency p99: 900 ms is above the allowed 400 ms.', evidenceUri: `${FOLDER}contract.json`, evidenceSha256: sha256(EVIDENCE) },
    ],
    ...change,
  };
  const text = JSON.stringify(verdict);
  objects.set(`${FOLDER}verdict.json`, Buffer.from(text));
  objects.set(`${FOLDER}signature.json`, Buffer.from(JSON.stringify({ signature: 'c2ln', algorithm: 'ECDSA_SHA_256', verdictSha256: sha256(text) })));
  objects.set(`${FOLDER}contract.json`, Buffer.from(EVIDENCE));
  return {
    detail: { model: 'people', modelPackageArn: 'arn:package', packageDigest: DIGEST, outcome, verdictUri: `${FOLDER}verdict.json`, verdictSha256: sha256(text) },
  };
}

const updates = () => sageMaker.commandCalls(UpdateModelPackageCommand).map((call) => call.args[0].input);
const admitted = () => [...objects.keys()].filter((uri) => uri.startsWith(ADMITTED)).map((uri) => uri.slice(ADMITTED.length)).toSorted();

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'admission-'));
  writeFileSync(join(folder, PROJECT_FILE), JSON.stringify({ declaration: { name: 'people' } }));
  Object.assign(process.env, { LAMBDA_TASK_ROOT: folder, [Env.EVIDENCE_BUCKET]: 'evidence', [AdmissionEnv.SIGNING_KEY_ARN]: 'arn:key' });
});

beforeEach(() => {
  objects.clear();
  inMemoryS3(objects);
  process.env[AdmissionEnv.APPROVAL] = 'manual';
  sageMaker.reset();
  sageMaker.on(DescribeModelPackageCommand).resolves({
    ModelApprovalStatus: 'PendingManualApproval',
    MetadataProperties: { GeneratedBy: DIGEST },
    CustomerMetadataProperties: { runId: 'run-1' },
  });
  sageMaker.on(UpdateModelPackageCommand).resolves({});
  kms.reset();
  kms.on(VerifyCommand).resolves({ SignatureValid: true });
});

test('a passed verdict is copied with its evidence, and a person decides where approval is manual', async () => {
  expect(await handler(qualified('passed'))).toEqual({ admitted: true, reason: 'qualification passed; PendingManualApproval' });
  expect(admitted()).toEqual(['contract.json', 'signature.json', 'verdict.json']);
  expect(updates()).toEqual([{ ModelPackageArn: 'arn:package', CustomerMetadataProperties: { runId: 'run-1', qualification: 'passed' }, ModelLifeCycle: { Stage: 'Qualification', StageStatus: 'passed' } }]);
});

test('a passed verdict approves where approval is automatic', async () => {
  process.env[AdmissionEnv.APPROVAL] = 'automatic';
  await handler(qualified('passed'));
  expect(updates()[0]).toMatchObject({ ModelApprovalStatus: 'Approved' });
});

test('a failed verdict is copied and rejects the package with its reasons', async () => {
  await handler(qualified('failed'));
  expect(admitted()).toContain('verdict.json');
  expect(updates()[0]).toMatchObject({
    ModelApprovalStatus: 'Rejected',
    ApprovalDescription: 'Qualification failed. Latency p99: 900 ms is above the allowed 400 ms.',
    CustomerMetadataProperties: { qualification: 'failed' },
  });
});

test('a broken verdict decides nothing and leaves the place of the verdict free', async () => {
  await handler(qualified('broken'));
  expect(admitted()).toEqual([]);
  expect(updates()).toEqual([expect.objectContaining({ CustomerMetadataProperties: { runId: 'run-1', qualification: 'broken' } })]);
  expect(updates()[0]?.ModelApprovalStatus).toBeUndefined();
});

test('the digest that is verified is that of the verdict, with the configured key', async () => {
  const { detail } = qualified('passed');
  await handler({ detail });
  const call = kms.commandCalls(VerifyCommand)[0]?.args[0].input;
  expect(call).toMatchObject({ KeyId: 'arn:key', MessageType: 'DIGEST', SigningAlgorithm: 'ECDSA_SHA_256' });
  expect(Buffer.from(call?.Message ?? '').toString('hex')).toBe(detail.verdictSha256);
});

test.each([true, false])('a decision that was taken already stands (repeated event: %s)', async (repeated) => {
  process.env[AdmissionEnv.APPROVAL] = 'automatic';
  sageMaker.on(DescribeModelPackageCommand).resolves({
    ModelApprovalStatus: 'Rejected',
    MetadataProperties: { GeneratedBy: DIGEST },
    CustomerMetadataProperties: repeated ? { qualification: 'passed' } : {},
  });
  await handler(qualified('passed'));
  expect(updates().map((update) => update.ModelApprovalStatus)).toEqual(repeated ? [] : [undefined]);
});

test.each(['Production', 'Retired', 'Archived'])('a verdict that comes late does not call a version back from the stage %s', async (Stage) => {
  sageMaker.on(DescribeModelPackageCommand).resolves({ ModelApprovalStatus: 'Approved', MetadataProperties: { GeneratedBy: DIGEST }, ModelLifeCycle: { Stage, StageStatus: 'any' } });
  await handler(qualified('passed'));
  expect(updates()).toEqual([{ ModelPackageArn: 'arn:package', CustomerMetadataProperties: { qualification: 'passed' } }]);
});

describe('Of several deliveries of one event', () => {
  const described = (qualification?: string) => ({
    ModelApprovalStatus: 'PendingManualApproval' as const,
    MetadataProperties: { GeneratedBy: DIGEST },
    CustomerMetadataProperties: qualification === undefined ? {} : { qualification },
  });

  test('one changes the registry, though all begin at the same time', async () => {
    let qualification: string | undefined;
    sageMaker.on(DescribeModelPackageCommand).callsFake(() => described(qualification));
    sageMaker.on(UpdateModelPackageCommand).callsFake(() => {
      qualification = 'passed';
      return {};
    });
    const event = qualified('passed');
    const results = await Promise.all([handler(event), handler(event), handler(event)]);
    expect(results.every(({ admitted: isAdmitted }) => isAdmitted)).toBe(true);
    expect(updates()).toHaveLength(1);
  });

  test('a later one does what an earlier one left undone', async () => {
    const event = qualified('passed');
    objects.set(`${ADMITTED}verdict.json`, objects.get(event.detail.verdictUri) ?? Buffer.from(''));
    expect(await handler(event)).toMatchObject({ admitted: true, reason: 'qualification passed; PendingManualApproval' });
    expect(updates()).toHaveLength(1);
  });
});

describe('Nothing is admitted', () => {
  const nothing = (): void => {
    expect(admitted()).toEqual([]);
    expect(updates()).toEqual([]);
  };

  test('without a genuine signature', async () => {
    kms.on(VerifyCommand).rejects(Object.assign(new Error('bad'), { name: 'KMSInvalidSignatureException' }));
    expect(await handler(qualified('passed'))).toEqual({ admitted: false, reason: `${FOLDER}verdict.json is not signed by the qualifying environment's key arn:key` });
    nothing();
  });

  test('when the verdict was exchanged after the event', async () => {
    const event = qualified('passed');
    objects.set(event.detail.verdictUri, Buffer.from('{"gate":"qualification"}'));
    expect(await handler(event)).toMatchObject({ admitted: false, reason: expect.stringContaining('and the event says') });
    nothing();
  });

  test.each([
    ['another gate', { gate: 'model' }, 'is a verdict of the gate model'],
    ['another artifact', { subject: { type: 'modelPackage', name: 'x', digest: 'b' } }, 'is about the artifact b'],
    ['another outcome', { outcome: 'failed' }, 'says failed, and the event says passed'],
  ] as const)('of a verdict of %s', async (_name, change, reason) => {
    expect(await handler(qualified('passed', change as Partial<Verdict>))).toMatchObject({ admitted: false, reason: expect.stringContaining(reason) });
    nothing();
  });

  test('of a package that was registered with another digest', async () => {
    sageMaker.on(DescribeModelPackageCommand).resolves({ MetadataProperties: { GeneratedBy: 'other' } });
    expect(await handler(qualified('passed'))).toMatchObject({ admitted: false, reason: expect.stringContaining('registered with the digest other') });
    nothing();
  });

  test('of another model', async () => {
    const { detail } = qualified('passed');
    expect(await handler({ detail: { ...detail, model: 'other' } })).toMatchObject({ admitted: false });
    nothing();
  });

  test('when the evidence was exchanged', async () => {
    const event = qualified('passed');
    objects.set(`${FOLDER}contract.json`, Buffer.from('{}'));
    await expect(handler(event)).rejects.toThrow('the evidence was exchanged');
    nothing();
  });

  test('when keys can not be asked: the event is delivered again', async () => {
    kms.on(VerifyCommand).rejects(Object.assign(new Error('slow down'), { name: 'ThrottlingException' }));
    await expect(handler(qualified('passed'))).rejects.toThrow('slow down');
    nothing();
  });
});
