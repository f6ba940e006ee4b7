import { inferred, noise, parquet, place, table } from './support';
import { infer } from '../../../local/scaffold';
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

// The engine starts anew for each file; a machine with other work needs longer.
jest.setTimeout(30_000);

const two = (value: number): string => String(value).padStart(2, '0');
const date = (row: number): string => `2025-${two(1 + (noise(row, 7) % 9))}-${two(1 + (row % 28))}`;

describe('The target', () => {
  test.each<[string, (row: number) => string | number | boolean, object]>([
    ['many different numbers', (row) => noise(row, 13) / 8, { problemType: 'regression', schema: { name: 'y', type: 'number', minimum: 0 } }],
    ['many different whole numbers', (row) => noise(row, 13), { problemType: 'regression', schema: { name: 'y', type: 'integer', minimum: 0 } }],
    ['a few whole numbers', (row) => noise(row, 13) % 4, { problemType: 'multiclassClassification', schema: { name: 'y', type: 'integer', domain: [0, 1, 2, 3] } }],
    ['three texts', (row) => ['a', 'b', 'c'][noise(row, 13) % 3] ?? '', { problemType: 'multiclassClassification', schema: { name: 'y', type: 'string', domain: ['a', 'b', 'c'] } }],
    ['Yes and No', (row) => (noise(row, 13) % 3 === 0 ? 'No' : 'Yes'), { problemType: 'binaryClassification', positiveLabel: 'Yes', schema: { name: 'y', type: 'string', domain: ['No', 'Yes'] } }],
    ['truth values', (row) => noise(row, 13) % 3 === 0, { problemType: 'binaryClassification', positiveLabel: true, schema: { name: 'y', type: 'boolean' } }],
    ['0 and 1', (row) => noise(row, 13) % 2, { problemType: 'binaryClassification', positiveLabel: 1, schema: { name: 'y', type: 'integer', domain: [0, 1] } }],
    ['1.0 and 2.0: the rarer one counts unless one is called positive', (row) => (noise(row, 13) % 5 === 0 ? '1.0' : '2.0'), { positiveLabel: 1, schema: { name: 'y', type: 'integer', domain: [1, 2] } }],
    ['two other texts: the rarer one counts', (row) => (noise(row, 13) % 5 === 0 ? 'red' : 'green'), { problemType: 'binaryClassification', positiveLabel: 'red', positiveBecause: 'the rarer one' }],
    ['codes with leading zeros', (row) => ['01', '02', '03'][noise(row, 13) % 3] ?? '', { problemType: 'multiclassClassification', schema: { name: 'y', type: 'string', domain: ['01', '02', '03'] } }],
  ])('of %s', async (_, y, expected) => {
    expect((await inferred(table({ y, z: (row) => noise(row, 77) }))).target).toMatchObject(expected);
  });

  test('of a few whole numbers is a number where that is asked for', async () => {
    const { target } = await inferred(table({ y: (row) => noise(row, 13) % 4 }), { problemType: 'regression' });
    expect(target).toMatchObject({ problemType: 'regression', schema: { type: 'integer' } });
  });

  test('shares and means come from the data, with room', async () => {
    expect((await inferred(table({ y: (row) => (row % 4 === 0 ? 'Yes' : 'No') }))).data.classShares).toEqual({ No: { minimum: 0.65, maximum: 0.85 }, Yes: { minimum: 0.15, maximum: 0.35 } });
    expect((await inferred(table({ y: (row) => noise(row, 13) / 8 }))).data.targetMean).toBeDefined();
  });

  test.each<[string, (row: number) => string | number | boolean, Parameters<typeof inferred>[1], string]>([
    ['is not there', (row) => row % 2, { target: 'nothing' }, '--target "nothing" is no column of the file; it has id, x, y'],
    ['is constant', () => 1, {}, 'the target y is "1" in every row; there is nothing to learn'],
    ['is empty', () => '', {}, 'the target y holds no value'],
    ['is a date', date, {}, 'the target y holds dates or times'],
    ['has too many classes', (row) => `class ${noise(row, 13) % 60}`, {}, 'more than the 30 classes that a classification may have'],
    ['has a class of a few rows', (row) => (row < 3 ? 'rare' : row % 2 === 0 ? 'a' : 'b'), {}, 'a class in fewer than 10 rows (rare: 3)'],
    ['is of another problem than asked', (row) => ['a', 'b', 'c'][row % 3] ?? '', { problemType: 'regression' }, '--problem-type regression does not fit the target y with 3 different values of text; possible: multiclassClassification'],
    ['is missing nearly everywhere', (row) => (row < 50 ? row % 2 : ''), {}, '50 rows of'],
  ])('that %s is refused', async (_, y, wishes, reason) => {
    await expect(inferred(table({ y }), wishes)).rejects.toThrow(reason);
  });
});

