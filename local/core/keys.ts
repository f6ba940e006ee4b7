import { randomBytes } from 'node:crypto';
import { ServiceError, type Caller, type Credentials } from './service';

const ROOT_PREFIX = 'AKIALOCL';
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

const randomKey = (prefix: string, length: number): string =>
  prefix + [...randomBytes(length - prefix.length)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');

/** Credentials of an account's root: they exist for every account, as the local AWS has every account. */
export const rootCredentials = (accountId: string): Credentials => ({
  accessKeyId: `${ROOT_PREFIX}${accountId}`,
  secretAccessKey: `local-${accountId}`,
});

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

/** Who holds which access key. Signatures are not checked: everything runs on one machine for one user. */
export class KeyRing {
  private readonly callers = new Map<string, Caller>();

  /** A session of a role; nobody checks here that the role exists or trusts the caller. */
  issue(roleArn: string, sessionName: string): Session {
    const { accountId, name } = parseRoleArn(roleArn);
    const accessKeyId = randomKey('ASIA', 20);
    const caller: Caller = { accountId, principalArn: `arn:aws:sts::${accountId}:assumed-role/${name}/${sessionName}`, roleArn, accessKeyId };
    this.callers.set(accessKeyId, caller);
    return {
      credentials: { accessKeyId, secretAccessKey: randomBytes(20).toString('hex'), sessionToken: randomBytes(48).toString('base64') },
      caller,
      roleId: randomKey('AROA', 20),
    };
  }

  /** @throws ServiceError when nobody issued the key. */
  callerOf(accessKeyId: string): Caller {
    const known = this.callers.get(accessKeyId);
    if (known !== undefined) {
      return known;
    }
    const accountId = accessKeyId.startsWith(ROOT_PREFIX) ? accessKeyId.slice(ROOT_PREFIX.length) : '';
    if (!/^\d{12}$/.test(accountId)) {
      throw new ServiceError(
        'UnrecognizedClientException',
        `the local AWS did not issue the access key ${accessKeyId}; run "npm run local -- env ENVIRONMENT" for valid ones`,
        403,
      );
    }
    return { accountId, principalArn: `arn:aws:iam::${accountId}:root`, accessKeyId };
  }
}
