import type { ActingService, Permission } from '../core/service';

/** What follows from a function, a job or a model being in a VPC. There are no packets here: policies are all that a network is on the local AWS. */

/** As Lambda (`SubnetIds`) and SageMaker (`Subnets`) spell it. */
export interface VpcConfig {
  readonly SubnetIds?: readonly string[];
  readonly Subnets?: readonly string[];
  readonly SecurityGroupIds?: readonly string[];
}

interface Place {
  readonly accountId: string;
  readonly region: string;
}

const subnetsOf = (vpc: VpcConfig | undefined): readonly string[] => vpc?.SubnetIds ?? vpc?.Subnets ?? [];

const KEEP = {
  lambda: {
    describe: ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets'],
    change: ['ec2:DeleteNetworkInterface', 'ec2:AssignPrivateIpAddresses', 'ec2:UnassignPrivateIpAddresses'],
  },
  sagemaker: {
    describe: ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeVpcs', 'ec2:DescribeDhcpOptions', 'ec2:DescribeSubnets', 'ec2:DescribeSecurityGroups'],
    change: ['ec2:CreateNetworkInterfacePermission', 'ec2:DeleteNetworkInterface', 'ec2:DeleteNetworkInterfacePermission'],
  },
} as const;

/**
 * The network interfaces of a function, job or model are made and removed in its role's name.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
 */
export function interfaceNeeds(service: keyof typeof KEEP, vpc: VpcConfig | undefined, { accountId, region }: Place): Permission[] {
  const subnets = subnetsOf(vpc);
  if (subnets.length === 0) {
    return [];
  }
  const arn = (kind: string, id: string): string => `arn:aws:ec2:${region}:${accountId}:${kind}/${id}`;
  const made = arn('network-interface', 'eni-local');
  const { describe, change } = KEEP[service];
  return [
    ...[made, ...subnets.map((id) => arn('subnet', id)), ...(vpc?.SecurityGroupIds ?? []).map((id) => arn('security-group', id))].map((resource) => ({ action: 'ec2:CreateNetworkInterface', resource })),
    ...change.map((action) => ({ action, resource: made })),
    ...describe.map((action) => ({ action, resource: '*' })),
  ];
}

/** The service, acting for something in a VPC: what it calls is reached through endpoints of the same account. */
export const fromNetwork = (service: ActingService, vpc: VpcConfig | undefined): ActingService =>
  subnetsOf(vpc).length === 0 ? service : { ...service, endpointAccount: service.sourceAccount };
