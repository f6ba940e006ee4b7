import { identifier } from '../tables/duckdb';
import { expectedColumns } from './columns';
import type { RawColumn } from './columns-sql';
import type { ColumnSchema, ColumnType, DataSchema } from './contract';
import { TRINO } from './dialect';
import { relationOf } from './queries';

/** How a column of the schema stands in a table of the Glue Data Catalog over Parquet files. */
const HIVE_TYPES: Readonly<Record<ColumnType, string>> = { integer: 'bigint', number: 'double', string: 'string', boolean: 'boolean', date: 'date', timestamp: 'timestamp' };

/** Columns of the table over a snapshot, for `glue:CreateTable`. The files' own types must be these; Athena reads nothing else into them. */
export const tableColumns = (schema: DataSchema): { readonly Name: string; readonly Type: string }[] =>
  expectedColumns(schema).map(({ name, type }) => ({ Name: name.toLowerCase(), Type: HIVE_TYPES[type] }));

const TIMES: readonly ColumnType[] = ['date', 'timestamp'];

/** A column of the table. Athena knows names in lower case alone. */
function rawColumn({ name, type }: ColumnSchema): RawColumn {
  const column = identifier(name.toLowerCase());
  return { expression: type === 'number' ? `CASE WHEN is_nan(${column}) THEN NULL ELSE ${column} END` : column, typed: type !== 'string' || TIMES.includes(type) };
}

/** The relation of all counting over the table of a snapshot, in Athena's SQL. */
export const athenaRelation = (schema: DataSchema, database: string, table: string, now: number): string =>
  `(${relationOf(schema, rawColumn, `${identifier(database)}.${identifier(table)}`, TRINO, now)}) AS snapshot`;
