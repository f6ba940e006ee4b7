import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { environments } from '../../../bin/environments';
import type { EnvironmentConfig, RoutingConfig } from '../../../lib/config/environment';
import { Network } from '../../../lib/config/network';
import { EnvironmentError, promotionChain, validateEnvironments } from '../../../lib/config/validation';

const noWait = { bakeTime: Duration.minutes(0), terminationWait: Duration.minutes(0) };

const environment = (name: string, lifetime: 'none' | 'qualification' | 'permanent', change: Partial<EnvironmentConfig> = {}): EnvironmentConfig => ({
  name,
  region: 'eu-central-1',
  development: { account: '111111111111', gateMode: 'FUNCTIONAL' },
  serving: { endpoint: { lifetime, instanceCount: 2, routing: { type: 'ALL_AT_ONCE', ...noWait } } },
  approval: 'automatic',
  network: Network.serviceManaged(),
  allowUnpinnedImages: true,
  removalPolicy: RemovalPolicy.DESTROY,
  logRetention: RetentionDays.ONE_MONTH,
  workspace: false,
  ...change,
});

/** A valid chain whose production differs in the given values. */
const chainWith = (change: Partial<EnvironmentConfig>): EnvironmentConfig[] => [
  environment('dev', 'none'),
  environment('int', 'qualification'),
  environment('prod', 'permanent', change),
];

const routedBy = (routing: Partial<RoutingConfig> & Pick<RoutingConfig, 'type'>, instanceCount = 2): EnvironmentConfig[] => [
  environment('dev', 'none'),
  environment('int', 'qualification', { serving: { endpoint: { lifetime: 'qualification', instanceCount, routing: { type: 'ALL_AT_ONCE', ...noWait } } } }),
  environment('prod', 'permanent', { serving: { endpoint: { lifetime: 'permanent', instanceCount, routing: { ...noWait, ...routing } } } }),
];

const faults = (list: readonly EnvironmentConfig[]): readonly string[] => {
  try {
    validateEnvironments(list);
  } catch (error) {
    if (error instanceof EnvironmentError) {
      return error.faults;
    }
    throw error;
  }
  return [];
};

test('the environments of this repository are valid', () => {
  expect(faults(environments)).toEqual([]);
});

test('the last environment is production and the last one made for qualification qualifies', () => {
  const chain = promotionChain([...chainWith({}).slice(0, 2), environment('pre', 'qualification'), environment('prod', 'permanent')]);
  expect(chain.production.name).toBe('prod');
  expect(chain.qualification.name).toBe('pre');
});

