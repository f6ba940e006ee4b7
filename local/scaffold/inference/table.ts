import { createReadStream } from 'node:fs';
import { copyFile, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import type { Database } from '../../../lambda/shared/tables/duckdb';
import { inspectFile, type TableFile } from '../../../lambda/shared/tables/files';
import { columnsOf, columnText, reading, source } from '../../../lambda/shared/tables/reading';
import { counted, list } from '../../../lambda/shared/words';
import { ScaffoldError } from '../errors';

/** The table with every value as text, blanks around it removed, empty texts missing; `c0`, `c1` ... in the order of {@link Table.columns}. */
export const TEXTS = 'texts';
export const textColumn = (index: number): string => `c${index}`;

/** Formats that the process takes as deliveries under these names. */
const DELIVERED = ['.parquet', '.pq', '.csv'];
const READ = [...DELIVERED, '.tsv', '.txt', '.json', '.jsonl', '.ndjson', '.gz'];
/** A project with more columns is a table of measurements, not a table of features. */
const MOST_COLUMNS = 1000;
/** The data gate needs as many to tell whether a feature knows the target. */
export const LEAST_ROWS = 100;

export interface TableColumnInfo {
  readonly index: number;
  readonly name: string;
  /** The type that the file declares, in DuckDB's words; `undefined` where the format declares none. */
  readonly declared: string | undefined;
  /** Values with blanks around them. */
  readonly blanks: number;
}

/** A data file, loaded. */
export interface Table {
  readonly database: Database;
  /** Name of the file for people. */
  readonly name: string;
  readonly rows: number;
  readonly columns: readonly TableColumnInfo[];
  /** Why the file can't be a delivery as it stands; empty if it can. */
  readonly faults: readonly string[];
}

/**
 * Loads a file with all its values as texts.
 *
 * @throws ScaffoldError in one plain sentence for a file that is missing, empty, broken, too small, or whose header names no columns.
 */
export async function loadTable(database: Database, path: string): Promise<Table> {
  const name = basename(path);
  const file = await copied(database, path);
  if (file.damage !== undefined || file.bytes === 0) {
    throw new ScaffoldError(`${name} can't be read: ${file.damage ?? 'it is empty (0 bytes)'}`);
  }
  if (file.format !== 'parquet') {
    await refuseOtherEncodings(file);
  }
  const { file: named, fault } = withIndexName(file);
  const declared = await columnsOf(database, named);
  const names = [...declared.keys()];
  refuseNames(named, names);
  const columns = names.map((column, index) => `NULLIF(trim(CAST(${columnText(named, column)} AS VARCHAR), ' \t\r\n'), '') AS ${textColumn(index)}, CAST(${columnText(named, column)} AS VARCHAR) AS raw${index}`);
  await reading(named, () => database.run(`CREATE TABLE loaded AS SELECT ${columns.join(', ')} FROM ${source(named)}`));
  const counts = await database.row<Record<string, number>>(`SELECT count(*) AS n, ${names.map((_, index) => `count(*) FILTER (raw${index} <> ${textColumn(index)}) AS b${index}`).join(', ')} FROM loaded`);
  await database.run(`CREATE TABLE ${TEXTS} AS SELECT ${names.map((_, index) => textColumn(index)).join(', ')} FROM loaded`);
  await database.run('DROP TABLE loaded');
  const rows = counts.n ?? 0;
  if (rows < LEAST_ROWS) {
    throw new ScaffoldError(`${name} has ${counted(rows, 'row')}; at least ${LEAST_ROWS} are needed to propose thresholds and to pass the data gate`);
  }
  const wrongFormat = DELIVERED.includes(extname(path).toLowerCase()) ? [] : [`deliveries are Parquet or CSV files, this one is ${extname(path) || 'without an ending'}`];
  return {
    database, name, rows,
    columns: names.map((column, index) => ({ index, name: column, declared: declared.get(column), blanks: counts[`b${index}`] ?? 0 })),
    faults: [...wrongFormat, ...(fault === undefined ? [] : [fault])],
  };
}

/** The engine reads only its own folder; unpacking replaces the file there, never the user's. */
async function copied(database: Database, path: string): Promise<TableFile> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || !found.isFile()) {
    throw new ScaffoldError(`there is no data file ${path}`);
  }
  if (!READ.includes(extname(path).toLowerCase())) {
    throw new ScaffoldError(`${basename(path)} is no data file that can be read; give a file that ends with one of ${READ.join(', ')}`);
  }
  const copy = join(database.folder, 'data');
  await copyFile(path, copy);
  return inspectFile(copy, path);
}

/** The engine puts a sign in the place of what is no UTF-8, so a person must be told before it does. */
async function refuseOtherEncodings({ path, name }: TableFile): Promise<void> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of createReadStream(path)) {
      decoder.decode(chunk as Buffer, { stream: true });
    }
    decoder.decode();
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? new ScaffoldError(`${basename(name)} is not encoded in UTF-8; write it in UTF-8`) : error;
  }
}

/** Tools that write a table with its row numbers leave the first column without a name. */
function withIndexName(file: TableFile): { readonly file: TableFile; readonly fault?: string } {
  const match = /^(?:"")?(?=[,;\t|])/.exec(file.firstLine);
  return file.format === 'csv' && match !== null
    ? { file: { ...file, firstLine: `row${file.firstLine.slice(match[0].length)}` }, fault: 'its first column has no name; it is called row' }
    : { file };
}

function refuseNames(file: TableFile, names: readonly string[]): void {
  const name = basename(file.name);
  if (names.length < 2) {
    throw new ScaffoldError(`${name} has ${counted(names.length, 'column')} (${list(names)}); a target and at least one feature are needed. Columns of a CSV file are separated by comma, semicolon, tab or |`);
  }
  if (names.length > MOST_COLUMNS) {
    throw new ScaffoldError(`${name} has ${names.length} columns; at most ${MOST_COLUMNS} are taken. Write a file with the columns that the model needs`);
  }
  // The reader numbers a repeated name, so it does not stand in the header.
  const repeated = file.format === 'csv' ? names.find((column) => !file.firstLine.includes(column) && !file.firstLine.includes('""')) : undefined;
  if (repeated !== undefined) {
    throw new ScaffoldError(`${name} names the column ${JSON.stringify(repeated.replace(/_\d+$/, ''))} twice; give each column a name of its own`);
  }
  const long = names.find((column) => column.length > 256 || column.trim() === '');
  if (long !== undefined) {
    throw new ScaffoldError(`${name} has a column named ${JSON.stringify(long.slice(0, 60))}; a name has 1 to 256 characters`);
  }
}

