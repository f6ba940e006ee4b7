/**
 * The one interface behind which every local service stands.
 */

/** Who signed a call, found by the access key in the SigV4 credential scope. */
export interface Caller {
  readonly accountId: string;
  /** `arn:aws:iam::<account>:root`, or `arn:aws:sts::<account>:assumed-role/<role>/<session>`. */
  readonly principalArn: string;
  /** The role behind an assumed-role session. */
  readonly roleArn?: string;
  readonly accessKeyId: string;
  /** The service that assumed the role, or that calls for itself where there is no role. */
  readonly service?: ActingService;
  /** What the session was made with. */
  readonly session?: SessionFacts;
}

/** An AWS service that acts on its own account of things: it assumes a role, or calls under its own name. */
export interface ActingService {
  /** `events.amazonaws.com` */
  readonly name: string;
  /** Account and resource in whose interest it acts, e.g. the ARN of a rule. */
  readonly sourceAccount: string;
  readonly sourceArn?: string;
  /** Owner of the VPC endpoints that requests pass, for what runs in a VPC. */
  readonly endpointAccount?: string;
}

export interface SessionFacts {
  /** A second factor was shown. */
  readonly mfa?: boolean;
  readonly tags?: Readonly<Record<string, string>>;
  /** JSON of a policy that limits the session. */
  readonly policy?: string;
  /** When its key is no longer taken, in real milliseconds: clients renew their keys by the real clock. @default - never: whoever runs the service renews it */
  readonly expires?: number;
}

/** An action that somebody must be allowed. */
export interface Permission {
  /** `logs:PutLogEvents` */
  readonly action: string;
  /** An ARN, or `*`. */
  readonly resource: string;
  /** Condition keys besides those that every request has. */
  readonly context?: Readonly<Record<string, string | boolean | number | readonly string[] | undefined>>;
}

/** What an operation knows about its call. */
export interface CallContext {
  readonly caller: Caller;
  readonly accountId: string;
  readonly region: string;
  readonly requestId: string;
}

/**
 * One operation: validated input in, output out, both in the member names of the AWS SDK.
 *
 * @throws ServiceError with the error code that AWS documents for the operation.
 */
export type Operation = (input: never, context: CallContext) => Promise<object | void>;

/** Raw HTTP, for services whose wire form is not covered by a protocol (SageMaker runtime, Lambda Invoke). */
export interface HttpCall {
  readonly method: string;
  /** Exactly as sent: never normalized, since object keys may hold `..` or `%2F`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  readonly context: CallContext;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

/** A service of the local AWS: a table of operations by their AWS names. What is not in the table fails by name. */
export interface LocalService {
  /** Signing name in the SigV4 credential scope: `sagemaker`, `states`, `lambda`, `events`, `scheduler`, `monitoring`, `cloudformation`, `sts`. */
  readonly name: string;
  /** Error code namespace as the SDK sees it; protocol of the wire. */
  readonly protocol: 'json' | 'rest-json' | 'query';
  /** The AWS SDK package whose exported schemas validate requests (`CreateEndpoint$` ...). */
  readonly sdk: Readonly<Record<string, unknown>>;
  readonly operations: Readonly<Record<string, Operation>>;
  /** Says which calls are no modelled JSON, and what they are called; `undefined` leaves the call to the protocol. */
  nameHttp?(call: HttpCall): { readonly operation: string; readonly input: Readonly<Record<string, unknown>> } | undefined;
  /** Answers the calls that `nameHttp` names; `undefined` passes the call on. */
  handleHttp?(call: HttpCall): Promise<HttpAnswer | undefined>;
  start?(): Promise<void>;
  /** Ends every process and timer of the service. */
  stop?(): Promise<void>;
}

/** An error as AWS would answer it. */
export class ServiceError extends Error {
  constructor(
    /** Error code, e.g. `ValidationException`, `ResourceNotFound`. */
    readonly code: string,
    message: string,
    /** @default 400 */
    readonly status = 400,
    /** Further members of the error. */
    readonly members: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = code;
  }
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Time of the local AWS: order is kept, waits are shortened. */
export interface Clock {
  /** One second of AWS takes `1 / scale` seconds here. */
  readonly scale: number;
  /** Real milliseconds for a wait of so many AWS seconds. */
  toReal(seconds: number): number;
  /** Waits so many AWS seconds; rejects with `AbortError` when the signal fires. */
  sleep(seconds: number, signal?: AbortSignal): Promise<void>;
  /** Whether a fault has stopped it: no wait ends, no schedule fires, no alarm is looked at. @default false */
  readonly stopped?: boolean;
  /** Real milliseconds for which it has been stopped so far. @default - never */
  stoppedMs?(): number;
}

/** An event on its way to a bus, as EventBridge shows it to rules. */
export interface CloudEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly account: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
}

/** What a service may ask of the local AWS. Calls from one service to another go over HTTP with the credentials of the acting role, as on AWS. */
export interface LocalCloud {
  /** `http://127.0.0.1:<port>`: give it to every SDK client. */
  readonly endpoint: string;
  readonly region: string;
  /** Folder of this run; each service keeps its files in a subfolder of its own. */
  readonly folder: string;
  readonly clock: Clock;
  /** Faults that were asked for; services ask before they act. */
  readonly faults: Faults;
  /** Python of the project's virtual environment. */
  readonly python: string;
  /**
   * Credentials of a role's session (checked to exist by whoever assumes it), or of an account's root when `roleArn` ends in `:root`.
   *
   * @param service who assumes the role: its trust policy must name it. @default - the trust policy is not asked
   */
  credentialsOf(roleArn: string, sessionName: string, service?: ActingService): Credentials;
  /** Credentials of a service that calls without a role: only policies of resources can let it in. */
  credentialsOfService(service: ActingService): Credentials;
  /**
   * Checks what a service does in somebody's name without a call of its own, such as writing a function's log.
   *
   * @throws ServiceError as a call would be refused; never where permissions are not enforced
   */
  require(credentials: Credentials, permissions: readonly Permission[]): Promise<void>;
  /** Service events (`aws.sagemaker`, `aws.states`, `aws.s3` ...) on the account's default bus. */
  emit(event: CloudEvent): void;
  /** Metrics that AWS itself publishes (`AWS/SageMaker` ...). */
  putServiceMetric(accountId: string, datum: ServiceMetric): void;
  /** One line in the run's log: which service, what happened. */
  log(service: string, message: string): void;
}

export interface ServiceMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
  readonly unit: string;
}

