import { parseRoleArn } from '../core/keys';
import type { Statement } from './policy/document';
import { PolicyProblem } from './policy/problem';
import type { RolePolicies } from './sources/roles';
import type { Refused, Usage } from './usage';

/** Something that a policy of a role allows. */
export interface Grant {
  /** As the policy writes it, with wildcards where it has them. */
  readonly action: string;
  readonly resources: readonly string[];
  /** Name of the policy. */
  readonly policy: string;
}

/** What a role may do and what it did. */
export interface RoleAccess {
  readonly arn: string;
  readonly account: string;
  readonly name: string;
  /** Calls by action, in the order of their names. */
  readonly used: Readonly<Record<string, number>>;
  /** Allowed, and never needed since the local AWS was started. */
  readonly unused: readonly Grant[];
  /** Resources of a used action that were never touched. */
  readonly unusedResources: readonly { readonly action: string; readonly resource: string }[];
  /** Grants with a wildcard in the action, or on every resource. */
  readonly wildcards: readonly Grant[];
  readonly refused: readonly Refused[];
}

export interface AccessReport {
  readonly roles: readonly RoleAccess[];
}

/** Made by the CDK toolkit and by AWS itself: nothing that a blueprint could narrow. */
const FOREIGN = /^(cdk-[a-z0-9]+-|AWSServiceRole)/;

const grantsOf = (statements: readonly Statement[]): Grant[] =>
  statements.filter(({ effect }) => effect === 'Allow').flatMap(({ actions, resources, policy }) => actions.map((action) => ({ action, resources, policy })));

const isWild = ({ action, resources }: Grant): boolean => action.includes('*') || resources.includes('*');

/** The same action may stand in several statements; it is used where one of their resources was. */
function reportOf(role: RolePolicies, usage: Usage): RoleAccess {
  const { accountId, name } = parseRoleArn(role.arn);
  const grants = grantsOf(role.identity.flatMap(({ statements }) => statements));
  const used = (grant: Grant): boolean => grant.resources.some((resource) => usage.used(role.arn, grant.action, resource));
  return {
    arn: role.arn,
    account: accountId,
    name,
    used: Object.fromEntries([...usage.calls(role.arn)].sort(([a], [b]) => a.localeCompare(b))),
    unused: grants.filter((grant) => !used(grant)),
    unusedResources: grants.filter(used).flatMap(({ action, resources }) =>
      resources.filter((resource) => !usage.used(role.arn, action, resource)).map((resource) => ({ action, resource }))),
    wildcards: grants.filter(isWild),
    refused: usage.refusals(role.arn),
  };
}

/** What the report needs to find the roles of accounts. */
export interface RoleSource {
  list(accountId: string): Promise<readonly string[]>;
  of(roleArn: string): Promise<RolePolicies | undefined>;
}

/**
 * Reports on every role of the accounts but those that the toolkit or AWS made.
 *
 * @throws Error naming a policy that is not understood
 */
export async function accessReport(accounts: Iterable<string>, roles: RoleSource, usage: Usage): Promise<AccessReport> {
  const reports: RoleAccess[] = [];
  for (const account of [...accounts].sort()) {
    for (const arn of (await roles.list(account)).toSorted()) {
      if (FOREIGN.test(parseRoleArn(arn).name)) {
        continue;
      }
      try {
        const role = await roles.of(arn);
        reports.push(...(role === undefined ? [] : [reportOf(role, usage)]));
      } catch (error) {
        throw error instanceof PolicyProblem ? new Error(`no report on ${arn}: ${error.message}`, { cause: error }) : error;
      }
    }
  }
  return { roles: reports };
}
