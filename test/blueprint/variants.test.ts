import { type App, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { environments } from '../../bin/environments';
import { rulePacks } from '../../lib/compliance/packs';
import type { EnvironmentConfig, PromotionChain } from '../../lib/config/environment';
import { Network, type NetworkConfig } from '../../lib/config/network';
import type { WorkspaceConfig } from '../../lib/config/workspace';
import { EnvironmentError, promotionChain } from '../../lib/config/validation';
import { MlopsStage } from '../../lib/stacks/mlops-stage';
import { nagFindings, newApp } from '../support/app';
import { fixtureProject } from '../support/fixtures';

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Change = Partial<EnvironmentConfig>;
type Random = () => number;
const pick = <T>(random: Random, values: readonly T[]): T => values[Math.floor(random() * values.length)];
const accountOf = (number: number): string => String(number).repeat(12);

type Accounts = 'one' | 'one per environment' | 'two per environment';

/** One of the ways of a network; each place has a range of its own. */
const networkOf = (random: Random, place: number): NetworkConfig =>
  pick(random, [
    Network.serviceManaged(),
    Network.private({ cidr: `10.${64 + place}.0.0/20`, zones: pick(random, [2, 3]) }),
    Network.existing({
      vpcId: `vpc-0000000000000${100 + place}`,
      subnetIds: [`subnet-0000000000000a${10 + place}`, `subnet-0000000000000b${10 + place}`],
      s3EndpointId: `vpce-0000000000000${100 + place}`,
    }),
  ]);

const workspaceOf = (random: Random): WorkspaceConfig => ({
  signIn: pick(random, ['IAM', 'SSO'] as const),
  users: [{ name: 'anna', identityCenterUser: 'anna@example.com' }, { name: 'ben-2', identityCenterUser: 'ben@example.com' }],
  idleMinutes: pick(random, [undefined, 90]),
  packageIndex: pick(random, [undefined, 'https://packages.example.com/simple/']),
});

/** A valid chain of three or four environments with values drawn at random. */
function validChain(random: Random, accounts: Accounts): EnvironmentConfig[] {
  const names = random() < 0.5 ? ['dev', 'int', 'prod'] : ['dev', 'int', 'preprod', 'prod'];
  const region = pick(random, ['eu-central-1', 'eu-west-1', 'us-east-1']);
  const instanceCount = pick(random, [2, 3]);
  const routing = pick(random, [
    { type: 'ALL_AT_ONCE', bakeTime: Duration.minutes(5), terminationWait: Duration.minutes(0) },
    { type: 'CANARY', percent: 30, bakeTime: Duration.minutes(10), terminationWait: Duration.minutes(5) },
    { type: 'LINEAR', percent: 25, bakeTime: Duration.minutes(5), terminationWait: Duration.minutes(5) },
  ] as const);
  return names.map((name, index) => {
    const last = index === names.length - 1;
    const lifetime = last ? 'permanent' : index === 0 ? 'none' : 'qualification';
    const network = networkOf(random, index);
    return {
      name,
      region,
      development: {
        account: accountOf(accounts === 'one' ? 1 : index + 1),
        gateMode: pick(random, ['FUNCTIONAL', 'QUALITATIVE'] as const),
        readsProductionData: index === 0 && random() < 0.5,
        artifactDays: pick(random, [undefined, 30]),
      },
      serving: {
        ...(accounts === 'two per environment' ? { account: accountOf(index + 5), network: networkOf(random, index + 10) } : {}),
        inferenceLogDays: pick(random, [undefined, 184, 400]),
        endpoint: { lifetime, instanceCount, routing },
      },
      approval: pick(random, ['manual', 'automatic'] as const),
      approvers: ['arn:aws:iam::111111111111:role/approvers'],
      network,
      allowUnpinnedImages: true,
      removalPolicy: pick(random, [RemovalPolicy.DESTROY, RemovalPolicy.RETAIN]),
      logRetention: RetentionDays.ONE_YEAR,
      evidenceLockDays: pick(random, [undefined, 365]),
      workspace: index === 0 && network.mode !== 'serviceManaged' && random() < 0.7 ? workspaceOf(random) : false,
      trailAccount: pick(random, [undefined, '999999999999']),
      people: { signIn: { type: 'iam', mfa: random() < 0.5 } },
      monthlyBudget: pick(random, [undefined, 500]),
      alarmEmails: pick(random, [undefined, ['on-call@example.com']]),
    };
  });
}

/** What can be wrong with one environment, and the words of its fault. */
const FAULTS: readonly (readonly [change: (environment: EnvironmentConfig) => Change, fault: RegExp])[] = [
  [() => ({ name: 'Prod-1' }), /name must be 2 to 10 lower-case letters/],
  [({ development }) => ({ development: { ...development, account: '12' } }), /account must be 12 digits, got "12"/],
  [({ serving }) => ({ serving: { ...serving, inferenceLogDays: 0.5 } }), /serving\.inferenceLogDays must be a whole number.*got 0\.5/],
  [() => ({ approval: 'manual', approvers: [] }), /approvers must name at least one/],
  [() => ({ evidenceLockDays: -1 }), /evidenceLockDays must be a whole number.*got -1/],
  [() => ({ monthlyBudget: 0 }), /monthlyBudget must be more than 0/],
  [() => ({ alarmEmails: ['nobody'] }), /alarmEmails must be e-mail addresses, got "nobody"/],
  [() => ({ trailAccount: '1' }), /trailAccount must be 12 digits, got "1"/],
  [() => ({ network: Network.private({ cidr: '10.200.0.0/30' }) }), /network\.cidr must be between \/16 .* and \/24/],
];

const faultsOf = (chain: readonly EnvironmentConfig[]): readonly string[] => {
  try {
    promotionChain(chain);
    return [];
  } catch (error) {
    if (error instanceof EnvironmentError) {
      return error.faults;
    }
    throw error;
  }
};

test('environments drawn at random are valid, or refused with every fault that was put in and no other', () => {
  const random = generator(20_261_124);
  for (let round = 0; round < 300; round += 1) {
    const chain = validChain(random, pick(random, ['one', 'one per environment', 'two per environment']));
    const chosen = FAULTS.filter(() => random() < 0.2);
    const faulty = chain.length - 1;
    const broken = chain.map((environment, index) => (index === faulty ? chosen.reduce<EnvironmentConfig>((made, [change]) => ({ ...made, ...change(made) }), environment) : environment));
    const faults = faultsOf(broken);
    expect({ round, missing: chosen.filter(([, words]) => !faults.some((fault) => words.test(fault))), faults: faults.length }).toEqual({ round, missing: [], faults: chosen.length });
  }
});

test('a region without images, and environments in two regions, are refused', () => {
  const [dev, int, prod] = validChain(() => 0, 'one per environment');
  expect(faultsOf([dev, int, { ...prod, region: 'mars-north-1' }]).join()).toMatch(/got "mars-north-1".*must share a region/);
});

test('predictions of a high-risk model are not kept for less than six months', () => {
  const chain = promotionChain(validChain(() => 0, 'one').map((environment) => ({ ...environment, serving: { ...environment.serving, inferenceLogDays: 90 } })));
  const project = fixtureProject();
  const { declaration } = project.data;
  const rated = (riskRating: 'High' | 'Low') => {
    const data = { ...project.data, declaration: { ...declaration, modelCard: { ...declaration.modelCard, riskRating } } };
    const release = { project: Object.create(project, { data: { value: data } }) as typeof project, repository: 'r', commit: 'c' };
    return () => new MlopsStage(newApp(), 'prod', { environment: chain.production, chain, models: [release] });
  };
  expect(rated('High')).toThrow('serving.inferenceLogDays must be at least 184 (EU AI Act, Articles 19(1) and 26(6)) for models rated High (employment), got 90');
  expect(rated('Low')).not.toThrow();
});

const RELEASE = { repository: 'https://git.example.com/models.git', commit: '0'.repeat(40) };

/** Templates by account and stack; fails on two of one name in one account. */
function synthesize(...chains: readonly PromotionChain[]): { app: App; templates: Map<string, Template> } {
  const app = newApp();
  const models = [{ project: fixtureProject(), ...RELEASE }];
  for (const chain of chains) {
    chain.environments.forEach((environment) => new MlopsStage(app, `${environment.name}-${environment.region}`, { environment, chain, models }));
  }
  const stacks = app.synth().stacksRecursively;
  const templates = new Map(stacks.map(({ environment, stackName, template }) => [`${environment.account} ${stackName}`, Template.fromJSON(template as Record<string, unknown>)]));
  expect(templates.size).toBe(stacks.length);
  return { app, templates };
}

describe('variants synthesize without an unexplained finding in any pack:', () => {
  const workspace: WorkspaceConfig = { signIn: 'IAM', users: [{ name: 'anna' }, { name: 'ben' }] };
  const explores = { network: Network.private({ cidr: '10.90.0.0/20' }), workspace };

  test.each<[string, Accounts, number, Change?]>([
    ['everything in one account, for a trial', 'one', 7],
    ['one account per environment', 'one per environment', 11],
    ['accounts of their own for serving', 'two per environment', 5],
    ['a workspace beside production data', 'one per environment', 3, explores],
    ['a workspace in the one account of a trial', 'one', 13, explores],
    ['a workspace with people of Identity Center in a VPC of the organization', 'two per environment', 17, {
      network: networkOf(() => 0.99, 50),
      workspace: { signIn: 'SSO', users: [{ name: 'anna', identityCenterUser: 'anna@example.com' }], packageIndex: 'https://packages.example.com/simple/' },
    }],
  ])('%s', (_name, accounts, seed, change = {}) => {
    const [first, ...others] = validChain(generator(seed), accounts);
    const development = { ...first!.development, ...('workspace' in change ? { readsProductionData: true } : {}) };
    const { app, templates } = synthesize(promotionChain([{ ...first!, ...change, development }, ...others]));
    expect(nagFindings(app, rulePacks())).toEqual([]);
    expect([...templates.keys()].some((name) => name.endsWith('-Workspace'))).toBe('workspace' in change || first!.workspace !== false);
  }, 120_000);

  test('several chains, each in a region of its own', () => {
    const chainIn = (region: string, shift: number) =>
      promotionChain(
        validChain(generator(11), 'one per environment').map((environment, index) => ({
          ...environment,
          region,
          network: Network.private({ cidr: `10.${100 + shift + index}.0.0/20` }),
          workspace: false as const,
          development: { ...environment.development, account: accountOf(index + 1 + shift) },
        })),
      );
    const { app, templates } = synthesize(chainIn('eu-central-1', 0), chainIn('us-east-1', 4));
    expect(nagFindings(app, rulePacks())).toEqual([]);
    expect([...new Set([...templates.values()].flatMap((template) => JSON.stringify(template.toJSON()).match(/mlops-prod-data-\d+-[a-z0-9-]+?(?=["/])/g) ?? []))].length).toBe(2);
  }, 120_000);
});

describe('int serves in the shape of production:', () => {
  const [, int, prod] = environments;
  const templatesOf = (change: Change) => synthesize(promotionChain([environments[0]!, { ...int!, ...change }, prod!])).templates;

  /** What stays of a template's resource when names of environments, accounts and hashes are taken away. */
  const shape = (resource: unknown): string =>
    (JSON.stringify(resource) ?? '')
      .replaceAll(/\b(int|prod)\b/g, 'ENV')
      .replaceAll(/\d{12}/g, 'ACCOUNT')
      .replaceAll(/[0-9a-f]{64}/g, 'HASH');

  /** Resources that may differ, each with its reason. */
  const ALLOWED: Readonly<Record<string, string>> = {
    EndpointExecutionRolePolicyCC07ED33: 'Models are read from production: from another account that takes a permission on its key besides.',
  };

  test('application, log, checks and state differ in nothing but the lines of the network', () => {
    const templates = templatesOf({ logRetention: prod!.logRetention, removalPolicy: prod!.removalPolicy, network: Network.private({ cidr: '10.99.0.0/20' }) });
    const stackOf = (account: string, name: string) => templates.get(`${account} ${name}`)?.toJSON() as { Resources: Record<string, { Type: string }> };
    const [left, right] = [stackOf('222222222222', 'int-eu-central-1-EmploymentServing'), stackOf('333333333333', 'prod-eu-central-1-EmploymentServing')];
    /** Same in both: what a load test of the one says about the other. */
    const served = Object.keys(left.Resources).filter((id) => /^(Endpoint|InferenceLog|Application)/.test(id) && left.Resources[id]?.Type !== 'AWS::CloudWatch::Alarm' && !/CurrentVersion/.test(id));
    expect(served.length).toBeGreaterThan(8);
    expect(served.filter((id) => shape(left.Resources[id]) !== shape(right.Resources[id]))).toEqual(Object.keys(ALLOWED));
    const onlyRight = Object.keys(right.Resources).filter((id) => /^(Endpoint|InferenceLog|Application)/.test(id) && left.Resources[id] === undefined && !/CurrentVersion/.test(id));
    expect(onlyRight.filter((id) => right.Resources[id]?.Type !== 'AWS::CloudWatch::Alarm')).toEqual([]);
  }, 60_000);

  test('as the environments are, only these lines differ', () => {
    const templates = templatesOf({});
    const functions = (account: string, name: string) =>
      Object.entries(templates.get(`${account} ${name}`)?.findResources('AWS::Lambda::Function') ?? {}).filter(([id]) => id.startsWith('Application'));
    const differences = functions('222222222222', 'int-eu-central-1-EmploymentServing').flatMap(([id, resource]) => {
      const other = functions('333333333333', 'prod-eu-central-1-EmploymentServing').find(([candidate]) => candidate === id)?.[1];
      const keys = [...new Set([...Object.keys(resource.Properties), ...Object.keys(other?.Properties ?? {})])];
      return keys.filter((key) => shape(resource.Properties[key]) !== shape(other?.Properties[key]));
    });
    /** Allowed differences: where the function runs. */
    expect(differences).toEqual(['VpcConfig']);
  }, 60_000);
});
