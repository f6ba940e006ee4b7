import type { Values } from '../template';
import { flag, json, records, text, texts } from './convert';
import { effects, type HandlerTable, type ResourceContext, type ResourceHandler } from './handler';

const VERSION = '2016-11-15';

type Parameters = Readonly<Record<string, string | undefined>>;

async function call(context: ResourceContext, action: string, parameters: Parameters): Promise<string> {
  const present = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return context.callQuery('ec2', VERSION, action, Object.fromEntries(present));
}

const tag = (xml: string, name: string): string => new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(xml)?.[1] ?? '';
const numbered = (name: string, values: readonly string[]): Parameters => Object.fromEntries(values.map((value, index) => [`${name}.${index + 1}`, value]));

/** The query protocol of EC2 spells nested lists with numbers. */
function tagParameters(resourceType: string, properties: Values, context: ResourceContext): Parameters {
  const tags = [...context.tags.map(({ Key, Value }) => ({ Key, Value })), ...records(properties.Tags)];
  return tags.length === 0 ? {} : Object.fromEntries([
    ['TagSpecification.1.ResourceType', resourceType],
    ...tags.flatMap(({ Key, Value }, index) => [
      [`TagSpecification.1.Tag.${index + 1}.Key`, String(Key)], [`TagSpecification.1.Tag.${index + 1}.Value`, String(Value)],
    ]),
  ]) as Parameters;
}

/** Deletes by id; what is gone already is fine. */
async function remove(context: ResourceContext, action: string, parameters: Parameters): Promise<void> {
  try {
    await call(context, action, parameters);
  } catch (error) {
    if (!(error instanceof Error) || !/NotFound/.test(error.name)) {
      throw error;
    }
  }
}

/** A resource that is made by one call, has an id in the answer, and is deleted by that id. */
const simple = (spec: {
  readonly properties: string;
  readonly inert?: string;
  readonly create: string;
  readonly parameters: (properties: Values, context: ResourceContext) => Parameters;
  readonly id: string;
  readonly type: string;
  readonly remove: string;
  readonly removeBy: string;
  readonly attributes?: (id: string, xml: string, properties: Values, context: ResourceContext) => Values;
  readonly after?: (id: string, properties: Values, context: ResourceContext) => Promise<void>;
}): ResourceHandler => ({
  properties: effects({ replace: spec.properties, inert: `Tags ${spec.inert ?? ''}` }),
  async create(properties, context) {
    const xml = await call(context, spec.create, { ...spec.parameters(properties, context), ...tagParameters(spec.type, properties, context) });
    const id = tag(xml, spec.id);
    await spec.after?.(id, properties, context);
    return { physicalId: id, attributes: spec.attributes?.(id, xml, properties, context) ?? {} };
  },
  async delete({ physicalId }, context) {
    await remove(context, spec.remove, { [spec.removeBy]: physicalId });
  },
});

const ALL_PORTS = '-1';

function permission(rule: Values): Parameters {
  const group = text(rule.SourceSecurityGroupId ?? rule.DestinationSecurityGroupId);
  return {
    'IpPermissions.1.IpProtocol': text(rule.IpProtocol),
    // A protocol without ports, such as ESP, is a rule for all of them.
    'IpPermissions.1.FromPort': text(rule.FromPort) ?? ALL_PORTS,
    'IpPermissions.1.ToPort': text(rule.ToPort) ?? ALL_PORTS,
    'IpPermissions.1.IpRanges.1.CidrIp': text(rule.CidrIp),
    'IpPermissions.1.Groups.1.GroupId': group,
    'IpPermissions.1.UserIdGroupPairs.1.GroupId': group,
  };
}

const securityGroupRule = (kind: 'Ingress' | 'Egress'): ResourceHandler => ({
  properties: effects({ replace: `GroupId IpProtocol FromPort ToPort CidrIp SourceSecurityGroupId DestinationSecurityGroupId`, inert: 'Description' }),
  async create(properties, context) {
    await call(context, `AuthorizeSecurityGroup${kind}`, { GroupId: text(properties.GroupId), ...permission(properties) });
    return { physicalId: context.generateName(60) };
  },
  async delete({ properties }, context) {
    await remove(context, `RevokeSecurityGroup${kind}`, { GroupId: text(properties.GroupId), ...permission(properties) });
  },
});

