import type { Dialect } from '../shared/schema/dialect';

/** Something that answers queries about a snapshot: DuckDB over its files, or Athena over a table of them. */
export interface SnapshotSource {
  readonly dialect: Dialect;
  readonly query: <Row extends object>(sql: string) => Promise<Row[]>;
  /** Relation over all of it, as `relationOf` makes it. */
  readonly relation: string;
  /** Relation over one of so many parts of the rows, the same rows each time. */
  readonly sample: (parts: number) => Promise<string>;
}

/** The only row of a query of aggregates. */
export async function oneRow<Row extends object>({ query }: Pick<SnapshotSource, 'query'>, sql: string): Promise<Row> {
  const [row] = await query<Row>(sql);
  if (row === undefined) {
    throw new Error(`expected one row from: ${sql}`);
  }
  return row;
}
