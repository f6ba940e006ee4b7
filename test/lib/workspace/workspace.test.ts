import { Match, Template } from 'aws-cdk-lib/assertions';
import { environments } from '../../../bin/environments';
import { developmentPlace, type EnvironmentConfig } from '../../../lib/config/environment';
import { Network } from '../../../lib/config/network';
import { promotionChain } from '../../../lib/config/validation';
import { workspaceFaults } from '../../../lib/config/workspace';
import { FoundationStack } from '../../../lib/stacks/foundation-stack';
import { WorkspaceStack } from '../../../lib/stacks/workspace-stack';
import { startScript } from '../../../lib/workspace/start-script';
import { newApp } from '../../support/app';
import { fixtureProject } from '../../support/fixtures';
import { type Statement, statementsOf } from '../../support/policies';

const workspace = { signIn: 'IAM' as const, users: [{ name: 'anna' }, { name: 'ben' }] };

function make(change: Partial<EnvironmentConfig['development']> = {}, more: Partial<EnvironmentConfig> = {}) {
  const [first, ...others] = environments;
  const environment: EnvironmentConfig = { ...first!, network: Network.private({ cidr: '10.80.0.0/20' }), workspace, development: { ...first!.development, ...change }, ...more };
  const chain = promotionChain([environment, ...others]);
  const own = environment.workspace === false ? workspace : environment.workspace;
  const template = Template.fromStack(new WorkspaceStack(newApp(), 'Workspace', { environment, chain, workspace: own, projects: [fixtureProject()] }));
  const foundation = (of: EnvironmentConfig) => Template.fromStack(new FoundationStack(newApp(), 'Foundation', { environment: of, chain, place: developmentPlace(of) }));
  return { template, development: () => foundation(environment), production: () => foundation(chain.production) };
}

const { template, development, production } = make();
const about = (statements: Statement[], action: string): Statement[] => statements.filter(({ actions }) => actions.includes(action));

describe('the domain', () => {
  test('has no way to the internet, no shared home, and encrypted disks', () => {
    template.hasResourceProperties('AWS::SageMaker::Domain', {
      AppNetworkAccessType: 'VpcOnly',
      AuthMode: 'IAM',
      HomeEfsFileSystemCreation: 'Disabled',
      KmsKeyId: Match.anyValue(),
      SubnetIds: Match.anyValue(),
      DomainSettings: { ExecutionRoleIdentityConfig: 'USER_PROFILE_NAME' },
    });
  });

  test.each(['JupyterLabAppSettings', 'CodeEditorAppSettings'])('shuts down what idles, and nobody can change that: %s', (settings) => {
    template.hasResourceProperties('AWS::SageMaker::Domain', {
      DefaultUserSettings: Match.objectLike({
        [settings]: Match.objectLike({
          AppLifecycleManagement: { IdleSettings: { LifecycleManagement: 'ENABLED', IdleTimeoutInMinutes: 60, MinIdleTimeoutInMinutes: 60, MaxIdleTimeoutInMinutes: 60 } },
        }),
      }),
    });
  });

  test('gives each person a role of their own', () => {
    const roles = Object.values(template.findResources('AWS::SageMaker::UserProfile')).map(({ Properties }) => JSON.stringify(Properties.UserSettings.ExecutionRole));
    expect(new Set(roles).size).toBe(2);
  });
});

describe('the data of production', () => {
  const [policy] = Object.values(template.findResources('AWS::IAM::ManagedPolicy', { Properties: { ManagedPolicyName: 'mlops-dev-production-data' } }));
  const statements = statementsOf(template, 'AWS::IAM::ManagedPolicy');
  const ofProduction = statements.filter(({ resources, effect }) => effect === 'Allow' && resources.some((arn) => arn.includes('mlops-prod-data')));

  test('is read by one policy alone, through the endpoint of the network alone', () => {
    expect(policy).toBeDefined();
    expect(ofProduction.map(({ actions }) => actions.join())).toEqual(['s3:GetObject', 's3:ListBucket']);
    for (const { conditions } of ofProduction) {
      expect(conditions.StringEquals).toEqual({ 'aws:VpceAccount': '111111111111', 'aws:SourceVpce': { Ref: 'NetworkS3Endpoint' } });
    }
  });

  test('is read by nobody where the environment does not read it, or where the only data set is closed', () => {
    for (const change of [{ readsProductionData: false }, { closedDataSets: ['employment'] }]) {
      expect(JSON.stringify(make(change).template.toJSON())).not.toContain('mlops-prod-data');
    }
  });

  test('is refused by its bucket to whoever comes from elsewhere, and a closed data set to everybody', () => {
    const refusals = (of: Template) => statementsOf(of, 'AWS::S3::BucketPolicy').filter(({ effect, sid }) => effect === 'Deny' && sid?.includes('111111111111'));
    expect(refusals(production()).map(({ conditions }) => conditions)).toEqual([
      { StringEquals: { 'aws:PrincipalAccount': '111111111111' }, StringNotEquals: { 'aws:VpceAccount': '111111111111' }, Bool: { 'aws:ViaAWSService': 'false' } },
    ]);
    const closed = refusals(make({ closedDataSets: ['employment'] }).production()).find(({ sid }) => sid?.startsWith('ClosedTo'));
    expect([closed?.resources.join().includes('/employment/*'), closed?.conditions]).toEqual([true, { StringEquals: { 'aws:PrincipalAccount': '111111111111' } }]);
  });
});

