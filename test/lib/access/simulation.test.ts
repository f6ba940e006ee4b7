import { Template } from 'aws-cdk-lib/assertions';
import { environments } from '../../../bin/environments';
import { ACCESS, type AccessRole, PERMISSIONS, type Permission, permissionsOf, ROLES } from '../../../lib/access/access-table';
import { developmentPlace, type EnvironmentConfig } from '../../../lib/config/environment';
import { names } from '../../../lib/config/names';
import { promotionChain } from '../../../lib/config/validation';
import { AccessStack } from '../../../lib/stacks/access-stack';
import { newApp } from '../../support/app';
import { statementsOf, type Statement } from '../../support/policies';

/** Every cell of the access table is tried against the policies in the templates: what it says is allowed, and all else is not. */

interface Request {
  readonly action: string;
  readonly resource: string;
}

const chain = promotionChain(environments);
const production = names.bucket(developmentPlace(chain.production), 'data');

/** One request for each permission in an environment. */
const requests = (environment: EnvironmentConfig): Readonly<Record<Permission, Request>> => {
  const { name } = environment;
  const place = developmentPlace(environment);
  const arn = (service: string, resource: string): string => `arn:aws:${service}:${place.region}:${place.account}:${resource}`;
  const object = (purpose: 'data' | 'evidence' | 'access-logs', key: string): string => `arn:aws:s3:::${names.bucket(place, purpose)}/${key}`;
  return {
    readProcess: { action: 'states:GetExecutionHistory', resource: arn('states', `execution:${name}-employment-development:run-1`) },
    readLogs: { action: 'logs:FilterLogEvents', resource: arn('logs', `log-group:/aws/vendedlogs/states/${name}-employment-development:*`) },
    readEvidence: { action: 's3:GetObject', resource: object('evidence', 'employment/gates/model/run-1/verdict.json') },
    readTrail: { action: 's3:GetObject', resource: object('access-logs', 'trail/AWSLogs/1.json.gz') },
    startDevelopment: { action: 'lambda:InvokeFunction', resource: arn('lambda', `function:${name}-employment-development-starter`) },
    approve: { action: 'sagemaker:UpdateModelPackage', resource: arn('sagemaker', `model-package/${name}-employment/1`) },
    readData: { action: 's3:GetObject', resource: object('data', 'employment/training/2015/part-0.parquet') },
    readProductionData: { action: 's3:GetObject', resource: `arn:aws:s3:::${production}/employment/training/2015/part-0.parquet` },
    explore: { action: 'sagemaker:CreateTrainingJob', resource: arn('sagemaker', 'training-job/explore-1') },
    deliverData: { action: 's3:PutObject', resource: object('data', 'employment/training/2016/part-0.parquet') },
    callApplication: { action: 'lambda:InvokeFunctionUrl', resource: arn('lambda', `function:${name}-employment-prediction`) },
  };
};

/** What no role of people or of programs from outside may ever do. */
const forbidden = (environment: EnvironmentConfig): Request[] => {
  const place = developmentPlace(environment);
  const { name } = environment;
  const arn = (service: string, resource: string): string => `arn:aws:${service}:${place.region}:${place.account}:${resource}`;
  const evidence = `arn:aws:s3:::${names.bucket(place, 'evidence')}/employment/gates/model/run-1/verdict.json`;
  return [
    { action: 's3:PutObject', resource: evidence },
    { action: 's3:DeleteObject', resource: evidence },
    { action: 's3:BypassGovernanceRetention', resource: evidence },
    { action: 's3:GetObject', resource: `arn:aws:s3:::${names.bucket(place, 'inference-log')}/employment/inference/2026/01/01/00/part` },
    { action: 's3:GetObject', resource: `arn:aws:s3:::${names.bucket(place, 'evidence')}/another-model/gates/model/run-1/verdict.json` },
    { action: 's3:DeleteObject', resource: `arn:aws:s3:::${names.bucket(place, 'data')}/employment/training/2015/part-0.parquet` },
    ...(production === names.bucket(place, 'data') ? [] : [{ action: 's3:PutObject', resource: `arn:aws:s3:::${production}/employment/training/2015/part-0.parquet` }]),
    { action: 'states:StartExecution', resource: arn('states', `stateMachine:${name}-employment-promotion`) },
    { action: 'sagemaker:CreateModelPackage', resource: arn('sagemaker', `model-package/${name}-employment/1`) },
    { action: 'sagemaker:UpdateEndpoint', resource: arn('sagemaker', `endpoint/${name}-employment`) },
    { action: 'sagemaker:DeleteEndpoint', resource: arn('sagemaker', `endpoint/${name}-employment`) },
    { action: 'ssm:PutParameter', resource: arn('ssm', 'parameter/mlops/employment/champion') },
    { action: 'kms:Sign', resource: arn('kms', 'key/1') },
    { action: 'iam:PassRole', resource: `arn:aws:iam::${place.account}:role/${names.role(name, 'employment', 'model')}` },
  ];
};

const matches = (pattern: string, value: string): boolean =>
  new RegExp(`^${pattern.split('*').map((part) => part.replaceAll(/[.?+^${}()|[\]\\]/g, String.raw`\$&`)).join('.*')}$`).test(value);

const allows = (statements: readonly Statement[], { action, resource }: Request): boolean =>
  statements.some(({ effect, actions, resources }) => effect === 'Allow' && actions.some((one) => matches(one, action)) && resources.some((one) => matches(one, resource)));

/** Statements by role of an environment's template. */
function policiesOf(environment: EnvironmentConfig): ReadonlyMap<AccessRole, readonly Statement[]> {
  const stack = new AccessStack(newApp(), 'Access', { environment, chain, place: developmentPlace(environment), models: ['employment'] });
  const template = Template.fromStack(stack);
  const ids = new Map([...stack.access.roles].map(([role, construct]) => [role, stack.getLogicalId(construct.node.defaultChild as never)]));
  const all = Object.entries(template.findResources('AWS::IAM::ManagedPolicy'));
  return new Map(
    [...ids].map(([role, id]) => [
      role,
      all.flatMap(([logicalId, resource]) =>
        JSON.stringify(resource.Properties.Roles).includes(`"${id}"`) ? statementsOf(Template.fromJSON({ Resources: { [logicalId]: resource } }), 'AWS::IAM::ManagedPolicy') : [],
      ),
    ]),
  );
}

describe.each(environments.map((environment) => [environment.name, environment] as const))('in %s', (_name, environment) => {
  const policies = policiesOf(environment);

  test.each(ROLES)('%s may do what the table says and nothing else of it', (role) => {
    const told = permissionsOf(role, environment);
    const asked = requests(environment);
    // The data of production are this environment's own data there.
    const readsOwn = told.includes('readData') && asked.readProductionData.resource === asked.readData.resource;
    const expected = PERMISSIONS.filter((permission) => told.includes(permission) || (permission === 'readProductionData' && readsOwn));
    expect(PERMISSIONS.filter((permission) => allows(policies.get(role) ?? [], asked[permission]))).toEqual(expected);
  });

  test.each(ROLES)('%s may do nothing that no one may', (role) => {
    expect(forbidden(environment).filter((request) => allows(policies.get(role) ?? [], request))).toEqual([]);
  });
});

test('every permission of the table is given to somebody somewhere', () => {
  const given = new Set(ROLES.flatMap((role) => Object.values(ACCESS[role]).flat()));
  expect(PERMISSIONS.filter((permission) => !given.has(permission))).toEqual([]);
});
