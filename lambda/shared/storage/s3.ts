import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type _Object, GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3ServiceException } from '@aws-sdk/client-s3';
import * as clients from '../runtime/clients';
import { sha256 } from './hash';

/** Place of an object or, where the key ends in a slash, of a folder. */
export interface S3Location {
  readonly bucket: string;
  readonly key: string;
}

/**
 * Splits `s3://bucket/key`.
 *
 * @throws Error when the text is no S3 URI.
 */
export function parseS3Uri(uri: string): S3Location {
  const match = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(uri);
  if (match?.[1] === undefined) {
    throw new Error(`expected an S3 URI such as s3://bucket/key, got ${JSON.stringify(uri)}`);
  }
  return { bucket: match[1], key: match[2] ?? '' };
}

export const s3Uri = (bucket: string, key: string): string => `s3://${bucket}/${key}`;

/** Appends to a folder URI, whether or not it ends in a slash. */
export const joinUri = (folder: string, name: string): string => `${folder.replace(/\/$/, '')}/${name}`;

/** Whether an S3 call failed because the object is not there. */
export const isNotFound = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'NoSuchKey' || error.name === 'NotFound');

/**
 * Content of an object.
 *
 * @throws Error naming the URI when the object is missing or unreadable.
 */
export async function getBytes(uri: string, versionId?: string): Promise<Uint8Array> {
  const body = await open(uri, versionId);
  return body.transformToByteArray();
}

export async function getText(uri: string): Promise<string> {
  return new TextDecoder().decode(await getBytes(uri));
}

/** Parsed JSON object; the caller vouches for the type, or validates. */
export async function getJson<T>(uri: string): Promise<T> {
  return parseJson<T>(await getText(uri), uri);
}

export function parseJson<T>(text: string, uri: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new Error(`${uri} is not valid JSON: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * Content of an object, or `undefined` if there is none.
 *
 * S3 calls a missing object forbidden to whoever may list some prefixes of the bucket only; listing the key itself tells the two apart.
 */
export async function findBytes(uri: string): Promise<Uint8Array | undefined> {
  try {
    return await getBytes(uri);
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    if (isNotFound(cause) || (isForbidden(cause) && (await isKnownToBeAbsent(uri)))) {
      return undefined;
    }
    throw error;
  }
}

const isForbidden = (error: unknown): boolean => error instanceof S3ServiceException && error.$metadata.httpStatusCode === 403;

/** Who may not list the key either does not know. */
async function isKnownToBeAbsent(uri: string): Promise<boolean> {
  try {
    return !(await listKeys(uri)).includes(parseS3Uri(uri).key);
  } catch (error) {
    if (isForbidden(error)) {
      return false;
    }
    throw error;
  }
}

/** Writes an object, replacing an earlier one. */
export async function put(uri: string, content: string | Uint8Array, contentType = 'application/octet-stream'): Promise<void> {
  const { bucket, key } = parseS3Uri(uri);
  await clients.s3().send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: content, ContentType: contentType }));
}

/**
 * Writes an object that must never change: evidence, verdicts, manifests. Writing the same content again is accepted, since a retried task does that.
 *
 * @returns the SHA-256 of the content
 * @throws Error when another content already lies there.
 */
export async function putOnce(uri: string, content: string | Uint8Array, contentType = 'application/json'): Promise<string> {
  await putFirst(uri, content, contentType);
  return sha256(content);
}

/**
 * {@link putOnce} for whom it matters who wrote: of several that write the same at one time, one is the first.
 *
 * @returns whether this call wrote the object
 * @throws Error when another content already lies there.
 */
export async function putFirst(uri: string, content: string | Uint8Array, contentType = 'application/json'): Promise<boolean> {
  const { bucket, key } = parseS3Uri(uri);
  try {
    await clients.s3().send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: content, ContentType: contentType, IfNoneMatch: '*' }));
    return true;
  } catch (error) {
    if (!isPreconditionFailed(error)) {
      throw error;
    }
    const [existing, digest] = [await sha256OfObject(uri), sha256(content)];
    if (existing !== digest) {
      throw new Error(`${uri} exists with another content (sha256 ${existing}, new ${digest}); records are written once`, { cause: error });
    }
    return false;
  }
}

export const isPreconditionFailed = (error: unknown): boolean =>
  error instanceof S3ServiceException && (error.name === 'PreconditionFailed' || error.$metadata.httpStatusCode === 412);

/** Copies an object to a local file without holding it in memory. */
export async function downloadTo(uri: string, path: string): Promise<void> {
  await pipeline(await stream(uri), createWriteStream(path));
}

/** SHA-256 (hex) of an object, read as a stream. */
export async function sha256OfObject(uri: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of await stream(uri)) {
    hash.update(chunk as Uint8Array);
  }
  return hash.digest('hex');
}

/** Every object under a prefix, in key order. */
export async function listObjects(prefixUri: string): Promise<_Object[]> {
  const { bucket, key } = parseS3Uri(prefixUri);
  const objects: _Object[] = [];
  let token: string | undefined;
  do {
    const page = await clients.s3().send(new ListObjectsV2Command({ Bucket: bucket, Prefix: key, ContinuationToken: token }));
    objects.push(...(page.Contents ?? []));
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return objects;
}

/** Keys of every object under a prefix, in order. */
export async function listKeys(prefixUri: string): Promise<string[]> {
  return (await listObjects(prefixUri)).flatMap((object) => object.Key ?? []);
}

async function stream(uri: string): Promise<Readable> {
  const body = await open(uri);
  if (body instanceof Readable) {
    return body;
  }
  throw new Error(`${uri} was not answered as a stream`);
}

async function open(uri: string, versionId?: string) {
  const { bucket, key } = parseS3Uri(uri);
  try {
    const { Body } = await clients.s3().send(new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }));
    if (Body === undefined) {
      throw new Error('the answer has no body');
    }
    return Body;
  } catch (error) {
    throw new Error(`cannot read ${uri}: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`, { cause: error });
  }
}
