import type { RetryPolicy } from './definition';

const DEFAULT_ATTEMPTS = 5;
const DEFAULT_BACKOFF = 2;

interface AwsError {
  readonly name?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** The exception type of a refused call in the words of retry policies; undefined when no policy covers it. */
export function exceptionOfCall(error: unknown): string | undefined {
  const { name = '', $metadata } = error as AwsError;
  if (/Throttl|TooManyRequests/.test(name)) {
    return 'Step.THROTTLING';
  }
  if (name === 'ResourceLimitExceeded') {
    return 'SageMaker.RESOURCE_LIMIT';
  }
  const status = $metadata?.httpStatusCode ?? 0;
  return status >= 500 && status !== 501 ? 'Step.SERVICE_FAULT' : undefined;
}

/** The exception type of a failed job, told by the beginning of its failure reason. */
export function exceptionOfJob(failureReason: string): string | undefined {
  if (failureReason.startsWith('InternalServerError')) {
    return 'SageMaker.JOB_INTERNAL_ERROR';
  }
  return failureReason.startsWith('CapacityError') ? 'SageMaker.CAPACITY_ERROR' : undefined;
}

/**
 * Seconds to wait before the next attempt; undefined when the policies allow none.
 *
 * @param attempts attempts so far, at least 1
 * @param elapsedSeconds AWS seconds since the first attempt
 */
export function nextDelay(policies: readonly RetryPolicy[], exception: string | undefined, attempts: number, elapsedSeconds: number): number | undefined {
  const policy = policies.find(({ ExceptionType }) => exception !== undefined && ExceptionType.includes(exception));
  if (policy === undefined) {
    return undefined;
  }
  const expired = policy.ExpireAfterMin === undefined ? attempts >= (policy.MaxAttempts ?? DEFAULT_ATTEMPTS) : elapsedSeconds >= policy.ExpireAfterMin * 60;
  return expired ? undefined : (policy.IntervalSeconds ?? 1) * (policy.BackoffRate ?? DEFAULT_BACKOFF) ** (attempts - 1);
}
