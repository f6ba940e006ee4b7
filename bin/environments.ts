import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { EnvironmentConfig } from '../lib/config/environment';
import { Network } from '../lib/config/network';

/** Until `npm run images` has written the digests of the region into lib/config/images.json. */
const allowUnpinnedImages = true;
const region = process.env.MLOPS_REGION ?? 'eu-central-1';
const accounts = {
  dev: process.env.MLOPS_DEV_ACCOUNT ?? '111111111111',
  int: process.env.MLOPS_INT_ACCOUNT ?? '222222222222',
  prod: process.env.MLOPS_PROD_ACCOUNT ?? '333333333333',
};

/** Delivery of code from GitHub, in the tooling account; left out where no connection is given. */
export const delivery =
  process.env.MLOPS_CONNECTION_ARN === undefined
    ? undefined
    : {
        account: process.env.MLOPS_TOOLING_ACCOUNT ?? '444444444444',
        region,
        repository: process.env.MLOPS_REPOSITORY ?? '',
        connectionArn: process.env.MLOPS_CONNECTION_ARN,
      };

/** In promotion order: a model reaches an environment only by passing the one before it. */
export const environments: EnvironmentConfig[] = [
  {
    name: 'dev',
    region,
    development: { account: accounts.dev, gateMode: 'FUNCTIONAL', readsProductionData: true, artifactDays: 30, documentation: 'draft' },
    serving: {
      endpoint: {
        lifetime: 'none',
        instanceCount: 1,
        routing: { type: 'ALL_AT_ONCE', bakeTime: Duration.minutes(0), terminationWait: Duration.minutes(0) },
      },
    },
    approval: 'automatic',
    network: Network.serviceManaged(),
    allowUnpinnedImages,
    removalPolicy: RemovalPolicy.DESTROY,
    logRetention: RetentionDays.ONE_MONTH,
    monthlyBudget: 100,
    workspace: false,
  },
  {
    name: 'int',
    region,
    development: { account: accounts.int, gateMode: 'FUNCTIONAL', documentation: 'draft' },
    serving: {
      endpoint: {
        lifetime: 'qualification',
        instanceCount: 2,
        routing: { type: 'ALL_AT_ONCE', bakeTime: Duration.minutes(0), terminationWait: Duration.minutes(0) },
      },
    },
    approval: 'automatic',
    network: Network.serviceManaged(),
    allowUnpinnedImages,
    removalPolicy: RemovalPolicy.DESTROY,
    logRetention: RetentionDays.ONE_YEAR,
    monthlyBudget: 200,
    rehearsedFrom: delivery?.account,
    workspace: false,
  },
  {
    name: 'prod',
    region,
    development: { account: accounts.prod, gateMode: 'QUALITATIVE' },
    serving: {
      endpoint: {
        lifetime: 'permanent',
        instanceCount: 2,
        routing: { type: 'CANARY', percent: 50, bakeTime: Duration.minutes(10), terminationWait: Duration.minutes(5) },
      },
    },
    approval: 'manual',
    approvers: [`arn:aws:iam::${accounts.prod}:root`],
    network: Network.private({ cidr: '10.64.0.0/20' }),
    allowUnpinnedImages,
    removalPolicy: RemovalPolicy.RETAIN,
    logRetention: RetentionDays.ONE_YEAR,
    evidenceLockDays: 365,
    monthlyBudget: 1000,
    workspace: false,
  },
];
