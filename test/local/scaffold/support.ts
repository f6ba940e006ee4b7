import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database, literal } from '../../../lambda/shared/tables/duckdb';
import { infer, type Inference, type Wishes } from '../../../local/scaffold';

const folder = mkdtempSync(join(tmpdir(), 'scaffold-'));
let files = 0;

/** A path in a folder of this test run. */
export const place = (name: string): string => join(folder, name);

/** Writes a file and infers a project of it. The inference is kept; what it was delivered as is gone. */
export async function inferred(content: string | Buffer, wishes: Partial<Wishes> = {}, extension = '.csv'): Promise<Inference> {
  files += 1;
  const file = place(`data-${files}${extension}`);
  writeFileSync(file, content);
  return infer(file, { target: 'y', ...wishes }, async (found) => found);
}

/** The delivery as a query answers it. */
export async function deliveredRows(content: string, wishes: Partial<Wishes> = {}): Promise<readonly object[]> {
  files += 1;
  const file = place(`data-${files}.csv`);
  writeFileSync(file, content);
  return infer(file, { target: 'y', ...wishes }, async ({ table: { database }, delivered }) => database.rows(`SELECT * FROM read_parquet(${literal(delivered)})`));
}

/** A Parquet file of a query. */
export async function parquet(query: string): Promise<Buffer> {
  return Database.use(async (database) => {
    const path = join(database.folder, 'made.parquet');
    await database.run(`COPY (${query}) TO ${literal(path)} (FORMAT parquet)`);
    return readFileSync(path);
  });
}

/** Numbers without a pattern that a reader would see, the same in every run. */
export const noise = (row: number, step: number): number => (row * step) % 997;

/** A CSV file of columns that are functions of the row, beside an id, a feature and a target with two classes. */
export function table(columns: Readonly<Record<string, (row: number) => string | number | boolean>>, rows = 300): string {
  const all = { id: (row: number) => row + 1, x: (row: number) => noise(row, 31) / 7, y: (row: number) => noise(row, 13) % 2, ...columns };
  const lines = Array.from({ length: rows }, (_, row) => Object.values(all).map((value) => String(value(row))).join(','));
  return `${Object.keys(all).join(',')}\n${lines.join('\n')}\n`;
}

/** The schema of a feature, or why it is none. */
export const fateOf = ({ schema, leftOut }: Inference, name: string): object | string | undefined =>
  schema.features.find((column) => column.name === name) ?? leftOut.find((column) => column.name === name)?.because;
