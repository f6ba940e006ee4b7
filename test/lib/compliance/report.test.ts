import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONTROLS, answer } from '../../../lib/compliance/controls';
import { toCsv } from '../../../lib/compliance/csv';
import type { Finding } from '../../../lib/compliance/findings';
import { toHtml } from '../../../lib/compliance/html';
import { inventoryOf } from '../../../lib/compliance/inventory';
import type { Observation } from '../../../lib/compliance/observe';
import { type ComplianceReport, countsOf, explanationsOf, unexplained } from '../../../lib/compliance/report';
import { resultsOf } from '../../../lib/compliance/results';

const seen = (construct: string, result: Observation['result']): Observation => ({ pack: 'P', rule: 'P-R1', description: 'A <wish>.', construct, result });
const finding = (construct: string, acknowledged?: Finding['acknowledged']): Finding => ({ rule: 'P-R1[a part]', construct, description: 'A <wish>.', acknowledged });
const why = { reason: '=It "has" to be.', on: 'dev/S', place: 'lib/x.ts:3' };

const report = (open: Finding[] = []): ComplianceReport => ({
  commit: 'abc',
  createdAt: '2026-11-24T00:00:00.000Z',
  environments: ['dev', 'int'],
  packs: ['P'],
  results: resultsOf(
    [seen('dev/S/A', 'compliant'), seen('dev/S/B', 'failed'), seen('dev/S/C', 'notApplicable'), seen('int/S/A', 'notApplicable')],
    [{ pack: 'P', open, acknowledged: [finding('dev/S/B', why)] }],
  ),
  templates: [],
  access: [{ role: 'engineer', environment: 'dev', permissions: ['readLogs'] }],
  inventory: [],
  controls: [],
});

test('each rule is told for each environment: compliant, acknowledged, not applicable', () => {
  expect(report().results.map(({ environment, compliant, acknowledged, notApplicable }) => [environment, compliant.length, acknowledged.length, notApplicable])).toEqual([
    ['dev', 1, 1, 1],
    ['int', 0, 0, 1],
  ]);
  expect(countsOf(report()).map(({ applicable, open }) => [applicable, open])).toEqual([
    [1, 0],
    [0, 0],
  ]);
});

test('an unexplained finding is one, wherever it was found', () => {
  expect(unexplained(report())).toEqual([]);
  expect(unexplained(report([finding('dev/S/D')]))).toEqual(['P-R1[a part] on dev/S/D: A <wish>.']);
  const templates = [{ pack: 'CloudFormation', open: [finding('dev/S/E')], acknowledged: [] }];
  expect(unexplained({ ...report(), templates })).toHaveLength(1);
});

test('a demand that no construct answers is unexplained', () => {
  expect(unexplained({ ...report(), controls: answer([]) })).toHaveLength(CONTROLS.length);
});

test('a reason is told once, with everything that it explains and where it stands', () => {
  expect(explanationsOf(report())).toEqual([{ reason: why.reason, places: ['lib/x.ts:3'], rules: ['P-R1'], resources: ['dev/S/B'], findings: 1 }]);
});

test('the table has a line for each rule and resource, and no cell that a spreadsheet would calculate', () => {
  expect(toCsv(report()).split('\n')).toEqual([
    '"environment","pack","rule","resource","status","finding","reason","place"',
    '"dev","P","P-R1","dev/S/B","acknowledged","P-R1[a part]","\'=It ""has"" to be.","lib/x.ts:3"',
    '"dev","P","P-R1","dev/S/A","compliant","","",""',
    '"int","P","P-R1","","not applicable","","",""',
    '',
  ]);
});

test('the page escapes what it shows and needs nothing from elsewhere', () => {
  const page = toHtml(report([finding('dev/<script>')]));
  expect(page).toContain('dev/&lt;script&gt;');
  expect(page).not.toContain('<script');
  expect(page).not.toMatch(/(src|href)="(?!#)/);
  expect(page).toContain('1 finding is not explained');
});

test('each demand is answered by a class that its file has', () => {
  const root = join(__dirname, '..', '..', '..');
  for (const { file, construct } of CONTROLS) {
    const text = existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : '';
    expect(`${file} ${construct} ${new RegExp(`export (class|const) ${construct}\\b`, 'i').test(text)}`).toBe(`${file} ${construct} true`);
  }
});

test('what holds data is listed with its encryption and retention', () => {
  const [bucket, logs] = inventoryOf([
    {
      environment: 'prod',
      stack: 'prod-Foundation',
      template: {
        Resources: {
          B: {
            Type: 'AWS::S3::Bucket',
            DeletionPolicy: 'Retain',
            Properties: {
              BucketName: 'evidence',
              BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } }] },
              VersioningConfiguration: { Status: 'Enabled' },
              ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 365 } } },
            },
          },
          L: { Type: 'AWS::Logs::LogGroup', Properties: { RetentionInDays: 365 } },
          F: { Type: 'AWS::Lambda::Function' },
        },
      },
    },
  ]);
  expect(bucket).toMatchObject({ kind: 'Bucket', name: 'evidence', retention: 'kept, versioned, locked 365 days (governance); stays when the stack is deleted' });
  expect(logs).toMatchObject({ name: 'L', encryption: 'keys managed by CloudWatch Logs', retention: '365 days' });
});
