import { createReadStream, createWriteStream } from 'node:fs';
import { Transform } from 'node:stream';
import { open, rm, stat, statfs } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { inBatches } from '../runtime/concurrency';
import { downloadTo, listObjects, parseS3Uri, s3Uri } from '../storage/s3';
import type { Database } from './duckdb';

export type TableFormat = 'parquet' | 'csv' | 'json';

/** A data file on the local disk. */
export interface TableFile {
  readonly path: string;
  /** What a person calls it: the S3 URI it came from. */
  readonly name: string;
  readonly format: TableFormat;
  readonly bytes: number;
  /** First line of a text: the header of CSV. */
  readonly firstLine: string;
  /** Why its content can't be trusted at all: unpacking failed. */
  readonly damage?: string;
}

const EXTENSIONS: Record<string, TableFormat> = {
  parquet: 'parquet', pq: 'parquet', csv: 'csv', tsv: 'csv', txt: 'csv', json: 'json', jsonl: 'json', ndjson: 'json',
};

/** Objects such as `_SUCCESS` describe data and are none, by the convention of Hive and Spark. */
const isData = (key: string): boolean => !/^[._]/.test(basename(key)) && !key.endsWith('/');

/** Data files do not fit onto the disk of the function. */
export class TooLargeError extends Error {
  constructor(bytes: number, room: number) {
    super(`the data files have ${bytes} bytes, and this function has room for ${room}; deliver less at once, or give the function more ephemeral storage (Lambda has up to 10 GiB)`);
    this.name = 'TooLargeError';
  }
}

/** What is left of the disk for spilled queries and for texts that are written as Parquet. */
const SHARE_OF_DISK = 0.6;

/**
 * Downloads every data file under a folder of S3 (with or without the slash at its end) into the database's scratch folder, in key order.
 *
 * @throws TooLargeError
 */
export async function downloadFolder(database: Database, folderUri: string): Promise<TableFile[]> {
  const { bucket } = parseS3Uri(folderUri);
  const objects = (await listObjects(folderUri.replace(/\/?$/, '/'))).flatMap(({ Key, Size }) => (Key !== undefined && isData(Key) ? [{ key: Key, size: Size ?? 0 }] : []));
  const { bavail, bsize } = await statfs(database.folder);
  const [bytes, room] = [objects.reduce((sum, { size }) => sum + size, 0), Math.floor(bavail * bsize * SHARE_OF_DISK)];
  if (bytes > room) {
    throw new TooLargeError(bytes, room);
  }
  return downloadFiles(database, objects.map(({ key }) => s3Uri(bucket, key)));
}

/** Files are numbered on disk: a key may hold anything, the engine's wildcards included. */
let sequence = 0;

/** How many downloads run side by side. */
const CONCURRENCY = 8;

export async function downloadFiles(database: Database, uris: readonly string[]): Promise<TableFile[]> {
  return inBatches(CONCURRENCY, uris, async (uri) => downloadFile(database, uri));
}

async function downloadFile(database: Database, uri: string): Promise<TableFile> {
  sequence += 1;
  const path = join(database.folder, String(sequence));
  await downloadTo(uri, path);
  return inspectFile(path, uri);
}

/**
 * Finds out the format, by the first bytes where they tell, else by the name, and unpacks gzip. The engine would unpack by itself, but reads what is
 * left of a file cut off without a word, and whatever comes out.
 */
export async function inspectFile(path: string, name: string): Promise<TableFile> {
  const { size } = await stat(path);
  const start = await head(path);
  if (!isGzip(start)) {
    return { path, name, bytes: size, format: formatOf(name, start), firstLine: firstLine(start), ...damageOf(start) };
  }
  const unpacked = `${path}.unpacked`;
  const damaged = (reason: string): TableFile => ({ path, name, bytes: size, format: formatOf(name, Buffer.alloc(0)), firstLine: '', damage: `it cannot be unpacked with gzip (${reason})` });
  try {
    await pipeline(createReadStream(path), createGunzip(), atMost(unpackedLimit(size)), createWriteStream(unpacked));
  } catch (error) {
    await rm(unpacked, { force: true });
    return damaged(error instanceof Error ? error.message : String(error));
  }
  await rm(path);
  const inner = await head(unpacked);
  return isGzip(inner) ? damaged('it was packed more than once') : inspectFile(unpacked, name);
}

const isGzip = (start: Buffer): boolean => start[0] === 0x1f && start[1] === 0x8b;

/** Tables shrink to a tenth, dull ones to a hundredth; what grows more than this was made to fill a disk. */
const MOST_GROWTH = 200;
const ALWAYS_ALLOWED = 64 * 1024 ** 2;
const NEVER_ALLOWED = 2 * 1024 ** 3;

const unpackedLimit = (size: number): number => Math.min(NEVER_ALLOWED, Math.max(ALWAYS_ALLOWED, MOST_GROWTH * size));

/** Passes bytes on and stops beyond a limit. */
function atMost(limit: number): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      done(seen > limit ? new Error(`it holds more than ${limit} bytes, the most that a file of its size may`) : null, chunk);
    },
  });
}

/** Texts of another encoding than UTF-8 are full of zero bytes or begin with the mark of that encoding. */
function damageOf(start: Buffer): { readonly damage?: string } {
  const utf16 = (start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff);
  return utf16 ? { damage: 'it is encoded in UTF-16; write it in UTF-8' } : {};
}

/** Long enough for the header of a very wide table. */
const HEAD_BYTES = 262_144;

async function head(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

const firstLine = (start: Buffer): string => (start.toString('utf8').split(/\r?\n/, 1)[0] ?? '').replace(/^\uFEFF/, '');

function formatOf(name: string, start: Buffer): TableFormat {
  if (start.subarray(0, 4).toString('latin1') === 'PAR1') {
    return 'parquet';
  }
  const extension = basename(name).toLowerCase().replace(/\.gz$/, '').split('.').slice(1).pop();
  return EXTENSIONS[extension ?? ''] ?? (/^\s*[[{]/.test(start.toString('utf8')) ? 'json' : 'csv');
}
