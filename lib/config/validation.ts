import { developmentPlace, type EnvironmentConfig, networkOf, type PromotionChain, type RoutingConfig, servingPlace } from './environment';
import { imageRegions, isPinned } from './images';
import { hasVpc, networkFaults, overlap } from './network';
import { approverFaults, peopleFaults } from './people';
import { placesOf, samePlace } from './sharing';
import { workspaceFaults } from './workspace';

/** Everything wrong with the environments, one line each. */
export class EnvironmentError extends Error {
  constructor(public readonly faults: readonly string[]) {
    super(faults.join('\n'));
    this.name = 'EnvironmentError';
  }
}

const FILE = 'bin/environments.ts';
const ACCOUNT = /^\d{12}$/;
const NAME = /^[a-z][a-z0-9]{1,9}$/;

/** SageMaker's limits of deployment guardrails (API reference, `DeploymentConfig`). */
const Guardrails = {
  waitSeconds: 3600,
  executionSeconds: 28_800,
  percent: { CANARY: { minimum: 1, maximum: 50 }, LINEAR: { minimum: 10, maximum: 50 } },
} as const;

/** S3 Object Lock's longest default retention. */
const MAXIMUM_LOCK_DAYS = 36_500;

/** Fault of a number of days that is given and is not a whole number from 1 to the maximum. */
const days = (what: string, value: number | undefined, source: string, maximum = MAXIMUM_LOCK_DAYS): string | false =>
  value !== undefined &&
  !(Number.isInteger(value) && value >= 1 && value <= maximum) &&
  `${what} must be a whole number between 1 and ${maximum} (${source}), got ${value}`;

type Check = (environment: EnvironmentConfig) => (string | false | undefined)[];

const checks: Check[] = [
  ({ name }) => [!NAME.test(name) && `name must be 2 to 10 lower-case letters and digits, beginning with a letter, got "${name}"`],
  ({ region }) => [
    !imageRegions.includes(region) && `region must be one whose SageMaker images are known (${imageRegions.join(', ')}), got "${region}"; add its registry account to lib/config/images.json`,
  ],
  ({ region, allowUnpinnedImages }) => [
    allowUnpinnedImages !== true &&
      imageRegions.includes(region) &&
      !isPinned('sagemaker-scikit-learn', region) &&
      `no digest of sagemaker-scikit-learn is known for region "${region}": run npm run images with AWS credentials and commit lib/config/images.json, or set allowUnpinnedImages (docs/decisions/0010-images-are-pinned-by-digest.md)`,
  ],
  ({ name, development }) => account(name, 'account', development.account),
  ({ name, serving }) => (serving.account === undefined ? [] : account(name, 'serving account', serving.account)),
  (environment) => trailAccount(environment),
  ({ serving }) => routing(serving.endpoint.routing, serving.endpoint.instanceCount),
  ({ serving: { endpoint } }) => [
    !(Number.isInteger(endpoint.instanceCount) && endpoint.instanceCount >= 1) &&
      `serving.endpoint.instanceCount must be a whole number of at least 1, got ${endpoint.instanceCount}`,
  ],
  ({ approval, approvers = [], people }) => [
    approval === 'manual' && approvers.length === 0 && 'approvers must name at least one principal where approval is manual, got none: nobody could approve',
    ...approverFaults(approvers, people),
  ],
  ({ people, machines }) => peopleFaults(people, machines),
  ({ evidenceLockDays, development, serving }) => [
    days('evidenceLockDays', evidenceLockDays, "S3 Object Lock's limit"),
    days('development.artifactDays', development.artifactDays, "S3 Lifecycle's form"),
    days('serving.inferenceLogDays', serving.inferenceLogDays, "S3 Lifecycle's form"),
  ],
  ({ monthlyBudget, alarmEmails = [] }) => [
    monthlyBudget !== undefined && !(monthlyBudget > 0) && `monthlyBudget must be more than 0 US dollars, got ${monthlyBudget}; leave it out for no budget`,
    ...alarmEmails.map((email) => !/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(email) && `alarmEmails must be e-mail addresses, got "${email}"`),
  ],
  (environment) => [
    ...networkFaults(environment.network),
    ...(samePlace(developmentPlace(environment), servingPlace(environment)) || networkFaults(environment.network).length > 0
      ? []
      : networkFaults(networkOf(environment, servingPlace(environment))).map((fault) => `serving.${fault}`)),
  ],
  ({ development, network, serving }) => [
    serving.network !== undefined &&
      (serving.account ?? development.account) === development.account &&
      'serving.network has no meaning where serving shares the account of development; leave it out or give serving.account',
    serving.network === undefined &&
      (serving.account ?? development.account) !== development.account &&
      network.mode === 'existing' &&
      'serving.network must be given where serving has an account of its own: two accounts cannot share a VPC; name the one of that account',
  ],
  ({ workspace }) => (workspace === false ? [] : workspaceFaults(workspace)),
  ({ serving, workspace }) => [
    workspace !== false &&
      serving.endpoint.lifetime !== 'none' &&
      `workspace must be false where models are served, got one beside serving.endpoint.lifetime "${serving.endpoint.lifetime}"; people explore in an environment whose lifetime is "none"`,
  ],
  ({ development }) => [
    development.closedDataSets !== undefined &&
      development.readsProductionData !== true &&
      'development.closedDataSets has no meaning where readsProductionData is not true: nothing is open; leave it out',
  ],
  ({ network, workspace }) => [
    workspace !== false && !hasVpc(network) && 'workspace needs a private network: Studio without one reaches the internet; give network: Network.private(...), or set workspace to false',
  ],
];

