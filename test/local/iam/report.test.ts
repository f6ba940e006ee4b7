import { compilePolicy } from '../../../local/iam/policy/document';
import { requestContext } from '../../../local/iam/policy/context';
import { accessReport } from '../../../local/iam/report';
import type { RolePolicies } from '../../../local/iam/sources/roles';
import { Usage } from '../../../local/iam/usage';

const ACCOUNT = '333333333333';
const arn = (name: string): string => `arn:aws:iam::${ACCOUNT}:role/${name}`;

const POLICY = compilePolicy({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: ['arn:aws:s3:::b/in/*', 'arn:aws:s3:::b/out/*'] },
    { Effect: 'Allow', Action: 'logs:*', Resource: 'arn:aws:logs:::a' },
    { Effect: 'Allow', Action: 'cloudwatch:PutMetricData', Resource: '*' },
    { Effect: 'Deny', Action: 's3:DeleteObject', Resource: '*' },
  ],
}, 'managed policy P', 'identity');

const role = (name: string): RolePolicies => ({
  arn: arn(name), identity: [POLICY], tags: {},
  trust: compilePolicy({ Statement: { Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' } }, 'trust', 'resource'),
});

const source = {
  list: async () => ['worker', 'cdk-hnb659fds-deploy-role-1', 'AWSServiceRoleForX'].map(arn),
  of: async (roleArn: string) => (roleArn === arn('worker') ? role('worker') : undefined),
};

function used(usage: Usage, action: string, resource: string): void {
  const request = { principal: { kind: 'session' as const, accountId: ACCOUNT, roleArn: arn('worker'), arn: 'x' }, action, resource, context: requestContext() };
  usage.allowed(arn('worker'), request, POLICY.statements.filter(({ effect, applies }) => effect === 'Allow' && applies(request) !== undefined));
}

test('a report says what was used, what never was, and which grants are wide', async () => {
  const usage = new Usage();
  used(usage, 's3:GetObject', 'arn:aws:s3:::b/in/1');
  used(usage, 's3:GetObject', 'arn:aws:s3:::b/in/2');
  usage.refused(arn('worker'), 'kms:Sign', 'arn:aws:kms:::key/1', 'because no identity-based policy allows the kms:Sign action');
  usage.refused(arn('worker'), 'kms:Sign', 'arn:aws:kms:::key/1', 'because no identity-based policy allows the kms:Sign action');
  const { roles } = await accessReport([ACCOUNT], source, usage);
  expect(roles).toEqual([{
    arn: arn('worker'), account: ACCOUNT, name: 'worker',
    used: { 's3:GetObject': 2 },
    unused: [
      { action: 's3:PutObject', resources: ['arn:aws:s3:::b/in/*', 'arn:aws:s3:::b/out/*'], policy: 'managed policy P' },
      { action: 'logs:*', resources: ['arn:aws:logs:::a'], policy: 'managed policy P' },
      { action: 'cloudwatch:PutMetricData', resources: ['*'], policy: 'managed policy P' },
    ],
    unusedResources: [{ action: 's3:GetObject', resource: 'arn:aws:s3:::b/out/*' }],
    wildcards: [
      { action: 'logs:*', resources: ['arn:aws:logs:::a'], policy: 'managed policy P' },
      { action: 'cloudwatch:PutMetricData', resources: ['*'], policy: 'managed policy P' },
    ],
    refused: [{ action: 'kms:Sign', resource: 'arn:aws:kms:::key/1', reason: 'because no identity-based policy allows the kms:Sign action', times: 2 }],
  }]);
});

test('a wildcard in an action is used by any action that it covers', async () => {
  const usage = new Usage();
  used(usage, 'logs:PutLogEvents', 'arn:aws:logs:::a');
  const { roles } = await accessReport([ACCOUNT], source, usage);
  expect(roles[0]?.unused.map(({ action }) => action)).toEqual(['s3:GetObject', 's3:PutObject', 'cloudwatch:PutMetricData']);
});

test('the roles of the toolkit and of AWS itself are left out', async () => {
  const { roles } = await accessReport([ACCOUNT], source, new Usage());
  expect(roles.map(({ name }) => name)).toEqual(['worker']);
});
