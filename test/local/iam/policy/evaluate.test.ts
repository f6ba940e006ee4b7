import { evaluate, type PolicyType } from '../../../../local/iam/policy/evaluate';
import { denialMessage } from '../../../../local/iam/policy/message';
import type { Principal } from '../../../../local/iam/policy/principal';
import { allow, BUCKET, deny, OBJECT, OTHER, OWN, policies, request, ROLE, SESSION } from './support';

type Sides = Parameters<typeof policies>[0];
type Case = readonly [sentence: string, sides: Sides, expected: 'allowed' | `${'explicit' | 'implicit'} ${PolicyType}`, principal?: Principal];

const root: Principal = { kind: 'root', accountId: OWN, arn: `arn:aws:iam::${OWN}:root` };
const events: Principal = { kind: 'service', name: 'events.amazonaws.com' };

const by = (Principal: unknown, more: object = {}): object => allow({ Principal, ...more });
const account = { AWS: `arn:aws:iam::${OWN}:root` };
const role = { AWS: ROLE };
const thisSession = { AWS: SESSION };
const elsewhere = { owner: OTHER } as const;
const other = { Action: 's3:PutObject' };

function outcome(sides: Sides, principal?: Principal): string {
  const decision = evaluate(request({ principal }), policies(sides));
  return decision.allowed ? 'allowed' : `${decision.how} ${decision.type}`;
}

const IN_ONE_ACCOUNT: readonly Case[] = [
  ['nothing is allowed by default', {}, 'implicit identity-based policy'],
  ['an identity policy is enough', { identity: [allow()] }, 'allowed'],
  ['an identity policy for another action is not', { identity: [allow(other)] }, 'implicit identity-based policy'],
  ['an identity policy for another resource is not', { identity: [allow({ Resource: `${BUCKET}/elsewhere/*` })] }, 'implicit identity-based policy'],
  ['a resource policy that names the role is enough', { resource: [by(role)] }, 'allowed'],
  ['a resource policy that names the session is enough', { resource: [by(thisSession)] }, 'allowed'],
  ['a resource policy that names everybody is enough', { resource: [by('*')] }, 'allowed'],
  ['a resource policy that names the account leaves it to the identity policies', { resource: [by(account)] }, 'implicit identity-based policy'],
  ['a resource policy that names the account id likewise', { resource: [by({ AWS: OWN })] }, 'implicit identity-based policy'],
  ['a resource policy that names another role does nothing', { resource: [by({ AWS: `${ROLE}-2` })] }, 'implicit identity-based policy'],
  ['a resource policy that names a service does nothing for roles', { resource: [by({ Service: 'lambda.amazonaws.com' })] }, 'implicit identity-based policy'],
  ['a resource policy that does not speak of the request takes nothing away', { identity: [allow()], resource: [by(role, other)] }, 'allowed'],
];

const EXPLICIT_DENY: readonly Case[] = [
  ['in an identity policy outweighs any allow', { identity: [allow(), deny()], resource: [by(role)] }, 'explicit identity-based policy'],
  ['in a resource policy outweighs any allow', { identity: [allow()], resource: [by(role), deny({ Principal: '*' })] }, 'explicit resource-based policy'],
  ['in a boundary outweighs any allow', { identity: [allow()], boundary: [allow(), deny()] }, 'explicit permissions boundary'],
  ['in a boundary counts also for a grant to the session', { resource: [by(thisSession)], boundary: [allow(), deny()] }, 'explicit permissions boundary'],
  ['in a session policy outweighs any allow', { identity: [allow()], session: [allow(), deny()] }, 'explicit session policy'],
  ['for somebody else does nothing', { identity: [allow()], resource: [deny({ Principal: { AWS: `${ROLE}-2` } })] }, 'allowed'],
  ['for another action does nothing', { identity: [allow(), deny(other)] }, 'allowed'],
  ['of all but some principals spares those who are listed with account and role',
    { identity: [allow()], resource: [deny({ NotPrincipal: { AWS: [OWN, ROLE, SESSION] } })] }, 'allowed'],
  ['of all but some principals hits a session whose account is not listed',
    { identity: [allow()], resource: [deny({ NotPrincipal: { AWS: [ROLE, SESSION] } })] }, 'explicit resource-based policy'],
  ['by NotAction hits all other actions', { identity: [allow(), deny({ Action: undefined, NotAction: 's3:PutObject' })] }, 'explicit identity-based policy'],
  ['by NotAction spares the actions in it', { identity: [allow(), deny({ Action: undefined, NotAction: 's3:Get*' })] }, 'allowed'],
  ['by NotResource hits all other resources', { identity: [allow(), deny({ Resource: undefined, NotResource: `${BUCKET}/b/*` })] }, 'explicit identity-based policy'],
  ['by NotResource spares the resources in it', { identity: [allow(), deny({ Resource: undefined, NotResource: `${BUCKET}/employment/*` })] }, 'allowed'],
];

