import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join, posix, sep } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { createClient } from '../../core/client';
import type { Credentials } from '../../core/service';

const PARALLEL = 8;

export interface S3Uri {
  readonly bucket: string;
  readonly key: string;
}

/** @throws Error that names the text when it is no S3 URI */
export function parseS3Uri(uri: string): S3Uri {
  const match = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(uri);
  if (match === null) {
    throw new Error(`${JSON.stringify(uri)} is no S3 URI (s3://bucket/key)`);
  }
  return { bucket: String(match[1]), key: String(match[2]) };
}

/** Where an object of a prefix lands, relative to the channel's folder; undefined for folder markers. */
export function relativeName(prefix: string, key: string): string | undefined {
  const folder = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
  const name = key.startsWith(folder) ? key.slice(folder.length) : key.slice(prefix.lastIndexOf('/') + 1);
  return name === '' || name.endsWith('/') ? undefined : name;
}

/** Objects in and out of S3 with the rights of one role, as SageMaker moves them around a job. */
export class Transfer {
  private readonly s3: S3Client;

  constructor(cloud: { readonly endpoint: string; readonly region: string }, credentials: Credentials) {
    this.s3 = createClient(S3Client, cloud, credentials);
  }

  /**
   * Copies everything below a prefix into a folder.
   *
   * @returns number of files
   * @throws Error when a key would leave the folder, or S3 refuses
   */
  async download(uri: string, folder: string): Promise<number> {
    const { bucket, key: prefix } = parseS3Uri(uri);
    const files = (await this.keys(bucket, prefix)).flatMap((key) => {
      const name = relativeName(prefix, key);
      return name === undefined ? [] : [{ key, path: inside(folder, name) }];
    });
    await inParallel(files, async ({ key, path }) => this.fetch(bucket, key, path));
    return files.length;
  }

  async downloadFile(uri: string, path: string): Promise<void> {
    const { bucket, key } = parseS3Uri(uri);
    await this.fetch(bucket, key, path);
  }

  /** @throws the error of S3 when the object is absent or not readable */
  async head(uri: string): Promise<void> {
    const { bucket, key } = parseS3Uri(uri);
    await this.s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
  }

  async read(bucket: string, key: string, versionId?: string): Promise<string> {
    const object = await this.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }));
    return (await object.Body?.transformToString('utf8')) ?? '';
  }

  async uploadFile(path: string, uri: string, kmsKeyId?: string): Promise<void> {
    const { bucket, key } = parseS3Uri(uri);
    const encryption = kmsKeyId === undefined ? {} : { ServerSideEncryption: 'aws:kms' as const, SSEKMSKeyId: kmsKeyId };
    const { size } = await stat(path);
    await this.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: createReadStream(path), ContentLength: size, ...encryption }));
  }

  /** Copies the regular files of a folder below a prefix; links are not followed. */
  async upload(folder: string, uri: string, kmsKeyId?: string): Promise<number> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    await inParallel(files, async (path) => {
      const name = path.slice(folder.length + 1).split(sep).join(posix.sep);
      await this.uploadFile(path, `${uri.replace(/\/$/, '')}/${name}`, kmsKeyId);
    });
    return files.length;
  }

  close(): void {
    this.s3.destroy();
  }

  private async keys(bucket: string, prefix: string): Promise<string[]> {
    const keys: string[] = [];
    let token: string | undefined;
    do {
      const answer = await this.s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }));
      keys.push(...(answer.Contents ?? []).map((object) => object.Key ?? ''));
      token = answer.NextContinuationToken;
    } while (token !== undefined);
    return keys;
  }

  private async fetch(bucket: string, key: string, path: string): Promise<void> {
    const object = await this.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    await mkdir(dirname(path), { recursive: true });
    await pipeline(object.Body instanceof Readable ? object.Body : Readable.from([]), createWriteStream(path));
  }
}

function inside(folder: string, name: string): string {
  const path = join(folder, name);
  if (!path.startsWith(folder + sep)) {
    throw new Error(`the key ${JSON.stringify(name)} would leave the folder of its channel`);
  }
  return path;
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, items.length) }, worker));
}
