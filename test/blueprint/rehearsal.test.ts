import { environments } from '../../bin/environments';
import { rulePacks } from '../../lib/compliance/packs';
import { rehearsalOf } from '../../lib/config/rehearsal';
import { promotionChain } from '../../lib/config/validation';
import { MlopsStage } from '../../lib/stacks/mlops-stage';
import { nagFindings, newApp } from '../support/app';
import { fixtureProject } from '../support/fixtures';

/** A pull request's stage beside int, in int's account. */

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
}

const TOOLING = '444444444444';
const chain = promotionChain(environments.map((environment) => (environment.name === 'int' ? { ...environment, rehearsedFrom: TOOLING } : environment)));
const rehearsal = rehearsalOf(chain, '57');
const models = [{ project: fixtureProject(), repository: 'https://git.example.com/models.git', commit: '0'.repeat(40) }];
const app = newApp();
new MlopsStage(app, 'int', { environment: chain.qualification, chain, models });
new MlopsStage(app, rehearsal.production.name, { environment: rehearsal.production, chain: rehearsal, models });
const stacks = app.synth().stacksRecursively.map((stack) => ({
  name: stack.stackName,
  account: stack.environment.account,
  text: JSON.stringify(stack.template),
  resources: Object.values((stack.template as { Resources: Record<string, Resource> }).Resources),
}));
const own = stacks.filter(({ name }) => name.startsWith('int-pr-57-'));
const beside = stacks.filter(({ name }) => !name.startsWith('int-pr-57-'));

test('it is an environment of its own, in the account of int', () => {
  expect(own.map(({ name }) => name)).toEqual(['int-pr-57-Foundation', 'int-pr-57-EmploymentDevelopment', 'int-pr-57-EmploymentServing']);
  expect(new Set(stacks.map(({ account }) => account))).toEqual(new Set([chain.qualification.development.account]));
});

/** Physical names: what would collide if two stages had the same. */
const NAMES = ['BucketName', 'RoleName', 'FunctionName', 'StateMachineName', 'TableName', 'PipelineName', 'ModelPackageGroupName', 'DeliveryStreamName', 'AliasName', 'TopicName', 'TrailName', 'AlarmName', 'LogGroupName'];
const namesOf = (some: typeof stacks): string[] =>
  some.flatMap(({ resources }) => resources.flatMap(({ Type, Properties = {} }) => NAMES.flatMap((name) => (typeof Properties[name] === 'string' ? [`${Type} ${Properties[name]}`] : []))));

test('no name of it is one of int', () => {
  const names = namesOf(own);
  expect(names.length).toBeGreaterThan(40);
  expect(names.filter((name) => namesOf(beside).includes(name))).toEqual([]);
  expect(names.filter((name) => !name.includes('int-pr-57'))).toEqual([]);
});

test('everything of it goes with it', () => {
  const kept = own.flatMap(({ resources }) => resources.filter(({ Type, DeletionPolicy }) => DeletionPolicy === 'Retain' && Type !== 'AWS::Lambda::Version'));
  expect(kept.map(({ Type }) => Type)).toEqual([]);
});

test('trail, budget and the roles of people are those of int', () => {
  expect(own.flatMap(({ resources }) => resources).filter(({ Type }) => ['AWS::CloudTrail::Trail', 'AWS::Budgets::Budget'].includes(Type))).toEqual([]);
  expect(own.some(({ name }) => name.endsWith('Access'))).toBe(false);
});

test('a model is registered, qualified and admitted within it; nothing of it is told to another account', () => {
  const text = own.map((stack) => stack.text).join();
  expect(text).toContain('"ModelPackageGroupName":["int-pr-57-employment"]');
  expect(text).toContain('stateMachine:int-pr-57-employment-qualification');
  expect(text).not.toMatch(/event-bus\/mlops-(prod|int")/);
});

test('it compares with the champion of production, as int does, under a role that production admits', () => {
  const [development] = own.filter(({ name }) => name.endsWith('Development'));
  expect(development.text).toContain('arn:aws:s3:::mlops-prod-artifacts-333333333333-eu-central-1/employment/runs/*');
  expect(development.text).toContain('"RoleName":"mlops-int-pr-57-employment-release"');
});

test('what runs and empties it may do so to rehearsals alone, for the builds of the tooling account', () => {
  const [access] = beside.filter(({ name }) => name.endsWith('RehearsalAccess'));
  const policies = access.resources.filter(({ Type }) => Type === 'AWS::IAM::ManagedPolicy').map(({ Properties }) => Properties?.PolicyDocument as { Statement: { Action: string | string[]; Resource: string | string[] }[] });
  const writes = policies.flatMap(({ Statement }) => Statement).filter(({ Action }) => /Put|Delete/.test(String(Action)));
  expect(writes.length).toBeGreaterThan(2);
  expect(writes.flatMap(({ Resource }) => Resource).filter((resource) => !/[:/](mlops-)?int-pr-\*/.test(resource))).toEqual([]);
  const [role] = access.resources.filter(({ Type }) => Type === 'AWS::IAM::Role');
  expect(JSON.stringify(role.Properties?.AssumeRolePolicyDocument)).toContain(`"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::${TOOLING}:role/mlops-rehearsal-build"}`);
});

test('no pack has a finding', () => {
  expect(nagFindings(app, rulePacks())).toEqual([]);
});

test.each(['', 'PR-1', '1234567'])('the suffix "%s" is refused', (suffix) => {
  expect(() => rehearsalOf(chain, suffix)).toThrow('the suffix of a rehearsal must be 1 to 6 lower-case letters and digits');
});