describe('nothing leaves:', () => {
  const statements = statementsOf(template, 'AWS::IAM::ManagedPolicy');

  test('every person is refused writes to another account and jobs outside of the network', () => {
    const refused = statements.filter(({ effect }) => effect === 'Deny');
    expect(about(refused, 's3:PutObject').map(({ conditions }) => conditions.StringNotEquals)).toEqual([{ 'aws:ResourceAccount': '111111111111' }, { 'aws:ResourceAccount': '111111111111' }]);
    expect(about(refused, 'sagemaker:CreateTrainingJob').map(({ conditions }) => conditions.Null)).toEqual([{ 'sagemaker:VpcSubnets': 'true' }, { 'sagemaker:VpcSubnets': 'true' }]);
  });

  test('the network lets writes through to the own account alone', () => {
    const [endpoint] = Object.values(development().findResources('AWS::EC2::VPCEndpoint')).filter(({ Properties }) => JSON.stringify(Properties.PolicyDocument).includes('s3:PutObject'));
    const write = ((endpoint?.Properties.PolicyDocument.Statement ?? []) as { Sid: string; Condition: { StringEquals: Record<string, unknown> } }[]).find(({ Sid }) => Sid === 'Write');
    expect([write?.Condition.StringEquals['aws:ResourceAccount']].flat()).toEqual(['111111111111']);
  });

  test('results have no versions, expire, and are reached from inside alone', () => {
    const made = development();
    made.hasResourceProperties('AWS::S3::Bucket', {
      BucketName: 'mlops-dev-workspace-111111111111-eu-central-1',
      VersioningConfiguration: Match.absent(),
      LifecycleConfiguration: { Rules: Match.arrayWith([Match.objectLike({ ExpirationInDays: 30 })]) },
    });
    expect(statementsOf(made, 'AWS::S3::BucketPolicy').filter(({ sid }) => sid === 'FromTheWorkspaceAlone')).toHaveLength(1);
  });

  test('a person writes results below their own name', () => {
    const writes = about(statements.filter(({ effect }) => effect === 'Allow'), 's3:DeleteObject').flatMap(({ resources }) => resources.filter((arn) => arn.includes('workspace')));
    expect(writes.toSorted()).toEqual(['anna', 'ben'].map((name) => `arn:aws:s3:::mlops-dev-workspace-111111111111-eu-central-1/${name}/*`));
  });
});

test('a space gets the released code and the names of buckets, and changes nothing that is there', () => {
  const script = startScript({ tools: [{ model: 'employment', bucketName: 'assets', key: 'code.zip' }], variables: { MLOPS_DATA: 's3://data' }, packageIndex: 'https://packages.example.com/simple/' });
  expect(script).toContain('if [ ! -e "$HOME/models/employment" ]');
  expect(script).toContain('export MLOPS_DATA=s3://data');
  expect(script).toContain("pip config set global.index-url 'https://packages.example.com/simple/'");
});

test('faults of a workspace are named with value and limit, all at once', () => {
  const faults = workspaceFaults({ signIn: 'SSO', users: [{ name: 'a b', identityCenterUser: 'a' }, { name: 'ben' }, { name: 'ben', identityCenterUser: 'b' }], idleMinutes: 5, resultDays: 0, packageIndex: 'http://x' });
  expect(faults.filter((fault) => fault !== false)).toEqual([
    'workspace.users must have names of 1 to 40 letters, digits and single hyphens, got "a b"',
    'workspace.users names "ben" more than once; give each person one profile',
    'workspace.users "ben" needs identityCenterUser where signIn is SSO, got none',
    "workspace.idleMinutes must be a whole number between 60 and 525600 (SageMaker's limits), got 5",
    'workspace.resultDays must be a whole number between 1 and 365, got 0; results are no archive',
    'workspace.packageIndex must be an https address, got "http://x"',
  ]);
});
