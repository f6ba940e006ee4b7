import {
  GetPolicyCommand, GetPolicyVersionCommand, GetRoleCommand, GetRolePolicyCommand, IAMClient, ListAttachedRolePoliciesCommand, ListRolePoliciesCommand,
  ListRolesCommand, type GetRoleResponse,
} from '@aws-sdk/client-iam';
import { createClient } from '../../core/client';
import { parseRoleArn, rootCredentials } from '../../core/keys';
import { compilePolicy, type Policy } from '../policy/document';
import { Memory } from './memory';

/** A role with all that says what it may do and who may be it. */
export interface RolePolicies {
  readonly arn: string;
  readonly trust: Policy;
  readonly identity: readonly Policy[];
  readonly boundary?: Policy;
  readonly boundaryArn?: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Calls of IAM after which a role is read anew, and those after which every role of the account is, since a policy may hang on any of them. */
const ONE_ROLE: ReadonlySet<string> = new Set([
  'CreateRole', 'UpdateRole', 'DeleteRole', 'UpdateAssumeRolePolicy', 'PutRolePolicy', 'DeleteRolePolicy', 'AttachRolePolicy', 'DetachRolePolicy',
  'PutRolePermissionsBoundary', 'DeleteRolePermissionsBoundary', 'TagRole', 'UntagRole',
]);
const ALL_ROLES: ReadonlySet<string> = new Set(['CreatePolicyVersion', 'DeletePolicyVersion', 'SetDefaultPolicyVersion', 'DeletePolicy']);

const decoded = (document: string | undefined): string => decodeURIComponent(document ?? '');

/** Roles of all accounts, read through the API of IAM as an account's root and kept until they change. */
export class Roles {
  private readonly roles = new Memory<RolePolicies | undefined>();
  private readonly managed = new Memory<Policy>();
  private readonly clients = new Map<string, IAMClient>();

  constructor(private readonly cloud: { readonly endpoint: string; readonly region: string }) {}

  /** @returns undefined when there is no such role */
  async of(roleArn: string): Promise<RolePolicies | undefined> {
    const { accountId, name } = parseRoleArn(roleArn);
    const role = await this.named(accountId, name);
    return role?.arn === roleArn ? role : undefined;
  }

  /** ARN of the policy that is the permissions boundary of the role of this name, if there is one. */
  async boundaryOf(accountId: string, name: string): Promise<string | undefined> {
    return (await this.named(accountId, name))?.boundaryArn;
  }

  /** ARNs of an account's roles. */
  async list(accountId: string): Promise<string[]> {
    const arns: string[] = [];
    let Marker: string | undefined;
    do {
      const page = await this.client(accountId).send(new ListRolesCommand({ Marker }));
      arns.push(...(page.Roles ?? []).flatMap(({ Arn }) => Arn ?? []));
      Marker = page.IsTruncated === true ? page.Marker : undefined;
    } while (Marker !== undefined);
    return arns;
  }

  changed(operation: string, accountId: string, roleName: string | undefined): void {
    if (ALL_ROLES.has(operation)) {
      this.roles.drop('*');
      this.managed.drop('*');
    } else if (ONE_ROLE.has(operation)) {
      this.roles.drop(`${accountId}/${roleName ?? ''}`);
    }
  }

  private async named(accountId: string, name: string): Promise<RolePolicies | undefined> {
    return this.roles.get(`${accountId}/${name}`, async () => this.load(accountId, name));
  }

  private client(accountId: string): IAMClient {
    const known = this.clients.get(accountId);
    if (known !== undefined) {
      return known;
    }
    const made = createClient(IAMClient, this.cloud, rootCredentials(accountId));
    this.clients.set(accountId, made);
    return made;
  }

  private async load(accountId: string, RoleName: string): Promise<RolePolicies | undefined> {
    const iam = this.client(accountId);
    let found: GetRoleResponse;
    try {
      found = await iam.send(new GetRoleCommand({ RoleName }));
    } catch (error) {
      if (error instanceof Error && error.name === 'NoSuchEntityException') {
        return undefined;
      }
      throw error;
    }
    const [names, attached] = await Promise.all([
      iam.send(new ListRolePoliciesCommand({ RoleName })),
      iam.send(new ListAttachedRolePoliciesCommand({ RoleName })),
    ]);
    const inline = await Promise.all((names.PolicyNames ?? []).map(async (PolicyName) => {
      const { PolicyDocument } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
      return compilePolicy(decoded(PolicyDocument), `inline policy ${PolicyName} of role ${RoleName}`, 'identity');
    }));
    const managed = await Promise.all((attached.AttachedPolicies ?? []).map(async ({ PolicyArn = '' }) => this.managedPolicy(iam, accountId, PolicyArn)));
    const role = found.Role;
    const boundary = role?.PermissionsBoundary?.PermissionsBoundaryArn;
    return {
      arn: role?.Arn ?? '',
      trust: compilePolicy(decoded(role?.AssumeRolePolicyDocument), `trust policy of role ${RoleName}`, 'resource'),
      identity: [...inline, ...managed],
      ...(boundary === undefined ? {} : { boundary: await this.managedPolicy(iam, accountId, boundary), boundaryArn: boundary }),
      tags: Object.fromEntries((role?.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
    };
  }

  /** Policies of AWS are the same in every account. */
  private async managedPolicy(iam: IAMClient, accountId: string, PolicyArn: string): Promise<Policy> {
    return this.managed.get(`${PolicyArn.includes('::aws:') ? 'aws' : accountId} ${PolicyArn}`, async () => {
      const { Policy: about } = await iam.send(new GetPolicyCommand({ PolicyArn }));
      const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId: about?.DefaultVersionId }));
      return compilePolicy(decoded(PolicyVersion?.Document), `managed policy ${PolicyArn.split('/').at(-1)}`, 'identity');
    });
  }
}
