import { Match, Template } from 'aws-cdk-lib/assertions';
import { environments } from '../../../bin/environments';
import { developmentPlace, type EnvironmentConfig, servingPlace } from '../../../lib/config/environment';
import { Network, type NetworkConfig } from '../../../lib/config/network';
import { promotionChain } from '../../../lib/config/validation';
import { SERVICE_ENDPOINTS } from '../../../lib/core/network/service-endpoints';
import { rulePacks } from '../../../lib/compliance/packs';
import { FoundationStack } from '../../../lib/stacks/foundation-stack';
import { ModelDevelopmentStack } from '../../../lib/stacks/model-development-stack';
import { ModelMonitoringStack } from '../../../lib/stacks/model-monitoring-stack';
import { ModelServingStack } from '../../../lib/stacks/model-serving-stack';
import { nagFindings, newApp } from '../../support/app';
import { fixtureProject } from '../../support/fixtures';
import { statementsOf } from '../../support/policies';

const PRIVATE = Network.private({ cidr: '10.64.0.0/20' });
const EXISTING = Network.existing({
  vpcId: 'vpc-0123456789abcdef0',
  subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1', 'subnet-0123456789abcdef2'],
  s3EndpointId: 'vpce-0123456789abcdef0',
});

const withProduction = (change: Partial<EnvironmentConfig>) => promotionChain([...environments.slice(0, 2), { ...environments[2], ...change }]);
const foundationOf = (network: NetworkConfig, apart?: { account: string; network: NetworkConfig }) => {
  const chain = withProduction({ network, serving: { ...environments[2].serving, ...apart } });
  const environment = chain.production;
  const stack = new FoundationStack(newApp(), 'Foundation', { environment, chain, place: (apart === undefined ? developmentPlace : servingPlace)(environment) });
  return { stack, template: Template.fromStack(stack) };
};

interface Endpoint {
  readonly Properties: {
    readonly ServiceName: unknown;
    readonly SubnetIds?: unknown[];
    readonly PolicyDocument: { readonly Statement: { readonly Action: unknown; readonly Condition?: { readonly StringEquals?: Record<string, unknown> } }[] };
  };
}
const endpointsIn = (template: Template): Endpoint['Properties'][] => Object.values(template.findResources('AWS::EC2::VPCEndpoint')).map((resource) => (resource as Endpoint).Properties);
const serviceOf = ({ ServiceName }: Endpoint['Properties']): string => /com\.amazonaws\.(?:[a-z0-9-]+\.)?([a-z0-9.-]+)"?/.exec(JSON.stringify(ServiceName).replaceAll(/","|\{"Ref":"AWS::Region"\}/g, ''))?.[1] ?? '';

