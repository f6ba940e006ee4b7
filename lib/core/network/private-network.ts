import { RemovalPolicy } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledgeRule } from '../policies/acknowledge';
import { ManagedRole } from '../policies/managed-role';
import { type Duty, endpointsFor } from './service-endpoints';

/** Accounts that a request out of a private network may reach. */
export interface Reach {
  /** Account of the network: nobody else's credentials are of use in it. */
  readonly account: string;
  /** Accounts whose objects may be read. */
  readonly readable: readonly string[];
  /** Accounts whose objects may be written. */
  readonly writable: readonly string[];
  /** Accounts whose other resources may be used: packages, keys, buses. */
  readonly usable: readonly string[];
}

/** Properties of {@link PrivateNetwork}. */
export interface PrivateNetworkProps {
  /** Range of the VPC. */
  readonly cidr: string;
  /** Availability zones. */
  readonly zones: number;
  /** What the account is used for: decides which services have an endpoint. */
  readonly duties: readonly Duty[];
  readonly reach: Reach;
  /** Of the flow log; must admit CloudWatch Logs. */
  readonly encryptionKey: IKey;
  readonly logRetention: logs.RetentionDays;
}

const HTTPS = ec2.Port.tcp(443);

/**
 * A VPC from which nothing leads to the internet: no internet gateway, no NAT. Services are reached through endpoints whose policies admit the
 * account's own principals and the accounts of its promotion chain, so that neither data nor foreign credentials pass.
 */
export class PrivateNetwork extends Construct {
  public readonly vpc: ec2.Vpc;
  public readonly s3EndpointId: string;
  /** Of the interface endpoints: whoever may call services is admitted here. */
  private readonly endpoints?: ec2.SecurityGroup;

  constructor(scope: Construct, id: string, private readonly props: PrivateNetworkProps) {
    super(scope, id);
    this.vpc = new ec2.Vpc(this, 'Vpc', {
      ipAddresses: ec2.IpAddresses.cidr(props.cidr),
      maxAzs: props.zones,
      natGateways: 0,
      createInternetGateway: false,
      subnetConfiguration: [{ name: 'Private', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }],
      // CDK would close it with a function of its own in every account.
      restrictDefaultSecurityGroup: false,
    });
    acknowledgeRule(
      this.vpc,
      'VPCDefaultSecurityGroupClosed',
      ['HIPAA.Security', 'NIST.800.53.R5', 'PCI.DSS.321'],
      'The default security group admits traffic among its own members alone, and it has none: everything in this VPC names its group. CloudFormation cannot change the group.',
    );
    this.recordFlows();
    this.s3EndpointId = this.makeGateways();
    this.endpoints = this.makeInterfaces();
  }

  /** Lets the members of a security group call the services that have an endpoint. */
  public admit(group: ec2.ISecurityGroup, who: string): void {
    this.endpoints?.addIngressRule(group, HTTPS, `${who} call services`);
  }

  private recordFlows(): void {
    const group = new logs.LogGroup(this, 'FlowLogs', {
      retention: this.props.logRetention,
      encryptionKey: this.props.encryptionKey,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new ManagedRole(this, 'FlowLogRole', {
      description: 'Writes the flow log of the private network',
      assumedBy: new iam.ServicePrincipal('vpc-flow-logs.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': this.props.reach.account } } }),
    });
    role.addToPolicy(new iam.PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'], resources: [group.logGroupArn] }));
    // The L2 would add a permission to pass the role to whatever service.
    const flows = new ec2.CfnFlowLog(this, 'FlowLog', {
      resourceId: this.vpc.vpcId,
      resourceType: 'VPC',
      trafficType: 'ALL',
      logDestinationType: 'cloud-watch-logs',
      logGroupName: group.logGroupName,
      deliverLogsPermissionArn: role.roleArn,
    });
    flows.node.addDependency(role);
  }

  /** Endpoints of S3 and DynamoDB: routes, without cost. @returns id of that of S3 */
  private makeGateways(): string {
    const { account, readable, writable } = this.props.reach;
    const s3 = this.vpc.addGatewayEndpoint('S3', { service: ec2.GatewayVpcEndpointAwsService.S3 });
    s3.addToPolicy(through('Read', ['s3:GetObject', 's3:GetObjectVersion', 's3:ListBucket', 's3:ListBucketVersions', 's3:GetBucketLocation'], account, [account, ...readable]));
    s3.addToPolicy(through('Write', ['s3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'], account, [account, ...writable]));
    const dynamoDb = this.vpc.addGatewayEndpoint('DynamoDb', { service: ec2.GatewayVpcEndpointAwsService.DYNAMODB });
    dynamoDb.addToPolicy(through('OwnTables', ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem'], account, [account]));
    return s3.vpcEndpointId;
  }

  private makeInterfaces(): ec2.SecurityGroup | undefined {
    const { duties, reach } = this.props;
    const wanted = endpointsFor(duties);
    if (wanted.length === 0) {
      return undefined;
    }
    const group = new ec2.SecurityGroup(this, 'EndpointsGroup', {
      vpc: this.vpc,
      description: 'Endpoints of services: they answer and call nobody',
      allowAllOutbound: false,
    });
    for (const [id, { service, tellsResourceAccount }] of wanted) {
      const endpoint = this.vpc.addInterfaceEndpoint(id, { service, securityGroups: [group], open: false });
      endpoint.addToPolicy(through('Chain', ['*'], reach.account, [reach.account, ...reach.usable], tellsResourceAccount));
    }
    return group;
  }
}

/** Statement of an endpoint's policy: principals of one account, on resources of some accounts. */
function through(sid: string, actions: string[], account: string, owners: readonly string[], tellsResourceAccount = true): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid,
    principals: [new iam.AnyPrincipal()],
    actions,
    resources: ['*'],
    conditions: {
      StringEquals: { 'aws:PrincipalAccount': account, ...(tellsResourceAccount ? { 'aws:ResourceAccount': [...new Set(owners)] } : {}) },
    },
  });
}
