import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { environments } from '../../../bin/environments';
import boundaryDocument from '../../../docs/bootstrap/people-boundary.json';
import { ACCESS, type AccessRole, kindOf, PERMISSIONS, type Permission, permissionsOf, ROLES } from '../../../lib/access/access-table';
import { developmentPlace, type EnvironmentConfig } from '../../../lib/config/environment';
import { names } from '../../../lib/config/names';
import { promotionChain } from '../../../lib/config/validation';
import { AccessStack } from '../../../lib/stacks/access-stack';
import { FoundationStack } from '../../../lib/stacks/foundation-stack';
import { requestContext } from '../../../local/iam/policy/context';
import { compilePolicy, type Policy } from '../../../local/iam/policy/document';
import { evaluate } from '../../../local/iam/policy/evaluate';
import { newApp } from '../../support/app';

/**
 * Every cell of the access table is tried against the policies in the templates, by AWS's evaluation logic, across accounts with the other account's
 * policy too: what the table says is allowed, and all else is not.
 */

interface Request {
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string>>;
}

const chain = promotionChain(environments);
const productionPlace = developmentPlace(chain.production);
const production = names.bucket(productionPlace, 'data');

/** Requests of each permission in an environment: whoever has it may make all of them, whoever has not may make none. */
const requests = (environment: EnvironmentConfig): Readonly<Record<Permission, readonly Request[]>> => {
  const { name } = environment;
  const place = developmentPlace(environment);
  const arn = (service: string, resource: string): string => `arn:aws:${service}:${place.region}:${place.account}:${resource}`;
  const object = (purpose: Parameters<typeof names.bucket>[1], key: string): string => `arn:aws:s3:::${names.bucket(place, purpose)}/${key}`;
  const passed = { action: 'iam:PassRole', resource: `arn:aws:iam::${place.account}:role/${names.role(name, 'employment', 'job')}`, context: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } };
  // Machines and endpoints that an environment does not have can't be asked for.
  const machine = { exploration: 'development', qualification: 'qualification', production: 'promotion' }[kindOf(environment)];
  return {
    readProcess: [
      { action: 'states:GetExecutionHistory', resource: arn('states', `execution:${name}-employment-development:run-1`) },
      { action: 'sagemaker:DescribeModelPackage', resource: arn('sagemaker', `model-package/${name}-employment/1`) },
    ],
    readLogs: [{ action: 'logs:FilterLogEvents', resource: arn('logs', `log-group:/aws/vendedlogs/states/${name}-employment-development:*`) }],
    readEvidence: [{ action: 's3:GetObject', resource: object('evidence', 'employment/gates/model/run-1/verdict.json') }],
    readTrail: [{ action: 's3:GetObject', resource: object('access-logs', 'trail/AWSLogs/1.json.gz') }],
    startDevelopment: [{ action: 'lambda:InvokeFunction', resource: arn('lambda', `function:${name}-employment-development-starter`) }],
    approve: [{ action: 'sagemaker:UpdateModelPackage', resource: arn('sagemaker', `model-package/${name}-employment/1`) }],
    promote: [{ action: 'states:StartExecution', resource: arn('states', `stateMachine:${name}-employment-promotion`) }],
    readInferenceLog: [{ action: 's3:GetObject', resource: object('inference-log', 'employment/inference/2026/01/01/00/part') }],
    readData: [{ action: 's3:GetObject', resource: object('data', 'employment/training/2015/part-0.parquet') }],
    readProductionData: [{ action: 's3:GetObject', resource: `arn:aws:s3:::${production}/employment/training/2015/part-0.parquet` }],
    explore: [{ action: 'sagemaker:CreateTrainingJob', resource: arn('sagemaker', 'training-job/explore-1') }, passed],
    deliverData: [
      { action: 's3:PutObject', resource: object('data', 'employment/training/2016/part-0.parquet') },
      { action: 's3:DeleteObject', resource: object('data', 'employment/training/2016/_SUCCESS') },
    ],
    callApplication: [{ action: 'lambda:InvokeFunctionUrl', resource: arn('lambda', `function:${name}-employment-prediction`) }],
    changeThresholds: [
      { action: 'lambda:UpdateFunctionCode', resource: arn('lambda', `function:${name}-employment-judge`) },
      { action: 'lambda:UpdateFunctionConfiguration', resource: arn('lambda', `function:${name}-employment-judge`) },
      { action: 'states:UpdateStateMachine', resource: arn('states', `stateMachine:${name}-employment-development`) },
      { action: 'sagemaker:UpdatePipeline', resource: arn('sagemaker', `pipeline/${name}-employment`) },
      { action: 'cloudwatch:PutMetricAlarm', resource: arn('cloudwatch', `alarm:${name}-employment-rollout-errors`) },
      { action: 's3:PutObject', resource: object('artifacts', 'employment/code/bundle.tar.gz') },
    ],
    breakGlass: [
      { action: 'states:StopExecution', resource: arn('states', `execution:${name}-employment-${machine}:run-1`) },
      { action: 'sagemaker:DeleteEndpoint', resource: arn('sagemaker', `endpoint/${name}-employment`) },
      { action: 'sagemaker:UpdateEndpoint', resource: arn('sagemaker', `endpoint-config/${name}-employment-1`) },
      { action: 'lambda:PutFunctionConcurrency', resource: arn('lambda', `function:${name}-employment-prediction`) },
    ],
  };
};

