import { Template } from 'aws-cdk-lib/assertions';
import { environments } from '../../../bin/environments';
import { permissionsOf } from '../../../lib/access/access-table';
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
    ['int', ['engineer', 'data-scientist', 'approver', 'auditor', 'break-glass', 'data-provider']],
    ['prod', ['engineer', 'data-scientist', 'approver', 'auditor', 'break-glass', 'data-provider', 'application-client']],
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

test('in production nobody but the approver changes a package, nobody writes evidence, artifacts or models, and break glass stops what runs', () => {
  const writes = allStatements(templateOf('prod')).flatMap(({ actions, resources }) =>
    actions.filter((action) => !/:(Get|List|Describe|Filter|Invoke)/.test(action)).flatMap((action) => resources.map((resource) => `${action} ${resource}`)),
  );
  expect([...new Set(writes.filter((write) => !write.includes(':::mlops-prod-data-')).map((write) => write.replace('churn', 'employment')))].toSorted()).toEqual([
    'lambda:DeleteFunctionConcurrency arn:aws:lambda:eu-central-1:333333333333:function:prod-employment-prediction',
    'lambda:PutFunctionConcurrency arn:aws:lambda:eu-central-1:333333333333:function:prod-employment-prediction',
    'sagemaker:DeleteEndpoint arn:aws:sagemaker:eu-central-1:333333333333:endpoint/prod-employment',
    'sagemaker:UpdateEndpoint arn:aws:sagemaker:eu-central-1:333333333333:endpoint-config/prod-employment-*',
    'sagemaker:UpdateEndpoint arn:aws:sagemaker:eu-central-1:333333333333:endpoint/prod-employment',
    'sagemaker:UpdateModelPackage arn:aws:sagemaker:eu-central-1:333333333333:model-package/prod-employment/*',
    'states:StartExecution arn:aws:states:eu-central-1:333333333333:stateMachine:prod-employment-promotion',
    ...['development', 'monitor', 'promotion'].map((machine) => `states:StopExecution arn:aws:states:eu-central-1:333333333333:execution:prod-employment-${machine}:*`),
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

describe('people take a role', () => {
  interface RoleProperties {
    readonly RoleName: string;
    readonly MaxSessionDuration: number;
    readonly PermissionsBoundary?: unknown;
    readonly AssumeRolePolicyDocument: { readonly Statement: readonly { readonly Action: string; readonly Principal: unknown; readonly Condition?: unknown }[] };
  }
  const roles = (change: Partial<EnvironmentConfig> = {}): Record<string, RoleProperties> =>
    Object.fromEntries(
      Object.values(templateOf('prod', change).findResources('AWS::IAM::Role')).map(({ Properties }) => [(Properties as RoleProperties).RoleName.replace('mlops-prod-', ''), Properties as RoleProperties]),
    );
  const trust = (role: string, change: Partial<EnvironmentConfig> = {}) => roles(change)[role].AssumeRolePolicyDocument.Statement;
  const anna = 'arn:aws:iam::444444444444:role/Anna';
  const ben = 'arn:aws:iam::444444444444:role/Ben';
  const MFA = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } };

  test('as principals of the account, with a second factor unless the environment does without', () => {
    expect(trust('auditor')[0].Condition).toEqual(MFA);
    expect(trust('auditor', { people: { signIn: { type: 'iam', mfa: false } } })[0].Condition).toBeUndefined();
  });

  test('as approvers only where the environment names them', () => {
    const statements = trust('approver', { approvers: [anna, ben], people: { signIn: { type: 'iam', mfa: true } } });
    expect(statements.map(({ Principal, Condition }) => [Principal, Condition])).toEqual([[{ AWS: [anna, ben] }, MFA]]);
  });

  test('through the permission set of Identity Center that is named after the role', () => {
    const people = { signIn: { type: 'identityCenter', permissionSetPrefix: 'Mlops' } } as const;
    expect(trust('data-scientist', { people })).toEqual([
      expect.objectContaining({
        Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::333333333333:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_MlopsDataScientist_*' } },
      }),
    ]);
    expect(trust('approver', { people, approvers: [anna] })[0].Principal).toEqual({ AWS: anna });
  });

  test('through SAML, approvers by the subject that the provider names', () => {
    const providerArn = 'arn:aws:iam::333333333333:saml-provider/corporate';
    const change = { people: { signIn: { type: 'saml', providerArn } }, approvers: ['anna@example.com'] } as const;
    const audience = { 'SAML:aud': 'https://signin.aws.amazon.com/saml' };
    expect(trust('auditor', change)).toEqual([{ Effect: 'Allow', Action: 'sts:AssumeRoleWithSAML', Principal: { Federated: providerArn }, Condition: { StringEquals: audience } }]);
    expect(trust('approver', change)[0].Condition).toEqual({ StringEquals: { ...audience, 'SAML:sub': ['anna@example.com'] } });
  });

  test.each<[string, Partial<EnvironmentConfig>]>([
    ['by default', {}],
    ['where people come through SAML', { people: { signIn: { type: 'saml', providerArn: 'arn:aws:iam::333333333333:saml-provider/corporate' }, sessionHours: 12 }, approvers: ['anna'] }],
  ])('break glass with a fresh second factor and for an hour, %s', (_name, change) => {
    expect(trust('break-glass', change).map(({ Action, Condition }) => [Action, Condition])).toEqual([['sts:AssumeRole', { ...MFA, NumericLessThan: { 'aws:MultiFactorAuthAge': '900' } }]]);
    expect(roles(change)['break-glass'].MaxSessionDuration).toBe(3600);
  });

  test('for as long as the environment says; programs for an hour, without a factor that they cannot have', () => {
    const made = roles({ people: { signIn: { type: 'iam', mfa: true }, sessionHours: 2 } });
    expect(Object.entries(made).map(([role, { MaxSessionDuration }]) => [role, MaxSessionDuration / 3600])).toEqual([
      ['engineer', 2],
      ['data-scientist', 2],
      ['approver', 2],
      ['auditor', 2],
      ['break-glass', 1],
      ['data-provider', 1],
      ['application-client', 1],
    ]);
    expect(made['data-provider'].AssumeRolePolicyDocument.Statement[0].Condition).toBeUndefined();
  });

  test('within the boundary that the environment names', () => {
    const boundaries = (change?: Partial<EnvironmentConfig>) => Object.values(roles(change)).map(({ PermissionsBoundary }) => JSON.stringify(PermissionsBoundary ?? 'none'));
    expect(new Set(boundaries())).toEqual(new Set(['"none"']));
    const bounded = boundaries({ people: { permissionsBoundary: 'mlops-people-boundary' } });
    expect(bounded.every((boundary) => boundary.includes(':policy/mlops-people-boundary'))).toBe(true);
  });
});
