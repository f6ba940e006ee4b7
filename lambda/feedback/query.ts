import { inputColumn, WINDOW_TABLE } from '../shared/inference/window';
import { profileColumn } from '../shared/profile/profile';
import type { ColumnSchema, DataSchema } from '../shared/schema/contract';
import { identifier } from '../shared/tables/duckdb';

const TYPES: Readonly<Record<ColumnSchema['type'], string>> = {
  integer: 'BIGINT', number: 'DOUBLE', string: 'VARCHAR', boolean: 'BOOLEAN', date: 'DATE', timestamp: 'TIMESTAMP',
};

/** When the prediction was made, in UTC. */
const ASKED_AT = `CAST(rtrim(asked."time", 'Z') AS TIMESTAMP)`;

/**
 * The labelled predictions as training data: record id, features, order and target under the names and types of the schema. A record that was asked
 * for more than once is there once, as it was asked for last.
 */
export function deliveryQuery({ recordId, target, order, features }: DataSchema, labels: string): string {
  const cast = (expression: string, { name, type }: ColumnSchema): string => `CAST(${expression} AS ${TYPES[type]}) AS ${identifier(name)}`;
  // The window's table holds times as seconds since 1970.
  const input = (feature: ColumnSchema): string => {
    const value = `asked.${identifier(inputColumn(feature.name))}`;
    return cast(profileColumn(feature).time === undefined ? value : `make_timestamp(CAST(${value} * 1000000 AS BIGINT))`, feature);
  };
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
      ...features.map(input),
      // Where the order may be missing, nothing is said: the time of a request need not be the time of the record.
      ...(order === undefined || order.nullable === true ? [] : [cast(order.type === 'integer' ? `year(${ASKED_AT})` : ASKED_AT, order)]),
      cast(`labelled.${label}`, target),
    ].join(', ')}
    FROM asked JOIN labelled USING (joinKey) ORDER BY joinKey`;
}
