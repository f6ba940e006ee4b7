import { environments as plain } from '../../bin/environments';
import cdk from '../../cdk.json';
import people from '../../docs/bootstrap/people-boundary.json';
import boundary from '../../docs/bootstrap/permissions-boundary.json';
import execution from '../../docs/bootstrap/execution-policy.json';
import { promotionChain } from '../../lib/config/validation';
import { MlopsStage } from '../../lib/stacks/mlops-stage';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { bootstrapContext, boundaries, bounded } from '../support/bootstrap-page';
import { fixtureProject } from '../support/fixtures';
import { statementsOf } from '../support/policies';

/** The policies of docs/bootstrap.md, held to what is deployed with the context and the boundaries that it gives. */

const environments = plain.map(bounded);
const app = new App({ context: { ...cdk.context, ...bootstrapContext } });
const chain = promotionChain(environments);
const models = [{ project: fixtureProject(), repository: 'https://git.example.com/models.git', commit: '0'.repeat(40) }];
chain.environments.forEach((environment) => new MlopsStage(app, environment.name, { environment, chain, models }));
const stacks = app.synth().stacksRecursively.map(({ stackName, template }) => ({ ofPeople: /Access$/.test(stackName), template: Template.fromJSON(template as Record<string, unknown>) }));
const templates = stacks.map(({ template }) => template);
const resources = templates.flatMap((template) => Object.values(template.toJSON().Resources as Record<string, { Type: string; Properties?: Record<string, unknown> }>));

const listOf = (value: string | string[]): string[] => (Array.isArray(value) ? value : [value]);
const allowed = (policy: { Statement: { Effect: string; Action: string | string[] }[] }, effect = 'Allow') =>
  policy.Statement.filter(({ Effect }) => Effect === effect).flatMap(({ Action }) => listOf(Action));
const covers = (patterns: string[], action: string): boolean => patterns.some((pattern) => new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(action));

test('every role carries its boundary: people and programs the one, functions, machines and jobs the other', () => {
  let seen = 0;
  for (const { ofPeople, template } of stacks) {
    const roles = Object.values(template.findResources('AWS::IAM::Role'));
    seen += roles.length;
    const name = ofPeople ? boundaries.people : boundaries.machines;
    expect(roles.filter(({ Properties }) => !JSON.stringify((Properties as Record<string, unknown>).PermissionsBoundary ?? '').includes(`policy/${name}"`))).toEqual([]);
  }
  expect(seen).toBeGreaterThan(50);
});

test.each([
  ['machines', false, boundary],
  ['people', true, people],
])('the boundary of %s admits everything that their roles may do, and refuses no action of it outright', (_name, whose, document) => {
  const own = stacks.filter(({ ofPeople }) => ofPeople === whose).flatMap(({ template }) => statementsOf(template, 'AWS::IAM::ManagedPolicy'));
  const actions = [...new Set(own.filter(({ effect }) => effect === 'Allow').flatMap((statement) => statement.actions))];
  expect(actions.length).toBeGreaterThan(20);
  expect(actions.filter((action) => !covers(allowed(document), action))).toEqual([]);
  const everywhere = { Statement: document.Statement.filter(({ Resource }) => Resource === '*') };
  expect(actions.filter((action) => covers(allowed(everywhere, 'Deny'), action))).toEqual([]);
});

test("people's boundary keeps from them what the process alone decides, whatever a policy says", () => {
  for (const action of ['ssm:PutParameter', 'kms:Sign', 'sagemaker:CreateModelPackage', 'lambda:UpdateFunctionCode', 'states:UpdateStateMachine', 'iam:CreateRole', 's3:PutBucketPolicy', 'events:PutEvents']) {
    expect(`${action} ${covers(allowed(people), action) && !covers(allowed(people, 'Deny'), action)}`).toBe(`${action} false`);
  }
});

test('the boundary lets no role change roles or keys', () => {
  for (const action of ['iam:CreateRole', 'iam:PutRolePolicy', 'iam:AttachRolePolicy', 'iam:CreatePolicyVersion', 'kms:PutKeyPolicy', 'kms:ScheduleKeyDeletion', 's3:PutBucketPolicy']) {
    expect(`${action} ${covers(allowed(boundary), action)}`).toBe(`${action} false`);
  }
});

/** Prefix of actions where it is not the service's name in the type. */
const PREFIXES: Readonly<Record<string, string>> = { KinesisFirehose: 'firehose', StepFunctions: 'states' };

test('the execution policy covers the service of every resource', () => {
  const services = [...new Set(resources.map(({ Type }) => Type.split('::')[1]))].map((service) => PREFIXES[service] ?? service.toLowerCase());
  expect(services.filter((service) => service !== 'iam' && !covers(allowed(execution), `${service}:Anything`))).toEqual([]);
});

test('roles are passed to every service that the templates let take one', () => {
  const trusted = resources.filter(({ Type }) => Type === 'AWS::IAM::Role').flatMap(({ Properties }) => [...JSON.stringify(Properties?.AssumeRolePolicyDocument).matchAll(/"([a-z]+\.amazonaws\.com)"/g)].map(([, service]) => service));
  const passed = execution.Statement.flatMap(({ Condition }) => Condition?.StringEquals).flatMap((condition) => (condition !== undefined && 'iam:PassedToService' in condition ? condition['iam:PassedToService'] : []));
  expect([...new Set(trusted)].filter((service) => !passed?.includes(service))).toEqual([]);
});

test('all policies fit into a managed policy', () => {
  for (const policy of [boundary, people, execution]) {
    expect(JSON.stringify(policy).replaceAll('ACCOUNT', '1'.repeat(12)).length).toBeLessThan(6144);
  }
});