/** Faults of one account id; the message about a missing one names the file to edit. */
function account(environment: string, what: string, id: string | undefined): string[] {
  if (id === undefined || id === '') {
    return [`no ${what} for environment "${environment}"; set it in ${FILE}`];
  }
  return ACCOUNT.test(id) ? [] : [`${what} must be 12 digits, got "${id}"`];
}

/** An archive in an account that it records would be in reach of that account's administrators. */
function trailAccount(environment: EnvironmentConfig): string[] {
  const { name, trailAccount: id } = environment;
  if (id === undefined) {
    return [];
  }
  const recorded = placesOf(environment).some((place) => place.account === id);
  return [...account(name, 'trailAccount', id), ...(recorded ? [`trailAccount must be another account than those of the environment, whose trails it keeps, got "${id}"; leave it out to keep each trail in its account`] : [])];
}

function routing({ type, percent, bakeTime, terminationWait }: RoutingConfig, instanceCount: number): (string | false)[] {
  const wait = Guardrails.waitSeconds;
  const waits = [
    bakeTime.toSeconds() > wait && `routing.bakeTime must be at most ${wait} seconds (SageMaker's limit), got ${bakeTime.toSeconds()}; take more or smaller steps`,
    terminationWait.toSeconds() > wait && `routing.terminationWait must be at most ${wait} seconds (SageMaker's limit), got ${terminationWait.toSeconds()}`,
  ];
  if (type === 'ALL_AT_ONCE') {
    return [...waits, percent !== undefined && `routing.percent has no meaning for ALL_AT_ONCE, got ${percent}; leave it out or choose CANARY or LINEAR`];
  }
  const { minimum, maximum } = Guardrails.percent[type];
  if (percent === undefined || percent < minimum || percent > maximum) {
    return [
      ...waits,
      `routing.percent of ${type} must be between ${minimum} and ${maximum} (SageMaker's limit), got ${percent ?? 'none'}; use ALL_AT_ONCE to shift in one step`,
    ];
  }
  const steps = type === 'LINEAR' ? Math.ceil(100 / percent) : 1;
  const seconds = steps * bakeTime.toSeconds() + terminationWait.toSeconds();
  return [
    ...waits,
    instanceCount < 2 &&
      `serving.endpoint.instanceCount must be at least 2 for ${type} (a share of one instance is no instance), got ${instanceCount}; use ALL_AT_ONCE for one instance`,
    seconds >= Guardrails.executionSeconds &&
      `routing takes ${seconds} seconds in all, and SageMaker allows less than ${Guardrails.executionSeconds} for one deployment; shorten bakeTime or use larger steps`,
  ];
}

