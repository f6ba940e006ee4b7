import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, DefaultStackSynthesizer, Stack } from 'aws-cdk-lib';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CreatePolicyCommand, GetRoleCommand, IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { environments } from '../../bin/environments';
import cdk from '../../cdk.json';
import { ROLES } from '../../lib/access/access-table';
import { names } from '../../lib/config/names';
import { promotionChain } from '../../lib/config/validation';
import { MlopsStage } from '../../lib/stacks/mlops-stage';
import { createClient } from '../../local/core/client';
import { rootCredentials } from '../../local/core/keys';
import { startDaemon, type Daemon } from '../../local/daemon/start';
import { Toolkit } from '../../local/deploy/toolkit';
import { ensurePython } from '../../local/setup';
import { bootstrapContext, boundaries, bounded } from '../support/bootstrap-page';
import { fixtureProject } from '../support/fixtures';

/** An account that was prepared as docs/bootstrap.md says: narrow execution policy, a boundary on every role. */

jest.setTimeout(300_000);

const ROOT = join(__dirname, '..', '..');
const region = environments[0]?.region ?? '';
const chain = promotionChain(environments.map(bounded));
const { production } = chain;
const { account } = production.development;
const QUALIFIER = String(bootstrapContext['@aws-cdk/core:bootstrapQualifier']);
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

/** The production environment with the context and the boundaries of the page. */
function blueprint(): string {
  const app = new App({ outdir: join(folder, 'blueprint'), analyticsReporting: false, context: { ...cdk.context, ...bootstrapContext } });
  const models = [{ project: fixtureProject(), repository: 'https://git.example.com/models.git', commit: '0'.repeat(40) }];
  new MlopsStage(app, production.name, { environment: production, chain, models });
  return app.synth().directory;
}

/** A stack beside the blueprint, deployed the same way but without the boundaries of the page. */
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
  await policy(boundaries.machines, 'permissions-boundary.json');
  await policy(boundaries.people, 'people-boundary.json');
  await policy('mlops-execution', 'execution-policy.json');
  await toolkit.bootstrap([account], { executionPolicy: () => policyArn('mlops-execution'), qualifier: QUALIFIER });
});

afterAll(async () => {
  await daemon?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('production is deployed with the execution policy, and every role of it carries its boundary', async () => {
  expect(await toolkit.deploy(blueprint(), ['**'])).toBeGreaterThanOrEqual(5);
  const roles: string[] = [];
  let Marker: string | undefined;
  do {
    const answer = await iam().send(new ListRolesCommand({ Marker }));
    roles.push(...(answer.Roles ?? []).flatMap(({ RoleName }) => RoleName ?? []));
    Marker = answer.IsTruncated === true ? answer.Marker : undefined;
  } while (Marker !== undefined);
  const made = roles.filter((name) => !name.startsWith('cdk-'));
  const boundaryOf = async (RoleName: string) => [RoleName, (await iam().send(new GetRoleCommand({ RoleName }))).Role?.PermissionsBoundary?.PermissionsBoundaryArn] as const;
  const found = await Promise.all(made.map(boundaryOf));
  expect(made.length).toBeGreaterThan(30);
  const ofPeople = new Set(ROLES.map((role) => names.accessRole(production.name, role)));
  expect(found.filter(([role, boundary]) => boundary !== policyArn(ofPeople.has(role) ? boundaries.people : boundaries.machines))).toEqual([]);
});

test('a role without a boundary is refused', async () => {
  const unbounded = small('Unbounded', (stack) => new Role(stack, 'Role', { roleName: 'unbounded', assumedBy: new ServicePrincipal('lambda.amazonaws.com') }));
  await expect(toolkit.deploy(unbounded, ['**'])).rejects.toThrow(/cdk-mlops-cfn-exec-role-\d+-[\w-]+\/\S+ is not authorized to perform: iam:CreateRole on resource: \S+:role\/unbounded/);
  await expect(iam().send(new GetRoleCommand({ RoleName: 'unbounded' }))).rejects.toMatchObject({ name: 'NoSuchEntityException' });
});

test('a deployment may not widen what it was given', async () => {
  const role = `cdk-${QUALIFIER}-cfn-exec-role-${account}-${region}`;
  const widening = small('Widening', (stack) => new Policy(stack, 'All', { roles: [Role.fromRoleName(stack, 'Execution', role)], statements: [new PolicyStatement({ actions: ['*'], resources: ['*'] })] }));
  await expect(toolkit.deploy(widening, ['**'])).rejects.toThrow(/not authorized to perform: iam:PutRolePolicy .*with an explicit deny in an identity-based policy/);
});