export const ec2: HandlerTable = {
  'AWS::EC2::VPC': simple({
    properties: 'CidrBlock InstanceTenancy EnableDnsHostnames EnableDnsSupport',
    create: 'CreateVpc', id: 'vpcId', type: 'vpc', remove: 'DeleteVpc', removeBy: 'VpcId',
    parameters: ({ CidrBlock, InstanceTenancy }) => ({ CidrBlock: text(CidrBlock), InstanceTenancy: text(InstanceTenancy) }),
    async after(VpcId, properties, context) {
      for (const name of ['EnableDnsSupport', 'EnableDnsHostnames']) {
        if (properties[name] !== undefined) {
          await call(context, 'ModifyVpcAttribute', { VpcId, [`${name}.Value`]: String(flag(properties[name])) });
        }
      }
    },
    attributes: (id, _xml, { CidrBlock }, context) => ({
      VpcId: id, CidrBlock: text(CidrBlock) ?? '', DefaultSecurityGroup: `sg-default-${context.logicalId}`, DefaultNetworkAcl: `acl-default-${context.logicalId}`,
    }),
  }),
  'AWS::EC2::Subnet': simple({
    properties: 'VpcId CidrBlock AvailabilityZone MapPublicIpOnLaunch',
    create: 'CreateSubnet', id: 'subnetId', type: 'subnet', remove: 'DeleteSubnet', removeBy: 'SubnetId',
    parameters: ({ VpcId, CidrBlock, AvailabilityZone }) => ({ VpcId: text(VpcId), CidrBlock: text(CidrBlock), AvailabilityZone: text(AvailabilityZone) }),
    attributes: (id, xml) => ({ SubnetId: id, AvailabilityZone: tag(xml, 'availabilityZone'), VpcId: tag(xml, 'vpcId'), CidrBlock: tag(xml, 'cidrBlock') }),
  }),
  'AWS::EC2::RouteTable': simple({
    properties: 'VpcId',
    create: 'CreateRouteTable', id: 'routeTableId', type: 'route-table', remove: 'DeleteRouteTable', removeBy: 'RouteTableId',
    parameters: ({ VpcId }) => ({ VpcId: text(VpcId) }),
    attributes: (id) => ({ RouteTableId: id }),
  }),
  'AWS::EC2::SubnetRouteTableAssociation': simple({
    properties: 'SubnetId RouteTableId',
    create: 'AssociateRouteTable', id: 'associationId', type: 'route-table', remove: 'DisassociateRouteTable', removeBy: 'AssociationId',
    parameters: ({ SubnetId, RouteTableId }) => ({ SubnetId: text(SubnetId), RouteTableId: text(RouteTableId) }),
    attributes: (id) => ({ Id: id }),
  }),
  'AWS::EC2::InternetGateway': simple({
    properties: '',
    create: 'CreateInternetGateway', id: 'internetGatewayId', type: 'internet-gateway', remove: 'DeleteInternetGateway', removeBy: 'InternetGatewayId',
    parameters: () => ({}),
    attributes: (id) => ({ InternetGatewayId: id }),
  }),
  'AWS::EC2::VPCGatewayAttachment': {
    properties: effects({ replace: 'VpcId InternetGatewayId' }),
    async create({ VpcId, InternetGatewayId }, context) {
      await call(context, 'AttachInternetGateway', { VpcId: text(VpcId), InternetGatewayId: text(InternetGatewayId) });
      return { physicalId: `IGW|${text(VpcId)}` };
    },
    async delete({ properties: { VpcId, InternetGatewayId } }, context) {
      await remove(context, 'DetachInternetGateway', { VpcId: text(VpcId), InternetGatewayId: text(InternetGatewayId) });
    },
  },
  'AWS::EC2::Route': {
    properties: effects({ replace: 'RouteTableId DestinationCidrBlock GatewayId NatGatewayId' }),
    async create({ RouteTableId, DestinationCidrBlock, GatewayId, NatGatewayId }, context) {
      await call(context, 'CreateRoute', {
        RouteTableId: text(RouteTableId), DestinationCidrBlock: text(DestinationCidrBlock), GatewayId: text(GatewayId), NatGatewayId: text(NatGatewayId),
      });
      return { physicalId: `${text(RouteTableId)}|${text(DestinationCidrBlock)}` };
    },
    async delete({ properties: { RouteTableId, DestinationCidrBlock } }, context) {
      await remove(context, 'DeleteRoute', { RouteTableId: text(RouteTableId), DestinationCidrBlock: text(DestinationCidrBlock) });
    },
  },
  'AWS::EC2::SecurityGroup': {
    ...simple({
      properties: 'GroupDescription GroupName VpcId SecurityGroupIngress SecurityGroupEgress',
      create: 'CreateSecurityGroup', id: 'groupId', type: 'security-group', remove: 'DeleteSecurityGroup', removeBy: 'GroupId',
      parameters: ({ GroupDescription, GroupName, VpcId }, context) => ({
        GroupDescription: text(GroupDescription), GroupName: text(GroupName) ?? context.generateName(255), VpcId: text(VpcId),
      }),
      async after(GroupId, properties, context) {
        for (const rule of records(properties.SecurityGroupIngress)) {
          await call(context, 'AuthorizeSecurityGroupIngress', { GroupId, ...permission(rule) });
        }
      },
      attributes: (id, _xml, { VpcId }) => ({ GroupId: id, Id: id, VpcId: text(VpcId) ?? '' }),
    }),
  },
  'AWS::EC2::SecurityGroupIngress': securityGroupRule('Ingress'),
  'AWS::EC2::SecurityGroupEgress': securityGroupRule('Egress'),
  'AWS::EC2::VPCEndpoint': simple({
    properties: 'VpcId ServiceName VpcEndpointType SubnetIds RouteTableIds SecurityGroupIds PrivateDnsEnabled PolicyDocument',
    create: 'CreateVpcEndpoint', id: 'vpcEndpointId', type: 'vpc-endpoint', remove: 'DeleteVpcEndpoints', removeBy: 'VpcEndpointId.1',
    parameters: (properties) => ({
      VpcId: text(properties.VpcId),
      ServiceName: text(properties.ServiceName),
      VpcEndpointType: text(properties.VpcEndpointType),
      PrivateDnsEnabled: properties.PrivateDnsEnabled === undefined ? undefined : String(flag(properties.PrivateDnsEnabled)),
      PolicyDocument: properties.PolicyDocument === undefined ? undefined : json(properties.PolicyDocument),
      ...numbered('SubnetId', texts(properties.SubnetIds)),
      ...numbered('RouteTableId', texts(properties.RouteTableIds)),
      ...numbered('SecurityGroupId', texts(properties.SecurityGroupIds)),
    }),
    attributes: (id) => ({ Id: id }),
  }),
  'AWS::EC2::FlowLog': simple({
    properties: `ResourceId ResourceType TrafficType LogDestination LogDestinationType LogGroupName DeliverLogsPermissionArn MaxAggregationInterval LogFormat
      DestinationOptions`,
    create: 'CreateFlowLogs', id: 'item', type: 'vpc-flow-log', remove: 'DeleteFlowLogs', removeBy: 'FlowLogId.1',
    parameters: (properties) => ({
      'ResourceId.1': text(properties.ResourceId),
      ResourceType: text(properties.ResourceType),
      TrafficType: text(properties.TrafficType),
      LogDestination: text(properties.LogDestination),
      LogDestinationType: text(properties.LogDestinationType),
      LogGroupName: text(properties.LogGroupName),
      DeliverLogsPermissionArn: text(properties.DeliverLogsPermissionArn),
      MaxAggregationInterval: text(properties.MaxAggregationInterval),
    }),
    attributes: (id) => ({ Id: id }),
  }),
};
