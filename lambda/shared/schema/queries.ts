import { expectedColumns, type Problem, PROBLEMS, problemCode, RECORD_ID_INDEX, TARGET_INDEX } from './columns';
import { columnSql, type RawColumn } from './columns-sql';
import type { ColumnRule, ColumnSchema, DataSchema } from './contract';
import type { Dialect } from './dialect';
import { violation } from './rules';
import { isNumeric, isTime } from './values';

/**
 * The expectations of a schema as SQL, in one of two dialects: what the data check runs on DuckDB within a function is what Athena runs on a snapshot
 * too large for one. Everything works on a *relation* with these columns, one pair for each expected column in its order.
 */
export const valueColumn = (index: number): string => `v${index}`;
export const problemColumn = (index: number): string => `p${index}`;

/**
 * The relation over one file or table, as a SELECT.
 *
 * @param raw the column as it lies there, or `undefined` where it is not there
 * @param now seconds since 1970: a value of the order column beyond a day from now lies in the future
 */
export function relationOf(schema: DataSchema, raw: (column: ColumnSchema) => RawColumn | undefined, from: string, dialect: Dialect, now: number): string {
  const pairs = expectedColumns(schema).flatMap((column, index) => {
    const found = raw(column);
    const text = index === RECORD_ID_INDEX || !isNumeric(column);
    const { value, problem } =
      found === undefined ? { value: `CAST(NULL AS ${text ? 'VARCHAR' : 'DOUBLE'})`, problem: '0' } : columnSql(column, found, dialect, futureOf(schema, column, now));
    // Ids stay texts: a number of 64 bits would lose digits as a double.
    const kept = index === RECORD_ID_INDEX && found !== undefined ? `CAST(${found.expression} AS VARCHAR)` : value;
    return [`${kept} AS ${valueColumn(index)}`, `${problem} AS ${problemColumn(index)}`];
  });
  return `SELECT ${pairs.join(', ')} FROM ${from}`;
}

const DAY = 86_400;
const YEARS = { minimum: 1900, maximum: 2200 };

/** Whole numbers that the schema bounds to years: by them rows are as old as the year's end. */
export const isYear = ({ type, minimum, maximum }: ColumnSchema): boolean =>
  type === 'integer' && minimum !== undefined && minimum >= YEARS.minimum && (maximum ?? YEARS.minimum) <= YEARS.maximum;

/** Greatest value of the order column that is no future, or `undefined` where it does not tell the time. */
function futureOf({ order }: DataSchema, column: ColumnSchema, now: number): number | undefined {
  if (column !== order) {
    return undefined;
  }
  // A day for clocks and time zones.
  return isTime(column) ? now + DAY : isYear(column) ? new Date((now + DAY) * 1000).getUTCFullYear() : undefined;
}

/** Whether a column's values are counted as numbers; ids are names, whatever they look like. */
export const isCounted = (index: number, column: ColumnSchema): boolean => index !== RECORD_ID_INDEX && isNumeric(column);

/** One row of counts of some columns: `rows`, and for each column `present`, one count per problem, and for numbers
 * `numbers` (how many), `minimum`, `maximum`, `mean`, `deviation` (population), `negative` (how many). */
export function countsQuery(columns: readonly (readonly [index: number, column: ColumnSchema])[], relation: string): string {
  const counts = columns.flatMap(([index, column]) => {
    const [value, problem] = [valueColumn(index), problemColumn(index)];
    const numeric = [
      ['numbers', `count(${value})`], ['minimum', `min(${value})`], ['maximum', `max(${value})`], ['mean', `avg(${value})`], ['deviation', `stddev_pop(${value})`],
      ['negative', `count(CASE WHEN ${value} < 0 THEN 1 END)`],
    ];
    return [
      `count(CASE WHEN ${value} IS NOT NULL OR ${problem} > 0 THEN 1 END) AS present${index}`,
      ...PROBLEMS.map((kind) => `count(CASE WHEN ${problem} = ${problemCode(kind)} THEN 1 END) AS ${kind.toLowerCase()}${index}`),
      ...(isCounted(index, column) ? numeric.map(([name, sql]) => `${sql} AS ${name}${index}`) : []),
    ];
  });
  return `SELECT count(*) AS n, ${counts.join(', ')} FROM ${relation}`;
}

/** Condition that holds for rows that break a rule. */
export function violationOf(rule: ColumnRule, schema: DataSchema): string {
  const columns = expectedColumns(schema);
  return violation(rule, (name) => {
    const index = columns.findIndex((column) => column.name === name);
    const column = columns[index];
    if (column === undefined) {
      throw new Error(`rule ${rule.id} speaks of ${name}, which is no column of the schema`);
    }
    const value = index === RECORD_ID_INDEX && isNumeric(column) ? `TRY_CAST(${valueColumn(index)} AS DOUBLE)` : valueColumn(index);
    return { schema: column, value, problem: problemColumn(index) };
  });
}

/** One row: `broken<i>` for each rule. */
export const rulesQuery = (schema: DataSchema, relation: string): string =>
  `SELECT ${(schema.rules ?? []).map((rule, index) => `count(CASE WHEN ${violationOf(rule, schema)} THEN 1 END) AS broken${index}`).join(', ')} FROM ${relation}`;

const KEY = valueColumn(RECORD_ID_INDEX);

