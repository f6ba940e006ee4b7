import { ServiceError, type HttpAnswer } from '../service';
import type { S3Target } from './watch';

/**
 * Bucket policies, kept here and not passed on: moto would apply a statement's effect without looking at its conditions,
 * so that "deny unless encrypted in transit" would deny everything.
 */
export class S3Policies {
  private readonly policies = new Map<string, string>();

  of(bucket: string): string | undefined {
    return this.policies.get(bucket);
  }

  /** A new bucket of the same name starts without one. */
  forget(bucket: string): void {
    this.policies.delete(bucket);
  }

  /** Answers the calls on `?policy`; `undefined` for all others. */
  handle(method: string, { bucket, key, query }: S3Target, exists: boolean, body: () => Promise<Buffer>): Promise<HttpAnswer> | undefined {
    return key === '' && query.has('policy') ? this.answer(method, bucket, exists, body) : undefined;
  }

  private async answer(method: string, bucket: string, exists: boolean, body: () => Promise<Buffer>): Promise<HttpAnswer> {
    if (!exists) {
      throw new ServiceError('NoSuchBucket', `The specified bucket does not exist: ${bucket}`, 404);
    }
    if (method === 'PUT') {
      this.policies.set(bucket, policyDocument((await body()).toString('utf8')));
      return { status: 204 };
    }
    if (method === 'DELETE') {
      this.policies.delete(bucket);
      return { status: 204 };
    }
    const policy = this.policies.get(bucket);
    if (policy === undefined) {
      throw new ServiceError('NoSuchBucketPolicy', `The bucket policy does not exist: ${bucket}`, 404);
    }
    return { status: 200, headers: { 'content-type': 'application/json' }, body: policy };
  }
}

function policyDocument(text: string): string {
  try {
    const policy = JSON.parse(text) as { readonly Statement?: unknown };
    if (policy.Statement !== undefined) {
      return text;
    }
  } catch {
    // Told below.
  }
  throw new ServiceError('MalformedPolicy', 'the bucket policy is no JSON document with a Statement');
}
