/** What releases write into the state table and put on an endpoint for their time. */

/**
 * Item of the state table that reserves an endpoint for one execution of `Qualification` or `Promotion`, written before anything is made. It
 * names all that the execution makes, so that the janitor can remove it when the execution ends without a word.
 */
export interface EndpointLock {
  /** {@link lockKey} */
  readonly pk: string;
  /** ARN of the execution. */
  readonly owner: string;
  readonly machine: 'qualification' | 'promotion';
  readonly endpointName: string;
  /** Name of the candidate's model and of its endpoint configuration alike. */
  readonly fleetName: string;
  readonly modelPackageArn: string;
  readonly packageDigest: string;
  /** Epoch seconds after which the lock is void, should the janitor fail too. */
  readonly ttl: number;
}

export const lockKey = (endpointName: string): string => `lock#${endpointName}`;

/** Item of the state table that says which execution of `Promotion` acted on an approval: it is acted on once. */
export interface ApprovalClaim {
  /** {@link approvalKey} */
  readonly pk: string;
  /** ARN of the execution. */
  readonly owner: string;
  readonly modelPackageArn: string;
  readonly packageDigest: string;
  /** ISO 8601 */
  readonly claimedAt: string;
}

/** @param approval of the admitted package */
export const approvalKey = (approval: string): string => `approval#${approval}`;

/** Alarms that a promotion puts on the new fleet and removes afterwards. */
export const rolloutAlarms = (endpointName: string) =>
  ({ errors: `${endpointName}-rollout-errors`, latency: `${endpointName}-rollout-latency` }) as const;
