import { randomBytes } from 'node:crypto';
import { ServiceError, type ActingService, type Caller, type Credentials } from './service';

const ROOT_PREFIX = 'AKIALOCL';
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

const randomKey = (prefix: string, length: number): string =>
  prefix + [...randomBytes(length - prefix.length)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');

/** Credentials of an account's root: they exist for every account, as the local AWS has every account. */
export const rootCredentials = (accountId: string): Credentials => ({
  accessKeyId: `${ROOT_PREFIX}${accountId}`,
  secretAccessKey: `local-${accountId}`,
});

/** `sagemaker` as the service that acts for an account's resource. */
export const actingService = (name: string, sourceAccount: string, sourceArn: string): ActingService => ({ name: `${name}.amazonaws.com`, sourceAccount, sourceArn });

export interface Session {
  readonly credentials: Required<Credentials>;
  readonly caller: Caller;
  readonly roleId: string;
}

/** Account id and name in a role's ARN. */
export function parseRoleArn(arn: string): { readonly accountId: string; readonly name: string } {
  const match = /^arn:aws[\w-]*:iam::(\d{12}):role\/(?:.*\/)?([\w+=,.@-]+)$/.exec(arn);
  if (match?.[1] === undefined || match[2] === undefined) {
    throw new ServiceError('ValidationError', `${JSON.stringify(arn)} is no ARN of an IAM role`);
  }
  return { accountId: match[1], name: match[2] };
}

const serviceId = ({ name, sourceAccount, sourceArn = '', endpointAccount = '' }: ActingService): string => `${name} ${sourceAccount} ${sourceArn} ${endpointAccount}`;

/** Who holds which access key. Signatures are not checked: everything runs on one machine for one user. */
export class KeyRing {
  private readonly callers = new Map<string, Caller>();
  /** Of services, by what they are for. */
  private readonly services = new Map<string, Required<Credentials>>();

  /** A session of a role; nobody checks here that the role exists or trusts the caller. */
  issue(roleArn: string, sessionName: string, more: Pick<Caller, 'service' | 'session'> = {}): Session {
    const { accountId, name } = parseRoleArn(roleArn);
    return {
      ...this.keep({ accountId, principalArn: `arn:aws:sts::${accountId}:assumed-role/${name}/${sessionName}`, roleArn, ...more }),
      roleId: randomKey('AROA', 20),
    };
  }

  /** Credentials of a service that acts without a role. The same service for the same thing keeps its key, so that no call makes a new one. */
  issueService(service: ActingService): Required<Credentials> {
    return this.once(serviceId(service), () => this.keep({ accountId: service.sourceAccount, principalArn: service.name, service }));
  }

  /** Credentials of a service's session of a role; they are renewed as long as the service needs them, so they never end. */
  issueSession(roleArn: string, sessionName: string, service?: ActingService): Required<Credentials> {
    return this.once(`${roleArn} ${sessionName} ${service === undefined ? '' : serviceId(service)}`, () => this.issue(roleArn, sessionName, { service }));
  }

  private once(id: string, make: () => Pick<Session, 'credentials'>): Required<Credentials> {
    const known = this.services.get(id) ?? make().credentials;
    this.services.set(id, known);
    return known;
  }

  private keep(about: Omit<Caller, 'accessKeyId'>): Pick<Session, 'credentials' | 'caller'> {
    const accessKeyId = randomKey('ASIA', 20);
    const caller: Caller = { ...about, accessKeyId };
    this.callers.set(accessKeyId, caller);
    return { credentials: { accessKeyId, secretAccessKey: randomBytes(20).toString('hex'), sessionToken: randomBytes(48).toString('base64') }, caller };
  }

  /** @throws ServiceError when nobody issued the key, or its session has ended. */
  callerOf(accessKeyId: string): Caller {
    const known = this.callers.get(accessKeyId);
    if (known !== undefined) {
      if (Date.now() >= (known.session?.expires ?? Number.POSITIVE_INFINITY)) {
        throw new ServiceError('ExpiredTokenException', 'The security token included in the request is expired', 403);
      }
      return known;
    }
    const accountId = accessKeyId.startsWith(ROOT_PREFIX) ? accessKeyId.slice(ROOT_PREFIX.length) : '';
    if (!/^\d{12}$/.test(accountId)) {
      throw new ServiceError(
        'UnrecognizedClientException',
        `The security token included in the request is invalid: the local AWS did not issue the access key ${accessKeyId} and passes no call on to AWS; `
          + 'run "npm run local -- env ENVIRONMENT" for valid ones',
        403,
      );
    }
    return { accountId, principalArn: `arn:aws:iam::${accountId}:root`, accessKeyId };
  }
}
