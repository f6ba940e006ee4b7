import type { Access, Buckets, CheckedCall, CheckedS3Call } from '../core/dispatch/access';
import { ServiceError, type Caller, type Permission } from '../core/service';
import { needsOf } from './actions';
import { boundaryRole } from './actions/deployment';
import { textAt, type Needed } from './actions/need';
import { keyUses, s3Needs, type S3Call } from './actions/s3';
import { showsSecondFactor } from './actions/sts';
import { callerContext, isRoot, principalOf, requestFacts, sourceContext, tagContext, through } from './caller';
import { messageKeyNeeds } from './message-keys';
import { requestContext, type ContextValues } from './policy/context';
import { compilePolicy, type AccessRequest, type Policy } from './policy/document';
import { evaluate, type Decision } from './policy/evaluate';
import { denialMessage } from './policy/message';
import { PolicyProblem } from './policy/problem';
import { refusal } from './refusal';
import { ownKeyUse } from './service-keys';
import { askedFor, isTrust, ownerOf, type Sources } from './sides';
import { BucketBook, keyArn } from './sources/buckets';
import { KeyBook } from './sources/keys';
import { ResourceBook } from './sources/resources';
import { Roles, type RolePolicies } from './sources/roles';
import { Usage } from './usage';

/** What the authorizer needs of the local AWS. */
export interface AuthorizerCloud {
  readonly endpoint: string;
  readonly region: string;
  readonly buckets: Buckets;
  log(service: string, message: string): void;
}

/** A call as far as single needs do not tell it. */
interface Occasion {
  readonly caller: Caller;
  readonly region: string;
  /** Signing name of the service that was called, which words the refusal. */
  readonly service: string;
  readonly context: ContextValues;
}

const sourcesOf = (cloud: AuthorizerCloud): Sources =>
  ({ roles: new Roles(cloud), keys: new KeyBook(cloud), buckets: new BucketBook(cloud, cloud.buckets), resources: new ResourceBook(cloud) });

const NOBODY: Pick<RolePolicies, 'identity' | 'tags' | 'boundary'> = { identity: [], tags: {} };

/** A request and what came of it, before anybody is told. */
interface Judged {
  readonly decision: Decision;
  readonly request: AccessRequest;
}

/**
 * Decides on every call by the policies that stand in IAM and on the resources. An account's root is the outside world: within its account it may do
 * everything, and other accounts let it in or not.
 */
export class Authorizer implements Access {
  readonly usage = new Usage();
  /** Accounts that have called. */
  readonly accounts = new Set<string>();
  private readonly trusted = new WeakMap<RolePolicies, Set<string>>();
  private readonly sessionPolicies = new Map<string, readonly Policy[]>();

  /** @param sources Where policies are read. @default - the services of this local AWS */
  constructor(private readonly cloud: AuthorizerCloud, readonly sources: Sources = sourcesOf(cloud)) {}

  async check(call: CheckedCall): Promise<void> {
    const { caller, region, service, operation, input } = call;
    this.accounts.add(caller.accountId);
    const needs = needsOf(service, { operation, input, accountId: caller.accountId, region });
    if (needs === undefined) {
      return this.unknown(caller, `${service}:${operation}`);
    }
    const mfa = operation === 'AssumeRole' && isRoot(caller) && showsSecondFactor(input) ? { 'aws:MultiFactorAuthPresent': true, 'aws:MultiFactorAuthAge': 0 } : {};
    const boundary = boundaryRole(service, operation, input);
    const held = boundary === undefined || isRoot(caller) ? {} : { 'iam:PermissionsBoundary': await this.understood(this.sources.roles.boundaryOf(caller.accountId, boundary)) };
    await this.all({ caller, region, service, context: { ...tagContext(input), ...mfa, ...held } }, needs);
    await this.all({ caller, region, service, context: {} }, await messageKeyNeeds(call, needs[0]?.resource ?? '', this.sources));
    await this.prepare(call);
  }

