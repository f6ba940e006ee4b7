import { literal } from '../../../lambda/shared/tables/duckdb';
import { COUNTED_TIMES, MISSING_NUMBERS, MISSING_TEXTS, NUMBER_FORMS, type NumberForm, TIME_FORMS, type TimeForm } from './forms';
import { type Table, type TableColumnInfo, TEXTS, textColumn } from './table';

/** Distinct values that are listed; a column with more has no domain. */
export const MOST_CODES = 255;
/** Share of values that may be something else in a column of numbers or times. */
const MOST_STRAY = 0.01;
/** Values on which the forms of times are tried first. */
const TRIED = 1000;

export interface ValueCount {
  readonly value: string;
  readonly n: number;
}

/** What lies in a column, before anything is decided about it. */
export interface ColumnFacts extends TableColumnInfo {
  readonly rows: number;
  /** Not missing, whatever stands for missing taken out. */
  readonly present: number;
  readonly distinct: number;
  /** Texts that stand for a missing value. */
  readonly markers: readonly string[];
  /** Values with their counts, the most frequent first; only where there are at most {@link MOST_CODES}. */
  readonly values?: readonly ValueCount[];
  readonly longest: number;
  /** Whole numbers written with leading zeros: codes such as 00731. */
  readonly leadingZeros: boolean;
  readonly numbers?: NumberFacts;
  readonly times?: TimeFacts;
  /** Forms of times that explain the values equally well, such as DD/MM/YYYY and MM/DD/YYYY. */
  readonly ambiguous?: readonly string[];
}

export interface NumberFacts {
  readonly form: NumberForm;
  readonly whole: boolean;
  readonly minimum: number;
  readonly maximum: number;
  /** Values that are no numbers, with an example. */
  readonly strays: Strays;
}

export interface TimeFacts {
  readonly form: TimeForm;
  /** Seconds since 1970. */
  readonly earliest: number;
  readonly latest: number;
  readonly strays: Strays;
}

export interface Strays {
  readonly n: number;
  readonly example?: string;
}

/** A code has at most so many values, each of them in so many rows on average. */
const CODES = [{ values: 12, rows: 3 }, { values: MOST_CODES, rows: 10 }] as const;

/** Few enough values to list. */
export const isCode = (facts: Pick<ColumnFacts, 'distinct' | 'present'>): boolean => CODES.some(({ values, rows }) => facts.distinct <= values && facts.present >= rows * facts.distinct);

/** The numbers of a column that is one of numbers. Codes with leading zeros, codes that a file with types calls text, and ids beyond 2^53, which no double holds, are texts. */
export function numbersOf(facts: ColumnFacts): NumberFacts | undefined {
  const { numbers, declared } = facts;
  const text = (declared === 'VARCHAR' || declared?.startsWith('ENUM') === true) && isCode(facts);
  const inexact = numbers?.whole === true && Math.max(Math.abs(numbers.minimum), Math.abs(numbers.maximum)) > Number.MAX_SAFE_INTEGER;
  return facts.leadingZeros || text || inexact ? undefined : numbers;
}

const fullMatch = (column: string, pattern: string): string => `regexp_full_match(${column}, ${literal(pattern)})`;
const listed = (values: readonly string[]): string => values.map(literal).join(', ');

/** Looks at one column, with all rows. */
export async function columnFacts(table: Table, info: TableColumnInfo): Promise<ColumnFacts> {
  const { database, rows } = table;
  const column = textColumn(info.index);
  const some = `FROM ${TEXTS} WHERE ${column} IS NOT NULL`;
  const found = await database.rows<ValueCount>(`SELECT ${column} AS value, count(*) AS n ${some} AND ${column} IN (${listed(MISSING_NUMBERS)}) GROUP BY 1 ORDER BY 1`);
  const among = `${some} AND ${column} NOT IN (${listed(MISSING_NUMBERS)})`;
  const { n } = await database.row<{ n: number }>(`SELECT count(*) AS n ${among}`);
  const numbers = n === 0 ? undefined : await numberFacts(table, column, among, n);
  const tried = n === 0 ? [] : await timeForms(table, info, column, among);
  const counted = numbers === undefined ? undefined : await countedTimes(table, info, column, among, n);
  const times = numbers === undefined ? tried : counted === undefined ? [] : [counted];
  // Texts keep what may be an answer.
  const missing = numbers === undefined && times.length === 0 ? MISSING_TEXTS : MISSING_NUMBERS;
  const markers = found.map(({ value }) => value).filter((value) => missing.includes(value));
  const kept = markers.length === 0 ? some : `${some} AND ${column} NOT IN (${listed(markers)})`;
  const counts = await database.row<{ present: number; distinct: number; longest: number | null; zeros: number }>(
    `SELECT count(*) AS present, count(DISTINCT ${column}) AS "distinct", max(length(${column})) AS longest, count(*) FILTER (${fullMatch(column, '0[0-9]+')}) AS zeros ${kept}`,
  );
  return {
    ...info, rows, markers,
    present: counts.present,
    distinct: counts.distinct,
    longest: counts.longest ?? 0,
    leadingZeros: counts.zeros > 0,
    ...(counts.distinct <= MOST_CODES && { values: await database.rows<ValueCount>(`SELECT ${column} AS value, count(*) AS n ${kept} GROUP BY 1 ORDER BY n DESC, value`) }),
    ...(numbers !== undefined && { numbers }),
    ...(times.length === 1 && { times: times[0] }),
    ...(times.length > 1 && { ambiguous: times.map(({ form }) => form.name) }),
  };
}

