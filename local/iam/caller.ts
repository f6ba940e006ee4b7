import type { Caller } from '../core/service';
import type { ContextValues } from './policy/context';
import type { Principal } from './policy/principal';

/** A caller as policies see it. */
export const principalOf = ({ accountId, principalArn, roleArn, service }: Caller): Principal =>
  roleArn !== undefined
    ? { kind: 'session', accountId, roleArn, arn: principalArn }
    : service !== undefined ? { kind: 'service', name: service.name } : { kind: 'root', accountId, arn: principalArn };

export const isRoot = (caller: Caller): boolean => caller.roleArn === undefined && caller.service === undefined;

/** Calls come over loopback in plain HTTP; the conditions on transport are about the network that stands between, which is not there. */
const TRANSPORT: ContextValues = { 'aws:SecureTransport': true, 's3:TlsVersion': '1.3', 'aws:SourceIp': '127.0.0.1' };

const prefixed = (prefix: string, values: Readonly<Record<string, string>> = {}): ContextValues =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}${name}`, value]));

/** Condition keys of whoever calls. */
export function callerContext(caller: Caller, roleTags: Readonly<Record<string, string>>): ContextValues {
  const { accountId, roleArn, principalArn, service, session } = caller;
  if (roleArn === undefined && service !== undefined) {
    return { ...TRANSPORT, 'aws:PrincipalIsAWSService': true, 'aws:PrincipalServiceName': service.name, ...sourceContext(service) };
  }
  return {
    ...TRANSPORT,
    'aws:PrincipalArn': roleArn ?? principalArn,
    'aws:PrincipalAccount': accountId,
    'aws:PrincipalType': roleArn === undefined ? 'Account' : 'AssumedRole',
    'aws:PrincipalIsAWSService': false,
    'aws:userid': roleArn === undefined ? accountId : `${caller.accessKeyId}:${principalArn.split('/').at(-1)}`,
    'aws:ViaAWSService': false,
    'aws:VpceAccount': service?.endpointAccount,
    // Keys of an account's root are long-lived: they say nothing of a second factor.
    'aws:MultiFactorAuthPresent': roleArn === undefined ? undefined : session?.mfa === true,
    'aws:MultiFactorAuthAge': session?.mfa === true ? 0 : undefined,
    ...prefixed('aws:PrincipalTag/', { ...roleTags, ...session?.tags }),
  };
}

/** In whose interest a service acts. */
export const sourceContext = ({ sourceAccount, sourceArn }: NonNullable<Caller['service']>): ContextValues => ({
  'aws:SourceAccount': sourceAccount,
  'aws:SourceArn': sourceArn,
});

/** Condition keys of a use of a key that a service makes in its caller's name. */
export const through = (service: string, region: string): ContextValues =>
  ({ 'kms:ViaService': `${service}.${region}.amazonaws.com`, 'aws:ViaAWSService': true, 'aws:CalledVia': [`${service}.amazonaws.com`] });

/** Condition keys of time and place. */
export function requestFacts(region: string, owner: string): ContextValues {
  const now = new Date();
  return {
    'aws:CurrentTime': `${now.toISOString().slice(0, 19)}Z`,
    'aws:EpochTime': Math.floor(now.getTime() / 1000),
    'aws:RequestedRegion': region,
    'aws:ResourceAccount': owner,
    's3:ResourceAccount': owner,
  };
}

/** Condition keys of the tags that a call gives to what it makes. */
export function tagContext(input: Readonly<Record<string, unknown>>): ContextValues {
  const given = input.Tags ?? input.tags;
  const pairs: [string, string][] = Array.isArray(given)
    ? (given as Readonly<Record<string, unknown>>[]).map((tag) => [String(tag.Key ?? tag.key), String(tag.Value ?? tag.value ?? '')])
    : Object.entries(given ?? {}).map(([name, value]) => [name, String(value)]);
  return pairs.length === 0 ? {} : { ...prefixed('aws:RequestTag/', Object.fromEntries(pairs)), 'aws:TagKeys': pairs.map(([name]) => name) };
}
