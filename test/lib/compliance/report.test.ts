import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONTROLS, answer } from '../../../lib/compliance/controls';
import { toCsv } from '../../../lib/compliance/csv';
import type { Finding } from '../../../lib/compliance/findings';
import { toHtml } from '../../../lib/compliance/html';
import { inventoryOf } from '../../../lib/compliance/inventory';
import type { Observation } from '../../../lib/compliance/observe';
import { environments } from '../../../bin/environments';
import { PERMISSIONS, ROLES } from '../../../lib/access/access-table';
import { accessCells, type ComplianceReport, countsOf, explanationsOf, ruleCountsOf, unexplained } from '../../../lib/compliance/report';
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

test('acknowledgements are counted by rule and environment', () => {
  expect(ruleCountsOf(report())).toEqual([{ rule: 'P-R1', description: 'A <wish>.', findings: 1, reasons: 1, by: { dev: 1, int: 0 } }]);
});

test('the access table has every role in every environment, and the page every permission', () => {
  const access = accessCells(environments);
  expect(access).toHaveLength(ROLES.length * environments.length);
  const page = toHtml({ ...report(), environments: environments.map(({ name }) => name), access });
  const row = (start: string): string => new RegExp(`<tr><td[^>]*><div><b>${start}.*?</tr>`).exec(page)?.[0].replaceAll(/<[^>]+>/g, ' ') ?? '';
  expect(row('Approve or reject').match(/\b(prod|no)\b/g)).toEqual(ROLES.map((role) => (role === 'approver' ? 'prod' : 'no')));
  expect(row('Change the limits').match(/\b(dev|int|prod|no)\b/g)).toEqual(ROLES.map(() => 'no'));
  expect(page.match(/<tr><td[^>]*><div><b>/g)).toHaveLength(PERMISSIONS.length);
});

test('the page begins with what it is and how it stands, in numbers that follow from the checks', () => {
  const page = toHtml(report()).replaceAll(/<[^>]+>/g, '');
  expect(page).toContain('2 checks were made');
  expect(page).toContain('1 did not, for a reason');
  expect(page).toContain('0 are open');
  expect(page.indexOf('In short')).toBeLessThan(page.indexOf('Rules one by one'));
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
