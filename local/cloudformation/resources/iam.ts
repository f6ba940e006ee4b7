import {
  AddRoleToInstanceProfileCommand, AttachRolePolicyCommand, CreateInstanceProfileCommand, CreatePolicyCommand, CreatePolicyVersionCommand, CreateRoleCommand,
  DeleteInstanceProfileCommand, DeletePolicyCommand, DeletePolicyVersionCommand, DeleteRoleCommand, DeleteRolePermissionsBoundaryCommand, DeleteRolePolicyCommand,
  DetachRolePolicyCommand, IAMClient, ListAttachedRolePoliciesCommand, ListPolicyVersionsCommand, ListRolePoliciesCommand, PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand, RemoveRoleFromInstanceProfileCommand, UpdateAssumeRolePolicyCommand, UpdateRoleCommand,
} from '@aws-sdk/client-iam';
import type { Value, Values } from '../template';
import { ignoring, record, records, tagList, text, texts } from './convert';
import { effects, type HandlerTable, type ResourceContext } from './handler';

const GONE = ['NoSuchEntity', 'NoSuchEntityException'];

/** IAM itself wants the version that CloudFormation lets a document leave out. */
const document = (value: Value | undefined): string => JSON.stringify({ Version: '2012-10-17', ...record(value) });
const inlineOf = (properties: Values): Map<string, Value | undefined> =>
  new Map(records(properties.Policies).map(({ PolicyName, PolicyDocument }) => [text(PolicyName) ?? '', PolicyDocument]));

async function applyRole(role: string, properties: Values, before: Values, context: ResourceContext): Promise<void> {
  const client = context.client(IAMClient);
  const [wanted, had] = [inlineOf(properties), inlineOf(before)];
  for (const [PolicyName, value] of wanted) {
    await client.send(new PutRolePolicyCommand({ RoleName: role, PolicyName, PolicyDocument: document(value) }));
  }
  for (const PolicyName of [...had.keys()].filter((name) => !wanted.has(name))) {
    await ignoring(GONE, client.send(new DeleteRolePolicyCommand({ RoleName: role, PolicyName })));
  }
  const [attached, detached] = [texts(properties.ManagedPolicyArns), texts(before.ManagedPolicyArns)];
  for (const PolicyArn of attached) {
    await client.send(new AttachRolePolicyCommand({ RoleName: role, PolicyArn }));
  }
  for (const PolicyArn of detached.filter((arn) => !attached.includes(arn))) {
    await ignoring(GONE, client.send(new DetachRolePolicyCommand({ RoleName: role, PolicyArn })));
  }
}

async function stripRole(role: string, context: ResourceContext): Promise<void> {
  const client = context.client(IAMClient);
  const { AttachedPolicies = [] } = await client.send(new ListAttachedRolePoliciesCommand({ RoleName: role }));
  for (const { PolicyArn } of AttachedPolicies) {
    await client.send(new DetachRolePolicyCommand({ RoleName: role, PolicyArn }));
  }
  const { PolicyNames = [] } = await client.send(new ListRolePoliciesCommand({ RoleName: role }));
  for (const PolicyName of PolicyNames) {
    await client.send(new DeleteRolePolicyCommand({ RoleName: role, PolicyName }));
  }
  await client.send(new DeleteRoleCommand({ RoleName: role }));
}

async function attach(arn: string, roles: readonly string[], context: ResourceContext): Promise<void> {
  for (const RoleName of roles) {
    await context.client(IAMClient).send(new AttachRolePolicyCommand({ RoleName, PolicyArn: arn }));
  }
}

async function detach(arn: string, roles: readonly string[], context: ResourceContext): Promise<void> {
  for (const RoleName of roles) {
    await ignoring(GONE, context.client(IAMClient).send(new DetachRolePolicyCommand({ RoleName, PolicyArn: arn })));
  }
}

async function putInline(name: string, properties: Values, context: ResourceContext): Promise<void> {
  for (const RoleName of texts(properties.Roles)) {
    await context.client(IAMClient).send(new PutRolePolicyCommand({ RoleName, PolicyName: name, PolicyDocument: document(properties.PolicyDocument) }));
  }
}

async function deleteInline(name: string, roles: readonly string[], context: ResourceContext): Promise<void> {
  for (const RoleName of roles) {
    await ignoring(GONE, context.client(IAMClient).send(new DeleteRolePolicyCommand({ RoleName, PolicyName: name })));
  }
}

async function newPolicyVersion(arn: string, properties: Values, context: ResourceContext): Promise<void> {
  const client = context.client(IAMClient);
  const { Versions = [] } = await client.send(new ListPolicyVersionsCommand({ PolicyArn: arn }));
  const old = Versions.filter(({ IsDefaultVersion }) => IsDefaultVersion !== true);
  if (Versions.length >= 5) {
    await client.send(new DeletePolicyVersionCommand({ PolicyArn: arn, VersionId: old[old.length - 1]?.VersionId }));
  }
  await client.send(new CreatePolicyVersionCommand({ PolicyArn: arn, PolicyDocument: document(properties.PolicyDocument), SetAsDefault: true }));
}

