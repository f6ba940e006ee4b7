import { athenaRelation, tableColumns } from '../../../../lambda/shared/schema/athena';
import { expectedColumns, PROBLEMS } from '../../../../lambda/shared/schema/columns';
import type { ColumnRule, DataSchema } from '../../../../lambda/shared/schema/contract';
import { DUCKDB, TRINO } from '../../../../lambda/shared/schema/dialect';
import * as sql from '../../../../lambda/shared/schema/queries';
import { Database } from '../../../../lambda/shared/tables/duckdb';
import { trinoParser } from '../../../support/trino';

/** Every kind of column, every operator, and names that try to be SQL. */
const SCHEMA: DataSchema = {
  version: '1',
  recordId: { name: 'id', type: 'integer', minimum: 0 },
  target: { name: 'target', type: 'number' },
  order: { name: 'ordered', type: 'timestamp' },
  entity: { name: 'person', type: 'string', pattern: "[A-Z]'?[0-9]+" },
  features: [
    { name: 'Select', type: 'integer', minimum: -1, maximum: 9, nullable: true }, { name: 'a "b"; DROP TABLE x', type: 'number', minimum: 0.5 },
    { name: 'flag', type: 'boolean', domain: [true] }, { name: 'day', type: 'date', domain: ['2026-01-31'] }, { name: 'code', type: 'integer', domain: [1, 2] }, { name: 'text', type: 'string', domain: ["it's", 'b'], unique: true },
  ],
  rules: [
    { id: 'numbers', when: [{ column: 'Select', minimum: 1 }, { column: 'code', in: [1, 2] }], then: [{ column: 'a "b"; DROP TABLE x', maximum: 7.5 }, { column: 'Select', isNot: 3 }] },
    { id: 'times', then: [{ column: 'day', atMostColumn: 'ordered' }, { column: 'ordered', minimum: '2026-01-01T00:00:00+01:00' }] },
    { id: 'texts', when: [{ column: 'text', missing: false }, { column: 'id', maximum: 10 }], then: [{ column: 'text', is: "it's" }, { column: 'text', notIn: ['x'] }, { column: 'text', equalsColumn: 'person' }] },
    { id: 'truth', then: [{ column: 'flag', is: true }, { column: 'code', atLeastColumn: 'Select' }] },
  ],
};
const NOW = 1_780_000_000;

/** Every query that a check may ask of a relation. */
function queries(relation: string, dialect: typeof DUCKDB): string[] {
  const columns = expectedColumns(SCHEMA);
  const features = SCHEMA.features.map((feature, position) => [position + 2, feature] as const);
  return [
    sql.countsQuery(columns.map((column, index) => [index, column] as const), relation),
    sql.rulesQuery(SCHEMA, relation),
    ...(SCHEMA.rules ?? []).map((rule) => sql.examplesQuery(sql.violationOf(rule, SCHEMA), relation, 3)),
    ...PROBLEMS.map((problem) => sql.examplesQuery(sql.hasProblem(2, problem), relation, 3)),
    sql.distinctQuery(0, relation), sql.repeatedQuery(0, relation, 3), sql.differentRowsQuery(SCHEMA, relation, dialect),
    sql.frequenciesQuery(1, relation, 10), sql.bucketsQuery(2, -1.5, 2.5e-7, 10, relation), sql.histogramQuery(2, relation), sql.correlationQuery(3, relation),
    ...features.flatMap(([index, feature]) => [sql.classCellsQuery(index, feature, 50, relation), sql.targetCellsQuery(index, feature, 50, relation)]),
    `SELECT * FROM ${relation} WHERE ${sql.sampleCondition(7, dialect)}`,
  ];
}

describe('The expectations as SQL of Athena', () => {
  const trino = trinoParser();
  const relation = athenaRelation(SCHEMA, 'mlops', 'snapshot_1', NOW);

  test('are sentences of the grammar of Trino', () => {
    // The relation once, and the rest on its name: the parser takes its time.
    const wrong = [`SELECT * FROM ${relation}`, ...queries('snapshot', TRINO)].flatMap((query) => trino.validate(`${query};`).map(({ message }) => `${message} in ${query.slice(0, 200)}`));
    expect(wrong).toEqual([]);
  });

  test('would be found out if they were not', () => {
    expect(trino.validate('SELECT count(*) FILTER WHERE FROM t;')).not.toEqual([]);
    expect(trino.validate('SELECT v0::DOUBLE FROM t;')).not.toEqual([]);
  });

  test('use no function that only DuckDB has', () => {
    const called = [relation, ...queries('snapshot', TRINO)].flatMap((query) => [...query.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"/g, '').matchAll(/\b([a-z_0-9]+)\s*\(/gi)].map(([, name]) => name?.toLowerCase() ?? ''));
    const known = [
      'avg', 'bitwise_and', 'cast', 'chr', 'coalesce', 'concat', 'corr', 'count', 'floor', 'from_big_endian_64', 'from_iso8601_timestamp', 'is_finite', 'is_nan', 'least', 'lower', 'max', 'min', 'mod', 'nullif',
      'percent_rank', 'regexp_like', 'replace', 'stddev_pop', 'sum', 'to_unixtime', 'to_utf8', 'try', 'try_cast', 'var_pop', 'xxhash64',
    ];
    const words = ['and', 'as', 'by', 'from', 'in', 'not', 'or', 'over', 'then', 'when', 'where'];
    expect([...new Set(called)].filter((name) => !known.includes(name) && !words.includes(name))).toEqual([]);
  });

  test('go with a table of the schema', () => {
    expect(tableColumns(SCHEMA).slice(0, 4)).toEqual([{ Name: 'id', Type: 'bigint' }, { Name: 'target', Type: 'double' }, { Name: 'select', Type: 'bigint' }, { Name: 'a "b"; drop table x', Type: 'double' }]);
  });
});

test('The same queries run on DuckDB', async () => {
  await Database.use(async (database) => {
    const table = expectedColumns(SCHEMA).map(({ name, type }) => `CAST(NULL AS ${{ integer: 'BIGINT', number: 'DOUBLE', string: 'VARCHAR', boolean: 'BOOLEAN', date: 'DATE', timestamp: 'TIMESTAMP' }[type]}) AS "${name.replaceAll('"', '""')}"`);
    await database.run(`CREATE TABLE facts AS SELECT ${table.join(', ')}`);
    const relation = `(${sql.relationOf(SCHEMA, ({ name, type }) => ({ expression: `"${name.replaceAll('"', '""')}"`, typed: type !== 'string' }), 'facts', DUCKDB, NOW)}) AS snapshot`;
    for (const query of queries(relation, DUCKDB)) {
      await expect(database.rows(query)).resolves.toBeInstanceOf(Array);
    }
  });
});

test('A rule has a text of a literal only where the schema has one', () => {
  const injected: ColumnRule = { id: 'x', then: [{ column: 'text', is: "'); DROP TABLE snapshot; --" }] };
  expect(sql.violationOf(injected, SCHEMA)).toContain("'''); DROP TABLE snapshot; --'");
});