/** Keys of rows that meet a condition, the first of them in order. */
export const examplesQuery = (condition: string, relation: string, limit: number): string =>
  `SELECT CAST(${KEY} AS VARCHAR) AS id FROM ${relation} WHERE ${condition} ORDER BY ${KEY} LIMIT ${limit}`;

/** One row: `present` and `different` values of a column. */
export const distinctQuery = (index: number, relation: string): string =>
  `SELECT count(${valueColumn(index)}) AS present, count(DISTINCT ${valueColumn(index)}) AS different FROM ${relation}`;

/** Values of a column that occur more than once. */
export const repeatedQuery = (index: number, relation: string, limit: number): string =>
  `SELECT CAST(${valueColumn(index)} AS VARCHAR) AS id, count(*) AS times FROM ${relation} WHERE ${valueColumn(index)} IS NOT NULL
   GROUP BY ${valueColumn(index)} HAVING count(*) > 1 ORDER BY times DESC, id LIMIT ${limit}`;

/** One row: `different` rows, the record id left out. Rows are told apart by a 64-bit hash of their values. */
export function differentRowsQuery(schema: DataSchema, relation: string, dialect: Dialect): string {
  const values = expectedColumns(schema).flatMap((_, index) => (index === RECORD_ID_INDEX ? [] : [valueColumn(index)]));
  return `SELECT count(DISTINCT ${dialect.hash(values)}) AS different FROM ${relation}`;
}

/** How often each value of a column occurs, the most frequent first. */
export const frequenciesQuery = (index: number, relation: string, limit: number): string =>
  `SELECT CAST(${valueColumn(index)} AS VARCHAR) AS item, count(*) AS n FROM ${relation} WHERE ${valueColumn(index)} IS NOT NULL GROUP BY ${valueColumn(index)} ORDER BY n DESC, item LIMIT ${limit}`;

/** Numbers per equally wide bucket between two bounds: `bucket`, `n`. */
export const bucketsQuery = (index: number, minimum: number, maximum: number, buckets: number, relation: string): string =>
  `SELECT least(${buckets - 1}, CAST(floor((${valueColumn(index)} - ${double(minimum)}) / ${double((maximum - minimum) / buckets)}) AS INTEGER)) AS bucket, count(*) AS n
   FROM ${relation} WHERE ${valueColumn(index)} IS NOT NULL GROUP BY 1 ORDER BY 1`;

const double = (value: number): string => `CAST(${value} AS DOUBLE)`;

/** Rows whose record id's hash falls into one of so many parts: the same rows whoever asks. */
export const sampleCondition = (parts: number, dialect: Dialect): string => `${dialect.bucket(dialect.hash([KEY]), parts)} = 0`;

/** Cells of a feature: numbers in so many quantile bins, where equal numbers share one; categories as they are; missing values in a cell of their own (null). */
function cellOf(index: number, column: ColumnSchema, bins: number): string {
  const value = valueColumn(index);
  return isNumeric(column) && column.domain === undefined
    ? `CASE WHEN ${value} IS NOT NULL THEN CAST(floor(percent_rank() OVER (PARTITION BY ${value} IS NULL ORDER BY ${value}) * ${bins}) AS BIGINT) END`
    : value;
}

const KNOWN = `${valueColumn(TARGET_INDEX)} IS NOT NULL AND ${problemColumn(TARGET_INDEX)} = 0`;

/** How the classes spread over the cells of a feature: `cell`, `class`, `n`. */
export const classCellsQuery = (index: number, column: ColumnSchema, bins: number, relation: string): string =>
  `SELECT CAST(cell AS VARCHAR) AS cell, CAST(class AS VARCHAR) AS class, count(*) AS n FROM (
     SELECT ${cellOf(index, column, bins)} AS cell, ${valueColumn(TARGET_INDEX)} AS class FROM ${relation} WHERE ${KNOWN}
   ) AS cells GROUP BY 1, 2 ORDER BY 1, 2`;

/** How the target spreads over the cells of a feature: `cell`, `n`, `mean`, `squares` (sum of squared deviations from the cell's mean). */
export const targetCellsQuery = (index: number, column: ColumnSchema, bins: number, relation: string): string =>
  `SELECT CAST(cell AS VARCHAR) AS cell, count(*) AS n, avg(target) AS mean, var_pop(target) * count(*) AS squares FROM (
     SELECT ${cellOf(index, column, bins)} AS cell, ${valueColumn(TARGET_INDEX)} AS target FROM ${relation} WHERE ${KNOWN}
   ) AS cells GROUP BY 1 ORDER BY 1`;

/** Distinct numbers of a column with their counts: `item`, `n`. */
export const histogramQuery = (index: number, relation: string): string =>
  `SELECT ${valueColumn(index)} AS item, count(*) AS n FROM ${relation} WHERE ${valueColumn(index)} IS NOT NULL GROUP BY 1 ORDER BY 1`;

/** Correlation of a numeric feature with the target: `r`. */
export const correlationQuery = (index: number, relation: string): string =>
  `SELECT corr(${valueColumn(index)}, ${valueColumn(TARGET_INDEX)}) AS r FROM ${relation} WHERE ${KNOWN} AND ${valueColumn(index)} IS NOT NULL`;

/** Condition that holds for values with a problem. */
export const hasProblem = (index: number, kind: Problem): string => `${problemColumn(index)} = ${problemCode(kind)}`;
