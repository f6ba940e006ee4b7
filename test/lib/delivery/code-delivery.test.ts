import { Match, Template } from 'aws-cdk-lib/assertions';
import { environments } from '../../../bin/environments';
import { rulePacks } from '../../../lib/compliance/packs';
import { CodeDeliveryStack, type CodeDeliveryStackProps } from '../../../lib/stacks/code-delivery-stack';
import { nagFindings, newApp } from '../../support/app';
import { statementsOf, type Statement } from '../../support/policies';

const CONNECTION = 'arn:aws:codeconnections:eu-central-1:444444444444:connection/11111111-2222-3333-4444-555555555555';
const TOOLING = '444444444444';
const rehearsing = environments.map((environment) => (environment.name === 'int' ? { ...environment, rehearsedFrom: TOOLING } : environment));

function delivery(change: Partial<CodeDeliveryStackProps> = {}) {
  const stack = new CodeDeliveryStack(newApp(), 'CodeDelivery', {
    account: TOOLING,
    region: 'eu-central-1',
    environments: rehearsing,
    repository: 'acme/mlops',
    connectionArn: CONNECTION,
    ...change,
  });
  return { stack, template: Template.fromStack(stack) };
}

interface Project {
  readonly Source: { readonly BuildSpec: string };
  readonly ServiceRole: { readonly 'Fn::GetAtt': readonly string[] };
}

const projectOf = (template: Template, build: string): Project => {
  const [project] = Object.values(template.findResources('AWS::CodeBuild::Project', { Properties: { Description: Match.stringLikeRegexp(`^${build} `) } }));
  return (project as { Properties: Project }).Properties;
};

/** Commands of a build's phase, by the build's description. */
const commandsOf = (template: Template, build: string, phase: 'build' | 'post_build' = 'build'): string[] =>
  (JSON.parse(projectOf(template, build).Source.BuildSpec) as { phases: Record<string, { commands: string[] } | undefined> }).phases[phase]?.commands ?? [];

/** Roles that a build may take. */
const assumedBy = (template: Template, build: string): string[] => {
  const [role] = projectOf(template, build).ServiceRole['Fn::GetAtt'];
  const policies = template.findResources('AWS::IAM::ManagedPolicy', { Properties: { Roles: [{ Ref: role }] } });
  const own = Object.entries(policies).flatMap(([id, policy]): Statement[] => statementsOf(Template.fromJSON({ Resources: { [id]: policy } }), 'AWS::IAM::ManagedPolicy'));
  return own.filter(({ actions }) => actions.includes('sts:AssumeRole')).flatMap(({ resources }) => resources);
};

describe('every push and pull request', () => {
  test('is checked with the command that a change must pass, in a role that may take no other', () => {
    const { template } = delivery();
    expect(commandsOf(template, 'Check')).toEqual(['npm ci', '.ci/run']);
    expect(assumedBy(template, 'Check')).toEqual([]);
    template.hasResourceProperties('AWS::CodeBuild::Project', {
      Description: 'Check of acme/mlops',
      Triggers: {
        Webhook: true,
        FilterGroups: [
          [Match.objectLike({ Pattern: 'PUSH' }), { Type: 'HEAD_REF', Pattern: 'refs/heads/main', ExcludeMatchedPattern: true }],
          [Match.objectLike({ Pattern: 'PULL_REQUEST_CREATED, PULL_REQUEST_UPDATED, PULL_REQUEST_REOPENED' }), Match.objectLike({ Type: 'BASE_REF' })],
        ],
      },
    });
  });
});

