import { Duration } from 'aws-cdk-lib';
import type { RoutingConfig } from '../config/environment';
import { lit, UnscopedValidationError } from '../core/errors';

/** Limits of SageMaker's `DeploymentConfig` (API reference, `BlueGreenUpdatePolicy` and its parts). */
const LIMITS = {
  CANARY_PERCENT: [1, 50],
  LINEAR_PERCENT: [10, 50],
  WAIT_SECONDS: [0, 3600],
  TIMEOUT_SECONDS: [600, 28_800],
} as const;

/** Time that a shift may take beside its waits: to start the new fleet, and to end the old one. */
const FLEET_CHANGE = Duration.minutes(60);

/** Waits of every kind of routing. */
export interface TrafficRoutingOptions {
  /** Time under the alarms after each step. @default 5 minutes */
  readonly bakeTime?: Duration;
  /** Time that the old fleet stays after the shift, ready to take the traffic back. @default 5 minutes */
  readonly terminationWait?: Duration;
}

/** Options of the kinds of routing that go in steps. */
export interface StepRoutingOptions extends TrafficRoutingOptions {
  /** Size of a step in percent of the fleet's capacity. */
  readonly percent: number;
}

/**
 * How traffic moves from an endpoint's old fleet to its new one.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green.html
 */
export class TrafficRouting {
  /** Everything in one step, then one bake time. */
  public static allAtOnce(options: TrafficRoutingOptions = {}): TrafficRouting {
    return new TrafficRouting('ALL_AT_ONCE', 1, {}, options);
  }

  /** A first share of 1 to 50 percent, a bake time, then the rest. */
  public static canary(options: StepRoutingOptions): TrafficRouting {
    requireRange('canary percent', options.percent, LIMITS.CANARY_PERCENT, 'use TrafficRouting.allAtOnce() to shift in one step');
    return new TrafficRouting('CANARY', 2, { CanarySize: capacityPercent(options.percent) }, options);
  }

  /** Equal steps of 10 to 50 percent with a bake time after each. */
  public static linear(options: StepRoutingOptions): TrafficRouting {
    requireRange('linear percent', options.percent, LIMITS.LINEAR_PERCENT, 'use TrafficRouting.canary() for a smaller first step');
    return new TrafficRouting('LINEAR', Math.ceil(100 / options.percent), { LinearStepSize: capacityPercent(options.percent) }, options);
  }

  /** The routing that an environment declares. */
  public static fromConfig({ type, percent, bakeTime, terminationWait }: RoutingConfig): TrafficRouting {
    if (type === 'ALL_AT_ONCE') {
      return TrafficRouting.allAtOnce({ bakeTime, terminationWait });
    }
    if (percent === undefined) {
      throw new UnscopedValidationError(lit`RoutingPercent`, `routing of type ${type} needs a percent (the size of a step); set it in the environment's configuration`);
    }
    return type === 'CANARY'
      ? TrafficRouting.canary({ percent, bakeTime, terminationWait })
      : TrafficRouting.linear({ percent, bakeTime, terminationWait });
  }

  /** Longest time that a shift may take, as SageMaker enforces it. */
  public readonly timeout: Duration;
  private readonly bakeSeconds: number;
  private readonly terminationSeconds: number;

  private constructor(
    private readonly type: RoutingConfig['type'],
    steps: number,
    private readonly size: Readonly<Record<string, object>>,
    options: TrafficRoutingOptions,
  ) {
    this.bakeSeconds = (options.bakeTime ?? Duration.minutes(5)).toSeconds();
    this.terminationSeconds = (options.terminationWait ?? Duration.minutes(5)).toSeconds();
    requireRange('bakeTime in seconds', this.bakeSeconds, LIMITS.WAIT_SECONDS, 'use more steps for a longer shift');
    requireRange('terminationWait in seconds', this.terminationSeconds, LIMITS.WAIT_SECONDS, 'a fleet can be kept for an hour at most');
    const seconds = steps * this.bakeSeconds + this.terminationSeconds + FLEET_CHANGE.toSeconds();
    requireRange(`time of ${steps} steps and the termination wait in seconds`, seconds, LIMITS.TIMEOUT_SECONDS, 'use fewer steps or a shorter bakeTime');
    this.timeout = Duration.seconds(seconds);
  }

  /**
   * `DeploymentConfig` of an `UpdateEndpoint` call.
   *
   * @param alarms Names of the alarms that roll the shift back, 1 to 10; or a JSONata expression that yields `[{"AlarmName": ...}]`
   */
  public deploymentConfig(alarms: readonly string[] | string): Record<string, unknown> {
    return {
      BlueGreenUpdatePolicy: {
        TrafficRoutingConfiguration: { Type: this.type, WaitIntervalInSeconds: this.bakeSeconds, ...this.size },
        TerminationWaitInSeconds: this.terminationSeconds,
        MaximumExecutionTimeoutInSeconds: this.timeout.toSeconds(),
      },
      AutoRollbackConfiguration: { Alarms: typeof alarms === 'string' ? alarms : alarms.map((AlarmName) => ({ AlarmName })) },
    };
  }
}

const capacityPercent = (Value: number): object => ({ Type: 'CAPACITY_PERCENT', Value });

function requireRange(what: string, value: number, [least, most]: readonly [number, number], wayOut: string): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new UnscopedValidationError(lit`TrafficRouting`, `${what} must be a whole number between ${least} and ${most} (SageMaker's limit), got ${value}; ${wayOut}`);
  }
}