  async checkS3(call: CheckedS3Call): Promise<void> {
    this.accounts.add(call.caller.accountId);
    const s3 = s3CallOf(call);
    const needs = s3Needs(s3);
    if (needs === undefined) {
      return this.unknown(call.caller, `s3:${call.method} ${[...s3.query.keys()].join('&')}`);
    }
    const occasion: Occasion = { caller: call.caller, region: call.region, service: 's3', context: {} };
    await this.all(occasion, needs);
    await this.useKeys(occasion, s3);
  }

  async hidesAbsence(call: CheckedS3Call): Promise<boolean> {
    const { caller, region, method, target: { bucket, key } } = call;
    if (key === '' || (method !== 'GET' && method !== 'HEAD') || this.buckets.ownerOf(bucket) === undefined) {
      return false;
    }
    // The listing that would show the absence has no prefix.
    const judged = await this.judge({ caller, region, service: 's3', context: {} }, { action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}` });
    this.note(caller, judged);
    return judged !== undefined && !judged.decision.allowed;
  }

  async require(caller: Caller, permissions: readonly Permission[]): Promise<void> {
    if (caller.roleArn !== undefined) {
      // Whoever needs nothing of a role must be able to assume it all the same.
      await this.understood(this.roleOf(caller, caller.roleArn));
    }
    await this.all({ caller, region: this.cloud.region, service: 'sts', context: {} }, permissions);
  }

  changed({ caller, service, operation, input }: CheckedCall): void {
    if (service === 'iam') {
      this.sources.roles.changed(operation, caller.accountId, textAt(input, 'RoleName'));
    } else if (service === 'kms') {
      this.sources.keys.changed(operation);
    } else {
      this.sources.resources.changed(service, operation);
    }
  }

  changedS3({ method, target: { bucket, key } }: CheckedS3Call): void {
    if (key === '' && method !== 'GET' && method !== 'HEAD') {
      this.buckets.changed(bucket);
    }
  }

  private get buckets(): Sources['buckets'] {
    return this.sources.buckets;
  }

  private unknown(caller: Caller, call: string): void {
    if (!isRoot(caller)) {
      throw new ServiceError('UnsupportedOperation', `the local AWS does not know which permissions ${call} needs, so it lets no role call it (local/iam/actions)`, 501);
    }
  }

  private async all(occasion: Occasion, needs: readonly Needed[]): Promise<void> {
    for (const need of needs) {
      const judged = await this.judge(occasion, need);
      this.note(occasion.caller, judged);
      if (judged?.decision.allowed === false) {
        throw this.refuse(occasion, judged);
      }
    }
  }

  /** @returns undefined when nobody has to be asked */
  private async judge(occasion: Occasion, need: Needed): Promise<Judged | undefined> {
    return this.understood(this.judged(occasion, need));
  }

  /** A policy that is not understood is an error of its own, told by name. */
  private async understood<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw error instanceof PolicyProblem ? new ServiceError('UnsupportedPolicy', error.message, 501) : error;
    }
  }

  private async judged({ caller, region, context }: Occasion, need: Needed): Promise<Judged | undefined> {
    if (isRoot(caller) && ownerOf(this.sources, need, caller) === caller.accountId && !isTrust(need)) {
      return undefined;
    }
    const asked = await askedFor(this.sources, need, caller);
    const role = caller.roleArn === undefined ? NOBODY : await this.roleOf(caller, caller.roleArn);
    const request: AccessRequest = {
      principal: principalOf(caller),
      action: need.action,
      resource: asked.resource,
      context: requestContext(callerContext(caller, role.tags), requestFacts(region, asked.side.owner), asked.context, context, need.context ?? {}),
    };
    const { identity, boundary } = role;
    const decision = evaluate(request, { identity, session: this.sessionPolicy(caller), resource: asked.side, ...(boundary === undefined ? {} : { boundary }) });
    return { decision, request };
  }

  /** The policies of a session's role; a service that made the session must be trusted by it. */
  private async roleOf(caller: Caller, roleArn: string): Promise<RolePolicies> {
    const role = await this.sources.roles.of(roleArn);
    if (role === undefined) {
      throw new ServiceError('InvalidClientTokenId', `the role ${roleArn} of this session does not exist`, 403);
    }
    const { service } = caller;
    if (service !== undefined) {
      const id = `${service.name} ${service.sourceAccount} ${service.sourceArn ?? ''}`;
      const trusted = this.trusted.get(role) ?? new Set<string>();
      this.trusted.set(role, trusted);
      if (!trusted.has(id)) {
        const request: AccessRequest = {
          principal: { kind: 'service', name: service.name }, action: 'sts:AssumeRole', resource: roleArn,
          context: requestContext({ 'aws:PrincipalIsAWSService': true, 'aws:PrincipalServiceName': service.name }, sourceContext(service)),
        };
        const decision = evaluate(request, { identity: [], resource: { owner: caller.accountId, rule: 'gate', type: 'role trust policy', policy: role.trust } });
        if (!decision.allowed) {
          const message = denialMessage(service.name, 'sts:AssumeRole', roleArn, decision);
          this.cloud.log('iam', message);
          throw refusal('sts', message);
        }
        trusted.add(id);
      }
    }
    return role;
  }

  private sessionPolicy({ session, accessKeyId }: Caller): readonly Policy[] {
    if (session?.policy === undefined) {
      return [];
    }
    const known = this.sessionPolicies.get(accessKeyId) ?? [compilePolicy(session.policy, 'policy of the session', 'identity')];
    this.sessionPolicies.set(accessKeyId, known);
    return known;
  }

  /** A service that will encrypt for itself tries its key first. */
  private async prepare(call: CheckedCall): Promise<void> {
    const use = ownKeyUse(call);
    if (use === undefined) {
      return;
    }
    try {
      await this.all({ caller: use.caller, region: call.region, service: call.service, context: {} }, use.needs);
    } catch (error) {
      throw error instanceof ServiceError && error.code !== 'UnsupportedPolicy' ? use.refused() : error;
    }
  }

  /** Reading and writing encrypted objects takes the bucket's key, through S3. */
  private async useKeys(occasion: Occasion, call: S3Call): Promise<void> {
    for (const { bucket, action, keyId } of keyUses(call)) {
      const owner = this.buckets.ownerOf(bucket);
      const encryption = keyId === undefined ? await this.buckets.encryptionOf(bucket) : { keyArn: keyArn(keyId, occasion.region, occasion.caller.accountId) };
      if (owner === undefined || encryption === 'none' || (encryption === 'aws' && owner === occasion.caller.accountId)) {
        continue;
      }
      const resource = encryption === 'aws' ? `arn:aws:kms:${occasion.region}:${owner}:alias/aws/s3` : encryption.keyArn;
      await this.all(occasion, [{ action, resource, context: through('s3', occasion.region) }]);
    }
  }

  private note(caller: Caller, judged: Judged | undefined): void {
    if (caller.roleArn !== undefined && judged?.decision.allowed === true) {
      this.usage.allowed(caller.roleArn, judged.request, judged.decision.statements);
    }
  }

  private refuse({ caller, service }: Occasion, { decision, request: { action, resource } }: Judged): ServiceError {
    const denied = decision as Exclude<Decision, { allowed: true }>;
    const message = denialMessage(caller.principalArn, action, resource, denied);
    const statement = denied.statement === undefined ? '' : ` (${denied.statement.id} of the ${denied.statement.policy})`;
    this.cloud.log('iam', `${message}${statement}`);
    if (caller.roleArn !== undefined) {
      this.usage.refused(caller.roleArn, action, resource, message.slice(message.indexOf(resource) + resource.length + 1));
    }
    return refusal(service, message);
  }
}

const s3CallOf = ({ method, target, headers, body }: CheckedS3Call): S3Call => ({
  method,
  bucket: target.bucket,
  key: target.key,
  query: target.query,
  header: (name) => {
    const value = headers[name];
    return Array.isArray(value) ? value[0] : value;
  },
  ...(body === undefined ? {} : { body }),
});
