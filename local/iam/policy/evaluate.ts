import type { AccessRequest, Policy, Statement } from './document';
import type { Named } from './principal';

/** Kinds of policies, as AWS names them when it refuses. */
export type PolicyType = 'identity-based policy' | 'resource-based policy' | 'permissions boundary' | 'session policy' | 'role trust policy';

/**
 * How a resource's policy works with the identity's policies in its own account:
 * - `standard`: either of them is enough;
 * - `gate` (keys, role trust): the resource's policy must allow; where it names only the account, identity policies decide for it.
 */
export type ResourceRule = 'standard' | 'gate';

/** The resource's side. */
export interface ResourceSide {
  /** Account that owns the resource. */
  readonly owner: string;
  readonly policy?: Policy;
  readonly rule: ResourceRule;
  /** @default 'resource-based policy' */
  readonly type?: 'resource-based policy' | 'role trust policy';
}

/** All policies that have a say. */
export interface Policies {
  /** Attached to the role, or held by it; ignored for root and for services. */
  readonly identity: readonly Policy[];
  readonly boundary?: Policy;
  /** Given when the session was made. @default - none, which limits nothing */
  readonly session?: readonly Policy[];
  readonly resource: ResourceSide;
}

export interface Allowed {
  readonly allowed: true;
  /** Statements that allow, of all policies asked. */
  readonly statements: readonly Statement[];
}

export interface Denied {
  readonly allowed: false;
  /** A statement denies, or none allows. */
  readonly how: 'explicit' | 'implicit';
  readonly type: PolicyType;
  /** The statement that denies. */
  readonly statement?: Statement;
}

export type Decision = Allowed | Denied;

const statementsThat = (effect: Statement['effect'], policies: readonly (Policy | undefined)[], request: AccessRequest): Statement[] =>
  policies.flatMap((policy) => (policy?.statements ?? []).filter((statement) => statement.effect === effect && statement.applies(request) !== undefined));

const deny = (how: Denied['how'], type: PolicyType, statement?: Statement): Denied => ({ allowed: false, how, type, ...(statement === undefined ? {} : { statement }) });

interface Grant {
  readonly statements: readonly Statement[];
  readonly ways: ReadonlySet<Named>;
}

function grantOf(policy: Policy | undefined, request: AccessRequest): Grant {
  const ways = new Set<Named>();
  const statements = (policy?.statements ?? []).filter((statement) => {
    const how = statement.effect === 'Allow' ? statement.applies(request) : undefined;
    if (how !== undefined && how !== 'identity') {
      ways.add(how);
    }
    return how !== undefined;
  });
  return { statements, ways };
}

function explicitDeny(request: AccessRequest, { identity, boundary, session, resource }: Policies): Denied | undefined {
  const groups: readonly (readonly [PolicyType, readonly (Policy | undefined)[]])[] = [
    ['identity-based policy', request.principal.kind === 'session' ? identity : []],
    [resource.type ?? 'resource-based policy', [resource.policy]],
    ['permissions boundary', [boundary]],
    ['session policy', session ?? []],
  ];
  for (const [type, policies] of groups) {
    const [statement] = statementsThat('Deny', policies, request);
    if (statement !== undefined) {
      return deny('explicit', type, statement);
    }
  }
  return undefined;
}

/** What boundary and session policies take away: they allow nothing by themselves. */
function limits(request: AccessRequest, { boundary, session }: Policies): Denied | undefined {
  if (boundary !== undefined && statementsThat('Allow', [boundary], request).length === 0) {
    return deny('implicit', 'permissions boundary');
  }
  if (session !== undefined && session.length > 0 && statementsThat('Allow', session, request).length === 0) {
    return deny('implicit', 'session policy');
  }
  return undefined;
}

/**
 * Whether a request is allowed, in the order of AWS's published evaluation logic: an explicit deny anywhere; then within one account the resource's or
 * the identity's policies, across accounts both; limited by permissions boundary and session policies. There are no organizations here.
 *
 * @throws PolicyProblem when a policy that has a say asks for what is not known here
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function evaluate(request: AccessRequest, policies: Policies): Decision {
  const { principal } = request;
  const { resource } = policies;
  const resourceType = resource.type ?? 'resource-based policy';
  const denied = explicitDeny(request, policies);
  if (denied !== undefined) {
    return denied;
  }
  const grant = grantOf(resource.policy, request);
  const named = grant.ways.size > 0;
  if (principal.kind === 'service') {
    return named ? { allowed: true, statements: grant.statements } : deny('implicit', resourceType);
  }
  const identity = principal.kind === 'root' ? [] : statementsThat('Allow', policies.identity, request);
  const byIdentity = principal.kind === 'root' || identity.length > 0;
  const all: Allowed = { allowed: true, statements: [...identity, ...grant.statements] };
  if (resource.owner !== principal.accountId) {
    if (!byIdentity) {
      return deny('implicit', 'identity-based policy');
    }
    return limits(request, policies) ?? (named ? all : deny('implicit', resourceType));
  }
  if (grant.ways.has('session')) {
    return all;
  }
  const direct = grant.ways.has('role') || grant.ways.has('everyone');
  if (resource.rule === 'gate' && !named) {
    return deny('implicit', resourceType);
  }
  if (!direct && !byIdentity) {
    return deny('implicit', 'identity-based policy');
  }
  return limits(request, policies) ?? all;
}