describe('a private network', () => {
  const { stack, template } = foundationOf(PRIVATE);

  test('has no finding in any pack', () => {
    expect(nagFindings(stack, rulePacks())).toEqual([]);
  });

  test('has no way to the internet', () => {
    for (const type of ['AWS::EC2::InternetGateway', 'AWS::EC2::NatGateway', 'AWS::EC2::Route', 'AWS::EC2::VPCPeeringConnection']) {
      template.resourceCountIs(type, 0);
    }
    template.resourceCountIs('AWS::EC2::Subnet', 2);
  });

  test('asks AWS for nothing while it is synthesized', () => {
    expect(JSON.stringify(template.findResources('AWS::EC2::Subnet'))).toContain('Fn::GetAZs');
  });

  test('admits nobody but the own account to its endpoints', () => {
    for (const endpoint of endpointsIn(template)) {
      for (const { Condition } of endpoint.PolicyDocument.Statement) {
        expect({ service: endpoint.ServiceName, account: Condition?.StringEquals?.['aws:PrincipalAccount'] }).toEqual({ service: endpoint.ServiceName, account: '333333333333' });
      }
    }
  });

  test('lets no request through to an account outside of the chain', () => {
    const owners = endpointsIn(template)
      .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
      .flatMap(({ Condition }) => Condition?.StringEquals?.['aws:ResourceAccount'] ?? []);
    expect([...new Set(owners)].toSorted()).toEqual(['222222222222', '333333333333']);
  });

  test('writes objects into the own account alone', () => {
    const [write] = endpointsIn(template).flatMap(({ PolicyDocument }) => PolicyDocument.Statement.filter(({ Action }) => JSON.stringify(Action).includes('s3:PutObject')));
    expect([write?.Condition?.StringEquals?.['aws:ResourceAccount']].flat()).toEqual(['333333333333']);
  });

  test('records every flow, encrypted', () => {
    template.hasResourceProperties('AWS::EC2::FlowLog', { ResourceType: 'VPC', TrafficType: 'ALL' });
  });

  test('has groups that admit nobody, but for endpoints, which admit functions, and jobs, which admit themselves', () => {
    const groups = Object.values(template.findResources('AWS::EC2::SecurityGroup')) as { Properties: { SecurityGroupIngress?: unknown } }[];
    expect(groups.filter(({ Properties }) => Properties.SecurityGroupIngress !== undefined)).toEqual([]);
    const rules = Object.values(template.findResources('AWS::EC2::SecurityGroupIngress')).map(({ Properties }) => Properties as { GroupId: unknown; SourceSecurityGroupId: unknown; FromPort?: number });
    const own = rules.filter(({ GroupId, SourceSecurityGroupId }) => JSON.stringify(GroupId) === JSON.stringify(SourceSecurityGroupId));
    expect([rules.length, own.length, JSON.stringify(own).includes('Jobs'), rules.find((rule) => !own.includes(rule))?.FromPort]).toEqual([3, 2, true, 443]);
  });

  test('refuses reads of data that do not come out of it', () => {
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Deny',
            Action: ['s3:GetObject', 's3:GetObjectVersion'],
            Condition: { StringEquals: { 'aws:PrincipalAccount': '333333333333' }, StringNotEquals: { 'aws:VpceAccount': '333333333333' }, Bool: { 'aws:ViaAWSService': 'false' } },
          }),
        ]),
      },
    });
  });

  test('does not let the code of a function touch network interfaces', () => {
    const denied = statementsOf(template, 'AWS::IAM::ManagedPolicy').find(({ sid }) => sid === 'NotTheCode');
    const allowed = statementsOf(template, 'AWS::IAM::ManagedPolicy').filter(({ effect, actions }) => effect === 'Allow' && actions.includes('ec2:AssignPrivateIpAddresses'));
    expect(denied?.actions).toEqual(expect.arrayContaining([...allowed.flatMap(({ actions }) => actions), 'ec2:CreateNetworkInterface']));
    expect(denied?.conditions.ArnLike?.['lambda:SourceFunctionArn']).toBe('arn:aws:lambda:eu-central-1:333333333333:function:*');
  });
});

describe('a network of the organization', () => {
  const { stack, template } = foundationOf(EXISTING);

  test('gets security groups and nothing else', () => {
    expect(nagFindings(stack, rulePacks())).toEqual([]);
    const types = Object.values(template.toJSON().Resources as Record<string, { Type: string }>).map(({ Type }) => Type);
    expect([...new Set(types.filter((type) => type.startsWith('AWS::EC2::')))]).toEqual(['AWS::EC2::SecurityGroup', 'AWS::EC2::SecurityGroupIngress', 'AWS::EC2::SecurityGroupEgress']);
  });

  test('is told to other stacks as one that the foundation made', () => {
    template.hasResourceProperties('AWS::SSM::Parameter', { Name: '/mlops/prod/network/subnets', Type: 'StringList', Value: 'subnet-0123456789abcdef0,subnet-0123456789abcdef1,subnet-0123456789abcdef2' });
    template.hasResourceProperties('AWS::SSM::Parameter', { Name: '/mlops/prod/network/s3-endpoint', Value: 'vpce-0123456789abcdef0' });
  });
});

test('without a network of its own an environment has no resource of EC2', () => {
  const { template } = foundationOf(Network.serviceManaged());
  expect(JSON.stringify(template.toJSON())).not.toContain('AWS::EC2::');
});

