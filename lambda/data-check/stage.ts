import type { ColumnSchema } from '../shared/contract';
import { type Database, literal } from '../shared/duckdb';
import type { TableFile } from '../shared/tables/files';
import { columnsOf, columnText, insertFile, jsonType, UnreadableFileError } from '../shared/tables/reading';

/** Table of all files: `file`, and per expected column `t<i>` (text) and `p<i>` (0, or 1 + index of the problem). */
export const STAGE = 'stage';

/** Declared Parquet types that hold what the schema calls a type. */
const DECLARED: Record<ColumnSchema['type'], RegExp> = {
  integer: /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|FLOAT|DOUBLE|DECIMAL.*)$/,
  number: /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|FLOAT|DOUBLE|DECIMAL.*)$/,
  string: /^(VARCHAR|ENUM.*|UUID|DATE|TIME|TIMESTAMP.*)$/,
  boolean: /^BOOLEAN$/,
  date: /^(VARCHAR|DATE|TIMESTAMP.*)$/,
  timestamp: /^(VARCHAR|DATE|TIMESTAMP.*)$/,
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

/** A file in the stage. */
export interface StagedFile {
  readonly index: number;
  readonly file: TableFile;
  /** Declared types by column; `undefined` where the format declares none. */
  readonly present: ReadonlyMap<string, string | undefined>;
}

/** Loads every readable file; of the others it keeps the reason. */
export async function stageFiles(
  database: Database,
  files: readonly TableFile[],
  expected: readonly ColumnSchema[],
): Promise<{ readonly staged: StagedFile[]; readonly unreadable: string[] }> {
  await database.run(`CREATE TABLE ${STAGE} (file INTEGER, ${expected.map((_, i) => `t${i} VARCHAR, p${i} UTINYINT`).join(', ')})`);
  const staged: StagedFile[] = [];
  const unreadable: string[] = [];
  for (const [index, file] of files.entries()) {
    try {
      const present = await columnsOf(database, file);
      const values = expected.flatMap((column) => (present.has(column.name) ? valueAndProblem(file, column, present.get(column.name)) : ['NULL', '0']));
      await insertFile(database, STAGE, file, [String(index), ...values]);
      staged.push({ index, file, present });
    } catch (error) {
      if (!(error instanceof UnreadableFileError)) {
        throw error;
      }
      unreadable.push(error.message);
    }
  }
  return { staged, unreadable };
}

function valueAndProblem(file: TableFile, column: ColumnSchema, declared: string | undefined): [text: string, problem: string] {
  const raw = columnText(file, column.name);
  // A NaN that pandas wrote is a missing value.
  const text = declared === 'DOUBLE' || declared === 'FLOAT' ? `CASE WHEN isnan(${raw}) THEN NULL ELSE CAST(${raw} AS VARCHAR) END` : `CAST(${raw} AS VARCHAR)`;
  const number = `TRY_CAST(${raw} AS DOUBLE)`;
  const cases = [
    ...wrongType(file, column, declared),
    ...unparsable(column, text, number).map((condition) => `${condition} THEN 1`),
    ...(column.minimum === undefined ? [] : [`${number} < ${column.minimum} THEN 2`]),
    ...(column.maximum === undefined ? [] : [`${number} > ${column.maximum} THEN 3`]),
    ...(column.domain === undefined ? [] : [`${notInDomain(column, text, number)} THEN 4`]),
  ];
  return [text, `CASE WHEN ${text} IS NULL THEN 0 ${cases.map((condition) => `WHEN ${condition}`).join(' ')} ELSE 0 END`];
}

function wrongType(file: TableFile, { name, type }: ColumnSchema, declared: string | undefined): string[] {
  if (file.format === 'json') {
    return [`${jsonType(name)} NOT IN (${JSON_TYPES[type].map(literal).join(', ')}) THEN 1`];
  }
  return declared === undefined || DECLARED[type].test(declared) ? [] : ['true THEN 1'];
}

function unparsable({ type }: ColumnSchema, text: string, number: string): string[] {
  const notFinite = `${number} IS NULL OR NOT isfinite(${number})`;
  const conditions: Record<ColumnSchema['type'], string[]> = {
    integer: [`${notFinite} OR ${number} <> trunc(${number})`],
    number: [notFinite],
    boolean: [`lower(${text}) NOT IN ('true', 'false')`],
    string: [],
    date: [`TRY_CAST(${text} AS DATE) IS NULL`],
    timestamp: [`TRY_CAST(${text} AS TIMESTAMP) IS NULL`],
  };
  return conditions[type];
}

function notInDomain({ type, domain }: ColumnSchema, text: string, number: string): string {
  const values = domain ?? [];
  return type === 'integer' || type === 'number'
    ? `${number} NOT IN (${values.map((value) => Number(value)).join(', ')})`
    : `${type === 'boolean' ? `lower(${text})` : text} NOT IN (${values.map((value) => literal(String(value))).join(', ')})`;
}
