import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, DefaultStackSynthesizer, Stack } from 'aws-cdk-lib';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CreatePolicyCommand, GetRoleCommand, IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { environments } from '../../bin/environments';
import cdk from '../../cdk.json';
import { promotionChain } from '../../lib/config/validation';
import { MlopsStage } from '../../lib/stacks/mlops-stage';
import { createClient } from '../../local/core/client';
import { rootCredentials } from '../../local/core/keys';
import { startDaemon, type Daemon } from '../../local/daemon/start';
import { Toolkit } from '../../local/deploy/toolkit';
import { ensurePython } from '../../local/setup';
import { fixtureProject } from '../support/fixtures';

/** An account that was prepared as docs/bootstrap.md says: narrow execution policy, boundary on every role. */

jest.setTimeout(300_000);

const ROOT = join(__dirname, '..', '..');
const region = environments[0]?.region ?? '';
const chain = promotionChain(environments);
const { production } = chain;
const { account } = production.development;
const page = readFileSync(join(ROOT, 'docs', 'bootstrap.md'), 'utf8');
const context = (JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '{}') as { context: Record<string, unknown> }).context;
const QUALIFIER = String(context['@aws-cdk/core:bootstrapQualifier']);
const policyArn = (name: string): string => `arn:aws:iam::${account}:policy/${name}`;

let folder: string;
let daemon: Daemon;
let toolkit: Toolkit;
const log: string[] = [];

const iam = (): IAMClient => createClient(IAMClient, { endpoint: daemon.endpoint, region }, rootCredentials(account));

/** Makes a policy of the page, with the account filled in. */
async function policy(name: string, file: string): Promise<void> {
  const PolicyDocument = readFileSync(join(ROOT, 'docs', 'bootstrap', file), 'utf8').replaceAll('ACCOUNT', account);
  await iam().send(new CreatePolicyCommand({ PolicyName: name, PolicyDocument }));
}

/** The production environment with the context of the page. */
function blueprint(): string {
  const app = new App({ outdir: join(folder, 'blueprint'), analyticsReporting: false, context: { ...cdk.context, ...context } });
  const models = [{ project: fixtureProject(), repository: 'https://git.example.com/models.git', commit: '0'.repeat(40) }];
  new MlopsStage(app, production.name, { environment: production, chain, models });
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
  await policy('mlops-boundary', 'permissions-boundary.json');
  await policy('mlops-execution', 'execution-policy.json');
  await toolkit.bootstrap([account], { executionPolicy: () => policyArn('mlops-execution'), qualifier: QUALIFIER });
});

afterAll(async () => {
  await daemon?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('production is deployed with the execution policy, and every role of it carries the boundary', async () => {
  expect(await toolkit.deploy(blueprint(), ['**'])).toBeGreaterThanOrEqual(5);
  const roles: string[] = [];
  let Marker: string | undefined;
  do {
    const answer = await iam().send(new ListRolesCommand({ Marker }));
    roles.push(...(answer.Roles ?? []).flatMap(({ RoleName }) => RoleName ?? []));
    Marker = answer.IsTruncated === true ? answer.Marker : undefined;
  } while (Marker !== undefined);
  const made = roles.filter((name) => !name.startsWith('cdk-'));
  const boundaries = await Promise.all(made.map(async (RoleName) => (await iam().send(new GetRoleCommand({ RoleName }))).Role?.PermissionsBoundary?.PermissionsBoundaryArn));
  expect(made.length).toBeGreaterThan(30);
  expect(new Set(boundaries)).toEqual(new Set([policyArn('mlops-boundary')]));
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
