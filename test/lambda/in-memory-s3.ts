import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { CopyObjectCommand, GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, NoSuchKey, PutObjectCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';

interface ListRequest {
  readonly Bucket: string;
  readonly Prefix?: string;
  readonly StartAfter?: string;
  readonly ContinuationToken?: string;
}

/**
 * An S3 in memory for handler tests: objects by URI. Listing pages after two keys, so that readers prove they follow pages.
 *
 * @param arrivals when objects arrived, by URI; others say nothing of it
 */
export function inMemoryS3(objects: Map<string, Uint8Array>, arrivals: ReadonlyMap<string, Date> = new Map()): void {
  const s3 = mockClient(S3Client);
  s3.on(GetObjectCommand).callsFake(({ Bucket, Key }: { Bucket: string; Key: string }) => {
    const bytes = objects.get(`s3://${Bucket}/${Key}`);
    if (bytes === undefined) {
      throw new NoSuchKey({ message: `no object ${Key}`, $metadata: { httpStatusCode: 404 } });
    }
    const body = Readable.from([Buffer.from(bytes)], { objectMode: false });
    return { Body: Object.assign(body, { transformToByteArray: async () => bytes }) };
  });
  s3.on(ListObjectsV2Command).callsFake(({ Bucket, Prefix = '', StartAfter = '', ContinuationToken }: ListRequest) => {
    const all = [...objects.keys()].filter((uri) => uri.startsWith(`s3://${Bucket}/${Prefix}`)).map((uri) => uri.slice(`s3://${Bucket}/`.length)).sort();
    const keys = all.filter((key) => key > StartAfter);
    const start = Number(ContinuationToken ?? 0);
    const more = start + 2 < keys.length;
    return {
      Contents: keys.slice(start, start + 2).map((Key) => ({
        Key,
        Size: objects.get(`s3://${Bucket}/${Key}`)?.length,
        LastModified: arrivals.get(`s3://${Bucket}/${Key}`),
      })),
      IsTruncated: more,
      NextContinuationToken: more ? String(start + 2) : undefined,
    };
  });
  s3.on(PutObjectCommand).callsFake(({ Bucket, Key, Body, IfNoneMatch }: { Bucket: string; Key: string; Body: string | Uint8Array; IfNoneMatch?: string }) => {
    const uri = `s3://${Bucket}/${Key}`;
    if (IfNoneMatch === '*' && objects.has(uri)) {
      throw new S3ServiceException({ name: 'PreconditionFailed', message: 'exists', $fault: 'client', $metadata: { httpStatusCode: 412 } });
    }
    objects.set(uri, Buffer.from(Body));
    return { ETag: createHash('md5').update(Body).digest('hex') };
  });
  s3.on(CopyObjectCommand).callsFake(({ CopySource, Bucket, Key }: { CopySource: string; Bucket: string; Key: string }) => {
    const bytes = objects.get(`s3://${decodeURIComponent(CopySource)}`);
    if (bytes === undefined) {
      throw new NoSuchKey({ message: `no object ${CopySource}`, $metadata: { httpStatusCode: 404 } });
    }
    objects.set(`s3://${Bucket}/${Key}`, bytes);
    return {};
  });
  s3.on(HeadObjectCommand).callsFake(({ Bucket, Key }: { Bucket: string; Key: string }) => {
    const bytes = objects.get(`s3://${Bucket}/${Key}`) ?? Buffer.from('');
    return { ETag: `"${createHash('md5').update(bytes).digest('hex')}"`, ContentLength: bytes.length };
  });
}