/** What only the environments together can get wrong. */
function chainFaults(environments: readonly EnvironmentConfig[]): string[] {
  const faults: string[] = [];
  const seen = environments.map(({ name }) => name);
  for (const name of new Set(seen.filter((candidate, index) => seen.indexOf(candidate) !== index))) {
    faults.push(`environment "${name}" is listed more than once; give each its own name`);
  }
  const regions = [...new Set(environments.map(({ region }) => region))];
  if (regions.length > 1) {
    faults.push(`all environments of one promotion chain must share a region (SageMaker reads artifacts only in its own), got ${regions.join(', ')}; make one chain per region`);
  }
  const last = environments.at(-1);
  if (last === undefined) {
    return [`there is no environment; list at least one for qualification and one for production`];
  }
  if (last.serving.endpoint.lifetime !== 'permanent') {
    faults.push(`environment "${last.name}" is the last, so production: its serving.endpoint.lifetime must be "permanent", got "${last.serving.endpoint.lifetime}"`);
  }
  for (const { name, serving } of environments.slice(0, -1)) {
    if (serving.endpoint.lifetime === 'permanent') {
      faults.push(`environment "${name}" must not have a permanent endpoint: only the last environment, "${last.name}", is production; use "qualification" or "none"`);
    }
  }
  const qualification = findQualification(environments);
  if (qualification === undefined) {
    faults.push(`no environment before "${last.name}" has serving.endpoint.lifetime "qualification": a model could reach production untested`);
  } else if (qualification.serving.endpoint.instanceCount !== last.serving.endpoint.instanceCount) {
    faults.push(
      `environment "${qualification.name}" must have the endpoint shape of "${last.name}" (${last.serving.endpoint.instanceCount} instances), got ` +
        `${qualification.serving.endpoint.instanceCount}; a load test on another shape says nothing about production`,
    );
  }
  return [...faults, ...overlaps(environments)];
}

/** Ranges of the chain's VPCs that share addresses: they could never be connected, and a flow log would not tell one from the other. */
function overlaps(environments: readonly EnvironmentConfig[]): string[] {
  const ranges = environments.flatMap((environment) =>
    placesOf(environment).flatMap((place, index) => {
      const network = networkOf(environment, place);
      return network.mode === 'private' ? [{ place: `${environment.name}${index === 0 ? '' : ' serving'}`, cidr: network.cidr }] : [];
    }),
  );
  return ranges.flatMap((left, index) =>
    ranges
      .slice(index + 1)
      .filter((right) => overlap(left.cidr, right.cidr))
      .map((right) => `network.cidr "${right.cidr}" of ${right.place} overlaps "${left.cidr}" of ${left.place}; give each VPC of the organization addresses of its own`),
  );
}

const findQualification = (environments: readonly EnvironmentConfig[]): EnvironmentConfig | undefined =>
  environments.slice(0, -1).findLast(({ serving }) => serving.endpoint.lifetime === 'qualification');

/**
 * Checks the environments of one promotion chain, in promotion order.
 *
 * @throws EnvironmentError with all faults: what is wrong, the limit and its source, what to change.
 */
export function validateEnvironments(environments: readonly EnvironmentConfig[]): void {
  const own = environments.flatMap((environment) =>
    checks
      .flatMap((check) => check(environment))
      .filter((fault): fault is string => typeof fault === 'string')
      .map((fault) => (fault.includes(`environment "${environment.name}"`) ? fault : `environment "${environment.name}": ${fault}`)),
  );
  const faults = [...own, ...chainFaults(environments)];
  if (faults.length > 0) {
    throw new EnvironmentError(faults);
  }
}

/**
 * The chain of validated environments: the last is production, the one before it that is made for qualification qualifies.
 *
 * @throws EnvironmentError as {@link validateEnvironments} does.
 */
export function promotionChain(environments: readonly EnvironmentConfig[]): PromotionChain {
  validateEnvironments(environments);
  const production = environments.at(-1);
  const qualification = findQualification(environments);
  if (production === undefined || qualification === undefined) {
    throw new EnvironmentError(chainFaults(environments));
  }
  return { environments, production, qualification };
}
