import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { rulePacks } from '../../lib/compliance/packs';
import type { EnvironmentConfig } from '../../lib/config/environment';
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
        account: accounts === 'two per environment' ? accountOf(index + 5) : undefined,
        inferenceLogDays: pick(random, [undefined, 184, 400]),
        endpoint: { lifetime, instanceCount, routing },
      },
      approval: pick(random, ['manual', 'automatic'] as const),
      approvers: ['arn:aws:iam::111111111111:role/approvers'],
      network: 'serviceManaged',
      allowUnpinnedImages: true,
      removalPolicy: pick(random, [RemovalPolicy.DESTROY, RemovalPolicy.RETAIN]),
      logRetention: RetentionDays.ONE_YEAR,
      evidenceLockDays: pick(random, [undefined, 365]),
      workspace: false,
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
  [() => ({ network: 'private' }), /network "private" is not built yet/],
  [() => ({ workspace: true }), /workspace needs the network "private"/],
];

const faultsOf = (environments: readonly EnvironmentConfig[]): readonly string[] => {
  try {
    promotionChain(environments);
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

describe('variants synthesize without an unexplained finding in any pack:', () => {
  test.each<[string, Accounts, number]>([
    ['everything in one account, for a trial', 'one', 7],
    ['one account per environment', 'one per environment', 11],
    ['accounts of their own for serving', 'two per environment', 5],
  ])('%s', (_name, accounts, seed) => {
    const chain = promotionChain(validChain(generator(seed), accounts));
    const app = newApp();
    const models = [{ project: fixtureProject(), repository: 'https://git.example.com/models.git', commit: '0'.repeat(40) }];
    const stages = chain.environments.map((environment) => new MlopsStage(app, environment.name, { environment, chain, models }));
    const stacks = app.synth().stacksRecursively;
    expect(nagFindings(app, rulePacks())).toEqual([]);
    expect(stages).toHaveLength(chain.environments.length);
    const places = stacks.map(({ environment, stackName }) => `${environment.account} ${stackName}`);
    expect(new Set(places).size).toBe(places.length);
  }, 60_000);
});
