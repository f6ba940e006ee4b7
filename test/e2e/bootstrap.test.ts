import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, DefaultStackSynthesizer, Stack } from 'aws-cdk-lib';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CreatePolicyCommand, DeleteRoleCommand, GetRoleCommand, IAMClient, paginateListRoles } from '@aws-sdk/client-iam';
import { ListBucketsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { environments as plain } from '../../bin/environments';
import cdk from '../../cdk.json';
import type { EnvironmentConfig } from '../../lib/config/environment';
import { promotionChain } from '../../lib/config/validation';
import { MlopsStage } from '../../lib/stacks/mlops-stage';
import { createClient } from '../../local/core/client';
import { rootCredentials } from '../../local/core/keys';
import { startDaemon, type Daemon } from '../../local/daemon/start';
import { Toolkit } from '../../local/deploy/toolkit';
import { ensurePython } from '../../local/setup';
import { assumeAsPerson } from '../../local/sts/person';
import { bootstrapContext, boundaries, bounded } from '../support/bootstrap-page';
import { fixtureProject } from '../support/fixtures';

/** Accounts that were prepared as docs/bootstrap.md says: narrow execution policy, a boundary on every role. */

jest.setTimeout(600_000);

const ROOT = join(__dirname, '..', '..');
const chain = promotionChain(plain.map(bounded));
const { production } = chain;
const { region } = production;
const { account } = production.development;
/** The one before it, whose stacks may be deleted. */
const qualifying = chain.environments[chain.environments.indexOf(production) - 1] ?? production;
const QUALIFIER = String(bootstrapContext['@aws-cdk/core:bootstrapQualifier']);
const policyArn = (name: string, owner = account): string => `arn:aws:iam::${owner}:policy/${name}`;

let folder: string;
let daemon: Daemon;
let toolkit: Toolkit;
const log: string[] = [];

const iam = (owner = account): IAMClient => createClient(IAMClient, { endpoint: daemon.endpoint, region }, rootCredentials(owner));

/** Makes a policy of the page, with the account filled in. */
async function policy(owner: string, name: string, file: string): Promise<void> {
  const PolicyDocument = readFileSync(join(ROOT, 'docs', 'bootstrap', file), 'utf8').replaceAll('ACCOUNT', owner);
  await iam(owner).send(new CreatePolicyCommand({ PolicyName: name, PolicyDocument }));
}

/** Names of an account's roles that are not of its bootstrap. */
async function roles(owner: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { Roles = [] } of paginateListRoles({ client: iam(owner) }, {})) {
    names.push(...Roles.flatMap(({ RoleName }) => RoleName ?? []));
  }
  return names.filter((name) => !name.startsWith('cdk-'));
}

/** An environment with the context of the page. */
function blueprint(environment: EnvironmentConfig): string {
  const app = new App({ outdir: join(folder, environment.name), analyticsReporting: false, context: { ...cdk.context, ...bootstrapContext } });
  const models = [{ project: fixtureProject(), repository: 'https://git.example.com/models.git', commit: '0'.repeat(40) }];
  new MlopsStage(app, environment.name, { environment, chain, models });
  return app.synth().directory;
}

/** A stack beside the blueprint, deployed the same way but without the boundary of the page. */
function small(name: string, fill: (stack: Stack) => void): string {
  const app = new App({ outdir: join(folder, name), analyticsReporting: false });
  fill(new Stack(app, name, { env: { account, region }, synthesizer: new DefaultStackSynthesizer({ qualifier: QUALIFIER }) }));
  return app.synth().directory;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bootstrap-'));
  const { python } = await ensurePython({ log: (line) => log.push(line) });
  daemon = await startDaemon({ folder, region, timeScale: 600, python, port: 0 });
  toolkit = new Toolkit({ endpoint: daemon.endpoint, region, folder, log: (line) => log.push(line) });
  const accounts = [account, qualifying.development.account];
  for (const owner of accounts) {
    await policy(owner, boundaries.machines, 'permissions-boundary.json');
    await policy(owner, boundaries.people, 'people-boundary.json');
    await policy(owner, 'mlops-execution', 'execution-policy.json');
  }
  await toolkit.bootstrap(accounts, { executionPolicy: (owner) => policyArn('mlops-execution', owner), qualifier: QUALIFIER });
});