describe('endpoints are those that functions call, no more and no fewer:', () => {
  /** Actions that a role has and whose calls other services make: they go through the network of nobody. */
  const CARRIED = /^(logs|sqs|xray|ec2):|^kms:(Decrypt|DescribeKey|CreateGrant)$|^s3:|^dynamodb:/;

  const calledIn = (...templates: Template[]): string[] => {
    const actions = templates.flatMap((template) => {
      const roles = Object.values(template.findResources('AWS::Lambda::Function')).map(({ Properties }) => (Properties.Role as { 'Fn::GetAtt': string[] })['Fn::GetAtt'][0]);
      return Object.values(template.findResources('AWS::IAM::ManagedPolicy'))
        .filter(({ Properties }) => ((Properties.Roles ?? []) as { Ref: string }[]).some(({ Ref }) => roles.includes(Ref)))
        .flatMap(({ Properties }) => (Properties.PolicyDocument.Statement as { Action: string | string[] }[]).flatMap(({ Action }) => Action));
    });
    const named = Object.values(SERVICE_ENDPOINTS);
    const callee = (action: string) => named.find((endpoint) => endpoint.actions === action) ?? named.find((endpoint) => endpoint.actions === action.split(':')[0]);
    return [...new Set(actions.filter((action) => !CARRIED.test(action)).map((action) => callee(action)?.service.shortName ?? `no endpoint for ${action}`))].toSorted();
  };
  const made = (template: Template): string[] => endpointsIn(template).filter(({ SubnetIds }) => SubnetIds !== undefined).map(serviceOf).toSorted();

  const stacksOf = (environment: EnvironmentConfig, chain: ReturnType<typeof withProduction>) => {
    const project = fixtureProject();
    return {
      development: () => Template.fromStack(new ModelDevelopmentStack(newApp(), 'D', { environment, chain, project, repository: 'r', commit: 'c' })),
      serving: () => Template.fromStack(new ModelServingStack(newApp(), 'S', { environment, chain, project: project.data })),
      monitoring: () => Template.fromStack(new ModelMonitoringStack(newApp(), 'M', { environment, chain, project: project.data })),
    };
  };

  test('production in one account', () => {
    const chain = withProduction({ network: PRIVATE });
    const { development, serving, monitoring } = stacksOf(chain.production, chain);
    expect(made(foundationOf(PRIVATE).template)).toEqual(calledIn(development(), serving(), monitoring()));
  });

  test('production with an account of its own for serving', () => {
    const apart = { account: '555555555555', network: Network.private({ cidr: '10.65.0.0/20' }) };
    const chain = withProduction({ network: PRIVATE, serving: { ...environments[2].serving, ...apart } });
    const { serving, monitoring } = stacksOf(chain.production, chain);
    expect(made(foundationOf(PRIVATE, apart).template)).toEqual(calledIn(serving(), monitoring()));
  });

  test('an environment that explores', () => {
    const chain = promotionChain([{ ...environments[0], network: PRIVATE }, ...environments.slice(1, 2), { ...environments[2], network: Network.serviceManaged() }]);
    const environment = chain.environments[0]!;
    const template = Template.fromStack(new FoundationStack(newApp(), 'F', { environment, chain, place: developmentPlace(environment) }));
    expect(made(template)).toEqual(calledIn(stacksOf(environment, chain).development()));
  });
});

test('every function, job and model of an environment with a network runs in it', () => {
  const chain = withProduction({ network: EXISTING });
  const project = fixtureProject();
  const serving = Template.fromStack(new ModelServingStack(newApp(), 'S', { environment: chain.production, chain, project: project.data }));
  const development = Template.fromStack(new ModelDevelopmentStack(newApp(), 'D', { environment: chain.production, chain, project, repository: 'r', commit: 'c' }));
  for (const template of [serving, development]) {
    const outside = Object.entries(template.findResources('AWS::Lambda::Function')).filter(([, { Properties }]) => Properties.VpcConfig?.SubnetIds?.length !== 3);
    expect(outside.map(([id]) => id)).toEqual([]);
  }
  expect(JSON.stringify(serving.findResources('AWS::StepFunctions::StateMachine'))).toMatch(/VpcConfig[\\": {]+Subnets/);
  const [pipeline] = Object.values(development.findResources('AWS::SageMaker::Pipeline'));
  const { Steps } = JSON.parse(pipeline?.Properties.PipelineDefinition.PipelineDefinitionBody as string) as { Steps: { Name: string; Arguments: Record<string, Record<string, unknown>> }[] };
  const subnets = ['SubnetId1', 'SubnetId2', 'SubnetId3'].map((name) => ({ Get: `Parameters.${name}` }));
  expect(Steps.map(({ Arguments }) => (Arguments.VpcConfig ?? Arguments.NetworkConfig?.VpcConfig) as unknown)).toEqual(Steps.map(() => ({ Subnets: subnets, SecurityGroupIds: [{ Get: 'Parameters.SecurityGroupId' }] })));
});
