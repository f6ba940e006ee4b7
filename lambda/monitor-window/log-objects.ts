import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { CHECK_REQUEST_PREFIX, type InferenceRecord } from '../shared/inference/contract';
import * as clients from '../shared/runtime/clients';
import { parseS3Uri, s3Uri } from '../shared/storage/s3';

/** An object of the inference log. */
export interface LogObject {
  readonly uri: string;
  /** When it arrived in the bucket. */
  readonly arrivedAt: Date;
}

/** Between the hour in an object's key and its arrival lies the stream's buffer time (15 minutes at most) and the delivery's retries. */
const KEY_MARGIN_MILLISECONDS = 24 * 3_600_000;

/**
 * Objects of the inference log, in the order of their arrival.
 *
 * @param since only objects that arrived at this time or later; all if left out
 */
export async function listLog(bucket: string, prefix: string, since?: Date): Promise<LogObject[]> {
  const objects: LogObject[] = [];
  let token: string | undefined;
  do {
    const page = await clients.s3().send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix,
        // Keys go by the hour, so what is older need not be listed.
        StartAfter: since === undefined ? undefined : `${prefix}${hourPath(new Date(since.getTime() - KEY_MARGIN_MILLISECONDS))}`,
        ContinuationToken: token,
      }),
    );
    for (const { Key, LastModified, Size } of page.Contents ?? []) {
      if (Key !== undefined && LastModified !== undefined && (Size ?? 0) > 0 && (since === undefined || LastModified >= since)) {
        objects.push({ uri: s3Uri(bucket, Key), arrivedAt: LastModified });
      }
    }
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return objects.toSorted((a, b) => a.arrivedAt.getTime() - b.arrivedAt.getTime());
}

/** `yyyy/MM/dd/HH`, as Firehose writes it. */
export const hourPath = (time: Date): string => time.toISOString().slice(0, 13).replaceAll(/[-T]/g, '/');

/**
 * Counts the records of an object that are production data and that `counts`.
 *
 * @throws Error naming the object and the line that is no JSON.
 */
export async function countRecords(uri: string, counts: (record: InferenceRecord) => boolean): Promise<number> {
  const { bucket, key } = parseS3Uri(uri);
  const { Body } = await clients.s3().send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  if (!(Body instanceof Readable)) {
    throw new TypeError(`${uri} was not answered as a stream`);
  }
  let count = 0;
  let line = 0;
  for await (const text of createInterface({ input: Body, crlfDelay: Infinity })) {
    line += 1;
    const record = text === '' ? undefined : parseRecord(text, uri, line);
    if (record !== undefined && !record.requestId.startsWith(CHECK_REQUEST_PREFIX) && counts(record)) {
      count += 1;
    }
  }
  return count;
}

function parseRecord(text: string, uri: string, line: number): InferenceRecord {
  try {
    const record = JSON.parse(text) as InferenceRecord;
    if (typeof record.requestId === 'string') {
      return record;
    }
  } catch (error) {
    throw new Error(`line ${line} of ${uri} is no JSON: the inference log holds something that the application did not write`, { cause: error });
  }
  throw new Error(`line ${line} of ${uri} has no requestId: the inference log holds something that the application did not write`);
}
