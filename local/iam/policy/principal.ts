import { PolicyProblem } from './problem';

/** Who asks. */
export type Principal =
  /** A session of a role. */
  | { readonly kind: 'session'; readonly accountId: string; readonly roleArn: string; readonly arn: string }
  /** The root of an account. */
  | { readonly kind: 'root'; readonly accountId: string; readonly arn: string }
  /** A service that acts for itself, such as `events.amazonaws.com`. */
  | { readonly kind: 'service'; readonly name: string };

/**
 * How directly a resource's policy names who asks. It matters within an account: naming the account only says that its identity policies decide,
 * and naming the session goes past boundary and session policies.
 */
export type Named = 'session' | 'role' | 'everyone' | 'account' | 'service';

/** The Principal or NotPrincipal element of a statement. */
export interface PrincipalElement {
  readonly everyone: boolean;
  readonly aws: ReadonlySet<string>;
  readonly services: ReadonlySet<string>;
}

const ACCOUNT = /^(?:arn:aws[\w-]*:iam::)?(\d{12})(?::root)?$/;
/** Web identities, SAML and canonical users are understood, and none of them calls here. */
const OTHERS: ReadonlySet<string> = new Set(['Federated', 'CanonicalUser']);

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value as unknown[] : [value]);

/** @throws PolicyProblem for a form that IAM does not have */
export function principalElement(element: unknown, policy: string): PrincipalElement {
  if (element === '*') {
    return { everyone: true, aws: new Set(), services: new Set() };
  }
  if (typeof element !== 'object' || element === null || Array.isArray(element)) {
    throw new PolicyProblem(policy, `the Principal ${JSON.stringify(element)} is neither "*" nor an object`);
  }
  const aws = new Set<string>();
  const services = new Set<string>();
  for (const [kind, values] of Object.entries(element)) {
    for (const value of listOf(values)) {
      if (typeof value !== 'string') {
        throw new PolicyProblem(policy, `the Principal ${kind} ${JSON.stringify(value)} is no text`);
      }
      if (kind === 'AWS') {
        aws.add(ACCOUNT.exec(value)?.[1] ?? value);
      } else if (kind === 'Service') {
        services.add(value);
      } else if (!OTHERS.has(kind)) {
        throw new PolicyProblem(policy, `the Principal kind ${kind} is not known to the local AWS`);
      }
    }
  }
  const partial = [...aws].find((value) => value !== '*' && /[*?]/.test(value));
  if (partial !== undefined) {
    throw new PolicyProblem(policy, `the Principal ${partial} holds a wildcard, which only stands alone; use a condition on aws:PrincipalArn`);
  }
  return { everyone: aws.has('*'), aws, services };
}

/** How a Principal element names who asks; undefined when it does not. The most direct way counts. */
export function namedBy(element: PrincipalElement, principal: Principal): Named | undefined {
  if (principal.kind === 'service') {
    return element.services.has(principal.name) ? 'service' : element.everyone ? 'everyone' : undefined;
  }
  if (principal.kind === 'session') {
    if (element.aws.has(principal.arn)) {
      return 'session';
    }
    if (element.aws.has(principal.roleArn)) {
      return 'role';
    }
  }
  return element.everyone ? 'everyone' : element.aws.has(principal.accountId) ? 'account' : undefined;
}

/** Whether a NotPrincipal element spares who asks: a session is spared only when account, role and session are all listed. */
export function sparedBy(element: PrincipalElement, principal: Principal): boolean {
  if (element.everyone) {
    return true;
  }
  if (principal.kind === 'service') {
    return element.services.has(principal.name);
  }
  return element.aws.has(principal.accountId)
    && (principal.kind === 'root' || (element.aws.has(principal.roleArn) && element.aws.has(principal.arn)));
}
