import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { GetDatabaseCommand, GetTableCommand, GlueClient, type Column } from '@aws-sdk/client-glue';
import { Database, identifier, literal } from '../../lambda/shared/tables/duckdb';
import { createClient } from '../core/client';
import { type Credentials, ServiceError } from '../core/service';
import { Transfer } from '../sagemaker/core/transfer';
import { MACROS } from './functions';
import { athenaType, floatText, isFloat, type ResultColumn, type ResultSet, textOf } from './results';
import type { TableName, Translation } from './translator';

/** A query that failed: `COLUMN_NOT_FOUND: ...`, as Athena tells it. */
export class QueryFailure extends Error {
  constructor(message: string, /** 1 is the service's fault, 2 the query's or the data's. */ readonly category: 1 | 2 = 2) {
    super(message);
    this.name = 'QueryFailure';
  }
}

/** A query read more than its workgroup allows. */
export class ScanLimit extends Error {}

interface Table {
  readonly columns: readonly Column[];
  readonly location: string;
}

export interface QueryPlace {
  readonly endpoint: string;
  readonly region: string;
  /** Of whoever asked: Athena reads the catalog and the data in the caller's name. */
  readonly credentials: Credentials;
  /** For tables that the query names without one. */
  readonly database?: string;
  /** Bytes that the query may read. */
  readonly cutoff?: number;
}

export interface QueryAnswer {
  readonly result: ResultSet;
  readonly scannedBytes: number;
}

/**
 * Runs a translated query over the files of its tables.
 *
 * @throws QueryFailure, ScanLimit
 */
export async function runQuery({ sql, tables }: Translation, place: QueryPlace): Promise<QueryAnswer> {
  const found = await Promise.all(tables.map(async (name) => findTable(name, place)));
  return Database.use(async (database) => {
    for (const macro of MACROS) {
      await database.run(`CREATE MACRO ${macro}`);
    }
    let scannedBytes = 0;
    for (const [index, table] of found.entries()) {
      const files = await fetchFiles(table.location, join(database.folder, `table_${index}`), place);
      scannedBytes += files.reduce((sum, { bytes }) => sum + bytes, 0);
      if (scannedBytes > (place.cutoff ?? Number.POSITIVE_INFINITY)) {
        throw new ScanLimit('Bytes scanned limit was exceeded');
      }
      await makeView(database, `table_${index}`, table, files.map(({ path }) => path));
    }
    return { result: await resultOf(database, sql), scannedBytes };
  });
}

