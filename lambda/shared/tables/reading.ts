import { basename } from 'node:path';
import { DUCKDB } from '../schema/dialect';
import { csvDialect } from './csv';
import { type Database, identifier, literal, type SqlValue } from './duckdb';
import type { TableFile, TableFormat } from './files';

const FORMAT_NAMES: Record<TableFormat, string> = { parquet: 'Parquet', csv: 'CSV', json: 'JSON lines' };

/** Why a data file could not be read, in one plain sentence. */
export class UnreadableFileError extends Error {
  constructor(file: TableFile, cause: unknown) {
    super(`${basename(file.name)} cannot be read as ${FORMAT_NAMES[file.format]}: ${reason(cause)}`, { cause });
    this.name = 'UnreadableFileError';
  }
}

/** A file lacks columns that it must have. */
export class MissingColumnsError extends Error {
  constructor(file: TableFile, missing: readonly string[], present: readonly string[]) {
    super(`${basename(file.name)} lacks the columns ${missing.join(', ')}; it has ${present.join(', ') || 'none'}`);
    this.name = 'MissingColumnsError';
  }
}

/** The engine's reason without its excerpt of the query and without paths of the scratch folder. */
function reason(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return (text.split('\n', 1)[0] ?? text).replaceAll(/["']?\/\S*mlops-data-[^\s"',:;]*["']?/g, 'the file').slice(0, 300);
}

/** The engine's own troubles say nothing about a file. */
const ENGINE_TROUBLE = /^(Out of Memory|Internal|Interrupt|Fatal) Error/i;

/**
 * Does something with a file of which only the content can be wrong.
 *
 * @throws UnreadableFileError
 */
export async function reading<T>(file: TableFile, work: () => Promise<T>): Promise<T> {
  if (file.bytes === 0 || file.damage !== undefined) {
    throw new UnreadableFileError(file, file.damage ?? 'it is empty (0 bytes)');
  }
  try {
    return await work();
  } catch (error) {
    throw error instanceof Error && ENGINE_TROUBLE.test(error.message) ? error : new UnreadableFileError(file, error);
  }
}

/** Table function over a file: typed columns for Parquet, text columns for CSV, one column `json` for JSON lines. */
export function source(file: TableFile): string {
  return { parquet: parquetSource, csv: csvSource, json: jsonSource }[file.format](file);
}

const parquetSource = ({ path }: TableFile): string => `read_parquet(${literal(path)})`;

function csvSource({ path, firstLine }: TableFile): string {
  const { delimiter, columns } = csvDialect(firstLine);
  const types = columns.map((name) => `${literal(name)}: 'VARCHAR'`).join(', ');
  return `read_csv(${literal(path)}, auto_detect = false, header = true, delim = ${literal(delimiter)}, quote = '"', escape = '"', columns = {${types}})`;
}

const jsonSource = ({ path }: TableFile): string => `read_json_objects(${literal(path)}, format = 'auto', maximum_object_size = 67108864)`;

const member = (name: string): string => literal(`$."${name}"`);

/** A column of a file as an expression over its {@link source}; typed for Parquet, text otherwise. */
export function columnText({ format }: TableFile, name: string): string {
  return format === 'json' ? `json_extract_string(json, ${member(name)})` : identifier(name);
}

/** JSON's own type of a member (`VARCHAR`, `BIGINT`, `DOUBLE`, ...), which decides where CSV has nothing to say. */
export const jsonType = (name: string): string => `json_type(json, ${member(name)})`;

/**
 * Columns of a file with their declared types; `undefined` where the format declares none.
 *
 * @throws UnreadableFileError
 */
export async function columnsOf(database: Database, file: TableFile): Promise<Map<string, string | undefined>> {
  return reading(file, async () => {
    if (file.format === 'json') {
      await checkRecords(database, file);
      const keys = await database.rows<{ name: string }>(`SELECT DISTINCT unnest(json_keys(json)) AS name FROM ${source(file)} ORDER BY name`);
      return new Map(keys.map(({ name }) => [name, undefined]));
    }
    if (file.format === 'csv') {
      const { columns } = csvDialect(file.firstLine);
      if (columns.includes('')) {
        throw new Error(`its first line must name every column, and names ${columns.filter((name) => name !== '').length} of ${columns.length}`);
      }
      return new Map(columns.map((name) => [name, undefined]));
    }
    const described = await database.rows<{ column_name: string; column_type: string }>(`DESCRIBE SELECT * FROM ${source(file)}`);
    return new Map(described.map(({ column_name: name, column_type: type }) => [name, type]));
  });
}

