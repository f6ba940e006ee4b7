import type { IConstruct } from 'constructs';
import { environmentKeyArn } from '../core/environment-defaults';
import { hasLocalDisks } from '../core/instance-types';
import { StackNetwork } from '../core/network/stack-network';
import type { Reference, Text } from './pipeline-values';

/** Where a job runs and what its disk is encrypted with. */
export interface JobPlacement {
  /** ARN of a key for the storage of the instances; SageMaker takes no alias here. */
  readonly volumeKmsKeyId?: Text;
  /** Subnets and security groups. @default - none: the job runs in SageMaker's network */
  readonly vpc?: { readonly subnetIds: readonly Text[]; readonly securityGroupIds: readonly Text[] };
}

/** The key of a job's disk as the API spells it, for instances that take one. */
export const volumeKey = ({ volumeKmsKeyId }: JobPlacement, instanceType: string): object =>
  volumeKmsKeyId === undefined || hasLocalDisks(instanceType) ? {} : { VolumeKmsKeyId: volumeKmsKeyId };

/** The network of a job as the API spells it. */
export const vpcConfig = ({ vpc }: JobPlacement): object => (vpc === undefined ? {} : { VpcConfig: { Subnets: vpc.subnetIds, SecurityGroupIds: vpc.securityGroupIds } });

/** Names of the parameters by which a pipeline learns where its jobs run. */
const Parameters = { VOLUME_KEY: 'VolumeKeyArn', SECURITY_GROUP: 'SecurityGroupId', SUBNET: 'SubnetId' } as const;

/**
 * Declares the placement as parameters: ids and ARNs are known when the environment is deployed, and a definition with them would have another digest
 * in each account.
 *
 * @param subnets number of subnets; 0 for jobs without a network of the environment's own
 */
export function placementParameters(definition: { parameter(name: string): Reference }, subnets: number): JobPlacement {
  const volumeKmsKeyId: Reference = definition.parameter(Parameters.VOLUME_KEY);
  if (subnets === 0) {
    return { volumeKmsKeyId };
  }
  return {
    volumeKmsKeyId,
    vpc: {
      subnetIds: Array.from({ length: subnets }, (_, index) => definition.parameter(`${Parameters.SUBNET}${index + 1}`)),
      securityGroupIds: [definition.parameter(Parameters.SECURITY_GROUP)],
    },
  };
}

/** Values of these parameters in the stack of a scope: tokens, for whoever starts the pipeline. */
export function placementValues(scope: IConstruct, environment: string): { readonly Name: string; readonly Value: string }[] {
  const placement = StackNetwork.of(scope)?.placement('jobs');
  return [
    { Name: Parameters.VOLUME_KEY, Value: environmentKeyArn(scope, environment) },
    ...(placement?.subnetIds ?? []).map((Value, index) => ({ Name: `${Parameters.SUBNET}${index + 1}`, Value })),
    ...(placement?.securityGroupIds ?? []).map((Value) => ({ Name: Parameters.SECURITY_GROUP, Value })),
  ];
}