async function findTable({ catalog, database: given, name }: TableName, { endpoint, region, credentials, database: fallback = 'default' }: QueryPlace): Promise<Table> {
  if (catalog !== '' && catalog !== 'awsdatacatalog') {
    throw new QueryFailure(`CATALOG_NOT_FOUND: line 1:1: Catalog '${catalog}' does not exist`);
  }
  const database = given === '' ? fallback : given;
  const glue = createClient(GlueClient, { endpoint, region }, credentials);
  try {
    await glue.send(new GetDatabaseCommand({ Name: database }));
    const { Table: table } = await glue.send(new GetTableCommand({ DatabaseName: database, Name: name }));
    const { Columns: columns = [], Location: location = '', SerdeInfo: serde } = table?.StorageDescriptor ?? {};
    if (!/parquet/i.test(serde?.SerializationLibrary ?? '') || (table?.PartitionKeys ?? []).length > 0) {
      throw new ServiceError('UnsupportedOperation', `the local Athena reads Parquet tables without partitions; ${database}.${name} is another`, 501);
    }
    return { columns, location };
  } catch (error) {
    if (error instanceof Error && error.name === 'EntityNotFoundException') {
      throw new QueryFailure(`TABLE_NOT_FOUND: line 1:1: Table 'awsdatacatalog.${database}.${name}' does not exist`);
    }
    throw error instanceof ServiceError ? error : new QueryFailure(messageOf(error));
  } finally {
    glue.destroy();
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

interface LocalFile {
  readonly path: string;
  readonly bytes: number;
}

/** Every object below the table's location; names that begin with `_` or `.` are hidden from Athena. */
async function fetchFiles(location: string, folder: string, { endpoint, region, credentials }: QueryPlace): Promise<LocalFile[]> {
  const transfer = new Transfer({ endpoint, region }, credentials);
  try {
    await transfer.download(location.replace(/\/?$/, '/'), folder);
  } catch (error) {
    throw new QueryFailure(`PERMISSION_DENIED or unreadable: ${location}: ${messageOf(error)}`);
  } finally {
    transfer.close();
  }
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = entries.filter((entry) => entry.isFile() && !/^[_.]/.test(entry.name)).map((entry) => join(entry.parentPath, entry.name)).toSorted();
  return Promise.all(paths.map(async (path) => ({ path, bytes: (await stat(path)).size })));
}

/** Types of Hive as DuckDB's, and the types of Parquet files that Athena reads as them. */
const HIVE: readonly (readonly [hive: RegExp, duckdb: string, files: RegExp])[] = [
  [/^boolean$/, 'BOOLEAN', /^BOOLEAN$/],
  [/^(tinyint|smallint|int|integer)$/, 'INTEGER', /^U?(TINYINT|SMALLINT|INTEGER)$/],
  [/^bigint$/, 'BIGINT', /^U?(TINYINT|SMALLINT|INTEGER|BIGINT)$/],
  [/^float$/, 'FLOAT', /^FLOAT$/],
  [/^double$/, 'DOUBLE', /^(FLOAT|DOUBLE)$/],
  [/^decimal\(\d+,\d+\)$/, 'DECIMAL', /^DECIMAL/],
  [/^(string|varchar\(\d+\))$/, 'VARCHAR', /^(VARCHAR|ENUM.*)$/],
  [/^date$/, 'DATE', /^DATE$/],
  [/^timestamp$/, 'TIMESTAMP', /^TIMESTAMP/],
];

/** The table as a view: columns of each file by their names, whatever their case; what a file lacks is null. */
async function makeView(database: Database, view: string, { columns }: Table, paths: readonly string[]): Promise<void> {
  const wanted = columns.map(({ Name: name = '', Type: type = '' }) => {
    const known = HIVE.find(([hive]) => hive.test(type));
    if (known === undefined) {
      throw new ServiceError('UnsupportedOperation', `the local Athena knows no type ${type} of the column ${name}`, 501);
    }
    return { name, type, duckdb: known[1] === 'DECIMAL' ? type : known[1], files: known[2] };
  });
  const selects = [];
  for (const path of paths) {
    const present = await columnsOf(database, path);
    const values = wanted.map(({ name, type, duckdb, files }) => {
      const [physical, declared] = [...present].find(([other]) => other.toLowerCase() === name) ?? [];
      if (physical === undefined || declared === undefined) {
        return `CAST(NULL AS ${duckdb}) AS ${identifier(name)}`;
      }
      if (!files.test(declared)) {
        throw new QueryFailure(`HIVE_BAD_DATA: Field ${name}'s type ${declared} in parquet file ${path} is incompatible with type ${type} defined in table schema`);
      }
      return `CAST(${identifier(physical)} AS ${duckdb}) AS ${identifier(name)}`;
    });
    selects.push(`SELECT ${values.join(', ')} FROM read_parquet(${literal(path)})`);
  }
  const none = `SELECT ${wanted.map(({ name, duckdb }) => `CAST(NULL AS ${duckdb}) AS ${identifier(name)}`).join(', ')} WHERE false`;
  await database.run(`CREATE VIEW ${view} AS ${selects.length === 0 ? none : selects.join(' UNION ALL ')}`);
}

async function columnsOf(database: Database, path: string): Promise<Map<string, string>> {
  try {
    const described = await database.rows<{ column_name: string; column_type: string }>(`DESCRIBE SELECT * FROM read_parquet(${literal(path)})`);
    return new Map(described.map(({ column_name: name, column_type: type }) => [name, type]));
  } catch (error) {
    throw new QueryFailure(`HIVE_CANNOT_OPEN_SPLIT: ${messageOf(error)}`);
  }
}

async function resultOf(database: Database, sql: string): Promise<ResultSet> {
  try {
    const described = await database.rows<{ column_name: string; column_type: string }>(`DESCRIBE ${sql}`);
    const columns = described.map(({ column_name: name, column_type }): ResultColumn => {
      const type = athenaType(column_type);
      if (type === undefined) {
        throw new ServiceError('UnsupportedOperation', `the local Athena writes no result of type ${column_type} (column ${name})`, 501);
      }
      return { name, type };
    });
    const values = columns.map(({ type }, index) => `${textOf(`c${index}`, type)} AS c${index}`);
    const rows = await database.columns(`SELECT ${values.join(', ')} FROM (${sql}) AS result(${columns.map((_, index) => `c${index}`).join(', ')})`);
    const byColumn = columns.map(({ type }, index) =>
      (rows[`c${index}`] ?? []).map((value) => (value === null ? null : isFloat(type) ? floatText(Number(value)) : String(value))));
    return { columns, rows: (byColumn[0] ?? []).map((_, row) => byColumn.map((column) => column[row] ?? null)) };
  } catch (error) {
    throw error instanceof ServiceError ? error : new QueryFailure(`GENERIC_USER_ERROR: ${messageOf(error).split('\n', 1)[0]}`);
  }
}
