import type { RoleAccess } from '../../../local/iam/report';
import { byFamily, describeAccess, familyOf } from '../../../local/story/access';
import { KEPT } from '../../../local/story/kept-permissions';

const ENVIRONMENTS = ['prod', 'int', 'dev'];

const role = (name: string, over: Partial<RoleAccess> = {}): RoleAccess => ({
  arn: `arn:aws:iam::333333333333:role/${name}`, account: '333333333333', name, used: {}, unused: [], unusedResources: [], wildcards: [], refused: [], ...over,
});
const grant = (action: string, resources = ['arn:aws:s3:::b']) => ({ action, resources, policy: 'P' });

test.each([
  ['mlops-prod-employment-job', 'employment-job', 'prod'],
  ['mlops-int-data-scientist', 'data-scientist', 'int'],
  ['dev-Foundation-AuditTrailRole0618A1DB-QPYARG977FEV', 'Foundation-AuditTrailRole0618A1DB', 'dev'],
])('the role %s is one of the family %s', (name, family, environment) => {
  expect(familyOf(name, ENVIRONMENTS)).toEqual({ family, environment });
});

test('a role of no environment is a family of its own', () => {
  expect(familyOf('another', ENVIRONMENTS)).toBeUndefined();
  expect(byFamily({ roles: [role('another')] }, ENVIRONMENTS)[0]?.name).toBe('another');
});

test('what one environment uses counts for the role of all', () => {
  const [family] = byFamily({
    roles: [
      role('mlops-prod-m-worker', { used: { 's3:GetObject': 2 }, unused: [grant('s3:PutObject')] }),
      role('mlops-int-m-worker', { unused: [grant('s3:GetObject'), grant('s3:PutObject')] }),
    ],
  }, ENVIRONMENTS);
  expect(family).toMatchObject({ name: 'm-worker', environments: ['int', 'prod'], used: { 's3:GetObject': 2 }, unexplained: ['s3:PutObject'], kept: [] });
});

test('a grant of an action that another statement uses is no unused action', () => {
  const [family] = byFamily({ roles: [role('mlops-prod-m-worker', { used: { 's3:GetObject': 1 }, unused: [grant('s3:GetObject')] })] }, ENVIRONMENTS);
  expect(family?.unexplained).toEqual([]);
});

test('what stays for a reason is told apart', () => {
  const [family] = byFamily({ roles: [role('mlops-prod-m-development-machine', { unused: [grant('states:StopExecution'), grant('s3:PutObject')] })] }, ENVIRONMENTS);
  expect(family?.kept.map(({ action }) => action)).toEqual(['states:StopExecution']);
  expect(family?.unexplained).toEqual(['s3:PutObject']);
});

test('the section counts wildcards by service and names what is unexplained and refused', () => {
  const roles = [
    role('mlops-prod-m-worker', {
      used: { 'logs:PutLogEvents': 1 },
      unused: [grant('s3:PutObject')],
      wildcards: [grant('logs:*'), grant('xray:PutTraceSegments', ['*']), grant('xray:PutTelemetryRecords', ['*'])],
      refused: [{ action: 'kms:Sign', resource: 'key', reason: 'because', times: 3 }],
    }),
  ];
  const text = describeAccess({ families: byFamily({ roles }, ENVIRONMENTS), roles }).join('\n');
  expect(text).toContain('1 actions used');
  expect(text).toContain('wildcards: logs (1), xray (2); NEVER USED: s3:PutObject');
  expect(text).toContain('mlops-prod-m-worker: kms:Sign on key (3 times)');
});

test('every reason is a sentence of its own', () => {
  expect(new Set(KEPT.map(({ reason }) => reason)).size).toBe(KEPT.length);
  expect(KEPT.every(({ reason }) => reason.length > 40 && reason.endsWith('.'))).toBe(true);
});