async function checkRecords(database: Database, file: TableFile): Promise<void> {
  const { others, repeated } = await database.row<{ others: number; repeated: number }>(
    `SELECT count(*) FILTER (json_type(json) <> 'OBJECT') AS others, count(*) FILTER (len(json_keys(json)) <> len(list_distinct(json_keys(json)))) AS repeated FROM ${source(file)}`,
  );
  if (others + repeated > 0) {
    throw new Error(others > 0 ? `${others} of its values are no records such as {"name": 1}` : `${repeated} of its records name a member twice`);
  }
}

/** A column of a table to load. */
export interface TableColumn {
  readonly name: string;
  /** DuckDB's type. A value that does not fit is an error. */
  readonly type: 'VARCHAR' | 'DOUBLE' | 'BIGINT' | 'BOOLEAN';
  /** May be absent from a file; its values are null then. @default false */
  readonly optional?: boolean;
  /** The file holds a date or a timestamp: seconds since 1970 are loaded, as `DOUBLE`. */
  readonly time?: 'date' | 'timestamp';
}

const loaded = (file: TableFile, { name, type, time }: TableColumn, declared: string | undefined): string => {
  const value = columnText(file, name);
  if (time === undefined) {
    return `CAST(${value} AS ${type})`;
  }
  return declared !== undefined && /^(DATE|TIMESTAMP)/.test(declared) ? DUCKDB.epochOfTime(value) : DUCKDB.epochOfText(`CAST(${value} AS VARCHAR)`, time);
};

/**
 * Reads files into one typed table.
 *
 * @param mostRows where there are more, every k-th part of the rows is read, told apart by a hash of their place: the same rows each time. Default: all
 * @returns rows of all files
 * @throws UnreadableFileError for a file that is broken or holds a value of another type; MissingColumnsError
 */
export async function loadTable(
  database: Database,
  table: string,
  files: readonly TableFile[],
  columns: readonly TableColumn[],
  mostRows = Number.POSITIVE_INFINITY,
): Promise<number> {
  const definition = columns.map(({ name, type }) => `${identifier(name)} ${type}`).join(', ');
  await database.run(`CREATE OR REPLACE TABLE ${identifier(table)} (${definition})`);
  const rows = Number.isFinite(mostRows) ? await countRows(database, files) : 0;
  const parts = Math.max(1, Math.ceil(rows / mostRows));
  for (const file of files) {
    const present = await columnsOf(database, file);
    const missing = columns.filter(({ name, optional }) => optional !== true && !present.has(name)).map(({ name }) => name);
    if (missing.length > 0) {
      throw new MissingColumnsError(file, missing, [...present.keys()]);
    }
    const values = columns.map((column) => (present.has(column.name) ? loaded(file, column, present.get(column.name)) : 'NULL'));
    const from = parts === 1 ? source(file) : `(SELECT *, row_number() OVER () AS "place in file" FROM ${source(file)}) WHERE hash("place in file") % ${parts} = 0`;
    await reading(file, async () => database.run(`INSERT INTO ${identifier(table)} SELECT ${values.join(', ')} FROM ${from}`));
  }
  return rows;
}

async function countRows(database: Database, files: readonly TableFile[]): Promise<number> {
  let rows = 0;
  for (const file of files) {
    rows += await reading(file, async () => (await database.row<{ n: number }>(`SELECT count(*) AS n FROM ${source(file)}`)).n);
  }
  return rows;
}

/** A column of numbers out of a result; null becomes NaN. */
export const numbers = (values: readonly SqlValue[] | undefined): Float64Array =>
  Float64Array.from(values ?? [], (value) => (value === null ? Number.NaN : Number(value)));
