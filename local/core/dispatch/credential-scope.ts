import type { WireRequest } from '../protocol/protocol';
import { ServiceError } from '../service';

/** What a SigV4 signature says about a call. */
export interface CredentialScope {
  readonly accessKeyId: string;
  readonly region: string;
  /** Signing name, e.g. `states`. */
  readonly service: string;
}

/**
 * Reads the scope from the Authorization header or from a presigned URL.
 *
 * @throws ServiceError for unsigned calls: the local AWS routes on the scope.
 */
export function credentialScope(request: Pick<WireRequest, 'headers' | 'url' | 'method'>): CredentialScope {
  const header = request.headers.authorization;
  const credential = /Credential=([^,\s]+)/.exec(typeof header === 'string' ? header : '')?.[1]
    ?? new URLSearchParams(request.url.split('?', 2)[1] ?? '').get('X-Amz-Credential') ?? '';
  const [accessKeyId, , region, service] = credential.split('/');
  if (accessKeyId === undefined || region === undefined || service === undefined) {
    throw new ServiceError('MissingAuthenticationToken', `${request.method} ${request.url.split('?', 1)[0]}: the call has no SigV4 signature`, 403);
  }
  return { accessKeyId, region, service };
}
