import type { Credentials } from './service';

export interface ClientConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Credentials;
  readonly maxAttempts: number;
  /** Operations such as StartSyncExecution would go to another host name, which loopback does not have. */
  readonly disableHostPrefix: true;
}

/**
 * Makes an AWS SDK client that talks to the local AWS.
 *
 * @param maxAttempts By default 1: what fails locally fails for a reason, and a retry would hide it.
 */
export function createClient<C>(
  Client: new (config: ClientConfig) => C,
  cloud: { readonly endpoint: string; readonly region: string },
  credentials: Credentials,
  maxAttempts = 1,
): C {
  return new Client({ endpoint: cloud.endpoint, region: cloud.region, credentials, maxAttempts, disableHostPrefix: true });
}
