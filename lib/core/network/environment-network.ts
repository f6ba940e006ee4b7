import { Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { developmentPlace, type EnvironmentConfig, networkOf, type PromotionChain, servingPlace } from '../../config/environment';
import type { Place } from '../../config/names';
import { hasVpc } from '../../config/network';
import { placesOf, samePlace, type SharedObjects, sharedObjects } from '../../config/sharing';
import { PrivateNetwork, type Reach } from './private-network';
import type { Duty } from './service-endpoints';
import { WORKLOADS, WorkloadGroups } from './workload-groups';

/** Properties of {@link EnvironmentNetwork}. */
export interface EnvironmentNetworkProps {
  readonly environment: EnvironmentConfig;
  readonly chain: PromotionChain;
  readonly place: Place;
  /** Of the flow log. */
  readonly encryptionKey: IKey;
}

/** The network of one account of an environment, as its values ask for it: none, one of its own, or the organization's. */
export class EnvironmentNetwork extends Construct {
  /** Gateway endpoint of S3; undefined without a VPC. */
  public readonly s3EndpointId?: string;

  constructor(scope: Construct, id: string, { environment, chain, place, encryptionKey }: EnvironmentNetworkProps) {
    super(scope, id);
    const network = networkOf(environment, place);
    if (!hasVpc(network)) {
      return;
    }
    const workloads = WORKLOADS.filter((workload) => workload !== 'workspace' || hasWorkspace(environment, place));
    if (network.mode === 'existing') {
      const vpc = ec2.Vpc.fromVpcAttributes(this, 'Vpc', { vpcId: network.vpcId, availabilityZones: Stack.of(this).availabilityZones });
      this.s3EndpointId = network.s3EndpointId;
      new WorkloadGroups(this, 'Workloads', { place, vpc, subnetIds: network.subnetIds, s3EndpointId: network.s3EndpointId, workloads });
      return;
    }
    const own = new PrivateNetwork(this, 'Private', {
      cidr: network.cidr,
      zones: network.zones,
      duties: dutiesOf(environment, chain, place),
      reach: reachOf(chain, place),
      encryptionKey,
      logRetention: environment.logRetention,
    });
    this.s3EndpointId = own.s3EndpointId;
    const subnetIds = own.vpc.isolatedSubnets.map(({ subnetId }) => subnetId);
    const { groups } = new WorkloadGroups(this, 'Workloads', { place, vpc: own.vpc, subnetIds, s3EndpointId: own.s3EndpointId, workloads });
    // Jobs and models run isolated: what fetches their files reaches S3 by its gateway.
    for (const workload of ['functions', 'workspace'] as const) {
      const group = groups.get(workload);
      if (group !== undefined) {
        own.admit(group, workload);
      }
    }
  }
}

export const hasWorkspace = (environment: EnvironmentConfig, place: Place): boolean => environment.workspace !== false && samePlace(place, developmentPlace(environment));

/** What an account does, by the values of its environment. */
function dutiesOf(environment: EnvironmentConfig, chain: PromotionChain, place: Place): Duty[] {
  const { lifetime } = environment.serving.endpoint;
  const develops = samePlace(place, developmentPlace(environment));
  const serves = samePlace(place, servingPlace(environment));
  const duties: [duty: Duty, done: boolean][] = [
    ['development', develops],
    ['admission', develops && environment.name === chain.production.name],
    ['release', serves && lifetime !== 'none'],
    ['monitoring', serves && lifetime === 'permanent'],
    ['workspace', hasWorkspace(environment, place)],
  ];
  return duties.filter(([, done]) => done).map(([duty]) => duty);
}

/** Accounts that the table of what crosses accounts lets this one reach. */
function reachOf(chain: PromotionChain, place: Place): Reach {
  // Packages, signing keys and buses: they join where models are registered, qualified and served.
  const joined = [chain.qualification, chain.production];
  const used = sharedObjects(chain).filter(({ user }) => samePlace(user, place));
  const owners = (objects: readonly SharedObjects[]): string[] => [...new Set(objects.map(({ owner }) => owner.account))];
  return {
    account: place.account,
    readable: owners(used),
    writable: owners(used.filter(({ actions }) => actions.includes('s3:PutObject'))),
    usable: joined.some(({ name }) => name === place.environment) ? [...new Set(joined.flatMap(placesOf).map(({ account }) => account))] : [],
  };
}
