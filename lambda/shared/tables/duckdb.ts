import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

/** A value of a result row. 64-bit integers beyond 2^53 stay `bigint`. */
export type SqlValue = null | boolean | number | bigint | string | Uint8Array | Date | SqlValue[] | { [key: string]: SqlValue };

/** Memory of one virtual CPU on Lambda, in MiB. */
const MEMORY_PER_CPU = 1769;
/** Share of the function's memory for the engine; Node.js and the engine's own code need the rest. */
const ENGINE_SHARE = 0.4;
/** Outside Lambda nothing tells the memory to use. */
const DEFAULT_MEMORY = 1769;

/** Names and texts go into SQL only through these two. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/**
 * An in-memory DuckDB that reads files of one scratch folder and nothing else: no network, no extensions, no other folder. What a file holds can
 * therefore not lead the engine anywhere.
 */
export class Database {
  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly connection: DuckDBConnection,
    /** Scratch folder for downloads; removed afterwards. */
    readonly folder: string,
  ) {}

  /**
   * Opens a database, hands it to `work`, and cleans up whatever happens.
   *
   * Threads and memory follow the memory of the Lambda function.
   */
  static async use<T>(work: (database: Database) => Promise<T>): Promise<T> {
    const folder = await mkdtemp(join(tmpdir(), 'mlops-data-'));
    try {
      const database = await Database.open(folder);
      try {
        return await work(database);
      } finally {
        database.close();
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  private static async open(folder: string): Promise<Database> {
    const memory = Number(process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE ?? DEFAULT_MEMORY);
    const instance = await DuckDBInstance.create(':memory:', {
      threads: String(Math.max(1, Math.min(availableParallelism(), Math.ceil(memory / MEMORY_PER_CPU)))),
      memory_limit: `${Math.floor(memory * ENGINE_SHARE)}MiB`,
      temp_directory: join(folder, 'spill'),
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      preserve_insertion_order: 'true',
    });
    const connection = await instance.connect();
    const database = new Database(instance, connection, folder);
    await database.run(`SET allowed_directories = [${literal(`${folder}/`)}]`);
    await database.run('SET enable_external_access = false');
    await database.run('SET lock_configuration = true');
    return database;
  }

  /** Runs a statement without a result. Statements run one after the other, however many are asked for at once: each may use the memory. */
  async run(sql: string): Promise<void> {
    await this.inTurn(() => this.connection.run(sql));
  }

  private turn: Promise<unknown> = Promise.resolve();

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => undefined);
    return result;
  }

  /** Rows of a query as objects. */
  async rows<Row extends object = Record<string, SqlValue>>(sql: string): Promise<Row[]> {
    const reader = await this.inTurn(() => this.connection.runAndReadAll(sql));
    return reader.getRowObjectsJS().map((row) => plain(row) as Row);
  }

  /**
   * The only row of a query, such as one of aggregates.
   *
   * @throws Error when the query answers with another number of rows.
   */
  async row<Row extends object = Record<string, SqlValue>>(sql: string): Promise<Row> {
    const [row, ...more] = await this.rows<Row>(sql);
    if (row === undefined || more.length > 0) {
      throw new Error(`expected one row, got ${row === undefined ? 0 : more.length + 1}, from: ${sql}`);
    }
    return row;
  }

  /** Columns of a query by name: the cheap form for many rows. */
  async columns(sql: string): Promise<Record<string, SqlValue[]>> {
    const reader = await this.inTurn(() => this.connection.runAndReadAll(sql));
    return plain(reader.getColumnsObjectJS()) as Record<string, SqlValue[]>;
  }

  private close(): void {
    this.connection.closeSync();
    this.instance.closeSync();
  }
}

/** Turns the engine's `bigint` into numbers where they are exact. */
function plain(value: SqlValue): SqlValue {
  if (typeof value === 'bigint') {
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
  }
  if (Array.isArray(value)) {
    return value.map(plain);
  }
  if (value !== null && typeof value === 'object' && !(value instanceof Uint8Array) && !(value instanceof Date)) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
  }
  return value;
}