describe('a pull request', () => {
  test('is deployed beside int under a name of its own, and a model goes the whole way there', () => {
    expect(commandsOf(delivery().template, 'Rehearse')).toEqual([
      'npm ci',
      'npx cdk deploy "int-pr-$CODEBUILD_BUILD_NUMBER/**" -c "rehearsal=$CODEBUILD_BUILD_NUMBER" -c @aws-cdk/core:bootstrapQualifier=hnb659fds --require-approval never --concurrency 4',
      'npx tsx bin/rehearse.ts run "$CODEBUILD_BUILD_NUMBER"',
    ]);
  });

  test('is emptied and destroyed afterwards, in the phase that CodeBuild runs even when the build failed', () => {
    expect(commandsOf(delivery().template, 'Rehearse', 'post_build')).toEqual([
      'npx tsx bin/rehearse.ts empty "$CODEBUILD_BUILD_NUMBER"',
      'npx cdk destroy "int-pr-$CODEBUILD_BUILD_NUMBER/**" -c "rehearsal=$CODEBUILD_BUILD_NUMBER" -c @aws-cdk/core:bootstrapQualifier=hnb659fds --force',
    ]);
  });

  test('reaches no account but that of int', () => {
    const roles = assumedBy(delivery({ rehearsalQualifier: 'rehearse' }).template, 'Rehearse');
    expect(roles).toEqual([
      ...['deploy', 'file-publishing', 'lookup'].map((purpose) => `arn:aws:iam::222222222222:role/cdk-rehearse-${purpose}-role-222222222222-eu-central-1`),
      'arn:aws:iam::222222222222:role/mlops-int-rehearsal',
    ]);
  });

  test('of somebody who may not write to the repository waits for somebody who may', () => {
    delivery().template.hasResourceProperties('AWS::CodeBuild::Project', {
      Description: 'Rehearse of acme/mlops',
      Triggers: { PullRequestBuildPolicy: { RequiresCommentApproval: 'FORK_PULL_REQUESTS' } },
    });
  });

  test('is only checked where no environment may be rehearsed', () => {
    const { template } = delivery({ environments });
    template.resourceCountIs('AWS::CodeBuild::Project', 2);
  });
});

describe('a merge', () => {
  test('is checked again and deployed in promotion order, one merge at a time', () => {
    const { template } = delivery();
    expect(commandsOf(template, 'Deploy').map((command) => command.split(' --')[0])).toEqual([
      'npm ci',
      '.ci/run',
      `npx cdk deploy 'dev/**'`,
      `npx cdk deploy 'int/**'`,
      `npx cdk deploy 'prod/**'`,
    ]);
    template.hasResourceProperties('AWS::CodeBuild::Project', { Description: 'Deploy of acme/mlops', ConcurrentBuildLimit: 1 });
  });

  test('takes roles of the CDK bootstrap in the accounts of the environments, and no other', () => {
    const roles = assumedBy(delivery().template, 'Deploy');
    expect(roles).toHaveLength(9);
    expect(roles).toContain('arn:aws:iam::333333333333:role/cdk-hnb659fds-deploy-role-333333333333-eu-central-1');
    expect(roles.every((role) => /role\/cdk-hnb659fds-(deploy|file-publishing|lookup)-role-\d{12}-eu-central-1$/.test(role))).toBe(true);
  });

  test('to another branch releases where one is named', () => {
    delivery({ branch: 'release' }).template.hasResourceProperties('AWS::CodeBuild::Project', {
      Description: 'Deploy of acme/mlops',
      Triggers: { FilterGroups: [Match.arrayWith([Match.objectLike({ Type: 'HEAD_REF', Pattern: 'refs/heads/release' })])] },
    });
  });
});

test('the repository is read through the connection, without a secret', () => {
  delivery().template.allResourcesProperties('AWS::CodeBuild::Project', { Source: Match.objectLike({ Auth: { Type: 'CODECONNECTIONS', Resource: CONNECTION } }) });
});

test('no pack has a finding', () => {
  expect(nagFindings(delivery().stack, rulePacks())).toEqual([]);
});

test('fails without a repository, saying what to set', () => {
  expect(() => delivery({ repository: '' })).toThrow('repository must be owner/name at GitHub, got ""; set MLOPS_REPOSITORY');
});
