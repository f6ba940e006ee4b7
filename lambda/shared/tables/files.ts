import { createReadStream, createWriteStream } from 'node:fs';
import { open, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { inBatches } from '../concurrency';
import type { Database } from '../duckdb';
import { downloadTo, listObjects, parseS3Uri, s3Uri } from '../s3';

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

/** Downloads every data file under a folder of S3 (with or without the slash at its end) into the database's scratch folder, in key order. */
export async function downloadFolder(database: Database, folderUri: string): Promise<TableFile[]> {
  const { bucket } = parseS3Uri(folderUri);
  const keys = (await listObjects(folderUri.replace(/\/?$/, '/'))).flatMap(({ Key }) => (Key !== undefined && isData(Key) ? [Key] : []));
  return downloadFiles(database, keys.map((key) => s3Uri(bucket, key)));
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
 * left of a file cut off without a word.
 */
export async function inspectFile(path: string, name: string): Promise<TableFile> {
  const { size } = await stat(path);
  const start = await head(path);
  if (start[0] !== 0x1f || start[1] !== 0x8b) {
    return { path, name, bytes: size, format: formatOf(name, start), firstLine: firstLine(start) };
  }
  const unpacked = `${path}.unpacked`;
  try {
    await pipeline(createReadStream(path), createGunzip(), createWriteStream(unpacked));
  } catch (error) {
    const damage = `it cannot be unpacked with gzip (${error instanceof Error ? error.message : String(error)})`;
    return { path, name, bytes: size, format: formatOf(name, Buffer.alloc(0)), firstLine: '', damage };
  }
  await rm(path);
  return inspectFile(unpacked, name);
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
