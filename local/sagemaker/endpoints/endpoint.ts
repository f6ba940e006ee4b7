import type { DeploymentConfig, ProductionVariant } from '@aws-sdk/client-sagemaker';
import type { LocalCloud } from '../../core/service';
import { eventDetail } from '../core/names';
import type { Listed } from '../core/listing';
import type { Place } from '../core/place';
import type { EndpointConfig } from './configs';
import type { Fleet } from './fleet';
import { pickByWeight } from './traffic';

export type EndpointStatus = 'Creating' | 'InService' | 'Updating' | 'RollingBack' | 'Deleting' | 'Failed';

/** Weight and size of a variant; the size is bookkeeping. */
export interface VariantState {
  weight: number;
  instances: number;
}

export type VariantStage = 'Creating' | 'ActivatingTraffic' | 'Baking' | 'Deleting';

/** An update on its way. */
export interface Shift {
  readonly fleet: Fleet;
  readonly variants: Map<string, VariantState>;
  readonly startTime: Date;
  /** Share of the traffic that goes to the new fleet. */
  share: number;
  stage: VariantStage;
}

/** Which fleet of an update answers: the one that is shifted in, or the one that was there. */
export type FleetSide = 'new' | 'old';

export interface Route {
  readonly fleet: Fleet;
  readonly side: FleetSide;
  readonly variant: string;
}

export const initialState = (variants: readonly ProductionVariant[]): Map<string, VariantState> =>
  new Map(variants.map(({ VariantName, InitialVariantWeight = 1, InitialInstanceCount = 1 }) =>
    [String(VariantName), { weight: InitialVariantWeight, instances: InitialInstanceCount }]));

/** An endpoint: the fleet that serves, and the one that an update shifts in. */
export class Endpoint implements Listed {
  readonly creationTime = new Date();
  lastModifiedTime = new Date();
  status: EndpointStatus = 'Creating';
  failureReason?: string;
  live?: Fleet;
  shift?: Shift;
  variants: Map<string, VariantState>;
  lastDeploymentConfig?: DeploymentConfig;
  /** Settles when the change that is under way has ended. */
  change: Promise<void> = Promise.resolve();

  constructor(readonly name: string, readonly arn: string, readonly place: Place, public config: EndpointConfig, private readonly cloud: LocalCloud) {
    this.variants = initialState(config.variants);
  }

  /** Configurations that must stay: the one in use and the one that is being moved to. */
  uses(config: string): boolean {
    return this.config.name === config || this.shift?.fleet.config.name === config;
  }

  enter(status: EndpointStatus, failureReason?: string): void {
    this.status = status;
    this.failureReason = failureReason;
    this.lastModifiedTime = new Date();
    this.cloud.log('sagemaker', `endpoint ${this.name}: ${status} on ${this.config.name}${failureReason === undefined ? '' : ` (${failureReason})`}`);
    this.announce();
  }

  /**
   * Where a request goes.
   *
   * @param target variant that the caller asks for
   * @param random numbers in [0, 1)
   */
  route(target: string | undefined, random: () => number = Math.random): Route | undefined {
    const { live, shift } = this;
    if (live === undefined) {
      return undefined;
    }
    const weights = new Map([...this.variants].map(([name, { weight }]) => [name, weight]));
    const variant = target ?? pickByWeight(weights, random());
    if (variant === undefined || !this.variants.has(variant)) {
      return undefined;
    }
    const side: FleetSide = shift !== undefined && random() < shift.share ? 'new' : 'old';
    return { fleet: side === 'new' && shift !== undefined ? shift.fleet : live, side, variant };
  }

  description(): object {
    const { shift, live } = this;
    return {
      EndpointName: this.name,
      EndpointArn: this.arn,
      EndpointConfigName: this.config.name,
      ProductionVariants: live === undefined ? undefined : variantSummaries(live, this.variants, this.lastModifiedTime),
      EndpointStatus: this.status,
      FailureReason: this.failureReason,
      CreationTime: this.creationTime,
      LastModifiedTime: this.lastModifiedTime,
      LastDeploymentConfig: this.lastDeploymentConfig,
      PendingDeploymentSummary: shift === undefined ? undefined : {
        EndpointConfigName: shift.fleet.config.name,
        StartTime: shift.startTime,
        ProductionVariants: variantSummaries(shift.fleet, shift.variants, shift.startTime)
          .map((summary) => ({ ...summary, VariantStatus: [{ Status: shift.stage, StartTime: shift.startTime }] })),
      },
    };
  }

  /** EventBridge spells the status in upper snake case. */
  private announce(): void {
    const status = this.status.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
    this.cloud.emit({
      source: 'aws.sagemaker',
      'detail-type': 'SageMaker Endpoint State Change',
      account: this.place.accountId,
      region: this.place.region,
      resources: [this.arn],
      detail: eventDetail({ ...this.description(), EndpointStatus: status }),
    });
  }
}

function variantSummaries(fleet: Fleet, variants: ReadonlyMap<string, VariantState>, since: Date): Record<string, unknown>[] {
  return [...variants].map(([name, { weight, instances }]) => ({
    VariantName: name,
    DeployedImages: [{ SpecifiedImage: fleet.images.get(name), ResolvedImage: fleet.images.get(name), ResolutionTime: since }],
    CurrentWeight: weight,
    DesiredWeight: weight,
    CurrentInstanceCount: instances,
    DesiredInstanceCount: instances,
  }));
}
