import type { ColumnSchema, DataSchema } from '../shared/schema/contract';
import { empiricalDistribution, quantiles } from '../shared/statistics';
import { rounded } from '../shared/words';

/** The rows of the test data by the value of one column. */
export interface Group {
  /** `SEX = 2`, `AGEP from 30 to below 45` */
  readonly name: string;
  readonly rows: Uint32Array;
}

/** Bands of a column of numbers, where the project names none: quarters of the rows. */
const QUARTERS = [0.25, 0.5, 0.75];

/**
 * Rows grouped by a column: by value where it has a domain or is text, else by bands of its numbers. Rows without a value are a group of their own.
 *
 * @param edges of the bands, ascending: each band holds its lower edge. Default: quarters of the rows.
 */
export function groupRows(values: readonly (string | null)[], column: ColumnSchema | undefined, name: string, edges?: readonly number[]): Group[] {
  const nameOf = edges !== undefined || isNumeric(column) ? bands(values, name, edges) : (value: string): string => `${name} = ${value}`;
  const rows = new Map<string, number[]>();
  values.forEach((value, row) => {
    const group = value === null ? `${name} is missing` : nameOf(value);
    const members = rows.get(group);
    if (members === undefined) {
      rows.set(group, [row]);
    } else {
      members.push(row);
    }
  });
  return [...rows].map(([group, members]) => ({ name: group, rows: Uint32Array.from(members) })).sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}

const isNumeric = (column: ColumnSchema | undefined): boolean =>
  column !== undefined && column.domain === undefined && (column.type === 'integer' || column.type === 'number');

function bands(values: readonly (string | null)[], name: string, given: readonly number[] | undefined): (value: string) => string {
  const known = values.flatMap((value) => (value === null || !Number.isFinite(Number(value)) ? [] : [Number(value)]));
  const edges = given ?? [...new Set(quantiles(empiricalDistribution(known), QUARTERS))];
  const names = [undefined, ...edges].map((from, index) => {
    const to = edges[index];
    const upper = to === undefined ? '' : `below ${rounded(to)}`;
    return `${name} ${from === undefined ? upper : `from ${rounded(from)}${upper === '' ? '' : ` to ${upper}`}`}`.trim();
  });
  return (value) => names[edges.filter((edge) => Number(value) >= edge).length] ?? name;
}

/** A column of the schema by its name. */
export const columnOf = ({ recordId, target, order, features }: DataSchema, name: string): ColumnSchema | undefined =>
  [recordId, target, ...(order === undefined ? [] : [order]), ...features].find((column) => column.name === name);

/** The elements at some rows. */
export const at = (values: Float64Array, rows: Uint32Array): Float64Array => Float64Array.from(rows, (row) => values[row] ?? Number.NaN);
