import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { environments } from '../../bin/environments';
import cdk from '../../cdk.json';
import boundary from '../../docs/bootstrap/permissions-boundary.json';
import execution from '../../docs/bootstrap/execution-policy.json';
import { promotionChain } from '../../lib/config/validation';
import { MlopsStage } from '../../lib/stacks/mlops-stage';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { fixtureProject } from '../support/fixtures';
import { statementsOf } from '../support/policies';

/** The policies of docs/bootstrap.md, held to what is deployed with the context that it gives. */

const page = readFileSync(join(__dirname, '..', '..', 'docs', 'bootstrap.md'), 'utf8');
const context = (JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '{}') as { context: Record<string, unknown> }).context;
const app = new App({ context: { ...cdk.context, ...context } });
const chain = promotionChain(environments);
const models = [{ project: fixtureProject(), repository: 'https://git.example.com/models.git', commit: '0'.repeat(40) }];
chain.environments.forEach((environment) => new MlopsStage(app, environment.name, { environment, chain, models }));
const templates = app.synth().stacksRecursively.map(({ template }) => Template.fromJSON(template as Record<string, unknown>));
const resources = templates.flatMap((template) => Object.values(template.toJSON().Resources as Record<string, { Type: string; Properties?: Record<string, unknown> }>));

const listOf = (value: string | string[]): string[] => (Array.isArray(value) ? value : [value]);
const allowed = (policy: { Statement: { Effect: string; Action: string | string[] }[] }, effect = 'Allow') =>
  policy.Statement.filter(({ Effect }) => Effect === effect).flatMap(({ Action }) => listOf(Action));
const covers = (patterns: string[], action: string): boolean => patterns.some((pattern) => new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(action));

test('every role carries the boundary', () => {
  const roles = resources.filter(({ Type }) => Type === 'AWS::IAM::Role');
  expect(roles.length).toBeGreaterThan(50);
  expect(roles.filter(({ Properties }) => !JSON.stringify(Properties?.PermissionsBoundary ?? '').includes('policy/mlops-boundary'))).toEqual([]);
});

test('the boundary admits everything that a role of the blueprint may do, and refuses nothing of it', () => {
  const actions = [...new Set(templates.flatMap((template) => statementsOf(template, 'AWS::IAM::ManagedPolicy')).flatMap((statement) => statement.actions))];
  expect(actions.length).toBeGreaterThan(50);
  expect(actions.filter((action) => !covers(allowed(boundary), action))).toEqual([]);
  expect(actions.filter((action) => covers(allowed(boundary, 'Deny'), action))).toEqual([]);
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

test('both policies fit into a managed policy', () => {
  for (const policy of [boundary, execution]) {
    expect(JSON.stringify(policy).replaceAll('ACCOUNT', '1'.repeat(12)).length).toBeLessThan(6144);
  }
});