const BOUNDARY: readonly Case[] = [
  ['allows nothing by itself', { boundary: [allow()] }, 'implicit identity-based policy'],
  ['limits identity policies', { identity: [allow()], boundary: [allow(other)] }, 'implicit permissions boundary'],
  ['lets through what both allow', { identity: [allow()], boundary: [allow({ Action: 's3:*' })] }, 'allowed'],
  ['limits what a resource policy gives to the role', { resource: [by(role)], boundary: [allow(other)] }, 'implicit permissions boundary'],
  ['limits what a resource policy gives to everybody', { resource: [by('*')], boundary: [allow(other)] }, 'implicit permissions boundary'],
  ['does not limit what a resource policy gives to the session itself', { resource: [by(thisSession)], boundary: [allow(other)] }, 'allowed'],
  ['limits calls on other accounts too', { ...elsewhere, identity: [allow()], resource: [by(role)], boundary: [allow(other)] }, 'implicit permissions boundary'],
];

const SESSION_POLICY: readonly Case[] = [
  ['limits identity policies', { identity: [allow()], session: [allow(other)] }, 'implicit session policy'],
  ['lets through what both allow', { identity: [allow()], session: [allow()] }, 'allowed'],
  ['allows nothing by itself', { session: [allow()] }, 'implicit identity-based policy'],
  ['limits what a resource policy gives to the role', { resource: [by(role)], session: [allow(other)] }, 'implicit session policy'],
  ['does not limit what a resource policy gives to the session itself', { resource: [by(thisSession)], session: [allow(other)] }, 'allowed'],
];

const ACROSS_ACCOUNTS: readonly Case[] = [
  ['an identity policy alone is not enough', { ...elsewhere, identity: [allow()] }, 'implicit resource-based policy'],
  ['a resource policy alone is not enough', { ...elsewhere, resource: [by(role)] }, 'implicit identity-based policy'],
  ['a grant to the session alone is not enough either', { ...elsewhere, resource: [by(thisSession)] }, 'implicit identity-based policy'],
  ['a public resource alone is not enough for a role', { ...elsewhere, resource: [by('*')] }, 'implicit identity-based policy'],
  ['both together are, with the role named', { ...elsewhere, identity: [allow()], resource: [by(role)] }, 'allowed'],
  ['both together are, with the account named', { ...elsewhere, identity: [allow()], resource: [by(account)] }, 'allowed'],
  ['both together are, with everybody named', { ...elsewhere, identity: [allow()], resource: [by('*')] }, 'allowed'],
  ['the account of the resource is not that of the caller', { ...elsewhere, identity: [allow()], resource: [by({ AWS: OTHER })] }, 'implicit resource-based policy'],
  ['an explicit deny of the resource counts', { ...elsewhere, identity: [allow()], resource: [by(account), deny({ Principal: '*' })] }, 'explicit resource-based policy'],
];

const KEYS: readonly Case[] = [
  ['without the key policy no identity policy helps', { rule: 'gate', identity: [allow()] }, 'implicit resource-based policy'],
  ['a key policy that names only others is no help', { rule: 'gate', identity: [allow()], resource: [by({ AWS: OTHER })] }, 'implicit resource-based policy'],
  ['a key policy that names the account lets identity policies decide: yes', { rule: 'gate', identity: [allow()], resource: [by(account)] }, 'allowed'],
  ['a key policy that names the account lets identity policies decide: no', { rule: 'gate', resource: [by(account)] }, 'implicit identity-based policy'],
  ['a key policy that names the role is enough', { rule: 'gate', resource: [by(role)] }, 'allowed'],
  ['a key policy that names everybody is enough', { rule: 'gate', resource: [by('*')] }, 'allowed'],
  ['another account needs both: key policy missing', { ...elsewhere, rule: 'gate', identity: [allow()] }, 'implicit resource-based policy'],
  ['another account needs both: identity policy missing', { ...elsewhere, rule: 'gate', resource: [by('*')] }, 'implicit identity-based policy'],
  ['another account needs both: both there', { ...elsewhere, rule: 'gate', identity: [allow()], resource: [by(account)] }, 'allowed'],
];

