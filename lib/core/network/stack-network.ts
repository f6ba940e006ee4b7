import { type CfnParameter, Fn, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, type IConstruct } from 'constructs';
import { names, type NetworkPart, type Place } from '../../config/names';
import { hasVpc, type NetworkConfig, subnetCount, type VpcNetwork } from '../../config/network';
import { environmentParameter } from '../environment-parameter';
import { acknowledgeRule } from '../policies/acknowledge';
import type { Workload } from './workload-groups';

const ID = 'EnvironmentNetwork';

/** Where something runs. */
export interface Placement {
  readonly subnetIds: string[];
  readonly securityGroupIds: string[];
}

/**
 * The environment's network as a stack sees it: parameters of its template, filled in from what the foundation wrote. A stack that was given none
 * runs in the networks of the services.
 */
export class StackNetwork extends Construct {
  /**
   * Gives a stack the network of its account. To be called before anything is made that runs in it.
   *
   * @param network without a VPC the rule that functions are in one is acknowledged, here and nowhere else
   */
  public static use(stack: Stack, place: Place, network: NetworkConfig): void {
    if (hasVpc(network)) {
      new StackNetwork(stack, place, network);
      return;
    }
    acknowledgeRule(
      stack,
      'LambdaInsideVPC',
      ['HIPAA.Security', 'NIST.800.53.R5', 'PCI.DSS.321'],
      'The environment has no network of its own by decision: docs/decisions/0006-private-network.md says what holds instead and what does not.',
    );
  }

  /** The network of the stack that something is in; undefined where it has none. */
  public static of(scope: IConstruct): StackNetwork | undefined {
    const found = Stack.of(scope).node.tryFindChild(ID);
    return found instanceof StackNetwork ? found : undefined;
  }

  private readonly policies: Partial<Record<'functions' | 'containers', iam.IManagedPolicy>> = {};

  private constructor(stack: Stack, private readonly place: Place, private readonly network: VpcNetwork) {
    super(stack, ID);
  }

  public placement(workload: Workload): Placement {
    const subnets = this.parameter('subnets', 'List<String>').valueAsList;
    return {
      subnetIds: Array.from({ length: subnetCount(this.network) }, (_, index) => Fn.select(index, subnets)),
      securityGroupIds: [this.parameter(workload).valueAsString],
    };
  }

  /** Endpoint through which S3 is reached. */
  public get s3EndpointId(): string {
    return this.parameter('s3-endpoint').valueAsString;
  }

  public get vpcId(): string {
    return this.parameter('vpc').valueAsString;
  }

  /** Policy for the role of a function, or of a container of SageMaker, in this network. */
  public policy(workload: 'functions' | 'containers'): iam.IManagedPolicy {
    this.policies[workload] ??= iam.ManagedPolicy.fromManagedPolicyName(this, workload, names.networkPolicy(this.place.environment, workload));
    return this.policies[workload];
  }

  private parameter(part: NetworkPart, type?: 'List<String>'): CfnParameter {
    const id = `Network${part.split('-').map((word) => `${word[0].toUpperCase()}${word.slice(1)}`).join('')}`;
    const name = names.networkParameter(this.place.environment, part);
    return environmentParameter(this, id, { name, type, description: `Network of ${this.place.environment}: ${part}` });
  }
}
