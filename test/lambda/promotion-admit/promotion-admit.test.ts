import { KMSClient, VerifyCommand } from '@aws-sdk/client-kms';
import { DescribeModelPackageCommand, type DescribeModelPackageCommandOutput, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { mockClient } from 'aws-sdk-client-mock';
import type { Verdict, VerdictSignature } from '../../../lambda/gate/contract';
import { handler, PromotionRefused } from '../../../lambda/promotion-admit';
import { QUALIFICATION_KEY_ARN } from '../../../lambda/promotion-admit/contract';
import { Env } from '../../../lambda/shared/runtime/contract';
import { canonicalJson, sha256 } from '../../../lambda/shared/storage/hash';
import { inMemoryS3 } from '../in-memory-s3';
import { provideProject, silence } from '../serving-project';

const objects = new Map<string, Uint8Array>();
const sageMaker = mockClient(SageMakerClient);
const kms = mockClient(KMSClient);

const ARN = 'arn:aws:sagemaker:eu-central-1:333333333333:model-package/prod-people/7';
const KEY = 'arn:aws:kms:eu-central-1:222222222222:alias/mlops-int-people-verdicts';
const MODEL = 's3://artifacts/people/runs/run-1/train/output/model.tar.gz';
const MANIFEST = canonicalJson({
  version: '1',
  modelArtifact: { uri: MODEL, sha256: sha256('the model') },
  golden: { uri: 's3://artifacts/people/runs/run-1/evaluation/golden.json' },
  reference: { uri: 's3://artifacts/people/runs/run-1/profile/reference.json' },
});
const DIGEST = sha256(MANIFEST);
const MANIFEST_URI = `s3://evidence/people/manifests/${DIGEST}.json`;
const FOLDER = `s3://evidence/people/qualifications/${DIGEST}/`;

const metadata = {
  manifestUri: MANIFEST_URI,
  goldenUri: 's3://artifacts/people/runs/run-1/evaluation/golden.json',
  referenceUri: 's3://artifacts/people/runs/run-1/profile/reference.json',
};

/** The package as registered, with changes. */
function registered(change: Partial<DescribeModelPackageCommandOutput> = {}): void {
  sageMaker.on(DescribeModelPackageCommand).resolves({
    ModelApprovalStatus: 'Approved',
    ModelPackageStatus: 'Completed',
    MetadataProperties: { GeneratedBy: DIGEST },
    CustomerMetadataProperties: metadata,
    InferenceSpecification: { Containers: [{ Image: 'image', ModelDataUrl: MODEL }] },
    ...change,
  });
}

/** The admitted verdict of the qualification, with changes. */
function qualified(change: Partial<Verdict> = {}, signature: Partial<VerdictSignature> = {}): void {
  const verdict = canonicalJson({ version: '1', gate: 'qualification', mode: 'QUALITATIVE', outcome: 'passed', subject: { type: 'modelPackage', name: ARN, digest: DIGEST }, criteria: [], ...change });
  objects.set(`${FOLDER}verdict.json`, Buffer.from(verdict));
  objects.set(`${FOLDER}signature.json`, Buffer.from(canonicalJson({ verdictSha256: sha256(verdict), algorithm: 'ECDSA_SHA_256', signature: 'c2ln', signingKeyArn: 'arn:any', ...signature })));
}

const admit = (): ReturnType<typeof handler> => handler({ modelPackageArn: ARN, packageDigest: DIGEST });

beforeAll(() => {
  provideProject({ [Env.EVIDENCE_BUCKET]: 'evidence', [QUALIFICATION_KEY_ARN]: KEY });
  silence();
});

afterAll(() => jest.restoreAllMocks());

beforeEach(() => {
  objects.clear();
  inMemoryS3(objects);
  objects.set(MANIFEST_URI, Buffer.from(MANIFEST));
  objects.set(MODEL, Buffer.from('the model'));
  sageMaker.reset();
  kms.reset();
  kms.on(VerifyCommand).resolves({ SignatureValid: true });
  registered();
  qualified();
});

test('what is approved, qualified and unchanged is admitted, with all that the promotion needs', async () => {
  await expect(admit()).resolves.toEqual({
    modelPackageArn: ARN,
    packageDigest: DIGEST,
    approval: expect.stringMatching(/^[0-9a-f]{64}$/),
    manifestUri: MANIFEST_URI,
    modelDataUrl: MODEL,
    goldenUri: 's3://artifacts/people/runs/run-1/evaluation/golden.json',
    referenceUri: 's3://artifacts/people/runs/run-1/profile/reference.json',
  });
});

test('an approval is known again after any other change, and is another one when it is given with other words', async () => {
  registered({ ApprovalDescription: 'good' });
  const { approval } = await admit();
  registered({ ApprovalDescription: 'good', CustomerMetadataProperties: { ...metadata, note: 'changed' }, LastModifiedTime: new Date() });
  expect((await admit()).approval).toBe(approval);
  registered({ ApprovalDescription: 'back to this one: version 8 drifts' });
  expect((await admit()).approval).not.toBe(approval);
});

test('the signature is verified with the configured key, whatever key the signature names', async () => {
  await admit();
  expect(kms.commandCalls(VerifyCommand)[0]?.args[0].input).toMatchObject({ KeyId: KEY, MessageType: 'DIGEST', SigningAlgorithm: 'ECDSA_SHA_256' });
});

describe('refused is a package', () => {
  test.each<[string, () => void, RegExp]>([
    ['that nobody approved', () => registered({ ModelApprovalStatus: 'PendingManualApproval' }), /is PendingManualApproval; only an Approved one/],
    ['that is not complete', () => registered({ ModelPackageStatus: 'Failed' }), /is Failed, not Completed/],
    ['of another digest', () => registered({ MetadataProperties: { GeneratedBy: 'other' } }), /GeneratedBy\) is other/],
    ['without a place of its manifest', () => registered({ CustomerMetadataProperties: {} }), /names no place/],
    ['whose manifest is gone', () => objects.delete(MANIFEST_URI), /there is no manifest/],
    ['whose manifest was exchanged', () => objects.set(MANIFEST_URI, Buffer.from('{}')), /the manifest was exchanged/],
    ['that would deploy another model', () => registered({ InferenceSpecification: { Containers: [{ Image: 'i', ModelDataUrl: 's3://elsewhere' }] } }), /would deploy s3:\/\/elsewhere/],
    ['with other golden records', () => registered({ CustomerMetadataProperties: { manifestUri: MANIFEST_URI, goldenUri: 's3://x', referenceUri: 's3://y' } }), /metadata goldenUri is s3:\/\/x/],
    ['whose model was exchanged', () => objects.set(MODEL, Buffer.from('another model')), /the model was exchanged after its registration/],
    ['that was not qualified', () => objects.delete(`${FOLDER}verdict.json`), /must pass the qualification first/],
    ['whose verdict is not signed', () => objects.delete(`${FOLDER}signature.json`), /there is no signature/],
    ['that failed its qualification', () => qualified({ outcome: 'failed' }), /the qualification failed/],
    ['whose qualification broke', () => qualified({ outcome: 'broken' }), /the qualification broke/],
    ['with the verdict of another gate', () => qualified({ gate: 'model' }), /of the gate model, not of qualification/],
    ['with a verdict about another artifact', () => qualified({ subject: { type: 'modelPackage', name: ARN, digest: 'other' } }), /about the artifact other/],
    ['with a verdict that judged nothing', () => qualified({ mode: 'FUNCTIONAL' }), /mode FUNCTIONAL, which records values and judges none/],
    ['whose verdict was exchanged after it was signed', () => qualified({}, { verdictSha256: 'other' }), /the verdict was exchanged/],
    ['whose signature is not genuine', () => kms.on(VerifyCommand).rejects(Object.assign(new Error('bad'), { name: 'KMSInvalidSignatureException' })), /is not signed by the qualifying environment's key/],
  ])('%s', async (_, change, message) => {
    change();
    await expect(admit()).rejects.toThrow(message);
    await expect(admit()).rejects.toBeInstanceOf(PromotionRefused);
  });
});

test('a fault of a service is an error and no refusal', async () => {
  kms.on(VerifyCommand).rejects(Object.assign(new Error('no access'), { name: 'AccessDeniedException' }));
  await expect(admit()).rejects.not.toBeInstanceOf(PromotionRefused);
});