afterAll(async () => {
  await daemon?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('production is deployed with the execution policy, and every role of it carries a boundary', async () => {
  expect(await toolkit.deploy(blueprint(production), ['**'])).toBeGreaterThanOrEqual(5);
  const made = await roles(account);
  const found = await Promise.all(made.map(async (RoleName) => (await iam().send(new GetRoleCommand({ RoleName }))).Role?.PermissionsBoundary?.PermissionsBoundaryArn));
  expect(made.length).toBeGreaterThan(30);
  expect(new Set(found)).toEqual(new Set([policyArn(boundaries.machines), policyArn(boundaries.people)]));
});

test('a person of it shows a second factor, and no boundary keeps an auditor from reading', async () => {
  const sts = createClient(STSClient, { endpoint: daemon.endpoint, region }, rootCredentials(account));
  const RoleArn = `arn:aws:iam::${account}:role/mlops-${production.name}-auditor`;
  await expect(sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'without' }))).rejects.toMatchObject({ name: 'AccessDenied' });
  const { AccessKeyId: accessKeyId = '' } = await assumeAsPerson(sts, RoleArn, 'auditor');
  const s3 = createClient(S3Client, { endpoint: daemon.endpoint, region }, { accessKeyId, secretAccessKey: 'not-checked' });
  await s3.send(new ListObjectsV2Command({ Bucket: `mlops-${production.name}-evidence-${account}-${region}`, Prefix: 'employment/' }));
  await expect(createClient(IAMClient, { endpoint: daemon.endpoint, region }, { accessKeyId, secretAccessKey: 'not-checked' }).send(new DeleteRoleCommand({ RoleName: `mlops-${production.name}-auditor` })))
    .rejects.toMatchObject({ name: 'AccessDenied' });
});

test('a role without the boundary is refused', async () => {
  const unbounded = small('Unbounded', (stack) => new Role(stack, 'Role', { roleName: 'unbounded', assumedBy: new ServicePrincipal('lambda.amazonaws.com') }));
  await expect(toolkit.deploy(unbounded, ['**'])).rejects.toThrow(/cdk-mlops-cfn-exec-role-\d+-[\w-]+\/\S+ is not authorized to perform: iam:CreateRole on resource: \S+:role\/unbounded/);
  await expect(iam().send(new GetRoleCommand({ RoleName: 'unbounded' }))).rejects.toMatchObject({ name: 'NoSuchEntityException' });
});

test('a deployment may not widen what it was given', async () => {
  const role = `cdk-${QUALIFIER}-cfn-exec-role-${account}-${region}`;
  const widening = small('Widening', (stack) => new Policy(stack, 'All', { roles: [Role.fromRoleName(stack, 'Execution', role)], statements: [new PolicyStatement({ actions: ['*'], resources: ['*'] })] }));
  await expect(toolkit.deploy(widening, ['**'])).rejects.toThrow(/not authorized to perform: iam:PutRolePolicy .*with an explicit deny in an identity-based policy/);
});

test('an environment that may be deleted is deployed, deployed again without a change, and destroyed without a trace', async () => {
  const owner = qualifying.development.account;
  const app = blueprint(qualifying);
  const stacks = await toolkit.deploy(app, ['**']);
  expect((await roles(owner)).length).toBeGreaterThan(20);
  expect(await toolkit.diff(app, ['**'])).toMatch(/Number of stacks with differences: 0|There were no differences/);
  log.length = 0;
  await toolkit.deploy(app, ['**']);
  expect(log.filter((line) => line.startsWith('no change in'))).toHaveLength(stacks);
  await toolkit.destroy(app, ['**']);
  expect(await roles(owner)).toEqual([]);
  const { Buckets = [] } = await createClient(S3Client, { endpoint: daemon.endpoint, region }, rootCredentials(owner)).send(new ListBucketsCommand({}));
  expect(Buckets.map(({ Name }) => Name)).toEqual([`cdk-${QUALIFIER}-assets-${owner}-${region}`]);
});
