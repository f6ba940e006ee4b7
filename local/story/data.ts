import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import type { World } from './world';

/** Years of the example data: 2015 trains, the later years are production. */
export type Year = 2015 | 2016 | 2017 | 2018;
export const YEARS: readonly Year[] = [2015, 2016, 2017, 2018];

/** One record as a caller of the application sends it: record id and features. */
export type DataRecord = Readonly<Record<string, string | number | boolean | null>>;

const quote = (path: string): string => `'${path.replaceAll("'", "''")}'`;

/**
 * The example's data, one table `rows` with labels, adults only, in an in-memory database.
 * Deliveries are cut from it with SQL, so that every injected fault is one expression that can be read.
 */
export class ExampleData {
  private constructor(
    private readonly connection: DuckDBConnection,
    private readonly folder: string,
    private readonly columns: readonly string[],
  ) {}

  /** @param source Parquet files with all columns and labels, or the three files of the original package. */
  static async open(
    source: { readonly sampleFolder: string } | { readonly originalFolder: string },
    folder: string,
  ): Promise<ExampleData> {
    mkdirSync(folder, { recursive: true });
    const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
    const connection = await instance.connect();
    if ('sampleFolder' in source) {
      await connection.run(`CREATE TABLE rows AS SELECT * FROM read_parquet(${quote(join(source.sampleFolder, '*.parquet'))})`);
    } else {
      const file = (name: string): string => `read_parquet(${quote(join(source.originalFolder, `employment_MA_${name}.pq`))})`;
      const left = 'EXCLUDE (prediction, predicted_probability)';
      await connection.run(`CREATE TABLE rows AS
        SELECT * ${left} FROM ${file('reference')}
        UNION ALL BY NAME
        SELECT a.* ${left}, t.employed FROM ${file('analysis')} a JOIN ${file('analysis_target')} t USING (id)`);
      await connection.run('DELETE FROM rows WHERE AGEP < 16');
    }
    await connection.run('ALTER TABLE rows ALTER AGEP TYPE BIGINT');
    const described = await connection.runAndReadAll('DESCRIBE rows');
    return new ExampleData(connection, folder, described.getColumnsJson()[0] as string[]);
  }

  /**
   * Writes rows of some years as one Parquet file.
   *
   * @param replace Columns to replace by an SQL expression: an injected fault.
   * @param only Columns to keep; all by default.
   */
  async parquet(name: string, years: readonly Year[], options: { replace?: Record<string, string>; only?: readonly string[] } = {}): Promise<Buffer> {
    const path = join(this.folder, `${name}.parquet`);
    const columns = (options.only ?? this.columns).map((column) => {
      const expression = options.replace?.[column];
      return expression === undefined ? `"${column}"` : `${expression} AS "${column}"`;
    });
    await this.connection.run(
      `COPY (SELECT ${columns.join(', ')} FROM rows WHERE year IN (${years.join(', ')})) TO ${quote(path)} (FORMAT parquet, COMPRESSION zstd)`,
    );
    return readFile(path);
  }

  /** Records of a year in a seeded order, without label: what callers send. */
  async records(year: Year, limit: number, features: readonly string[], replace: Record<string, string> = {}): Promise<DataRecord[]> {
    const columns = features.map((column) => (replace[column] === undefined ? `"${column}"` : `${replace[column]} AS "${column}"`));
    const result = await this.connection.runAndReadAll(
      `SELECT ${columns.join(', ')} FROM rows WHERE year = ${year} ORDER BY hash(id, ${year}) LIMIT ${limit}`,
    );
    return result.getRowObjectsJS().map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, plain(value)])));
  }

  close(): void {
    this.connection.closeSync();
  }
}

/** DuckDB gives 64-bit integers as `bigint`; ids and ages fit in a number. */
const plain = (value: unknown): string | number | boolean | null =>
  typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string' ? value : value === null ? null : Number(value);

/** The data provider puts a delivery into the production bucket: the parts first, the marker last. */
export async function deliver(world: World, prefix: string, name: string, body: Buffer): Promise<void> {
  const { s3 } = await world.as('prod', 'data-provider');
  const Bucket = world.bucket('prod', 'data');
  await s3.send(new PutObjectCommand({ Bucket, Key: `${prefix}${name}/part-0.parquet`, Body: body }));
  await s3.send(new PutObjectCommand({ Bucket, Key: `${prefix}${name}/_SUCCESS`, Body: Buffer.alloc(0) }));
}

/** The data provider takes a delivery back: without its marker it is no longer complete. */
export async function withdraw(world: World, prefix: string, name: string): Promise<void> {
  const { s3 } = await world.as('prod', 'data-provider');
  await s3.send(new DeleteObjectCommand({ Bucket: world.bucket('prod', 'data'), Key: `${prefix}${name}/_SUCCESS` }));
}
