import { Match, Template } from 'aws-cdk-lib/assertions';
import { environments } from '../../../bin/environments';
import { CodeDeliveryStack } from '../../../lib/stacks/code-delivery-stack';
import { nagFindings, newApp } from '../../support/app';
import { statementsOf } from '../../support/policies';

const CONNECTION = 'arn:aws:codeconnections:eu-central-1:444444444444:connection/11111111-2222-3333-4444-555555555555';

function delivery(branch?: string, repository = 'acme/mlops') {
  const stack = new CodeDeliveryStack(newApp(), 'CodeDelivery', {
    account: '444444444444',
    region: 'eu-central-1',
    environments,
    repository,
    connectionArn: CONNECTION,
    branch,
  });
  return { stack, template: Template.fromStack(stack) };
}

/** Commands of a build, by its description. */
const commandsOf = (template: Template, build: string): string[] => {
  const [project] = Object.values(template.findResources('AWS::CodeBuild::Project', { Properties: { Description: Match.stringLikeRegexp(`^${build} `) } }));
  const { BuildSpec } = (project as { Properties: { Source: { BuildSpec: string } } }).Properties.Source;
  return (JSON.parse(BuildSpec) as { phases: { build: { commands: string[] } } }).phases.build.commands;
};

test('pushes and pull requests are checked with the command that a change must pass', () => {
  const { template } = delivery();
  expect(commandsOf(template, 'Check')).toEqual(['npm ci', '.ci/run']);
  template.hasResourceProperties('AWS::CodeBuild::Project', {
    Description: 'Check of acme/mlops',
    Triggers: {
      Webhook: true,
      FilterGroups: [
        [Match.objectLike({ Pattern: 'PUSH' }), { Type: 'HEAD_REF', Pattern: 'refs/heads/main', ExcludeMatchedPattern: true }],
        [Match.objectLike({ Pattern: 'PULL_REQUEST_CREATED, PULL_REQUEST_UPDATED, PULL_REQUEST_REOPENED' })],
      ],
    },
  });
});

test('a merge is checked again and deployed in promotion order, one merge at a time', () => {
  const { template } = delivery();
  expect(commandsOf(template, 'Deploy').map((command) => command.split(' --')[0])).toEqual([
    'npm ci',
    '.ci/run',
    `npx cdk deploy 'dev/*'`,
    `npx cdk deploy 'int/*'`,
    `npx cdk deploy 'prod/*'`,
  ]);
  template.hasResourceProperties('AWS::CodeBuild::Project', { Description: 'Deploy of acme/mlops', ConcurrentBuildLimit: 1 });
});

test('another branch releases where one is named', () => {
  delivery('release').template.hasResourceProperties('AWS::CodeBuild::Project', {
    Description: 'Deploy of acme/mlops',
    Triggers: { FilterGroups: [Match.arrayWith([Match.objectLike({ Type: 'HEAD_REF', Pattern: 'refs/heads/release' })])] },
  });
});

test('only the deployment takes roles in other accounts, and only those of the CDK bootstrap', () => {
  const assuming = statementsOf(delivery().template, 'AWS::IAM::ManagedPolicy').filter(({ actions }) => actions.includes('sts:AssumeRole'));
  expect(assuming).toHaveLength(1);
  expect(assuming[0].resources).toHaveLength(9);
  expect(assuming[0].resources).toContain('arn:aws:iam::333333333333:role/cdk-hnb659fds-deploy-role-333333333333-eu-central-1');
  expect(assuming[0].resources.every((role) => /role\/cdk-hnb659fds-(deploy|file-publishing|lookup)-role-\d{12}-eu-central-1$/.test(role))).toBe(true);
});

test('the repository is read through the connection, without a secret', () => {
  delivery().template.allResourcesProperties('AWS::CodeBuild::Project', { Source: Match.objectLike({ Auth: { Type: 'CODECONNECTIONS', Resource: CONNECTION } }) });
});

test('has no finding', () => {
  expect(nagFindings(delivery().stack)).toEqual([]);
});

test('fails without a repository, saying what to set', () => {
  expect(() => delivery(undefined, '')).toThrow('repository must be owner/name at GitHub, got ""; set MLOPS_REPOSITORY');
});
