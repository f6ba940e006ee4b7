import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { names, type NetworkPart, type Place } from '../../config/names';
import { acknowledgeWildcard } from '../policies/wildcards';

/** What is placed in a network: functions, jobs, model containers, people's workspaces. Each has a security group of its own. */
export const WORKLOADS = ['functions', 'jobs', 'models', 'workspace'] as const;
export type Workload = (typeof WORKLOADS)[number];

/** Properties of {@link WorkloadGroups}. */
export interface WorkloadGroupsProps {
  readonly place: Place;
  readonly vpc: ec2.IVpc;
  readonly subnetIds: readonly string[];
  readonly s3EndpointId: string;
  readonly workloads: readonly Workload[];
}

/** Actions of EC2 that describe; they know no resources. */
const DESCRIBE = {
  functions: ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets'],
  containers: ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeVpcs', 'ec2:DescribeDhcpOptions', 'ec2:DescribeSubnets', 'ec2:DescribeSecurityGroups'],
} as const;

/**
 * Security groups and policies of what runs in a network, and parameters by which other stacks find them. The groups lead to port 443 alone and admit
 * nobody, but for the instances of a job, which admit each other.
 */
export class WorkloadGroups extends Construct {
  public readonly groups: ReadonlyMap<Workload, ec2.SecurityGroup>;

  constructor(scope: Construct, id: string, private readonly props: WorkloadGroupsProps) {
    super(scope, id);
    this.groups = new Map(props.workloads.map((workload) => [workload, this.makeGroup(workload)]));
    this.publish();
    this.makeFunctionPolicy();
    this.makeContainerPolicy();
  }

  private makeGroup(workload: Workload): ec2.SecurityGroup {
    const { vpc, place } = this.props;
    const group = new ec2.SecurityGroup(this, `${workload[0].toUpperCase()}${workload.slice(1)}`, {
      vpc,
      description: `${workload} of ${place.environment}: call services over TLS, admit nobody else`,
      allowAllOutbound: false,
    });
    // The prefix lists of S3 and DynamoDB have another id in each region; what else there is to reach, the routes decide.
    group.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'services, as far as the routes of the network lead');
    if (workload === 'jobs') {
      // Instances of one job talk to each other, always encrypted: IPsec, and the exchange of its keys.
      for (const port of [ec2.Port.udp(500), new ec2.Port({ protocol: ec2.Protocol.ESP, stringRepresentation: 'ESP' })]) {
        group.addIngressRule(group, port, 'instances of one job, encrypted');
        group.addEgressRule(group, port, 'instances of one job, encrypted');
      }
    }
    return group;
  }

  /** For stacks of models, which know names alone. */
  private publish(): void {
    const { place, vpc, subnetIds, s3EndpointId } = this.props;
    const name = (part: NetworkPart): string => names.networkParameter(place.environment, part);
    new ssm.StringListParameter(this, 'SubnetIds', { parameterName: name('subnets'), stringListValue: [...subnetIds], description: 'Subnets of what runs in the network' });
    const values: [id: string, part: NetworkPart, value: string][] = [
      ['VpcId', 'vpc', vpc.vpcId],
      ['S3EndpointId', 's3-endpoint', s3EndpointId],
      ...[...this.groups].map(([workload, group]): [string, Workload, string] => [`${workload}GroupId`, workload, group.securityGroupId]),
    ];
    for (const [id, part, stringValue] of values) {
      new ssm.StringParameter(this, id, { parameterName: name(part), stringValue });
    }
  }

  /**
   * Lambda makes and removes the interfaces of functions in the name of their roles. The code of a function may not.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
   */
  private makeFunctionPolicy(): void {
    const { place } = this.props;
    const remove = ['ec2:DeleteNetworkInterface', 'ec2:AssignPrivateIpAddresses', 'ec2:UnassignPrivateIpAddresses'];
    const everything = this.ec2Arn('*', '*');
    const policy = this.makePolicy('functions', 'Lets Lambda keep the network interfaces of functions', ['functions'], ['ec2:CreateNetworkInterface'], [
      // Lambda tries the deletion on no interface in particular, and refuses a role that names less.
      new iam.PolicyStatement({ actions: remove, resources: [everything] }),
    ]);
    acknowledgeWildcard(policy, everything, 'Lambda asks for the deletion of interfaces on all resources of the account when a function is made (Lambda developer guide, execution role).');
    policy.addStatements(
      new iam.PolicyStatement({
        sid: 'NotTheCode',
        effect: iam.Effect.DENY,
        actions: ['ec2:CreateNetworkInterface', ...remove, ...DESCRIBE.functions],
        resources: ['*'],
        conditions: { ArnLike: { 'lambda:SourceFunctionArn': `arn:${Stack.of(this).partition}:lambda:${place.region}:${place.account}:function:*` } },
      }),
    );
  }

  /**
   * SageMaker does the same for jobs and models. Their containers run without network and never see the credentials.
   *
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
   */
  private makeContainerPolicy(): void {
    const interfaces = this.ec2Arn('network-interface', '*');
    this.makePolicy('containers', 'Lets SageMaker keep the network interfaces of jobs and models', ['jobs', 'models', 'workspace'], ['ec2:CreateNetworkInterface'], [
      new iam.PolicyStatement({ actions: ['ec2:CreateNetworkInterfacePermission', 'ec2:DeleteNetworkInterface', 'ec2:DeleteNetworkInterfacePermission'], resources: [interfaces] }),
    ]);
  }

  private makePolicy(kind: keyof typeof DESCRIBE, description: string, workloads: readonly Workload[], create: string[], more: iam.PolicyStatement[]): iam.ManagedPolicy {
    const { place, subnetIds } = this.props;
    const interfaces = this.ec2Arn('network-interface', '*');
    const groups = workloads.flatMap((workload) => this.groups.get(workload)?.securityGroupId ?? []);
    const policy = new iam.ManagedPolicy(this, `${kind[0].toUpperCase()}${kind.slice(1)}Policy`, {
      managedPolicyName: names.networkPolicy(place.environment, kind),
      description,
      statements: [
        new iam.PolicyStatement({
          actions: create,
          resources: [interfaces, ...subnetIds.map((id) => this.ec2Arn('subnet', id)), ...groups.map((id) => this.ec2Arn('security-group', id))],
        }),
        new iam.PolicyStatement({ actions: [...DESCRIBE[kind]], resources: ['*'] }),
        ...more,
      ],
    });
    acknowledgeWildcard(policy, interfaces, 'Interfaces get their ids when they are made; subnets and security groups are named.');
    acknowledgeWildcard(policy, '*', 'The describing actions of EC2 have no resource-level permissions (Service Authorization Reference).');
    return policy;
  }

  private ec2Arn(resource: string, resourceName: string): string {
    return Stack.of(this).formatArn({ service: 'ec2', resource, resourceName, arnFormat: ArnFormat.SLASH_RESOURCE_NAME });
  }
}