const trust = { rule: 'gate', type: 'role trust policy' } as const;
const TRUST: readonly Case[] = [
  ['a role that trusts nobody is assumed by nobody', { ...trust, identity: [allow()] }, 'implicit role trust policy'],
  ['a role that trusts the caller needs no identity policy in its account', { ...trust, resource: [by(role, { Resource: undefined })] }, 'allowed'],
  ['a role that trusts the account needs one', { ...trust, resource: [by(account, { Resource: undefined })] }, 'implicit identity-based policy'],
  ['from another account both must allow', { ...trust, ...elsewhere, resource: [by(role, { Resource: undefined })] }, 'implicit identity-based policy'],
  ['from another account both allow', { ...trust, ...elsewhere, identity: [allow()], resource: [by(account, { Resource: undefined })] }, 'allowed'],
];

const ROOT: readonly Case[] = [
  ['needs no policy for what its account owns', {}, 'allowed', root],
  ['is not let into another account by itself', elsewhere, 'implicit resource-based policy', root],
  ['is let into another account that names it', { ...elsewhere, resource: [by(account)] }, 'allowed', root],
  ['is not let in by the name of a role', { ...elsewhere, resource: [by(role)] }, 'implicit resource-based policy', root],
  ['is held by an explicit deny of a resource', { resource: [deny({ Principal: '*' })] }, 'explicit resource-based policy', root],
];

const SERVICES: readonly Case[] = [
  ['need the resource to name them', { resource: [by({ Service: 'events.amazonaws.com' })] }, 'allowed', events],
  ['are not let in by the name of another service', { resource: [by({ Service: 'sns.amazonaws.com' })] }, 'implicit resource-based policy', events],
  ['are not let in without a resource policy', { identity: [allow()] }, 'implicit resource-based policy', events],
  ['are let in where everybody is', { resource: [by('*')] }, 'allowed', events],
  ['are held by an explicit deny', { resource: [by({ Service: 'events.amazonaws.com' }), deny({ Principal: '*' })] }, 'explicit resource-based policy', events],
];

describe.each<readonly [string, readonly Case[]]>([
  ['within one account', IN_ONE_ACCOUNT],
  ['an explicit deny', EXPLICIT_DENY],
  ['a permissions boundary', BOUNDARY],
  ['a session policy', SESSION_POLICY],
  ['across accounts', ACROSS_ACCOUNTS],
  ['keys', KEYS],
  ['role trust', TRUST],
  ['the root of an account', ROOT],
  ['services', SERVICES],
])('%s', (_title, cases) => {
  test.each(cases.map(([sentence, sides, expected, principal]) => ({ sentence, sides, expected, principal })))('$sentence', ({ sides, expected, principal }) => {
    expect(outcome(sides, principal)).toBe(expected);
  });
});

test('an allowed request names the statements that allow it, for the list of what is used', () => {
  const decision = evaluate(request(), policies({ identity: [allow({ Sid: 'Read' }), allow(other)], resource: [by(role, { Sid: 'FromBucket' })] }));
  expect(decision.allowed && decision.statements.map(({ id }) => id)).toEqual(['Read', 'FromBucket']);
});

test('a denial names the statement that denies', () => {
  const decision = evaluate(request(), policies({ identity: [allow(), deny({ Sid: 'Never' })] }));
  expect(!decision.allowed && decision.statement?.id).toBe('Never');
});

test.each([
  [{ how: 'implicit', type: 'identity-based policy' }, 'because no identity-based policy allows the s3:GetObject action'],
  [{ how: 'implicit', type: 'resource-based policy' }, 'because no resource-based policy allows the s3:GetObject action'],
  [{ how: 'implicit', type: 'permissions boundary' }, 'because no permissions boundary allows the s3:GetObject action'],
  [{ how: 'explicit', type: 'identity-based policy' }, 'with an explicit deny in an identity-based policy'],
  [{ how: 'explicit', type: 'resource-based policy' }, 'with an explicit deny in a resource-based policy'],
] as const)('a denial %j is told as AWS tells it', (denied, reason) => {
  expect(denialMessage(SESSION, 's3:GetObject', OBJECT, denied)).toBe(`User: ${SESSION} is not authorized to perform: s3:GetObject on resource: ${OBJECT} ${reason}`);
});
