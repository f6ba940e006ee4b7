import { Match, Template } from 'aws-cdk-lib/assertions';
import { environments } from '../../../bin/environments';
import { permissionsOf, ROLES } from '../../../lib/access/access-table';
import { developmentPlace, type EnvironmentConfig } from '../../../lib/config/environment';
import { promotionChain } from '../../../lib/config/validation';
import { AccessStack } from '../../../lib/stacks/access-stack';
import { nagFindings, newApp } from '../../support/app';
import { statementsOf, wildcardActions } from '../../support/policies';

function access(name: string, change: Partial<EnvironmentConfig> = {}): AccessStack {
  const changed = environments.map((environment) => (environment.name === name ? { ...environment, ...change } : environment));
  const environment = changed.find((candidate) => candidate.name === name) ?? changed[0];
  return new AccessStack(newApp(), 'Access', { environment, chain: promotionChain(changed), place: developmentPlace(environment), models: ['employment', 'churn'] });
}

const templateOf = (name: string, change?: Partial<EnvironmentConfig>): Template => Template.fromStack(access(name, change));
const allStatements = (template: Template) => statementsOf(template, 'AWS::IAM::ManagedPolicy');

describe('the roles of an environment are those that may do something there:', () => {
  test.each([
    ['dev', ['engineer', 'data-scientist', 'auditor', 'data-provider']],
    ['int', ['engineer', 'data-scientist', 'approver', 'auditor', 'data-provider']],
    ['prod', ['engineer', 'data-scientist', 'approver', 'auditor', 'data-provider', 'application-client']],
  ])('%s', (name, roles) => {
    const resources = Object.values(templateOf(name).findResources('AWS::IAM::Role')) as { Properties: { RoleName: string } }[];
    expect(resources.map(({ Properties }) => Properties.RoleName)).toEqual(roles.map((role) => `mlops-${name}-${role}`));
  });
});

test.each(['dev', 'int', 'prod'])('%s has no finding', (name) => {
  const stack = access(name);
  Template.fromStack(stack);
  expect(nagFindings(stack)).toEqual([]);
});

test('the only actions on every resource are reads of metrics and alarms', () => {
  expect(wildcardActions(templateOf('prod'))).toEqual(['cloudwatch:DescribeAlarms', 'cloudwatch:GetMetricData', 'cloudwatch:ListMetrics']);
});

test('in production nobody but the approver changes a package, and nobody writes evidence, artifacts or models', () => {
  const writes = allStatements(templateOf('prod')).flatMap(({ actions, resources }) =>
    actions.filter((action) => !/:(Get|List|Describe|Filter|Invoke)/.test(action)).flatMap((action) => resources.map((resource) => `${action} ${resource}`)),
  );
  expect(writes.filter((write) => !write.includes(':::mlops-prod-data-')).toSorted()).toEqual([
    'sagemaker:UpdateModelPackage arn:aws:sagemaker:eu-central-1:333333333333:model-package/prod-churn/*',
    'sagemaker:UpdateModelPackage arn:aws:sagemaker:eu-central-1:333333333333:model-package/prod-employment/*',
  ]);
});

test('deliveries may be added, and only their markers deleted', () => {
  const deleting = allStatements(templateOf('prod')).filter(({ actions }) => actions.includes('s3:DeleteObject'));
  expect(deleting.flatMap(({ resources }) => resources).every((resource) => resource.endsWith('/*/_SUCCESS'))).toBe(true);
});

test('data scientists read the data of production and cannot write it', () => {
  const statements = allStatements(templateOf('dev')).filter(({ resources }) => resources.some((resource) => resource.includes('mlops-prod-data-333333333333')));
  expect([...new Set(statements.flatMap(({ actions }) => actions))].toSorted()).toEqual(['s3:GetObject', 's3:ListBucket']);
});

test('the foreign key is named by its alias and used through S3 alone', () => {
  const [statement] = allStatements(templateOf('dev')).filter(({ actions }) => actions.includes('kms:Decrypt'));
  expect(statement.conditions).toEqual({
    'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/mlops-prod' },
    StringEquals: { 'kms:ViaService': 's3.eu-central-1.amazonaws.com' },
  });
});

test('an environment that may not read the data of production has no such permission, whatever the table says', () => {
  const [dev] = environments;
  const closed = { development: { ...dev.development, readsProductionData: false } };
  expect(permissionsOf('dataScientist', { ...dev, ...closed })).not.toContain('readProductionData');
  expect(JSON.stringify(templateOf('dev', closed).toJSON())).not.toContain('mlops-prod-data');
});

test('roles are passed to SageMaker alone', () => {
  const passing = allStatements(templateOf('dev')).filter(({ actions }) => actions.includes('iam:PassRole'));
  expect(passing.length).toBeGreaterThan(0);
  for (const { conditions, resources } of passing) {
    expect(conditions).toEqual({ StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } });
    expect(resources).toEqual(['arn:aws:iam::111111111111:role/mlops-dev-churn-job', 'arn:aws:iam::111111111111:role/mlops-dev-employment-job']);
  }
});

test('the approvers are the people whom the environment names', () => {
  const anna = 'arn:aws:iam::444444444444:role/Anna';
  templateOf('prod', { approvers: [anna] }).hasResourceProperties('AWS::IAM::Role', {
    RoleName: 'mlops-prod-approver',
    AssumeRolePolicyDocument: { Statement: [Match.objectLike({ Principal: { AWS: anna } })] },
  });
});

test('a second factor is asked for where the environment wants one', () => {
  const trust = (template: Template) => Object.values(template.findResources('AWS::IAM::Role')).map((role) => JSON.stringify(role).includes('MultiFactorAuthPresent'));
  expect(trust(templateOf('prod', { requireMfa: true }))).toEqual(ROLES.map(() => true));
  expect(trust(templateOf('prod'))).toEqual(ROLES.map(() => false));
});
