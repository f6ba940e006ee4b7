import { randomUUID } from 'node:crypto';
import type { InvocationRequest, InvocationResponse } from '@aws-sdk/client-lambda';
import { ServiceError, type CallContext, type LocalCloud } from '../core/service';
import { deliver, type Condition } from './destination';
import type { Outcome } from './fleet';
import type { Store, Target } from './store';
import type { Invocation } from './worker';

/** Runs an invocation; in tests a function, else the fleet of workers. */
export type Runner = (target: Target, invocation: Invocation) => Promise<Outcome>;

/** Bytes of a payload (Lambda quota for synchronous calls; 1 MiB for asynchronous ones). */
const PAYLOAD_LIMIT = { RequestResponse: 6_291_556, Event: 1_048_576 } as const;
/** Seconds before the first and second retry of an asynchronous invocation. */
const RETRY_DELAYS = [60, 120];
/** Seconds that an asynchronous invocation is kept, and the longest pause of one that is throttled. */
const OLDEST_SECONDS = 21_600;
const LONGEST_THROTTLE_SECONDS = 300;

function eventText(payload: Uint8Array | undefined, type: keyof typeof PAYLOAD_LIMIT): string {
  const text = Buffer.from(payload ?? []).toString('utf8');
  if (Buffer.byteLength(text) > PAYLOAD_LIMIT[type]) {
    throw new ServiceError('RequestTooLargeException', `Request must be smaller than ${PAYLOAD_LIMIT[type]} bytes for the ${type} invocation type`, 413);
  }
  try {
    JSON.parse(text === '' ? '{}' : text);
  } catch (error) {
    throw new ServiceError('InvalidRequestContentException', `Could not parse request body into json: ${(error as Error).message}`);
  }
  return text === '' ? '{}' : text;
}

const clientContextOf = (text: string | undefined): unknown => (text === undefined ? undefined : JSON.parse(Buffer.from(text, 'base64').toString('utf8')) as unknown);

/** The Invoke operation. */
export class Invoker {
  private readonly stopping = new AbortController();

  constructor(private readonly store: Store, private readonly run: Runner, private readonly cloud: LocalCloud) {}

  readonly invoke = async (input: InvocationRequest, { accountId, requestId }: CallContext): Promise<InvocationResponse> => {
    const { FunctionName = '', Qualifier, InvocationType = 'RequestResponse', Payload, ClientContext, LogType } = input;
    const target = this.store.target(FunctionName, accountId, Qualifier);
    if (InvocationType === 'DryRun') {
      return { StatusCode: 204 };
    }
    const isEvent = InvocationType === 'Event';
    const invocation: Invocation = {
      requestId: isEvent ? requestId : randomUUID(),
      event: eventText(Payload, isEvent ? 'Event' : 'RequestResponse'),
      functionArn: target.invokedArn,
      clientContext: clientContextOf(ClientContext),
    };
    if (isEvent) {
      void this.runLater(target, invocation);
      return { StatusCode: 202 };
    }
    const outcome = await this.run(target, invocation);
    return {
      StatusCode: 200,
      ExecutedVersion: target.version,
      Payload: Buffer.from(outcome.payload) as unknown as InvocationResponse['Payload'],
      ...(outcome.failed ? { FunctionError: 'Unhandled' } : {}),
      ...(LogType === 'Tail' ? { LogResult: outcome.logTail } : {}),
    };
  };

  stop(): void {
    this.stopping.abort();
  }

  /**
   * An asynchronous invocation: two retries of a function that fails, as many as its age allows of one that is throttled, then the destination for
   * failures.
   */
  private async runLater(target: Target, invocation: Invocation): Promise<void> {
    const config = target.fn.eventInvoke.get(target.qualifier ?? '');
    const retries = config?.MaximumRetryAttempts ?? RETRY_DELAYS.length;
    const ageLimit = config?.MaximumEventAgeInSeconds ?? OLDEST_SECONDS;
    let [age, runs, throttles] = [0, 0, 0];
    try {
      for (;;) {
        const outcome = await this.attempt(target, invocation);
        runs += outcome.throttled ? 0 : 1;
        throttles += outcome.throttled ? 1 : 0;
        const pause = outcome.throttled ? Math.min(LONGEST_THROTTLE_SECONDS, 2 ** (throttles - 1)) : RETRY_DELAYS[runs - 1] ?? 0;
        const over = conditionOf({ failed: outcome.failed, exhausted: runs > retries, old: age + pause > ageLimit });
        if (over !== undefined) {
          await deliver(this.cloud, { target, invocation, outcome, attempts: runs, condition: over, config });
          return;
        }
        age += pause;
        await this.cloud.clock.sleep(pause, this.stopping.signal);
      }
    } catch (error) {
      if (!this.stopping.signal.aborted) {
        this.cloud.log('lambda', `asynchronous invocation ${invocation.requestId} of ${target.invokedArn} was lost: ${(error as Error).message}`);
      }
    }
  }

  private async attempt(target: Target, invocation: Invocation): Promise<Outcome & { readonly throttled: boolean }> {
    try {
      return { ...(await this.run(target, invocation)), throttled: false };
    } catch (error) {
      const { name, message } = error as Error;
      return { payload: JSON.stringify({ errorType: name, errorMessage: message }), failed: true, logTail: '', throttled: name === 'TooManyRequestsException' };
    }
  }
}

/** How an asynchronous invocation ended; `undefined` when it is to be tried again. */
const conditionOf = ({ failed, exhausted, old }: { readonly failed: boolean; readonly exhausted: boolean; readonly old: boolean }): Condition | undefined =>
  !failed ? 'Success' : exhausted ? 'RetriesExhausted' : old ? 'EventAgeExceeded' : undefined;