/** What no role of people or of programs from outside may ever do, break glass included. */
const forbidden = (environment: EnvironmentConfig): Request[] => {
  const place = developmentPlace(environment);
  const { name } = environment;
  const arn = (service: string, resource: string): string => `arn:aws:${service}:${place.region}:${place.account}:${resource}`;
  const evidence = `arn:aws:s3:::${names.bucket(place, 'evidence')}/employment/gates/model/run-1/verdict.json`;
  return [
    { action: 's3:PutObject', resource: evidence },
    { action: 's3:DeleteObject', resource: evidence },
    { action: 's3:BypassGovernanceRetention', resource: evidence },
    { action: 's3:DeleteObject', resource: `arn:aws:s3:::${names.bucket(place, 'inference-log')}/employment/inference/2026/01/01/00/part` },
    { action: 's3:GetObject', resource: `arn:aws:s3:::${names.bucket(place, 'evidence')}/another-model/gates/model/run-1/verdict.json` },
    { action: 's3:DeleteObject', resource: `arn:aws:s3:::${names.bucket(place, 'data')}/employment/training/2015/part-0.parquet` },
    ...(production === names.bucket(place, 'data') ? [] : [{ action: 's3:PutObject', resource: `arn:aws:s3:::${production}/employment/training/2015/part-0.parquet` }]),
    { action: 'sagemaker:CreateModelPackage', resource: arn('sagemaker', `model-package/${name}-employment/1`) },
    { action: 'sagemaker:DeleteModelPackage', resource: arn('sagemaker', `model-package/${name}-employment/1`) },
    { action: 'ssm:PutParameter', resource: arn('ssm', 'parameter/mlops/employment/champion') },
    { action: 'kms:Sign', resource: arn('kms', 'key/1') },
    { action: 'cloudtrail:StopLogging', resource: arn('cloudtrail', `trail/mlops-${name}`) },
    { action: 'iam:CreateRole', resource: `arn:aws:iam::${place.account}:role/another` },
    { action: 'iam:PassRole', resource: `arn:aws:iam::${place.account}:role/${names.role(name, 'employment', 'model')}`, context: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
    { action: 'iam:PassRole', resource: `arn:aws:iam::${place.account}:role/${names.role(name, 'employment', 'job')}`, context: { 'iam:PassedToService': 'lambda.amazonaws.com' } },
  ];
};

type Resources = Readonly<Record<string, { readonly Type: string; readonly Properties: Readonly<Record<string, unknown>> }>>;

const resourcesOf = (template: Template): Resources => template.toJSON().Resources as Resources;

/** References of a policy, resolved as far as statements on objects need it. */
const plain = (document: unknown, values: Readonly<Record<string, string>> = {}): unknown =>
  JSON.parse(
    JSON.stringify(document, (_key, value: unknown) => {
      const record = value as { 'Fn::Join'?: [string, unknown[]]; 'Fn::GetAtt'?: [string, string]; Ref?: string } | null;
      if (typeof record !== 'object' || record === null) {
        return value;
      }
      const text = (part: unknown): string => (typeof part === 'string' ? part : (values[(part as { 'Fn::GetAtt'?: string[] })['Fn::GetAtt']?.[0] ?? (part as { Ref: string }).Ref] ?? 'aws'));
      return record['Fn::Join'] !== undefined ? record['Fn::Join'][1].map(text).join(record['Fn::Join'][0]) : record['Fn::GetAtt'] !== undefined ? text(record) : value;
    }),
  );

/** Policy of production's data bucket, which decides on readers of other accounts. */
function bucketPolicy(): Policy {
  const stack = new FoundationStack(new App({ context: newApp().node.getAllContext() as Record<string, unknown> }), 'Foundation', { environment: chain.production, chain, place: productionPlace });
  const resources = resourcesOf(Template.fromStack(stack));
  const [id] = Object.entries(resources).find(([, { Properties }]) => Properties.BucketName === production) ?? [''];
  const [, policy] = Object.entries(resources).find(([, { Type, Properties }]) => Type === 'AWS::S3::BucketPolicy' && (Properties.Bucket as { Ref?: string }).Ref === id) ?? [];
  return compilePolicy(plain(policy?.Properties.PolicyDocument, { [id]: `arn:aws:s3:::${production}` }), 'data bucket of production', 'resource');
}

const productionData = bucketPolicy();
const boundary = compilePolicy(boundaryDocument, 'people-boundary', 'identity');

/** Identity policies by role of an environment's template. */
function policiesOf(environment: EnvironmentConfig): ReadonlyMap<AccessRole, readonly Policy[]> {
  const stack = new AccessStack(newApp(), 'Access', { environment, chain, place: developmentPlace(environment), models: ['employment'] });
  const resources = Object.values(resourcesOf(Template.fromStack(stack))).filter(({ Type }) => Type === 'AWS::IAM::ManagedPolicy');
  return new Map(
    [...stack.access.roles].map(([role, construct]) => [
      role,
      resources
        .filter(({ Properties }) => JSON.stringify(Properties.Roles).includes(`"${stack.getLogicalId(construct.node.defaultChild as never)}"`))
        .map(({ Properties }, index) => compilePolicy(plain(Properties.PolicyDocument), `${role} ${index}`, 'identity')),
    ]),
  );
}

describe.each(environments.map((environment) => [environment.name, environment] as const))('in %s', (name, environment) => {
  const place = developmentPlace(environment);
  const policies = policiesOf(environment);

  const allows = (role: AccessRole, { action, resource, context }: Request, bounded: boolean): boolean => {
    const roleArn = `arn:aws:iam::${place.account}:role/${names.accessRole(name, role)}`;
    const foreign = resource.startsWith(`arn:aws:s3:::${production}`) && place.account !== productionPlace.account;
    const principal = { kind: 'session', accountId: place.account, roleArn, arn: `arn:aws:sts::${place.account}:assumed-role/${names.accessRole(name, role)}/test` } as const;
    const facts = requestContext({ 'aws:SecureTransport': true, 's3:TlsVersion': '1.3', 'aws:PrincipalArn': roleArn, 'aws:PrincipalAccount': place.account }, context ?? {});
    return evaluate(
      { principal, action, resource, context: facts },
      {
        identity: policies.get(role) ?? [],
        boundary: bounded ? boundary : undefined,
        resource: { owner: foreign ? productionPlace.account : place.account, rule: 'standard', policy: foreign ? productionData : undefined },
      },
    ).allowed;
  };

  describe.each([
    ['without a boundary', false],
    ['within the documented boundary', true],
  ])('%s', (_name, bounded) => {
    test.each(ROLES)('%s may do what the table says and nothing else of it', (role) => {
      const told = permissionsOf(role, environment);
      const asked = requests(environment);
      // The data of production are this environment's own data there.
      const readsOwn = told.includes('readData') && asked.readProductionData[0].resource === asked.readData[0].resource;
      for (const permission of PERMISSIONS) {
        const expected = told.includes(permission) || (permission === 'readProductionData' && readsOwn);
        const actual = asked[permission].map((request) => `${request.action} ${allows(role, request, bounded) ? 'allowed' : 'denied'}`);
        expect({ permission, actual }).toEqual({ permission, actual: asked[permission].map(({ action }) => `${action} ${expected ? 'allowed' : 'denied'}`) });
      }
    });

    test.each(ROLES)('%s may do nothing that no one may', (role) => {
      expect(forbidden(environment).filter((request) => allows(role, request, bounded))).toEqual([]);
    });
  });
});

describe('the table', () => {
  const roles = [...ROLES].toSorted();

  test('has every cell, and no other: a cell that nobody wrote down is a fault', () => {
    expect(Object.keys(ACCESS).toSorted()).toEqual([...PERMISSIONS].toSorted());
    for (const [permission, row] of Object.entries(ACCESS)) {
      expect({ permission, roles: Object.keys(row).toSorted() }).toEqual({ permission, roles });
      expect({ permission, odd: Object.values(row).filter((cell) => !/^[e-][q-][p-]$/.test(cell)) }).toEqual({ permission, odd: [] });
    }
  });

  test('gives every permission to somebody somewhere, but the change of thresholds to nobody', () => {
    const nobody = PERMISSIONS.filter((permission) => Object.values(ACCESS[permission]).every((cell) => cell === '---'));
    expect(nobody).toEqual(['changeThresholds']);
  });

  test.each<[Permission, Permission]>([
    ['startDevelopment', 'approve'],
    ['explore', 'approve'],
    ['deliverData', 'approve'],
    ['approve', 'promote'],
    ['promote', 'startDevelopment'],
    ['breakGlass', 'approve'],
    ['breakGlass', 'deliverData'],
    ['readTrail', 'breakGlass'],
  ])('separates duties: who has %s does not have %s, in no environment', (one, other) => {
    const holders = (permission: Permission): AccessRole[] => ROLES.filter((role) => ACCESS[permission][role] !== '---');
    expect(holders(one).filter((role) => holders(other).includes(role))).toEqual([]);
  });

  test('lets nobody promote by hand where the process runs, but break glass', () => {
    expect(ROLES.filter((role) => ACCESS.promote[role] !== '---')).toEqual(['breakGlass']);
  });
});
