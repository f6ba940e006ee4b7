import { type Database, literal } from '../../lambda/shared/duckdb';
import { DUCKDB } from '../../lambda/shared/schema/dialect';
import { columnsOf, columnText, source } from '../../lambda/shared/tables/reading';
import type { TableFile } from '../../lambda/shared/tables/files';

/** What the values of one column look like as text. All counts are of values that are there. */
export interface TextFacts {
  readonly name: string;
  /** The engine's type where the format declares one. */
  readonly declared?: string;
  readonly rows: number;
  readonly present: number;
  readonly different: number;
  readonly wholeNumbers: number;
  readonly numbers: number;
  /** Whole numbers that begin with a zero, as codes do. */
  readonly leadingZeros: number;
  readonly truths: number;
  readonly dates: number;
  readonly timestamps: number;
  /** Texts that stand for *missing* in many files, such as NA. */
  readonly placeholders: number;
  readonly minimum: number | null;
  readonly maximum: number | null;
  /** Longest text. */
  readonly longest: number;
}

const PLACEHOLDERS = ['na', 'n/a', 'nan', 'null', 'none', '?', '-', 'missing', 'unknown'];
const COLUMNS_PER_QUERY = 20;

/** Looks at every column of a file. @throws UnreadableFileError */
export async function textFacts(database: Database, file: TableFile): Promise<TextFacts[]> {
  const columns = [...(await columnsOf(database, file))];
  const found: TextFacts[] = [];
  for (let start = 0; start < columns.length; start += COLUMNS_PER_QUERY) {
    const some = columns.slice(start, start + COLUMNS_PER_QUERY);
    const row = await database.row<Record<string, number | null>>(`SELECT count(*) AS n, ${some.map(([name, declared], index) => countsOf(file, name, declared, index)).join(', ')} FROM ${source(file)}`);
    some.forEach(([name, declared], index) => {
      const of = (count: string): number => Number(row[`${count}${index}`] ?? 0);
      found.push({
        name, ...(declared !== undefined && { declared }), rows: Number(row.n), present: of('present'), different: of('different'), wholeNumbers: of('whole'), numbers: of('numbers'),
        leadingZeros: of('zeros'), truths: of('truths'), dates: of('dates'), timestamps: of('timestamps'), placeholders: of('placeholders'),
        minimum: row[`minimum${index}`] ?? null, maximum: row[`maximum${index}`] ?? null, longest: of('longest'),
      });
    });
  }
  return found;
}

function countsOf(file: TableFile, name: string, declared: string | undefined, index: number): string {
  const raw = columnText(file, name);
  const value = declared === 'DOUBLE' || declared === 'FLOAT' ? `CASE WHEN NOT isnan(${raw}) THEN ${raw} END` : raw;
  const text = `trim(CAST(${value} AS VARCHAR))`;
  const number = `TRY_CAST(${value} AS DOUBLE)`;
  const finite = `CASE WHEN isfinite(${number}) THEN ${number} END`;
  const counted = (label: string, condition: string): string => `count(*) FILTER (WHERE ${condition}) AS ${label}${index}`;
  return [
    `count(${value}) AS present${index}`,
    `count(DISTINCT ${value}) AS different${index}`,
    counted('whole', `${finite} = floor(${finite})`),
    counted('numbers', `${finite} IS NOT NULL`),
    counted('zeros', `regexp_full_match(${text}, '0[0-9]+')`),
    counted('truths', `lower(${text}) IN ('true', 'false')`),
    counted('dates', `regexp_full_match(${text}, '[0-9]{4}-[0-9]{2}-[0-9]{2}') AND ${DUCKDB.epochOfText(text, 'date')} IS NOT NULL`),
    counted('timestamps', `${DUCKDB.epochOfText(text, 'timestamp')} IS NOT NULL`),
    counted('placeholders', `lower(${text}) IN (${PLACEHOLDERS.map(literal).join(', ')})`),
    `min(${finite}) AS minimum${index}`,
    `max(${finite}) AS maximum${index}`,
    `max(length(${text})) AS longest${index}`,
  ].join(', ');
}

/** Different values of a column in order, numbers by size. */
export async function valuesOf(database: Database, file: TableFile, { name }: TextFacts, limit: number): Promise<{ readonly value: string; readonly n: number }[]> {
  const raw = columnText(file, name);
  return database.rows(
    `SELECT CAST(${raw} AS VARCHAR) AS value, count(*) AS n FROM ${source(file)} WHERE ${raw} IS NOT NULL GROUP BY ${raw} ORDER BY TRY_CAST(any_value(${raw}) AS DOUBLE) NULLS LAST, value LIMIT ${limit}`,
  );
}
