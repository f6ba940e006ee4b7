/**
 * Functions of Trino that DuckDB does not have, or has by another name and the translator does not know it, as macros of DuckDB.
 *
 * `xxhash64` is another hash of 64 bits here: equal values have equal hashes, and that is all that a query may build on.
 */
export const MACROS: readonly string[] = [
  'is_finite(x) AS isfinite(x)',
  'is_infinite(x) AS isinf(x)',
  "nan() AS CAST('nan' AS DOUBLE)",
  "infinity() AS CAST('inf' AS DOUBLE)",
  'xxhash64(x) AS hash(x)',
  'from_big_endian_64(x) AS CAST(x // 2 AS BIGINT)',
];

/** Functions that the translator writes as DuckDB's, or that both have with one meaning. */
const SHARED = `abs approx_distinct arbitrary avg bitwise_and cast ceil ceiling chr coalesce concat corr count count_if covar_pop date_diff dense_rank exp floor
  from_iso8601_timestamp greatest if is_nan lag lead least length ln log10 lower lpad max max_by min min_by mod nullif percent_rank power rank regexp_like replace round row_number
  rpad sqrt stddev stddev_pop stddev_samp strpos substr substring sum to_unixtime to_utf8 trim try try_cast upper var_pop var_samp variance`.split(/\s+/);

const KNOWN: ReadonlySet<string> = new Set([...SHARED, ...MACROS.map((macro) => macro.slice(0, macro.indexOf('(')))]);

export const unknownFunctions = (called: readonly string[]): string[] => called.filter((name) => !KNOWN.has(name));