describe('The record id is', () => {
  test.each<[string, Record<string, (row: number) => string | number>, string, string]>([
    ['a unique column that is called like one', { code: (row) => row + 5000, customerId: (row) => `c${row}` }, 'customerId', 'string'],
    ['before others the one called id', { customer_id: (row) => `c${row}`, id: (row) => row }, 'id', 'integer'],
    ['a unique text of any name', { plate: (row) => `HH-${row}` }, 'plate', 'string'],
    ['numbers without a gap', { position: (row) => row + 17 }, 'position', 'integer'],
  ])('%s', async (_, columns, name, type) => {
    const found = await inferred(table({ id: (row) => row % 7, ...columns }));
    expect(found.schema.recordId).toMatchObject({ name, type });
    expect(found.changes).toEqual([]);
  });

  test('made of the rows where there is none: equal rows get different ones, the same file the same ones', async () => {
    const content = table({ id: (row) => row % 7, x: (row) => noise(row, 31) % 20 });
    const ids = async () => {
      const file = place('without-id.csv');
      writeFileSync(file, content);
      return infer(file, { target: 'y' }, async ({ schema, table: { database }, delivered, changes }) => {
        const { n, different } = await database.row<{ n: number; different: number }>(`SELECT count(*) AS n, count(DISTINCT record_id) AS different FROM read_parquet('${delivered}')`);
        const rows = await database.rows<{ record_id: string }>(`SELECT record_id FROM read_parquet('${delivered}') ORDER BY 1`);
        return { schema, n, different, changes, names: rows.map(({ record_id: id }) => id) };
      });
    };
    const [first, second] = [await ids(), await ids()];
    expect(first).toMatchObject({ n: 300, different: 300, schema: { recordId: { name: 'record_id', type: 'string' } } });
    expect(first.changes[0]).toMatch(/^record_id: no column is unique and named like an id/);
    expect(second.names).toEqual(first.names);
  });

  test('what is asked for, if it is unique', async () => {
    expect((await inferred(table({ plate: (row) => `p${row}` }), { recordId: 'plate' })).schema.recordId.name).toBe('plate');
    await expect(inferred(table({ plate: (row) => `p${row % 9}` }), { recordId: 'plate' })).rejects.toThrow('--record-id plate does not name every row: 9 different values in 300 rows');
    await expect(inferred(table({}), { recordId: 'plate' })).rejects.toThrow('--record-id "plate" is no column');
  });

  test('a text where its numbers are beyond what a double holds', async () => {
    const found = await inferred(await parquet(`SELECT 9007199254740993 + i AS id, (i * 31) % 997 / 7 AS x, (i * 13) % 997 % 2 AS y FROM range(300) t(i)`), {}, '.parquet');
    expect(found.schema.recordId).toEqual({ name: 'id', type: 'string' });
  });
});

describe('The order is', () => {
  test.each<[string, Record<string, (row: number) => string | number>, object | undefined]>([
    ['the date of a record', { sold: date, birth_date: (row) => `19${50 + (row % 40)}-01-01` }, { name: 'sold', type: 'date' }],
    ['the one that is called like a time', { warranty: date, order_date: date }, { name: 'order_date', type: 'date' }],
    ['a year', { year: (row) => 2015 + (row % 5) }, { name: 'year', type: 'integer', minimum: 2015 }],
    ['no year of something else', { year_built: (row) => 1950 + (row % 60) }, undefined],
    ['no date in the future', { delivery_date: (row) => `2999-01-${two(1 + (row % 28))}` }, undefined],
    ['none without a time', {}, undefined],
  ])('%s', async (_, columns, expected) => {
    expect((await inferred(table(columns))).schema.order).toEqual(expected);
  });

  test('what is asked for, if it tells an order', async () => {
    expect((await inferred(table({ wave: (row) => row % 9, sold: date }), { order: 'wave' })).schema.order).toMatchObject({ name: 'wave', type: 'integer' });
    await expect(inferred(table({ kind: (row) => (row % 2 === 0 ? 'a' : 'b') }), { order: 'kind' })).rejects.toThrow('--order kind is of type string; an order is a date, a time or a whole number');
  });
});

describe('A file is refused, in one plain sentence, that', () => {
  test.each<[string, string | Buffer, string, string]>([
    ['is empty', '', '.csv', 'it is empty (0 bytes)'],
    ['holds a header alone', 'id,x,y\n', '.csv', 'has 0 rows; at least 100 are needed'],
    ['is small', table({}, 60), '.csv', 'has 60 rows; at least 100 are needed'],
    ['names a column twice', table({}).replace('id,x,y', 'x,x,y'), '.csv', 'names the column "x" twice'],
    ['has one column', `y\n${'1\n2\n'.repeat(100)}`, '.csv', 'has 1 column (y)'],
    ['has rows of another length', table({}).replace('\n1,', '\n1,2,3,4,'), '.csv', 'cannot be read as CSV'],
    ['is no Parquet file', 'PAR1 and nothing more', '.parquet', 'cannot be read as Parquet'],
    ['is no JSON', '{"id": 1\n{"id"', '.jsonl', 'cannot be read as JSON lines'],
    ['is encoded in another way', Buffer.from(`\ufeff${table({})}`, 'utf16le'), '.csv', 'it is encoded in UTF-16'],
    ['is encoded in Latin-1', Buffer.from(table({}).replace('id,x', 'id,größe'), 'latin1'), '.csv', 'is not encoded in UTF-8'],
    ['is packed and cut off', gzipSync(table({})).subarray(0, 60), '.csv.gz', 'it cannot be unpacked with gzip'],
    ['is of a kind that nobody reads', 'x', '.xlsx', 'is no data file that can be read'],
    ['has no feature', table({ x: () => 1 }), '.csv', 'has no column that can be a feature beside the target y: x (it has the same value "1" in every row'],
    ['has only features that know the target', table({ x: (row) => noise(row, 13) % 2 }), '.csv', 'every feature tells the target by itself: x'],
  ])('%s', async (_, content, extension, reason) => {
    const refused = inferred(content, {}, extension);
    await expect(refused).rejects.toThrow(reason);
    await expect(refused).rejects.toMatchObject({ name: 'ScaffoldError' });
  });

  test('is not there', async () => {
    await expect(infer(place('nothing.csv'), { target: 'y' }, async () => 0)).rejects.toThrow('there is no data file');
  });
});

test('A first column without a name is called row; another delimiter is read', async () => {
  const found = await inferred(table({}).replace('id,x,y', ',x,y').replaceAll(',', ';'));
  expect(found.schema.recordId).toMatchObject({ name: 'row', type: 'integer' });
  expect(found.changes).toEqual(['its first column has no name; it is called row']);
});