export const iam: HandlerTable = {
  'AWS::IAM::Role': {
    properties: effects({
      replace: 'RoleName Path',
      update: 'AssumeRolePolicyDocument Policies ManagedPolicyArns Description MaxSessionDuration PermissionsBoundary',
      inert: 'Tags',
    }),
    async create(properties, context) {
      const role = text(properties.RoleName) ?? context.generateName(64);
      const { Role } = await context.client(IAMClient).send(new CreateRoleCommand({
        RoleName: role,
        AssumeRolePolicyDocument: document(properties.AssumeRolePolicyDocument),
        Path: text(properties.Path),
        Description: text(properties.Description),
        MaxSessionDuration: properties.MaxSessionDuration === undefined ? undefined : Number(properties.MaxSessionDuration),
        PermissionsBoundary: text(properties.PermissionsBoundary),
        Tags: tagList(properties.Tags, context.tags),
      }));
      try {
        await applyRole(role, properties, {}, context);
      } catch (error) {
        await stripRole(role, context);
        throw error;
      }
      return { physicalId: role, attributes: { Arn: Role?.Arn ?? '', RoleId: Role?.RoleId ?? '' } };
    },
    async update(properties, context, { physicalId, properties: before }) {
      const client = context.client(IAMClient);
      await client.send(new UpdateAssumeRolePolicyCommand({ RoleName: physicalId, PolicyDocument: document(properties.AssumeRolePolicyDocument) }));
      await client.send(new UpdateRoleCommand({
        RoleName: physicalId,
        Description: text(properties.Description) ?? '',
        MaxSessionDuration: Number(properties.MaxSessionDuration ?? 3600),
      }));
      if (properties.PermissionsBoundary !== undefined) {
        await client.send(new PutRolePermissionsBoundaryCommand({ RoleName: physicalId, PermissionsBoundary: text(properties.PermissionsBoundary) }));
      } else if (before.PermissionsBoundary !== undefined) {
        await client.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: physicalId }));
      }
      await applyRole(physicalId, properties, before, context);
    },
    async delete({ physicalId }, context) {
      await ignoring(GONE, stripRole(physicalId, context));
    },
  },

  'AWS::IAM::Policy': {
    properties: effects({ replace: 'PolicyName', update: 'PolicyDocument Roles' }),
    async create(properties, context) {
      const name = text(properties.PolicyName) ?? '';
      await putInline(name, properties, context);
      return { physicalId: name };
    },
    async update(properties, context, { physicalId, properties: before }) {
      await putInline(physicalId, properties, context);
      await deleteInline(physicalId, texts(before.Roles).filter((role) => !texts(properties.Roles).includes(role)), context);
    },
    async delete({ physicalId, properties }, context) {
      await deleteInline(physicalId, texts(properties.Roles), context);
    },
  },

  'AWS::IAM::ManagedPolicy': {
    properties: effects({ replace: 'ManagedPolicyName Path Description', update: 'PolicyDocument Roles' }),
    async create(properties, context) {
      const { Policy } = await context.client(IAMClient).send(new CreatePolicyCommand({
        PolicyName: text(properties.ManagedPolicyName) ?? context.generateName(128),
        PolicyDocument: document(properties.PolicyDocument),
        Path: text(properties.Path),
        Description: text(properties.Description),
      }));
      const arn = Policy?.Arn ?? '';
      await attach(arn, texts(properties.Roles), context);
      return { physicalId: arn, attributes: { PolicyArn: arn, PolicyId: Policy?.PolicyId ?? '' } };
    },
    async update(properties, context, { physicalId, properties: before }) {
      await newPolicyVersion(physicalId, properties, context);
      await attach(physicalId, texts(properties.Roles).filter((role) => !texts(before.Roles).includes(role)), context);
      await detach(physicalId, texts(before.Roles).filter((role) => !texts(properties.Roles).includes(role)), context);
    },
    async delete({ physicalId, properties }, context) {
      const client = context.client(IAMClient);
      await detach(physicalId, texts(properties.Roles), context);
      await ignoring(GONE, (async () => {
        const { Versions = [] } = await client.send(new ListPolicyVersionsCommand({ PolicyArn: physicalId }));
        for (const { VersionId, IsDefaultVersion } of Versions) {
          if (IsDefaultVersion !== true) {
            await client.send(new DeletePolicyVersionCommand({ PolicyArn: physicalId, VersionId }));
          }
        }
        await client.send(new DeletePolicyCommand({ PolicyArn: physicalId }));
      })());
    },
  },

  'AWS::IAM::InstanceProfile': {
    properties: effects({ replace: 'InstanceProfileName Path Roles' }),
    async create(properties, context) {
      const client = context.client(IAMClient);
      const name = text(properties.InstanceProfileName) ?? context.generateName(128);
      const { InstanceProfile } = await client.send(new CreateInstanceProfileCommand({ InstanceProfileName: name, Path: text(properties.Path) }));
      for (const RoleName of texts(properties.Roles)) {
        await client.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: name, RoleName }));
      }
      return { physicalId: name, attributes: { Arn: InstanceProfile?.Arn ?? '' } };
    },
    async delete({ physicalId, properties }, context) {
      const client = context.client(IAMClient);
      for (const RoleName of texts(properties.Roles)) {
        await ignoring(GONE, client.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName: physicalId, RoleName })));
      }
      await ignoring(GONE, client.send(new DeleteInstanceProfileCommand({ InstanceProfileName: physicalId })));
    },
  },
};
