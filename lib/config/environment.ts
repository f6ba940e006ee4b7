import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { GateMode } from '../../lambda/gate/contract';
import type { Documentation } from '../../lambda/register/contract';
import { names, type Place } from './names';
import { beside, type NetworkConfig } from './network';
import type { MachinesConfig, PeopleConfig } from './people';
import type { WorkspaceConfig } from './workspace';

/** How traffic moves to a new fleet. */
export interface RoutingConfig {
  readonly type: 'ALL_AT_ONCE' | 'CANARY' | 'LINEAR';
  /** Share of the capacity of the first (canary) or of every (linear) step, in percent. Canary at most 50, linear 10 to 50 (SageMaker's limits). */
  readonly percent?: number;
  /** Time between steps. */
  readonly bakeTime: Duration;
  /** Time that the old fleet stays after the shift. */
  readonly terminationWait: Duration;
}

/**
 * One environment of a promotion chain as data. Environments differ in values, never in code.
 */
export interface EnvironmentConfig {
  /** Lower-case letters and digits, 2 to 10 characters. */
  readonly name: string;
  readonly region: string;
  readonly development: {
    readonly account: string;
    /** Of the data gate and the model gate. */
    readonly gateMode: GateMode;
    /** People and jobs here may read, never write, the data of production: exploration needs real data. @default false */
    readonly readsProductionData?: boolean;
    /** Models whose production data nobody here reads, whatever `readsProductionData` says. @default - none */
    readonly closedDataSets?: readonly string[];
    /**
     * Artifacts disappear after this many days and have no versions, where copies of real data must not pile up.
     * @default - artifacts are versioned and stay
     */
    readonly artifactDays?: number;
    /**
     * `required`: a version is registered only with every human-written field of its model card. `draft`: fields may wait for their author.
     * @default required
     */
    readonly documentation?: Documentation;
  };
  readonly serving: {
    /** @default - the account of development */
    readonly account?: string;
    /** Of the account of serving, where it is another one. @default - `network`; a private one takes the range of the same size that follows */
    readonly network?: NetworkConfig;
    /** Days that predictions are kept; the EU AI Act asks for at least six months. @default 184 */
    readonly inferenceLogDays?: number;
    readonly endpoint: {
      /** `none`: no serving; `qualification`: created for a qualification and deleted afterwards; `permanent`: always on, owned by the promotion. */
      readonly lifetime: 'none' | 'qualification' | 'permanent';
      readonly instanceCount: number;
      readonly routing: RoutingConfig;
    };
  };
  /**
   * Whether jobs and endpoints may run an image that is known by its tag alone, which can be moved to other content. `npm run images` writes digests.
   * @default false
   */
  readonly allowUnpinnedImages?: boolean;
  /** Who sets a qualified model package to `Approved`. */
  readonly approval: 'manual' | 'automatic';
  /** `Network.private(...)`, `Network.existing(...)` or `Network.serviceManaged()`: docs/decisions/0006-private-network.md tells what each gives and costs. */
  readonly network: NetworkConfig;
  readonly removalPolicy: RemovalPolicy;
  readonly logRetention: logs.RetentionDays;
  /** Evidence can't be changed or deleted for this many days (S3 Object Lock, governance mode). @default - no lock */
  readonly evidenceLockDays?: number;
  /** Account that keeps the audit trails, out of reach of the environment's own. @default - each account keeps its trail in its bucket `access-logs` */
  readonly trailAccount?: string;
  /** E-mail addresses that alarms and the budget are told to; each must confirm its subscription. @default - none */
  readonly alarmEmails?: readonly string[];
  /** US dollars a month that the account may cost before people are told. @default - no budget */
  readonly monthlyBudget?: number;
  /** Studio domain for data scientists, where they explore; needs a private network. */
  readonly workspace: false | WorkspaceConfig;
  /**
   * People who may approve, one by one: IAM principal ARNs, or the subjects of the SAML provider where people sign in by one. Required where approval is
   * manual.
   * @default - none
   */
  readonly approvers?: readonly string[];
  /** How people sign in, for how long, and what bounds their roles. @default - IAM without a second factor, four hours, no boundary */
  readonly people?: PeopleConfig;
  /**
   * Environment in whose accounts this one rehearses a change: the audit trail, the budget and the roles of people are those of that one.
   * @default - it stands for itself
   */
  readonly rehearses?: string;
  /** Account whose builds may rehearse pull requests beside this environment. @default - none */
  readonly rehearsedFrom?: string;
  /** What bounds the roles of functions, machines and jobs. @default - nothing but their policies */
  readonly machines?: MachinesConfig;
}

export const developmentPlace = (environment: EnvironmentConfig): Place => ({
  environment: environment.name,
  account: environment.development.account,
  region: environment.region,
});

export const servingPlace = (environment: EnvironmentConfig): Place => ({
  environment: environment.name,
  account: environment.serving.account ?? environment.development.account,
  region: environment.region,
});

/** Network of one account of an environment. */
export const networkOf = (environment: EnvironmentConfig, { account }: Place): NetworkConfig =>
  account === environment.development.account ? environment.network : (environment.serving.network ?? beside(environment.network));

/** Where the audit trails are kept, if not in the accounts that they record. */
export const trailPlace = ({ name, region, trailAccount }: EnvironmentConfig): Place | undefined =>
  trailAccount === undefined ? undefined : { environment: name, account: trailAccount, region };

/** The environments of one promotion chain that a stack must know besides its own. */
export interface PromotionChain {
  readonly environments: readonly EnvironmentConfig[];
  /** Where models are trained for production and registered: the last environment. */
  readonly production: EnvironmentConfig;
  /** Where models are qualified: the environment before production whose endpoint lifetime is `qualification`. */
  readonly qualification: EnvironmentConfig;
  /** The chain that this one rehearses, for the length of a pull request. @default - none: it is a chain of its own */
  readonly rehearses?: PromotionChain;
}

export { names };
