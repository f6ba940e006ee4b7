import type { ActingService, LocalCloud } from '../core/service';
import { sendToQueue } from './targets';

/** Limits of EventBridge and Scheduler unless a target says otherwise. */
const DEFAULT_ATTEMPTS = 185;
const DEFAULT_AGE_SECONDS = 86_400;
/** AWS seconds before the first retry; it doubles with each one. */
const FIRST_PAUSE_SECONDS = 5;
const LONGEST_PAUSE_SECONDS = 600;

/** Errors that trying again does not mend: who may not, and what is not there. */
const FINAL = /AccessDenied|NotAuthorized|ResourceNotFound|DoesNotExist|NonExistentQueue|NotFound|Validation|InvalidArn|InvalidParameter|InvalidExecutionInput/;

/** What a target says about repeating. */
export interface RetryLimits {
  readonly MaximumRetryAttempts?: number;
  readonly MaximumEventAgeInSeconds?: number;
}

/** One event or call on its way to one target. */
export interface Delivery {
  /** Who delivers: `events`, `scheduler` or `monitoring`. */
  readonly service: string;
  readonly targetArn: string;
  /** What was to be delivered; goes to the dead-letter queue. */
  readonly input: string;
  /** In whose name, and for which rule, schedule or alarm. */
  readonly by: ActingService;
  readonly retry?: RetryLimits;
  readonly deadLetterQueueArn?: string;
  /** Role that puts what can't be delivered into the queue. @default - the service itself, which the queue's policy must let in */
  readonly deadLetterRoleArn?: string;
  /** For fault rules of `Deliver`, beside `TargetArn`. */
  readonly facts?: Readonly<Record<string, string | undefined>>;
  /** Of the message in the dead-letter queue, beside those that both services have. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Ends the waits between attempts. */
  readonly signal?: AbortSignal;
  /** One attempt. @throws the target's error */
  send(): Promise<void>;
}

/**
 * Delivers once, and again on failure with growing pauses on the scaled clock, as often and as long as the limits allow. What can't be delivered goes to
 * the dead-letter queue with the reason in its attributes, or into the log. Never rejects.
 */
export async function deliver(cloud: LocalCloud, delivery: Delivery): Promise<void> {
  const { service, targetArn, retry = {}, signal } = delivery;
  const attempts = retry.MaximumRetryAttempts ?? DEFAULT_ATTEMPTS;
  const ageLimit = retry.MaximumEventAgeInSeconds ?? DEFAULT_AGE_SECONDS;
  let age = 0;
  for (let retries = 0; ; retries += 1) {
    const failure = await attempt(cloud, delivery);
    if (failure === undefined || signal?.aborted === true) {
      return;
    }
    const pause = Math.min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** retries);
    const exhausted = FINAL.test(failure.code)
      ? 'None'
      : retries >= attempts ? 'MaximumRetryAttempts' : age + pause > ageLimit ? 'MaximumEventAgeInSeconds' : undefined;
    if (exhausted !== undefined) {
      await bury(cloud, delivery, { ...failure, retries, exhausted });
      return;
    }
    cloud.log(service, `${targetArn} refused an event, trying again: ${failure.code}: ${failure.message}`);
    age += pause;
    await cloud.clock.sleep(pause, signal).catch(() => undefined);
  }
}

interface Failure {
  readonly code: string;
  readonly message: string;
}

/** @returns why it failed */
async function attempt(cloud: LocalCloud, delivery: Delivery): Promise<Failure | undefined> {
  const { service, targetArn, facts } = delivery;
  try {
    const { drop, duplicate } = await cloud.faults.apply(service, 'Deliver', { ...facts, TargetArn: targetArn });
    if (drop === true) {
      cloud.log(service, `a fault rule lost an event on its way to ${targetArn}`);
      return undefined;
    }
    await Promise.all([delivery.send(), ...(duplicate === true ? [delivery.send()] : [])]);
    return undefined;
  } catch (error) {
    return error instanceof Error ? { code: error.name, message: error.message } : { code: 'Error', message: String(error) };
  }
}

/** Gives an event up. */
async function bury(cloud: LocalCloud, delivery: Delivery, why: Failure & { readonly retries: number; readonly exhausted: string }): Promise<void> {
  const { service, targetArn, deadLetterQueueArn, deadLetterRoleArn, input, by, attributes } = delivery;
  const where = deadLetterQueueArn === undefined ? 'it has no dead-letter queue' : `it goes to ${deadLetterQueueArn}`;
  cloud.log(service, `gave up on ${targetArn} after ${why.retries} retries (${why.code}: ${why.message}); ${where}`);
  if (deadLetterQueueArn === undefined) {
    return;
  }
  const all = {
    ...attributes,
    TARGET_ARN: targetArn,
    ERROR_CODE: why.code,
    ERROR_MESSAGE: why.message.slice(0, 1024),
    RETRY_ATTEMPTS: String(why.retries),
    EXHAUSTED_RETRY_CONDITION: why.exhausted,
  };
  await sendToQueue(cloud, { arn: deadLetterQueueArn, roleArn: deadLetterRoleArn, by }, input, all).catch((error: unknown) =>
    cloud.log(service, `the dead-letter queue ${deadLetterQueueArn} took nothing: ${String(error)}`),
  );
}
