import { randomUUID } from 'node:crypto';
import type { Values } from '../template';
import { text } from './convert';
import type { HandlerTable, ResourceContext, ResourceHandler } from './handler';

/** A resource that is recorded and nothing else. */
const recorded = (name?: string, attributes: (id: string, context: ResourceContext, properties: Values) => Values = () => ({})): ResourceHandler => ({
  properties: 'anything',
  async create(properties, context) {
    const physicalId = text(name === undefined ? undefined : properties[name]) ?? context.generateName(60);
    return { physicalId, attributes: attributes(physicalId, context, properties) };
  },
  async delete() {},
});

const arn = (service: string, kind: string) => (id: string, { region, accountId }: ResourceContext): Values =>
  ({ Arn: `arn:aws:${service}:${region}:${accountId}:${kind}/${id}` });

/**
 * Types that are accepted without behaviour: nothing on the local AWS depends on them, and a local pass says nothing about them.
 */
export const inert: HandlerTable = {
  'AWS::CDK::Metadata': recorded(),
  'AWS::CloudFormation::WaitConditionHandle': recorded(),
  'AWS::CloudWatch::CompositeAlarm': recorded('AlarmName', arn('cloudwatch', 'alarm')),
  'AWS::CodeBuild::Project': recorded('Name', arn('codebuild', 'project')),
  'AWS::CodePipeline::Pipeline': recorded('Name'),
  'AWS::EC2::NetworkAcl': recorded(undefined, (Id) => ({ Id })),
  'AWS::EC2::NetworkAclEntry': recorded(),
  'AWS::Events::Archive': recorded('ArchiveName', arn('events', 'archive')),
  'AWS::GuardDuty::Detector': recorded(undefined, (Id) => ({ Id })),
  'AWS::Logs::QueryDefinition': recorded(undefined, (id) => ({ QueryDefinitionId: randomUUID(), Id: id })),
  'AWS::Oam::Link': recorded(),
  'AWS::SageMaker::Domain': recorded(undefined, (id, { region, accountId }) => ({
    DomainArn: `arn:aws:sagemaker:${region}:${accountId}:domain/${id}`,
    DomainId: id,
    HomeEfsFileSystemId: `fs-${id}`,
    SecurityGroupIdForDomainBoundary: `sg-${id}`,
    SingleSignOnManagedApplicationInstanceId: '',
    Url: `https://${id}.studio.${region}.sagemaker.aws`,
  })),
  'AWS::SageMaker::StudioLifecycleConfig': recorded('StudioLifecycleConfigName', (id, { region, accountId }) => ({
    StudioLifecycleConfigArn: `arn:aws:sagemaker:${region}:${accountId}:studio-lifecycle-config/${id}`,
  })),
  'AWS::SageMaker::UserProfile': recorded('UserProfileName', (id, { region, accountId }, { DomainId }) => ({
    UserProfileArn: `arn:aws:sagemaker:${region}:${accountId}:user-profile/${text(DomainId)}/${id}`,
  })),
};
