import type { ColumnSchema } from '../schema/contract';
import { binCounts, type EmpiricalDistribution, moments, quantileEdges, quantiles, total } from '../statistics';
import { type Database, identifier } from '../tables/duckdb';
import { type TableColumn, numbers } from '../tables/reading';
import { type CategoricalProfile, type ColumnProfile, type NumericProfile, OTHER } from './contract';

/** More distinct values than this are condensed to as many quantiles: a reference stays small, and distances stay right to a thousandth. */
export const MAXIMUM_VALUES = 1000;
/** More categories than this are counted together. */
export const MAXIMUM_CATEGORIES = 500;

/** A column with a domain, of text or of truth values is categorical. */
export const isCategorical = ({ type, domain }: ColumnSchema): boolean => domain !== undefined || type === 'string' || type === 'boolean';

/** How a feature is loaded for a profile. */
export const profileColumn = (column: ColumnSchema): TableColumn => ({
  name: column.name,
  type: isCategorical(column) ? 'VARCHAR' : 'DOUBLE',
  ...((column.type === 'date' || column.type === 'timestamp') && !isCategorical(column) && { time: column.type }),
});

/** Profile of a column; numbers keep all their distinct values, so that they can be put into the bins of a reference. */
export async function profileOf(database: Database, table: string, column: ColumnSchema): Promise<ColumnProfile> {
  return isCategorical(column) ? categoricalProfile(database, table, column.name) : numericProfile(database, table, column.name);
}

export async function numericProfile(database: Database, table: string, column: string): Promise<NumericProfile> {
  const name = identifier(column);
  const { rows } = await database.row<{ rows: number }>(`SELECT count(*) AS rows FROM ${identifier(table)}`);
  const histogram = await database.columns(
    `SELECT ${name} AS value, count(*) AS n FROM ${identifier(table)} WHERE isfinite(${name}) GROUP BY value ORDER BY value`,
  );
  return describe({ values: [...numbers(histogram.value)], counts: [...numbers(histogram.n)] }, rows);
}

/** @param rows of the column, missing values included */
export function describe(distribution: EmpiricalDistribution, rows: number): NumericProfile {
  const { values, counts } = distribution;
  const count = total(counts);
  const edges = quantileEdges(distribution);
  const { mean, std } = count === 0 ? { mean: 0, std: 0 } : moments(distribution);
  return {
    kind: 'numeric', count, missing: rows - count, mean, std, minimum: values[0] ?? 0, maximum: values.at(-1) ?? 0, edges, bins: binCounts(distribution, edges), values, counts,
  };
}

/** Limits the size of a profile of numbers; bins, mean and extremes stay exact. */
export function condense<T extends ColumnProfile>(profile: T): T {
  if (profile.kind !== 'numeric' || profile.values.length <= MAXIMUM_VALUES) {
    return profile;
  }
  const middles = Array.from({ length: MAXIMUM_VALUES }, (_, index) => (index + 0.5) / MAXIMUM_VALUES);
  return { ...profile, values: quantiles(profile, middles), counts: middles.map(() => profile.count / MAXIMUM_VALUES) };
}

async function categoricalProfile(database: Database, table: string, column: string): Promise<CategoricalProfile> {
  const found = await database.rows<{ category: string | null; n: number }>(
    `SELECT ${identifier(column)} AS category, count(*) AS n FROM ${identifier(table)} GROUP BY category ORDER BY n DESC, category`,
  );
  const present = found.flatMap(({ category, n }) => (category === null ? [] : [[category, n] as const]));
  return categories(present, found.reduce((sum, { n }) => sum + n, 0));
}

/**
 * @param present categories with their counts, the most frequent first; those that are left out count as missing
 * @param rows missing values included
 */
export function categories(present: readonly (readonly [category: string, n: number])[], rows: number): CategoricalProfile {
  const rest = present.slice(MAXIMUM_CATEGORIES).reduce((sum, [, n]) => sum + n, 0);
  const count = present.reduce((sum, [, n]) => sum + n, 0);
  return {
    kind: 'categorical',
    count,
    missing: rows - count,
    counts: Object.fromEntries([...present.slice(0, MAXIMUM_CATEGORIES), ...(rest > 0 ? [[OTHER, rest] as const] : [])]),
  };
}
