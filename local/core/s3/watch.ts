import type { CloudEvent } from '../service';

interface Bucket {
  readonly accountId: string;
  readonly region: string;
  eventBridge: boolean;
}

/** A call on S3, as far as it names a bucket and an object. */
export interface S3Target {
  readonly bucket: string;
  readonly key: string;
  readonly query: URLSearchParams;
}

/** The answer of S3 to a call that was passed on. */
export interface S3Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

interface Change {
  readonly detailType: 'Object Created' | 'Object Deleted';
  readonly reason: string;
}

const SUB_RESOURCES = ['tagging', 'acl', 'retention', 'legal-hold', 'uploads', 'partNumber', 'torrent', 'restore', 'select', 'attributes'];

/** Bucket and key of a request, path style or virtual host; the key is decoded, nothing is normalized. */
export function s3Target(url: string, host: string): S3Target {
  const [path = '/', search = ''] = url.split('?', 2);
  const name = host.replace(/:\d+$/, '');
  const virtual = /^(.+)\.(?:localhost|s3[.\w-]*)$/.exec(name)?.[1];
  const full = virtual === undefined ? path.slice(1) : `${virtual}/${path.slice(1)}`;
  const slash = full.indexOf('/');
  const [bucket, key] = slash < 0 ? [full, ''] : [full.slice(0, slash), full.slice(slash + 1)];
  return { bucket: decodeURIComponent(bucket), key: decodeURIComponent(key), query: new URLSearchParams(search) };
}

function changeOf(method: string, target: S3Target, headers: S3Answer['headers']): Change | undefined {
  if (target.key === '' || SUB_RESOURCES.some((name) => target.query.has(name))) {
    return undefined;
  }
  if (method === 'DELETE') {
    return target.query.has('uploadId') ? undefined : { detailType: 'Object Deleted', reason: 'DeleteObject' };
  }
  if (method === 'POST') {
    return target.query.has('uploadId') ? { detailType: 'Object Created', reason: 'CompleteMultipartUpload' } : undefined;
  }
  return method === 'PUT'
    ? { detailType: 'Object Created', reason: headers['x-amz-copy-source'] === undefined ? 'PutObject' : 'CopyObject' }
    : undefined;
}

const text = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);
const unquote = (etag: string): string => etag.replace(/&quot;|"/g, '');

/**
 * Watches the calls on S3 that pass through, knows whose each bucket is, and says which events S3 would send to EventBridge.
 */
export class S3Watch {
  private readonly buckets = new Map<string, Bucket>();
  private sequence = 0;

  /** Whether the answer's body is needed to tell what happened. */
  needsAnswer(method: string, target: S3Target, headers: S3Answer['headers']): boolean {
    return (method === 'POST' && target.query.has('delete')) || ['CopyObject', 'CompleteMultipartUpload'].includes(changeOf(method, target, headers)?.reason ?? '');
  }

  /** Whether the request's body is needed to tell what happened. */
  needsRequest(method: string, target: S3Target): boolean {
    return method === 'PUT' && target.query.has('notification');
  }

  ownerOf(bucket: string): string | undefined {
    return this.buckets.get(bucket)?.accountId;
  }

  /** Follows a successful call that changes a bucket itself. */
  follow(method: string, target: S3Target, caller: { readonly accountId: string; readonly region: string }, requestBody: string): void {
    const plain = target.key === '' && target.query.size === 0;
    if (method === 'PUT' && plain) {
      this.buckets.set(target.bucket, { ...caller, eventBridge: false });
    } else if (method === 'DELETE' && plain) {
      this.buckets.delete(target.bucket);
    } else if (this.needsRequest(method, target)) {
      const bucket = this.buckets.get(target.bucket);
      if (bucket !== undefined) {
        bucket.eventBridge = requestBody.includes('<EventBridgeConfiguration');
      }
    }
  }

  /**
   * Events of a successful call, empty for buckets that send none.
   *
   * @param sizeOf Size in bytes of an object whose size the call itself does not tell.
   */
  async events(
    method: string,
    target: S3Target,
    request: S3Answer['headers'],
    answer: S3Answer,
    requester: string,
    sizeOf: () => Promise<number>,
  ): Promise<CloudEvent[]> {
    const bucket = this.buckets.get(target.bucket);
    if (bucket?.eventBridge !== true) {
      return [];
    }
    if (method === 'POST' && target.query.has('delete')) {
      return [...answer.body.matchAll(/<Deleted>(.*?)<\/Deleted>/gs)].map(([, entry = '']) =>
        this.event(bucket, target.bucket, 'Object Deleted', {
          object: { key: /<Key>(.*?)<\/Key>/s.exec(entry)?.[1] ?? '', sequencer: this.nextSequencer() },
          requester,
          reason: 'DeleteObject',
          'deletion-type': entry.includes('<DeleteMarker>true') ? 'Delete Marker Created' : 'Permanently Deleted',
        }));
    }
    const change = changeOf(method, target, request);
    if (change === undefined) {
      return [];
    }
    const versionId = text(answer.headers['x-amz-version-id']);
    const version = versionId === undefined ? {} : { 'version-id': versionId };
    if (change.detailType === 'Object Deleted') {
      const marker = text(answer.headers['x-amz-delete-marker']) === 'true';
      return [this.event(bucket, target.bucket, change.detailType, {
        object: { key: target.key, ...version, sequencer: this.nextSequencer() },
        requester,
        reason: change.reason,
        'deletion-type': marker ? 'Delete Marker Created' : 'Permanently Deleted',
      })];
    }
    const etag = text(answer.headers.etag) ?? /<ETag>(.*?)<\/ETag>/s.exec(answer.body)?.[1] ?? '';
    const declared = text(request['x-amz-decoded-content-length']) ?? text(request['content-length']);
    const size = change.reason === 'PutObject' && declared !== undefined ? Number(declared) : await sizeOf();
    return [this.event(bucket, target.bucket, change.detailType, {
      object: { key: target.key, size, etag: unquote(etag), ...version, sequencer: this.nextSequencer() },
      requester,
      reason: change.reason,
    })];
  }

  private nextSequencer(): string {
    this.sequence += 1;
    return this.sequence.toString(16).toUpperCase().padStart(18, '0');
  }

  private event(bucket: Bucket, name: string, detailType: string, detail: Readonly<Record<string, unknown>>): CloudEvent {
    return {
      source: 'aws.s3',
      'detail-type': detailType,
      account: bucket.accountId,
      region: bucket.region,
      resources: [`arn:aws:s3:::${name}`],
      detail: { version: '0', bucket: { name }, ...detail, 'request-id': this.sequence.toString(16).toUpperCase().padStart(16, '0') },
    };
  }
}
