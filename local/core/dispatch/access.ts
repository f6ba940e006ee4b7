import type { S3Target } from '../s3/watch';
import type { Caller, Permission } from '../service';

/** A call that was decoded, before it is run. */
export interface CheckedCall {
  readonly caller: Caller;
  readonly region: string;
  /** Signing name of the service. */
  readonly service: string;
  /** Operation of the AWS SDK. */
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** A call on S3, which has no operation's name. */
export interface CheckedS3Call {
  readonly caller: Caller;
  readonly region: string;
  readonly method: string;
  readonly target: S3Target;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Only of calls that name objects in it. */
  readonly body?: string;
}

/** Who may do what. A local AWS without one lets every call pass. */
export interface Access {
  /** @throws ServiceError in the words of AWS when the call is not allowed, or by name when nobody here can tell */
  check(call: CheckedCall): Promise<void>;
  checkS3(call: CheckedS3Call): Promise<void>;
  /** Whether an object that is not there looks forbidden to the caller, who may not list the bucket. */
  hidesAbsence(call: CheckedS3Call): Promise<boolean>;
  /** After a call that was answered without error: policies that it changed are read anew. */
  changed(call: CheckedCall): void;
  changedS3(call: CheckedS3Call): void;
  /** What a service does in somebody's name without a call of its own. */
  require(caller: Caller, permissions: readonly Permission[]): Promise<void>;
}

/** What decides on access to buckets besides IAM. */
export interface Buckets {
  /** Account that owns a bucket; undefined when there is no such bucket. */
  ownerOf(bucket: string): string | undefined;
  /** JSON of a bucket's policy. */
  policyOf(bucket: string): string | undefined;
}
