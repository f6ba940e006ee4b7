import type { Caller } from '../core/service';
import type { Needed } from './actions/need';
import type { ContextValues } from './policy/context';
import type { ResourceSide } from './policy/evaluate';
import type { BucketBook } from './sources/buckets';
import type { KeyBook } from './sources/keys';
import type { ResourceBook } from './sources/resources';
import type { Roles } from './sources/roles';

/** Everything that policies are read from. */
export interface Sources {
  readonly roles: Pick<Roles, 'of' | 'boundaryOf' | 'list' | 'changed'>;
  readonly keys: Pick<KeyBook, 'keyArn' | 'policyOf' | 'aliasesOfKey' | 'changed'>;
  readonly buckets: Pick<BucketBook, 'ownerOf' | 'policyOf' | 'encryptionOf' | 'changed'>;
  readonly resources: Pick<ResourceBook, 'policyOf' | 'encryptionOf' | 'changed'>;
}

/** What is asked for, with the policy that hangs on it. */
export interface Asked {
  readonly resource: string;
  readonly side: ResourceSide;
  readonly context: ContextValues;
}

const ALIAS_ACTIONS: ReadonlySet<string> = new Set(['kms:CreateAlias', 'kms:UpdateAlias', 'kms:DeleteAlias']);
const TRUST_ACTIONS: ReadonlySet<string> = new Set(['sts:AssumeRole', 'sts:TagSession']);

async function askedKey({ keys }: Sources, { action, resource: given }: Needed, callerAccount: string): Promise<Asked> {
  const resource = ALIAS_ACTIONS.has(action) ? given : await keys.keyArn(given);
  const owner = resource.split(':')[4] ?? callerAccount;
  const policy = resource.includes(':key/') ? await keys.policyOf(resource) : undefined;
  // A key that is not there can't be used anyway: its service says so.
  return {
    resource,
    side: policy === undefined ? { owner, rule: 'standard' } : { owner, rule: 'gate', policy },
    context: {
      'kms:CallerAccount': callerAccount,
      'kms:ResourceAliases': policy === undefined ? undefined : await keys.aliasesOfKey(resource),
    },
  };
}

const bucketOf = (resource: string): string => resource.slice('arn:aws:s3:::'.length).split('/', 1)[0] ?? '';

/** Account that owns what a need is about: told without asking anybody, since the local AWS itself reads policies as an account's root. */
export function ownerOf({ buckets }: Sources, { resource }: Needed, caller: Caller): string {
  const [, , service = '', , account = ''] = resource.split(':');
  return (service === 's3' ? buckets.ownerOf(bucketOf(resource)) : /^\d{12}$/.exec(account)?.[0]) ?? caller.accountId;
}

export const isTrust = ({ action }: Needed): boolean => TRUST_ACTIONS.has(action);

/** Finds the resource's side of a need. */
export async function askedFor(sources: Sources, need: Needed, caller: Caller): Promise<Asked> {
  const { resource } = need;
  const owner = ownerOf(sources, need, caller);
  const service = resource.split(':')[2];
  if (service === 's3') {
    const policy = sources.buckets.policyOf(bucketOf(resource));
    return { resource, side: { owner, rule: 'standard', ...(policy === undefined ? {} : { policy }) }, context: {} };
  }
  if (service === 'kms') {
    return askedKey(sources, need, caller.accountId);
  }
  if (isTrust(need)) {
    const trust = (await sources.roles.of(resource))?.trust;
    return { resource, side: { owner, rule: 'gate', type: 'role trust policy', ...(trust === undefined ? {} : { policy: trust }) }, context: {} };
  }
  const policy = await sources.resources.policyOf(resource);
  // The default policy of a topic lets in whoever acts for its owner.
  const context = service === 'sns' ? { 'aws:SourceOwner': caller.accountId } : {};
  return { resource, side: { owner, rule: 'standard', ...(policy === undefined ? {} : { policy }) }, context };
}
