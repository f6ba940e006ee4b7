import type { ColumnSchema, DataSchema } from '../shared/contract';
import { identifier } from '../shared/duckdb';
import { inputColumn, WINDOW_TABLE } from '../shared/inference-window';

const TYPES: Readonly<Record<ColumnSchema['type'], string>> = {
  integer: 'BIGINT', number: 'DOUBLE', string: 'VARCHAR', boolean: 'BOOLEAN', date: 'DATE', timestamp: 'TIMESTAMP',
};

/**
 * The labelled predictions as training data: record id, features and target under the names and types of the schema. A record that was asked for
 * more than once is there once, as it was asked for last.
 */
export function deliveryQuery({ recordId, target, features }: DataSchema, labels: string): string {
  const cast = (expression: string, { name, type }: ColumnSchema): string => `CAST(${expression} AS ${TYPES[type]}) AS ${identifier(name)}`;
  // Numbers are compared as numbers: the log and a delivery may write them differently.
  const numeric = recordId.type === 'integer' || recordId.type === 'number';
  const key = (column: string): string => (numeric ? `TRY_CAST(${column} AS DOUBLE)` : column);
  const label = identifier(target.name);
  return `
    WITH asked AS (
      SELECT *, ${key('"recordId"')} AS joinKey FROM ${WINDOW_TABLE} WHERE "recordId" IS NOT NULL
      QUALIFY row_number() OVER (PARTITION BY joinKey ORDER BY "time" DESC, "requestId", "row") = 1
    ), labelled AS (
      SELECT ${key(identifier(recordId.name))} AS joinKey, last(${label} ORDER BY rowid) AS ${label} FROM ${labels} WHERE ${label} IS NOT NULL GROUP BY joinKey
    )
    SELECT ${[
      cast('asked."recordId"', recordId),
      ...features.map((feature) => cast(`asked.${identifier(inputColumn(feature.name))}`, feature)),
      cast(`labelled.${label}`, target),
    ].join(', ')}
    FROM asked JOIN labelled USING (joinKey) ORDER BY joinKey`;
}