async function numberFacts({ database }: Table, column: string, among: string, n: number): Promise<NumberFacts | undefined> {
  for (const form of NUMBER_FORMS) {
    const number = `CASE WHEN ${fullMatch(column, form.pattern)} AND isfinite(${form.number(column)}) THEN ${form.number(column)} END`;
    const facts = await database.row<{ fit: number; proofs: number; whole: number; minimum: number | null; maximum: number | null; example: string | null }>(
      `SELECT count(v) AS fit, ${form.proof === undefined ? 1 : `count(*) FILTER (${fullMatch(column, form.proof)})`} AS proofs, count(*) FILTER (v = floor(v)) AS whole,
         min(v) AS minimum, max(v) AS maximum, min(${column}) FILTER (v IS NULL) AS example FROM (SELECT ${column}, ${number} AS v ${among})`,
    );
    if (facts.fit >= n * (1 - MOST_STRAY) && facts.proofs > 0 && facts.minimum !== null && facts.maximum !== null) {
      return { form, whole: facts.whole === facts.fit, minimum: facts.minimum, maximum: facts.maximum, strays: strays(n - facts.fit, facts.example) };
    }
  }
  return undefined;
}

const strays = (n: number, example: string | null): Strays => ({ n, ...(example !== null && { example }) });

/** Forms of times that fit, those that convert nothing first; several only where none of them is plain. */
async function timeForms(table: Table, { declared }: TableColumnInfo, column: string, among: string): Promise<TimeFacts[]> {
  const few = `(SELECT ${column} ${among} LIMIT ${TRIED})`;
  const fits = TIME_FORMS.map(({ pattern }, index) => `count(*) FILTER (${fullMatch(column, pattern)}) AS f${index}`);
  const counts = await table.database.row<Record<string, number>>(`SELECT count(*) AS n, ${fits.join(', ')} FROM ${few}`);
  const likely = TIME_FORMS.filter((_, index) => (counts[`f${index}`] ?? 0) >= (counts.n ?? 0) * (1 - MOST_STRAY));
  const found: TimeFacts[] = [];
  for (const form of likely) {
    const facts = await timeFacts(table, form, column, among);
    if (facts !== undefined) {
      if (form.plain) {
        // A column of points in time stays one, though all lie at midnight.
        return [declared?.startsWith('TIMESTAMP') === true ? { ...facts, form: { ...form, type: 'timestamp' } } : facts];
      }
      found.push(facts);
    }
  }
  return found;
}

async function countedTimes(table: Table, { name }: TableColumnInfo, column: string, among: string, n: number): Promise<TimeFacts | undefined> {
  for (const form of COUNTED_TIMES.filter(({ names }) => names.test(name))) {
    const facts = await timeFacts(table, form, column, among);
    if (facts !== undefined && facts.strays.n <= n * MOST_STRAY) {
      return facts;
    }
  }
  return undefined;
}

async function timeFacts({ database }: Table, form: TimeForm, column: string, among: string): Promise<TimeFacts | undefined> {
  const time = `CASE WHEN ${fullMatch(column, form.pattern)} THEN ${form.time(column)} END`;
  const facts = await database.row<{ n: number; fit: number; earliest: number | null; latest: number | null; example: string | null }>(
    `SELECT count(*) AS n, count(v) AS fit, epoch(min(v)) AS earliest, epoch(max(v)) AS latest, min(${column}) FILTER (v IS NULL) AS example FROM (SELECT ${column}, ${time} AS v ${among})`,
  );
  return facts.fit >= facts.n * (1 - MOST_STRAY) && facts.earliest !== null && facts.latest !== null
    ? { form, earliest: facts.earliest, latest: facts.latest, strays: strays(facts.n - facts.fit, facts.example) }
    : undefined;
}
