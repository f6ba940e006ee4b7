import { literal } from '../tables/duckdb';

/**
 * Where the two engines that read snapshots write the same thing differently: DuckDB within a function, Trino (Amazon Athena) beyond it. Whatever is
 * not here is standard SQL that both understand.
 */
export interface Dialect {
  readonly name: 'duckdb' | 'trino';
  readonly isFinite: (number: string) => string;
  /** The whole text has the form. */
  readonly hasForm: (text: string, pattern: string) => string;
  /** Seconds since 1970 of a column of one of the engine's types of time. */
  readonly epochOfTime: (time: string) => string;
  /** Seconds since 1970 of an ISO 8601 text; null for what is none. Without an offset it is in UTC. */
  readonly epochOfText: (text: string, type: 'date' | 'timestamp') => string;
  /** 64-bit hash of several values, missing ones included. */
  readonly hash: (values: readonly string[]) => string;
  /** Rest of the division of a hash: 0 to `divisor - 1`. */
  readonly bucket: (hash: string, divisor: number) => string;
}

const DATE_FORM = '\\d{4}-\\d{2}-\\d{2}';
const TIME_FORM = `${DATE_FORM}[T ]\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,9})?)?`;
const OFFSET_FORM = '[+-]\\d{2}(:?\\d{2})?';

export const DUCKDB: Dialect = {
  name: 'duckdb',
  isFinite: (number) => `isfinite(${number})`,
  hasForm: (text, pattern) => `regexp_full_match(${text}, ${literal(pattern)})`,
  epochOfTime: (time) => `epoch(${time})`,
  epochOfText: (text, type) =>
    type === 'date'
      ? `CASE WHEN regexp_full_match(${text}, '${DATE_FORM}') THEN epoch(TRY_CAST(${text} AS DATE)) END`
      : `CASE WHEN regexp_full_match(${text}, '${DATE_FORM}|${TIME_FORM}Z?') THEN epoch(TRY_CAST(${text} AS TIMESTAMP)) ` +
        `WHEN regexp_full_match(${text}, '${TIME_FORM}${OFFSET_FORM}') THEN epoch(TRY_CAST(${text} AS TIMESTAMPTZ)) END`,
  hash: (values) => `hash(${values.join(', ')})`,
  bucket: (hash, divisor) => `${hash} % ${divisor}`,
};

export const TRINO: Dialect = {
  name: 'trino',
  isFinite: (number) => `is_finite(${number})`,
  hasForm: (text, pattern) => `regexp_like(${text}, ${literal(`^(?:${pattern})$`)})`,
  epochOfTime: (time) => `to_unixtime(CAST(${time} AS TIMESTAMP))`,
  epochOfText: (text, type) =>
    type === 'date'
      ? `CASE WHEN regexp_like(${text}, '^${DATE_FORM}$') THEN to_unixtime(CAST(TRY_CAST(${text} AS DATE) AS TIMESTAMP)) END`
      : `CASE WHEN regexp_like(${text}, '^(${DATE_FORM}|${TIME_FORM}(Z|${OFFSET_FORM})?)$') THEN to_unixtime(TRY(from_iso8601_timestamp(replace(${text}, ' ', 'T')))) END`,
  hash: (values) => `from_big_endian_64(xxhash64(to_utf8(concat(${values.map((value) => `coalesce(CAST(${value} AS VARCHAR), chr(0))`).join(', chr(1), ')}, ''))))`,
  bucket: (hash, divisor) => `mod(bitwise_and(${hash}, 9223372036854775807), ${divisor})`,
};