describe('a fault of one environment is named with value, limit and remedy:', () => {
  test.each<[string, EnvironmentConfig[], string]>([
    ['no account', chainWith({ development: { account: '', gateMode: 'QUALITATIVE' } }), 'no account for environment "prod"; set it in bin/environments.ts'],
    ['an account of another form', chainWith({ development: { account: '12345', gateMode: 'QUALITATIVE' } }), 'environment "prod": account must be 12 digits, got "12345"'],
    [
      'an image that is known by its tag alone',
      chainWith({ allowUnpinnedImages: undefined }),
      'environment "prod": no digest of sagemaker-scikit-learn is known for region "eu-central-1": run npm run images with AWS credentials and commit lib/config/images.json, or set allowUnpinnedImages (docs/decisions/0010-images-are-pinned-by-digest.md)',
    ],
    ['a name with a hyphen', chainWith({ name: 'prod-eu' }), 'environment "prod-eu": name must be 2 to 10 lower-case letters and digits, beginning with a letter, got "prod-eu"'],
    [
      'a canary of more than half',
      routedBy({ type: 'CANARY', percent: 60 }),
      `environment "prod": routing.percent of CANARY must be between 1 and 50 (SageMaker's limit), got 60; use ALL_AT_ONCE to shift in one step`,
    ],
    [
      'linear steps that are too small',
      routedBy({ type: 'LINEAR', percent: 5 }),
      `environment "prod": routing.percent of LINEAR must be between 10 and 50 (SageMaker's limit), got 5; use ALL_AT_ONCE to shift in one step`,
    ],
    [
      'a percentage where all traffic shifts at once',
      routedBy({ type: 'ALL_AT_ONCE', percent: 100 }),
      'environment "prod": routing.percent has no meaning for ALL_AT_ONCE, got 100; leave it out or choose CANARY or LINEAR',
    ],
    [
      'a canary of one instance',
      routedBy({ type: 'CANARY', percent: 50 }, 1),
      'environment "prod": serving.endpoint.instanceCount must be at least 2 for CANARY (a share of one instance is no instance), got 1; use ALL_AT_ONCE for one instance',
    ],
    [
      'a bake time beyond the limit',
      routedBy({ type: 'CANARY', percent: 50, bakeTime: Duration.hours(2) }),
      `environment "prod": routing.bakeTime must be at most 3600 seconds (SageMaker's limit), got 7200; take more or smaller steps`,
    ],
    [
      'a shift that takes longer than a deployment may',
      routedBy({ type: 'LINEAR', percent: 10, bakeTime: Duration.minutes(50) }),
      'environment "prod": routing takes 30000 seconds in all, and SageMaker allows less than 28800 for one deployment; shorten bakeTime or use larger steps',
    ],
    [
      'manual approval that nobody can give',
      chainWith({ approval: 'manual' }),
      'environment "prod": approvers must name at least one principal where approval is manual, got none: nobody could approve',
    ],
    ['an approver that is no ARN', chainWith({ approvers: ['anna'] }), 'environment "prod": approvers must be ARNs of IAM principals, got "anna"'],
    [
      'a lock of no days',
      chainWith({ evidenceLockDays: 0 }),
      `environment "prod": evidenceLockDays must be a whole number between 1 and 36500 (S3 Object Lock's limit), got 0`,
    ],
    [
      'artifacts that stay for half a day',
      chainWith({ development: { account: '333333333333', gateMode: 'QUALITATIVE', artifactDays: 0.5 } }),
      `environment "prod": development.artifactDays must be a whole number between 1 and 36500 (S3 Lifecycle's form), got 0.5`,
    ],
    [
      'a VPC that two accounts would share',
      chainWith({
        network: Network.existing({ vpcId: 'vpc-0123456789abcdef0', subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'], s3EndpointId: 'vpce-0123456789abcdef0' }),
        serving: { ...chainWith({})[2]!.serving, account: '555555555555' },
      }),
      'environment "prod": serving.network must be given where serving has an account of its own: two accounts cannot share a VPC; name the one of that account',
    ],
    [
      'a network of an account that there is not',
      chainWith({ serving: { ...chainWith({})[2]!.serving, network: Network.serviceManaged() } }),
      'environment "prod": serving.network has no meaning where serving shares the account of development; leave it out or give serving.account',
    ],
    [
      'a range that leaves none to follow',
      chainWith({ network: Network.private({ cidr: '192.168.128.0/17' }), serving: { ...chainWith({})[2]!.serving, account: '555555555555' } }),
      'environment "prod": serving.network.cidr must lie in 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 (RFC 1918), got "192.169.0.0/17"',
    ],
    [
      'ranges that overlap',
      [environment('dev', 'none', { network: Network.private({ cidr: '10.64.0.0/16' }) }), ...chainWith({ network: Network.private({ cidr: '10.64.16.0/20' }) }).slice(1)],
      'network.cidr "10.64.16.0/20" of prod overlaps "10.64.0.0/16" of dev; give each VPC of the organization addresses of its own',
    ],
  ])('%s', (_case, list, expected) => {
    expect(faults(list)).toEqual([expected]);
  });
});

describe('a fault of the chain is named:', () => {
  test.each<[string, EnvironmentConfig[], RegExp]>([
    ['no environments', [], /^there is no environment/],
    ['two regions', chainWith({ region: 'us-east-1' }), /must share a region .* got eu-central-1, us-east-1; make one chain per region$/],
    ['one name twice', [environment('int', 'none'), ...chainWith({}).slice(1)], /^environment "int" is listed more than once/],
    ['no qualification', [environment('dev', 'none'), environment('prod', 'permanent')], /^no environment before "prod" has serving.endpoint.lifetime "qualification"/],
    ['production without an endpoint', [environment('int', 'qualification'), environment('prod', 'none')], /must be "permanent", got "none"$/],
    ['two productions', [environment('a1', 'permanent'), ...chainWith({}).slice(1)], /^environment "a1" must not have a permanent endpoint/],
    [
      'a qualification on another shape',
      chainWith({ serving: { endpoint: { lifetime: 'permanent', instanceCount: 4, routing: { type: 'ALL_AT_ONCE', ...noWait } } } }),
      /^environment "int" must have the endpoint shape of "prod" \(4 instances\), got 2/,
    ],
  ])('%s', (_case, list, expected) => {
    expect(faults(list)).toEqual([expect.stringMatching(expected)]);
  });
});

test('all faults are named at once', () => {
  expect(faults(chainWith({ development: { account: '', gateMode: 'QUALITATIVE' }, evidenceLockDays: 0.5, region: 'us-east-1' }))).toHaveLength(3);
});
