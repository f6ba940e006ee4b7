import type { CapacitySize, DeploymentConfig } from '@aws-sdk/client-sagemaker';
import { errors, oneOf, refuse } from '../core/errors';

/** One step of a blue/green shift. */
export interface ShiftStep {
  /** Share of the traffic that the new fleet gets, 0 to 1. */
  readonly share: number;
  /** AWS seconds in which alarms are watched before the next step. */
  readonly waitSeconds: number;
}

/** What an update does with the traffic. */
export interface TrafficPlan {
  readonly steps: readonly ShiftStep[];
  /** AWS seconds that the old fleet stays ready after the last step. */
  readonly terminationWaitSeconds: number;
  /** Alarms that roll the update back. */
  readonly alarms: readonly string[];
}

const LONGEST_WAIT = 3600;
const TIMEOUT = { minimum: 600, maximum: 28_800 };
const ALARMS = 10;
/** Percent of the fleet. */
const CANARY_MAXIMUM = 50;
const LINEAR = { minimum: 10, maximum: 50 };

function within(what: string, value: number | undefined, minimum: number, maximum: number): void {
  if (value !== undefined && (value < minimum || value > maximum)) {
    throw errors.invalid(`${what} is ${value}; it must lie between ${minimum} and ${maximum}`);
  }
}

function percentOf(what: string, size: CapacitySize | undefined, instances: number): number {
  oneOf(`${what}.type`, size?.Type, ['INSTANCE_COUNT', 'CAPACITY_PERCENT']);
  if (size?.Type === undefined || size.Value === undefined) {
    throw errors.invalid(`${what} is required for this type of traffic routing`);
  }
  return size.Type === 'CAPACITY_PERCENT' ? size.Value : (size.Value / instances) * 100;
}

/** Shares of the new fleet, ending in 1. */
function shares(config: DeploymentConfig, instances: number): number[] {
  const routing = config.BlueGreenUpdatePolicy?.TrafficRoutingConfiguration;
  if (routing?.Type === 'CANARY') {
    const percent = percentOf('CanarySize', routing.CanarySize, instances);
    if (percent > CANARY_MAXIMUM) {
      throw errors.invalid(`CanarySize is ${percent} % of the ${instances} instance(s) of the variant; the limit is ${CANARY_MAXIMUM} %`);
    }
    return [percent / 100, 1];
  }
  if (routing?.Type === 'LINEAR') {
    const percent = percentOf('LinearStepSize', routing.LinearStepSize, instances);
    if (percent < LINEAR.minimum || percent > LINEAR.maximum) {
      throw errors.invalid(
        `LinearStepSize is ${percent} % of the ${instances} instance(s) of the variant; it must lie between ${LINEAR.minimum} % and ${LINEAR.maximum} %`,
      );
    }
    const count = Math.ceil(100 / percent);
    return Array.from({ length: count }, (_, index) => Math.min(1, ((index + 1) * percent) / 100));
  }
  return [1];
}

/**
 * The steps of an endpoint update, after holding its deployment configuration to SageMaker's limits.
 *
 * @param config absent means all traffic at once, without watching
 * @param instances instances of the variant, for sizes given as a count
 */
export function trafficPlan(config: DeploymentConfig | undefined, instances: number): TrafficPlan {
  if (config === undefined) {
    return { steps: [{ share: 1, waitSeconds: 0 }], terminationWaitSeconds: 0, alarms: [] };
  }
  refuse('UpdateEndpoint DeploymentConfig', config, ['RollingUpdatePolicy']);
  const policy = config.BlueGreenUpdatePolicy;
  const routing = policy?.TrafficRoutingConfiguration;
  oneOf('trafficRoutingConfiguration.type', routing?.Type, ['ALL_AT_ONCE', 'CANARY', 'LINEAR']);
  within('WaitIntervalInSeconds', routing?.WaitIntervalInSeconds, 0, LONGEST_WAIT);
  within('TerminationWaitInSeconds', policy?.TerminationWaitInSeconds, 0, LONGEST_WAIT);
  within('MaximumExecutionTimeoutInSeconds', policy?.MaximumExecutionTimeoutInSeconds, TIMEOUT.minimum, TIMEOUT.maximum);
  const alarms = (config.AutoRollbackConfiguration?.Alarms ?? []).map(({ AlarmName }) => String(AlarmName));
  if (config.AutoRollbackConfiguration !== undefined) {
    within('the number of AutoRollbackConfiguration.Alarms', alarms.length, 1, ALARMS);
  }
  const steps = shares(config, instances).map((share) => ({ share, waitSeconds: routing?.WaitIntervalInSeconds ?? 0 }));
  const terminationWaitSeconds = policy?.TerminationWaitInSeconds ?? 0;
  const total = steps.reduce((sum, { waitSeconds }) => sum + waitSeconds, terminationWaitSeconds);
  const timeout = policy?.MaximumExecutionTimeoutInSeconds;
  if (timeout !== undefined && timeout <= total) {
    throw errors.invalid(`MaximumExecutionTimeoutInSeconds is ${timeout}; the waits of the update add up to ${total} seconds`);
  }
  return { steps, terminationWaitSeconds, alarms };
}

/**
 * Picks a key with a probability proportional to its weight.
 *
 * @param point a random number in [0, 1)
 * @returns undefined when all weights are zero
 */
export function pickByWeight<K>(weights: ReadonlyMap<K, number>, point: number): K | undefined {
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  let rest = point * total;
  for (const [key, weight] of weights) {
    rest -= weight;
    if (rest < 0) {
      return key;
    }
  }
  return undefined;
}
