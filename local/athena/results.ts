/** A column of a result. */
export interface ResultColumn {
  readonly name: string;
  /** Name of the type as Athena tells it: `varchar`, `bigint`, `double` ... */
  readonly type: string;
}

export interface ResultSet {
  readonly columns: readonly ResultColumn[];
  /** Values as texts; null is no value. */
  readonly rows: readonly (readonly (string | null)[])[];
}

/** Types of Athena by DuckDB's. */
const TYPES: readonly (readonly [RegExp, string])[] = [
  [/^BOOLEAN$/, 'boolean'], [/^TINYINT$/, 'tinyint'], [/^SMALLINT$/, 'smallint'], [/^INTEGER$/, 'integer'], [/^(BIGINT|U?HUGEINT|U(TINY|SMALL|BIG)?INT(EGER)?)$/, 'bigint'],
  [/^FLOAT$/, 'real'], [/^DOUBLE$/, 'double'], [/^DECIMAL/, 'decimal'], [/^VARCHAR$/, 'varchar'], [/^DATE$/, 'date'], [/^TIMESTAMP WITH TIME ZONE$/, 'timestamp with time zone'],
  [/^TIMESTAMP/, 'timestamp'], [/^BLOB$/, 'varbinary'],
];

/** @returns undefined for a type that no result here has */
export const athenaType = (type: string): string | undefined => TYPES.find(([form]) => form.test(type))?.[1];

/** A value of a column as an expression of text, as Athena writes it; numbers of floating point are written by {@link floatText}. */
export function textOf(column: string, type: string): string {
  const forms: Readonly<Record<string, string>> = {
    timestamp: `strftime(${column}, '%Y-%m-%d %H:%M:%S.%g')`,
    'timestamp with time zone': `strftime(${column} AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M:%S.%g UTC')`,
    varbinary: `lower(hex(${column}))`,
  };
  return forms[type] ?? (isFloat(type) ? column : `CAST(${column} AS VARCHAR)`);
}

export const isFloat = (type: string): boolean => type === 'double' || type === 'real';

/** As Java writes a number: `1.0`, `1.0E7`, `NaN`. */
export function floatText(value: number): string {
  if (!Number.isFinite(value)) {
    return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
  }
  const size = Math.abs(value);
  const withPoint = (text: string): string => (text.includes('.') ? text : `${text}.0`);
  if (size === 0 || (size >= 1e-3 && size < 1e7)) {
    return Object.is(value, -0) ? '-0.0' : withPoint(String(value));
  }
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  return `${withPoint(digits)}E${exponent.replace('+', '')}`;
}

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** The file that Athena writes: every value in quotes; a missing one is nothing at all. */
export const csvOf = ({ columns, rows }: ResultSet): string =>
  [columns.map(({ name }) => name), ...rows].map((row) => `${row.map((value) => (value === null ? '' : quoted(value))).join(',')}\n`).join('');
