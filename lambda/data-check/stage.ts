import { rm } from 'node:fs/promises';
import { expectedColumns } from '../shared/schema/columns';
import type { RawColumn } from '../shared/schema/columns-sql';
import type { ColumnSchema, DataSchema } from '../shared/schema/contract';
import { DUCKDB } from '../shared/schema/dialect';
import { relationOf, sampleCondition } from '../shared/schema/queries';
import { type Database, identifier, literal } from '../shared/tables/duckdb';
import type { TableFile } from '../shared/tables/files';
import { columnsOf, columnText, jsonType, reading, source, UnreadableFileError } from '../shared/tables/reading';
import { type Counts, countColumns } from './counts';
import type { SnapshotSource } from './source';

/** Declared Parquet types that hold what the schema calls a type. */
const NUMBER = /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|FLOAT|DOUBLE|DECIMAL.*)$/;
/** A time may come as text in Parquet, too. */
const TIME = /^(VARCHAR|DATE|TIMESTAMP.*)$/;
const DECLARED: Record<ColumnSchema['type'], RegExp> = {
  integer: NUMBER,
  number: NUMBER,
  string: /^(VARCHAR|ENUM.*|UUID|DATE|TIME|TIMESTAMP.*)$/,
  boolean: /^BOOLEAN$/,
  date: TIME,
  timestamp: TIME,
};

/** Types of JSON members that do. */
const JSON_TYPES: Record<ColumnSchema['type'], readonly string[]> = {
  integer: ['BIGINT', 'UBIGINT', 'HUGEINT', 'DOUBLE'],
  number: ['BIGINT', 'UBIGINT', 'HUGEINT', 'DOUBLE'],
  string: ['VARCHAR'],
  boolean: ['BOOLEAN'],
  date: ['VARCHAR'],
  timestamp: ['VARCHAR'],
};

/** A readable file. */
export interface StagedFile {
  readonly file: TableFile;
  /** Declared types by column; `undefined` where the format declares none. */
  readonly present: ReadonlyMap<string, string | undefined>;
  /** SELECT of all counting, see `relationOf`. */
  readonly relation: string;
  readonly counts: Counts;
}

export interface Staged {
  readonly source: SnapshotSource;
  readonly files: readonly StagedFile[];
  readonly unreadable: readonly string[];
}

/**
 * Makes every readable file a relation, without loading it: Parquet is read where it lies, texts are first written as Parquet, so that later queries
 * read the columns they need. Of unreadable files the reason is kept.
 */
export async function stageFiles(database: Database, files: readonly TableFile[], schema: DataSchema, now: number): Promise<Staged> {
  const staged: StagedFile[] = [];
  const unreadable: string[] = [];
  for (const file of files) {
    try {
      staged.push(await stageFile(database, file, schema, now));
    } catch (error) {
      if (!(error instanceof UnreadableFileError)) {
        throw error;
      }
      unreadable.push(error.message);
    }
  }
  const union = staged.map(({ relation }) => relation).join(' UNION ALL ');
  return { source: sourceOf(database, `(${union}) AS snapshot`), files: staged, unreadable };
}

async function stageFile(database: Database, file: TableFile, schema: DataSchema, now: number): Promise<StagedFile> {
  const present = await columnsOf(database, file);
  const columns = expectedColumns(schema);
  const raw = file.format === 'parquet' ? { from: source(file), columnOf: typedColumn(present) } : await writeTexts(database, file, columns, present);
  const relation = relationOf(schema, raw.columnOf, raw.from, DUCKDB, now);
  // Reads every value that is needed: a page that is damaged shows here.
  const counts = await reading(file, async () => countColumns({ query: (sql) => database.rows(sql) }, columns, `(${relation}) AS file`));
  return { file, present, relation, counts };
}

const typedColumn =
  (present: ReadonlyMap<string, string | undefined>) =>
  ({ name, type }: ColumnSchema): RawColumn | undefined => {
    const declared = present.get(name);
    if (declared === undefined) {
      return undefined;
    }
    const column = identifier(name);
    return {
      // NaN that pandas wrote into a column of numbers is a missing value.
      expression: declared === 'DOUBLE' || declared === 'FLOAT' ? `CASE WHEN NOT isnan(${column}) THEN ${column} END` : column,
      typed: declared !== 'VARCHAR',
      ...(!DECLARED[type].test(declared) && { otherType: 'true' }),
    };
  };

/** Writes the expected columns of a text file as texts into a Parquet file: `c<i>`, and for JSON its own types `j<i>`. */
async function writeTexts(
  database: Database,
  file: TableFile,
  columns: readonly ColumnSchema[],
  present: ReadonlyMap<string, string | undefined>,
): Promise<{ readonly from: string; readonly columnOf: (column: ColumnSchema) => RawColumn | undefined }> {
  const path = `${file.path}.parquet`;
  const json = file.format === 'json';
  const selected = columns.flatMap(({ name }, index) =>
    present.has(name) ? [`${columnText(file, name)} AS c${index}`, ...(json ? [`${jsonType(name)} AS j${index}`] : [])] : [],
  );
  const everything = selected.length === 0 ? '1 AS nothing' : selected.join(', ');
  await reading(file, async () => database.run(`COPY (SELECT ${everything} FROM ${source(file)}) TO ${literal(path)} (FORMAT parquet, ROW_GROUP_SIZE 50000)`));
  await rm(file.path);
  return {
    from: `read_parquet(${literal(path)})`,
    columnOf: (column) => {
      const index = columns.indexOf(column);
      const wrong = `j${index} NOT IN (${JSON_TYPES[column.type].map(literal).join(', ')})`;
      return present.has(column.name) ? { expression: `c${index}`, typed: false, ...(json && { otherType: wrong }) } : undefined;
    },
  };
}

function sourceOf(database: Database, relation: string): SnapshotSource {
  return {
    dialect: DUCKDB,
    query: (sql) => database.rows(sql),
    relation,
    sample: async (parts) => {
      await database.run(`CREATE OR REPLACE TABLE sample AS SELECT * FROM ${relation} WHERE ${sampleCondition(parts, DUCKDB)}`);
      return 'sample';
    },
  };
}
