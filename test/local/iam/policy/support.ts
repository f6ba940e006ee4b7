import { requestContext, type ContextValues } from '../../../../local/iam/policy/context';
import { compilePolicy, type AccessRequest, type Policy, type PolicyKind } from '../../../../local/iam/policy/document';
import type { Policies } from '../../../../local/iam/policy/evaluate';
import type { Principal } from '../../../../local/iam/policy/principal';

export const OWN = '111111111111';
export const OTHER = '222222222222';
export const ROLE = `arn:aws:iam::${OWN}:role/worker`;
export const SESSION = `arn:aws:sts::${OWN}:assumed-role/worker/session-1`;
export const BUCKET = 'arn:aws:s3:::data';
export const OBJECT = `${BUCKET}/employment/a.parquet`;

export const session: Principal = { kind: 'session', accountId: OWN, roleArn: ROLE, arn: SESSION };

export const request = (over: Partial<Omit<AccessRequest, 'context'>> & { readonly context?: ContextValues } = {}): AccessRequest => ({
  principal: over.principal ?? session,
  action: over.action ?? 's3:GetObject',
  resource: over.resource ?? OBJECT,
  context: requestContext(over.context ?? {}),
});

export const policy = (kind: PolicyKind, ...statements: object[]): Policy =>
  compilePolicy({ Version: '2012-10-17', Statement: statements }, `${kind} policy of the test`, kind);

const statement = (Effect: 'Allow' | 'Deny', more: object): object => ({ Effect, Action: 's3:GetObject', Resource: `${BUCKET}/*`, ...more });

export const allow = (more: object = {}): object => statement('Allow', more);
export const deny = (more: object = {}): object => statement('Deny', more);

export const policies = (over: {
  readonly identity?: readonly object[];
  readonly boundary?: readonly object[];
  readonly session?: readonly object[];
  readonly resource?: readonly object[];
  readonly owner?: string;
  readonly rule?: Policies['resource']['rule'];
  readonly type?: Policies['resource']['type'];
}): Policies => ({
  identity: over.identity === undefined ? [] : [policy('identity', ...over.identity)],
  ...(over.boundary === undefined ? {} : { boundary: policy('identity', ...over.boundary) }),
  ...(over.session === undefined ? {} : { session: [policy('identity', ...over.session)] }),
  resource: {
    owner: over.owner ?? OWN,
    rule: over.rule ?? 'standard',
    ...(over.resource === undefined ? {} : { policy: policy('resource', ...over.resource) }),
    ...(over.type === undefined ? {} : { type: over.type }),
  },
});
