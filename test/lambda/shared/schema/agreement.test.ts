import type { ColumnCondition, ColumnRule, ColumnSchema, DataSchema } from '../../../../lambda/shared/schema/contract';
import { DUCKDB } from '../../../../lambda/shared/schema/dialect';
import { problemColumn, relationOf, violationOf } from '../../../../lambda/shared/schema/queries';
import { breaksRule } from '../../../../lambda/shared/schema/rules';
import { epochSeconds, valueProblem } from '../../../../lambda/shared/schema/values';
import { Database, literal } from '../../../../lambda/shared/tables/duckdb';

/** Requests and tables are held to one meaning of the schema: values and rules drawn at random are judged alike by both. */

const COLUMNS: readonly ColumnSchema[] = [
  { name: 'count', type: 'integer', nullable: true }, { name: 'code', type: 'integer', domain: [1, 2], nullable: true }, { name: 'size', type: 'number', nullable: true },
  { name: 'word', type: 'string', domain: ['a', 'b'], nullable: true }, { name: 'plate', type: 'string', pattern: '[A-Z]{2}-?[0-9]{1,3}', nullable: true },
  { name: 'day', type: 'date', nullable: true }, { name: 'time', type: 'timestamp', nullable: true },
];
const SCHEMA: DataSchema = { version: '1', recordId: { name: 'id', type: 'string' }, target: { name: 'y', type: 'integer' }, features: COLUMNS };

const POOL: Readonly<Record<string, readonly unknown[]>> = {
  count: [0, 1, -3, 2.5, null, 'x', 1e21], code: [1, 2, 3, null], size: [0.5, -1, 3, null, 'big'], word: ['a', 'b', 'c', '', null], plate: ['AB-12', 'AB1', 'ab-1', 'AB-1234', 'AB-12\n', null],
  day: ['2026-01-31', '2026-02-30', '2024-02-29', '31.01.2026', '2026-01-31T00:00:00Z', null],
  time: ['2026-01-31', '2026-01-31T12:00:00Z', '2026-01-31 12:00', '2026-01-31T12:00:00.123456+02:00', '2026-13-01T00:00:00Z', '2026-01-31T25:00:00Z', null],
};

const pick = <T>(values: readonly T[]): T => values[Math.floor(Math.random() * values.length)] as T;

function condition(): ColumnCondition {
  const column = pick(COLUMNS);
  const values = (POOL[column.name] ?? []).filter((value) => value !== null && valueProblem(value, { ...column, domain: undefined, pattern: undefined }) === undefined) as (string | number)[];
  const same = COLUMNS.filter(({ type }) => type === column.type || (['date', 'timestamp'].includes(type) && ['date', 'timestamp'].includes(column.type)));
  return pick<() => ColumnCondition>([
    () => ({ column: column.name, is: pick(values) }), () => ({ column: column.name, isNot: pick(values) }), () => ({ column: column.name, in: [pick(values), pick(values)] }),
    () => ({ column: column.name, notIn: [pick(values)] }), () => ({ column: column.name, minimum: pick(values) }), () => ({ column: column.name, maximum: pick(values) }),
    () => ({ column: column.name, missing: Math.random() < 0.5 }), () => ({ column: column.name, equalsColumn: pick(same).name }), () => ({ column: column.name, atLeastColumn: pick(same).name }),
    () => ({ column: column.name, atMostColumn: pick(same).name }),
  ])();
}

async function asTable<T>(records: readonly Readonly<Record<string, unknown>>[], work: (database: Database, relation: string) => Promise<T>): Promise<T> {
  return Database.use(async (database) => {
    await database.run(`CREATE TABLE facts (id VARCHAR, y VARCHAR, ${COLUMNS.map(({ name }) => `"${name}" VARCHAR`).join(', ')})`);
    const cell = (value: unknown): string => (value === null || value === undefined ? 'NULL' : literal(String(value)));
    await database.run(`INSERT INTO facts VALUES ${records.map((record, row) => `('${row}', '1', ${COLUMNS.map(({ name }) => cell(record[name])).join(', ')})`).join(', ')}`);
    return work(database, `(${relationOf(SCHEMA, ({ name }) => ({ expression: `"${name}"`, typed: false }), 'facts', DUCKDB, 4e9)}) AS snapshot`);
  });
}

test('Values are right and wrong alike in requests and in tables', async () => {
  const records = Array.from({ length: 7 }, (_, row) => Object.fromEntries(Object.entries(POOL).map(([name, values]) => [name, values[row] ?? null])));
  await asTable(records, async (database, relation) => {
    for (const [index, column] of COLUMNS.entries()) {
      const found = await database.rows<{ id: string; problem: number }>(`SELECT v0 AS id, ${problemColumn(index + 2)} AS problem FROM ${relation} ORDER BY CAST(v0 AS INTEGER)`);
      // A whole number beyond 2^53 is no whole number of JSON's, and one of tables.
      const told = records.map((record) => (record[column.name] === 1e21 ? undefined : valueProblem(record[column.name], column)) !== undefined);
      expect([column.name, found.map(({ problem }) => problem > 0)]).toEqual([column.name, told]);
    }
  });
});

test('Rules are broken alike by records and by rows, whatever is missing', async () => {
  const records = Array.from({ length: 200 }, () => Object.fromEntries(COLUMNS.map((column) => [column.name, pick((POOL[column.name] ?? []).filter((value) => valueProblem(value, { ...column, domain: undefined, pattern: undefined }) === undefined))])));
  const rules = Array.from({ length: 60 }, (_, index): ColumnRule => ({ id: `r${index}`, ...(Math.random() < 0.7 && { when: [condition(), condition()].slice(0, pick([1, 2])) }), then: [condition(), condition()].slice(0, pick([1, 2])) }));
  const columnOf = (name: string): ColumnSchema => COLUMNS.find((column) => column.name === name) ?? { name, type: 'string' };
  await asTable(records, async (database, relation) => {
    for (const rule of rules) {
      const rows = await database.rows<{ id: string }>(`SELECT v0 AS id FROM ${relation} WHERE ${violationOf(rule, SCHEMA)} ORDER BY CAST(v0 AS INTEGER)`);
      const broken = records.flatMap((record, row) => (breaksRule(rule, record, columnOf) ? [String(row)] : []));
      expect([JSON.stringify(rule), rows.map(({ id }) => id)]).toEqual([JSON.stringify(rule), broken]);
    }
  });
});

test.each([
  ['2026-01-31', 1_769_817_600], ['2026-01-31T12:00:00Z', 1_769_860_800], ['2026-01-31 12:00:00', 1_769_860_800], ['2026-01-31T12:00:00+02:00', 1_769_853_600], ['2026-02-30', undefined], ['2026-1-3', undefined],
  ['tomorrow', undefined], [20260131, undefined],
])('%p is %p seconds since 1970', (text, seconds) => {
  expect(epochSeconds(text)).toBe(seconds);
});
