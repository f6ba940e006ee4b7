import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { EnvironmentConfig } from '../config/environment';
import type { Place } from '../config/names';
import { DEFAULT_SESSION_HOURS, DEFAULT_SIGN_IN, type SignIn } from '../config/people';
import { type AccessRole, PROGRAMS } from './access-table';

/** Who may take a role, and for how long. */
export interface Trust {
  readonly principal: iam.IPrincipal;
  readonly maxSession: Duration;
}

/** IAM's shortest limit of a session. */
const SHORTEST_SESSION = Duration.hours(1);

/** Seconds since the second factor was given. */
const FRESH_SECOND_FACTOR = 900;

const SECOND_FACTOR = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } };

/** Where the AWS console posts SAML assertions to. */
const SAML_AUDIENCE = { StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' } };

/**
 * Trust of a role. Approvers are named one by one. Programs come from the account itself. Break glass works without any identity provider, which may
 * be what is broken: a principal of the account with a second factor given just before.
 */
export function trustOf(role: AccessRole, { people, approvers = [] }: EnvironmentConfig, { account }: Place): Trust {
  const inAccount = new iam.AccountPrincipal(account);
  if ((PROGRAMS as readonly AccessRole[]).includes(role)) {
    return { principal: inAccount, maxSession: SHORTEST_SESSION };
  }
  if (role === 'breakGlass') {
    const fresh = { ...SECOND_FACTOR, NumericLessThan: { 'aws:MultiFactorAuthAge': String(FRESH_SECOND_FACTOR) } };
    return { principal: new iam.PrincipalWithConditions(inAccount, fresh), maxSession: SHORTEST_SESSION };
  }
  const signIn = people?.signIn ?? DEFAULT_SIGN_IN;
  const named = role === 'approver' ? approvers : [];
  return { principal: SIGN_INS[signIn.type](signIn as never, { role, account, named }), maxSession: Duration.hours(people?.sessionHours ?? DEFAULT_SESSION_HOURS) };
}

interface Taker {
  readonly role: AccessRole;
  readonly account: string;
  /** The only ones who may; nobody in particular where it is empty. */
  readonly named: readonly string[];
}

const SIGN_INS: { readonly [Type in SignIn['type']]: (signIn: Extract<SignIn, { type: Type }>, taker: Taker) => iam.IPrincipal } = {
  iam: ({ mfa }, { account, named }) => each(named, account, mfa ? SECOND_FACTOR : {}),
  identityCenter: ({ permissionSetPrefix }, { role, account, named }) =>
    named.length > 0
      ? each(named, account, {})
      : new iam.PrincipalWithConditions(new iam.AccountPrincipal(account), {
          // Identity Center makes a role of each permission set, with the region in its path and a random end of its name.
          ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${account}:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_${permissionSetPrefix}${role[0].toUpperCase()}${role.slice(1)}_*` },
        }),
  saml: ({ providerArn }, { named }) =>
    new iam.FederatedPrincipal(
      providerArn,
      { StringEquals: { ...SAML_AUDIENCE.StringEquals, ...(named.length > 0 ? { 'SAML:sub': [...named] } : {}) } },
      'sts:AssumeRoleWithSAML',
    ),
};

/** Principals one by one, or the account whose administrators decide who may. */
function each(named: readonly string[], account: string, conditions: Record<string, unknown>): iam.IPrincipal {
  const principals = named.length > 0 ? named.map((arn) => new iam.ArnPrincipal(arn)) : [new iam.AccountPrincipal(account)];
  return new iam.CompositePrincipal(...principals.map((principal) => new iam.PrincipalWithConditions(principal, conditions)));
}