/** A service that takes the events of the local AWS itself (the local EventBridge). */
export interface EventSink {
  receive(event: CloudEvent): void;
}

/** A service that takes the metrics of the local AWS itself (the local CloudWatch). */
export interface MetricSink {
  putServiceMetric(accountId: string, metric: ServiceMetric): void;
}

/** What goes wrong on purpose. A rule does everything that it names: it waits its latency, and then errs, resets, kills, drops or duplicates. */
export interface FaultRule {
  /** Signing name of the service, e.g. `sagemaker`; `clock` for the clock. */
  readonly service: string;
  /**
   * Operation of the AWS SDK, e.g. `CreateEndpoint`, or the HTTP method for S3; `*` for all. What happens without a call has names of its own:
   * `InvokeEndpoint`, `RunProcessingJob`, `RunTrainingJob` (sagemaker), `Run` (lambda), `Deliver` (events, scheduler), `Stop` (clock).
   */
  readonly operation: string;
  /** Facts of the call that must be equal (`*` is a wildcard), e.g. `{EndpointName: 'prod-employment', EndpointConfigName: '*-v3-*'}`. @default - every call */
  readonly match?: Readonly<Record<string, string>>;
  /** Answer this error instead. */
  readonly error?: { readonly code: string; readonly message: string; readonly status: number };
  /** Extra latency in real milliseconds. @default 0 */
  readonly latencyMs?: number;
  /** Closes the connection without an answer. */
  readonly reset?: boolean;
  /** Ends the process that does the work: a job, a model server, a function. */
  readonly kill?: boolean;
  /** Loses the event on its way to a target. */
  readonly drop?: boolean;
  /** Brings the event to its target twice. */
  readonly duplicate?: boolean;
  /** Share of matching calls that are hit, 0 to 1. @default 1 */
  readonly share?: number;
  /** Makes the share the same in every run: which of the matching calls are hit depends on their order alone. @default - random */
  readonly seed?: number;
  /** The first so many matching calls pass. @default 0 */
  readonly after?: number;
  /** The rule ends after so many hits. @default - no end */
  readonly times?: number;
}

/** What a fault asks of whoever does the work, beyond errors and latency. */
export interface FaultEffects {
  readonly kill?: boolean;
  readonly drop?: boolean;
  readonly duplicate?: boolean;
}

export interface Faults {
  /**
   * Applies every rule that matches: waits its latency, then throws its error as `ServiceError`, or a `ConnectionReset`.
   * The dispatcher does so for every call that it decodes (facts: the input's top-level text members); a service asks only for what is no such call,
   * e.g. an inference on a fleet.
   */
  apply(service: string, operation: string, facts: Readonly<Record<string, string | undefined>>): Promise<FaultEffects>;
}
