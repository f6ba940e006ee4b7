import type { Measurement } from '../gate/contract';
import { Checks } from '../shared/checks/contract';
import { inputColumn, WINDOW_TABLE } from '../shared/inference/window';
import { isCategorical } from '../shared/profile/profile';
import { expectedColumns, PROBLEMS } from '../shared/schema/columns';
import type { RawColumn } from '../shared/schema/columns-sql';
import type { ColumnSchema, DataSchema } from '../shared/schema/contract';
import { DUCKDB } from '../shared/schema/dialect';
import { countsQuery, relationOf, rulesQuery } from '../shared/schema/queries';
import { isTime } from '../shared/schema/values';
import { type Database, identifier } from '../shared/tables/duckdb';
import { counted, figure, list, percent } from '../shared/words';

const ID = Checks.DRIFT.measurements.UNEXPECTED_SHARE;
const SHOWN = 5;

interface Finding {
  readonly what: string;
  readonly count: number;
  readonly share: number;
}

/**
 * Holds what a window's requests asked to the schema that the training data were held to: bounds and rules. What no model could score never got here,
 * since the application refuses it.
 */
export async function measureExpectations(database: Database, schema: DataSchema, rows: number): Promise<Measurement> {
  const features = new Set(schema.features);
  const raw = (column: ColumnSchema): RawColumn | undefined =>
    column === schema.recordId
      ? { expression: identifier('recordId'), typed: false }
      : features.has(column) ? { expression: identifier(inputColumn(column.name)), typed: !isCategorical(column), seconds: isTime(column) } : undefined;
  const relation = `(${relationOf(schema, raw, WINDOW_TABLE, DUCKDB, Date.now() / 1000)}) AS requests`;
  const columns = expectedColumns(schema).flatMap((column, index) => (features.has(column) ? [[index, column] as const] : []));
  const counts = await database.row<Record<string, number>>(countsQuery(columns, relation));
  const ofColumns = columns.map(([index, { name }]): Finding => {
    const present = counts[`present${index}`] ?? 0;
    const count = PROBLEMS.reduce((sum, problem) => sum + (counts[`${problem.toLowerCase()}${index}`] ?? 0), 0);
    return { what: name, count, share: present === 0 ? 0 : count / present };
  });
  const rules = schema.rules ?? [];
  const broken = rules.length === 0 ? {} : await database.row<Record<string, number>>(rulesQuery(schema, relation));
  const ofRules = rules.map(({ id }, index): Finding => ({ what: `rule ${id}`, count: broken[`broken${index}`] ?? 0, share: (broken[`broken${index}`] ?? 0) / rows }));
  const found = [...ofColumns, ...ofRules].filter(({ count }) => count > 0).toSorted((a, b) => b.share - a.share);
  return {
    id: ID,
    status: 'measured',
    value: found[0]?.share ?? 0,
    sampleSize: rows,
    explanation: found.length === 0
      ? `all ${counted(rows, 'request')} lie within the bounds and rules of schema version ${schema.version}`
      : `outside the expectations of schema version ${schema.version}: ${list(found.map(({ what, count, share }) => `${what} in ${figure(count)} requests (${percent(share)})`), SHOWN)}`,
    details: { found },
  };
}
