import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { KMSClient, VerifyCommand } from '@aws-sdk/client-kms';
import { GetParameterHistoryCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { sha256 } from '../../../lambda/shared/storage/hash';
import type { AuditReport, AuditScope } from '../../../local/audit/contract';
import { deploymentsOf } from '../../../local/audit/deployments';
import { toHtml } from '../../../local/audit/page';
import { findPrediction } from '../../../local/audit/prediction';
import { approvalsOfLog, approvalsOfTrail } from '../../../local/audit/trail';
import { auditVerdicts } from '../../../local/audit/verdicts';
import { Verifier } from '../../../local/audit/verify';
import { compareManifests } from '../../../local/commands/compare';
import { inMemoryS3 } from '../../lambda/in-memory-s3';
import { manifestOf } from '../../support/manifest';

const ARN = 'arn:aws:sagemaker:eu-central-1:333333333333:model-package/prod-employment/1';

describe('Approvals', () => {
  test('are found in the trail, of this version alone, without those that failed', async () => {
    const trail = mockClient(CloudTrailClient);
    const event = (change: object) => ({ CloudTrailEvent: JSON.stringify({ eventTime: '2026-01-01T00:00:00Z', userIdentity: { arn: 'arn:approver' }, requestParameters: { modelPackageArn: ARN, modelApprovalStatus: 'Approved' }, ...change }) });
    trail.on(LookupEventsCommand).callsFake(({ NextToken }: { NextToken?: string }) =>
      NextToken === undefined
        ? { Events: [event({ errorCode: 'AccessDenied' }), event({ requestParameters: { modelPackageArn: 'other', modelApprovalStatus: 'Approved' } })], NextToken: '2' }
        : { Events: [event({}), event({ requestParameters: { modelPackageArn: ARN } })] },
    );
    expect(await approvalsOfTrail(ARN, new CloudTrailClient({ region: 'eu-central-1' }))).toEqual([{ time: '2026-01-01T00:00:00Z', status: 'Approved', who: 'arn:approver' }]);
  });

  test('are found in the log of a local AWS', () => {
    const folder = mkdtempSync(join(tmpdir(), 'audit-'));
    writeFileSync(join(folder, 'local.log'), [
      '2026-01-01T00:00:00Z sagemaker model-package/prod-employment/1: PendingManualApproval',
      '2026-01-01T00:01:00Z sagemaker model-package/prod-employment/1: Approved by arn:aws:sts::333333333333:assumed-role/mlops-prod-approver/story',
      '2026-01-01T00:02:00Z sagemaker model-package/prod-employment/11: Approved by arn:other',
    ].join('\n'));
    expect(approvalsOfLog(folder, ARN)).toEqual([{ time: '2026-01-01T00:01:00Z', status: 'Approved', who: 'arn:aws:sts::333333333333:assumed-role/mlops-prod-approver/story' }]);
  });
});

test('a prediction is found by its request id and row, newest object first', async () => {
  const objects = new Map<string, Uint8Array>();
  const line = (requestId: string, row: number): string => JSON.stringify({ requestId, row, modelPackageArn: ARN });
  const folder = 's3://mlops-prod-inference-log-333333333333-eu-central-1/employment/inference/2026/01';
  objects.set(`${folder}/01/00/a`, Buffer.from(`${line('r', 0)}\n${line('r', 1)}\n${line('r1', 0)}\n`));
  objects.set(`${folder}/02/00/b`, Buffer.from('no json, and nobody asks\n'));
  inMemoryS3(objects, new Map([...objects.keys()].map((uri, index) => [uri, new Date(index)])));
  const scope = { environment: 'prod', account: '333333333333', region: 'eu-central-1', model: 'employment', approvals: async () => [], signingKeyArn: () => undefined };
  expect(await findPrediction(scope, 'r', 1)).toMatchObject({ requestId: 'r', row: 1, modelPackageArn: ARN });
  expect(await findPrediction(scope, 'r', 1, '2026-01-02')).toBeUndefined();
  expect(await findPrediction(scope, 'unknown', 0)).toBeUndefined();
});

test('deployments are the times in which the champion parameter held the digest', async () => {
  const value = (packageDigest: string, promotedAt: string) => ({ Value: JSON.stringify({ packageDigest, promotedAt, endpointName: 'prod-employment', endpointConfigName: 'c' }), LastModifiedUser: 'arn:promotion' });
  mockClient(SSMClient).on(GetParameterHistoryCommand).resolves({
    Parameters: [{ Version: 3, ...value('d', '2026-03-01') }, { Version: 1, ...value('d', '2026-01-01') }, { Version: 2, ...value('other', '2026-02-01') }],
  });
  expect((await deploymentsOf('employment', 'd')).map(({ from, until }) => [from, until])).toEqual([['2026-01-01', '2026-02-01'], ['2026-03-01', null]]);
});

describe('The qualification of a version', () => {
  const objects = new Map<string, Uint8Array>();
  const folder = 's3://mlops-prod-evidence-333333333333-eu-central-1/employment/qualifications/d';
  const kms = mockClient(KMSClient);
  const scope: AuditScope = {
    environment: 'prod', account: '333333333333', region: 'eu-central-1', model: 'employment', approvals: async () => [],
    signingKeyArn: (environment) => (environment === 'int' ? 'arn:key' : undefined),
  };
  const verdict = (change: object = {}) => JSON.stringify({ gate: 'qualification', environment: 'int', endedAt: 'now', subject: { digest: 'd' }, criteria: [], ...change });

  async function outcomes(text: string, signed = sha256(text), valid = true) {
    objects.clear();
    inMemoryS3(objects);
    objects.set(`${folder}/verdict.json`, Buffer.from(text));
    objects.set(`${folder}/signature.json`, Buffer.from(JSON.stringify({ verdictSha256: signed, signature: 'c2ln', algorithm: 'ECDSA_SHA_256' })));
    kms.reset();
    kms.on(VerifyCommand, { KeyId: 'arn:key' }).resolves({ SignatureValid: valid });
    const verifier = new Verifier();
    await auditVerdicts(scope, 'd', null, verifier);
    return Object.fromEntries(verifier.results.map(({ what, outcome }) => [what, outcome]));
  }

  test('agrees when it is signed by the environment that qualifies, about this version', async () => {
    expect(await outcomes(verdict())).toEqual({ 'verdict of the qualification, as signed': 'verified', 'artifact that was qualified': 'verified', 'signature of the qualification': 'verified' });
  });

  test.each([
    ['that was changed after it was signed', verdict(), '0'.repeat(64), true, 'verdict of the qualification, as signed'],
    ['of another version', verdict({ subject: { digest: 'other' } }), undefined, true, 'artifact that was qualified'],
    ['whose signature is not genuine', verdict(), undefined, false, 'signature of the qualification'],
    ['that production wrote itself', verdict({ environment: 'prod' }), undefined, true, 'signature of the qualification'],
  ])('%s is reported', async (_what, text, signed, valid, reported) => {
    expect((await outcomes(text, signed, valid))[reported]).toBe('tampered');
  });
});

test('the page shows what does not agree first, and text as text', () => {
  const report: AuditReport = {
    version: '1', createdAt: '2026-01-01T00:00:00Z', environment: 'prod', model: 'employment', modelPackageArn: ARN, packageDigest: 'd', approvalStatus: 'Approved', lifeCycle: null,
    prediction: { requestId: 'r', row: 0, time: '2026-01-01T00:00:00Z', modelPackageArn: ARN, variant: 'primary', schemaVersion: '1', recordId: 1, input: { NAME: '<script>' }, output: { probability: 0.5, label: 1 }, response: { decision: 'yes' }, latencyMilliseconds: 3 } as never,
    manifest: manifestOf(), verdicts: [], approvals: [], deployments: [], score: null,
    verifications: [{ part: 'model', what: 'model', outcome: 'tampered', uri: 's3://a/m', expected: 'aaa', actual: 'bbb' }, { part: 'data', what: 'x', outcome: 'verified', expected: 'a', actual: 'a' }],
  };
  const page = toHtml(report);
  expect(page).toContain('1 of 2 comparisons do not agree');
  expect(page.indexOf('What does not agree')).toBeLessThan(page.indexOf('>Code<'));
  expect(page).toContain('&lt;script&gt;');
  expect(page).not.toContain('<script>');
});

test('manifests are compared part by part, and lines that differ are marked', () => {
  const other = manifestOf({ parameters: { hyperparameters: { max_iter: '200', depth: '3' }, seed: 2015, chosenBy: 'declaration' } });
  const rows = compareManifests([{ manifest: manifestOf(), packageDigest: 'a' }, { manifest: other, packageDigest: 'b' }]);
  expect(rows.filter(({ same }) => !same).map(({ part, what, values }) => `${part} ${what}: ${values.join(' | ')}`)).toEqual([
    'parameters max_iter: 150 | 200', 'parameters depth: - | 3', 'model package digest: a | b',
  ]);
});
