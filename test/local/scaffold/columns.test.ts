import type { Inference } from '../../../local/scaffold';
import { deliveredRows, fateOf, inferred, noise, parquet, table } from './support';

// The engine starts anew for each file; a machine with other work needs longer.
jest.setTimeout(30_000);

const day = (row: number): number => 1 + (row % 28);
const month = (row: number): number => 1 + (noise(row, 7) % 12);
const two = (value: number): string => String(value).padStart(2, '0');

type Values = (row: number) => string | number | boolean;

/** One table with a column for each case, which is inferred once. A second time column would be taken for the order of the records. */
const together = (cases: readonly (readonly [string, Values, ...unknown[]])[]): Promise<Inference> =>
  inferred(table({ ...Object.fromEntries(cases.map(([name, values]) => [name, values])), seen: (row) => `2024-01-${two(day(row))}` }), { order: 'seen' });

describe('A column of a file without types is', () => {
  const cases: [string, Values, object][] = [
    ['a whole number with head room', (row) => 20 + (row % 61), { type: 'integer', minimum: 0, maximum: 110 }],
    ['a whole number that never was negative', (row) => 3 + (row % 61), { type: 'integer', minimum: 0, maximum: 100 }],
    ['a whole number far from 0', (row) => 1950 + (row % 61), { type: 'integer', minimum: 1920, maximum: 2040 }],
    ['a number', (row) => (noise(row, 613) / 7).toFixed(2), { type: 'number', minimum: 0, maximum: 220 }],
    ['a share', (row) => noise(row, 613) / 1000, { type: 'number', minimum: 0, maximum: 1 }],
    ['a number with negative values', (row) => (noise(row, 613) - 500) / 10, { type: 'number', minimum: -100, maximum: 100 }],
    ['a number with an exponent', (row) => `${(1 + noise(row, 13)).toFixed(1)}e-2`, { type: 'number', minimum: 0, maximum: 15 }],
    ['a whole number with gaps', (row) => (row % 10 === 0 ? '' : row % 50), { type: 'integer', minimum: 0, maximum: 80, nullable: true }],
    ['a truth value', (row) => row % 3 === 0, { type: 'boolean' }],
    ['0 and 1', (row) => noise(row, 17) % 2, { type: 'integer', domain: [0, 1] }],
    ['codes with leading zeros', (row) => `0213${row % 10}`, { type: 'string', domain: Array.from({ length: 10 }, (_, digit) => `0213${digit}`) }],
    ['categories', (row) => ['north', 'south', 'west'][row % 3] ?? '', { type: 'string', domain: ['north', 'south', 'west'] }],
    ['whole numbers with large gaps', (row) => [10, 20, 50][row % 3] ?? 0, { type: 'integer', domain: [10, 20, 50] }],
    ['a date', (row) => `2025-${two(month(row))}-${two(day(row))}`, { type: 'date' }],
    ['a time', (row) => `2025-${two(month(row))}-${two(day(row))}T${two(row % 24)}:00:00Z`, { type: 'timestamp' }],
    ['a time with an offset', (row) => `2025-${two(month(row))}-${two(day(row))} ${two(row % 24)}:00:00+02:00`, { type: 'timestamp' }],
  ];
  let all: Inference;
  beforeAll(async () => {
    all = await together(cases);
  });

  test.each(cases)('%s', (name, _, expected) => {
    expect(fateOf(all, name)).toEqual({ name, ...expected });
  });

  test('nothing that has to be changed', () => {
    expect(all.changes).toEqual([]);
  });

  test('codes where its name says so, and few whole numbers otherwise with a hint', async () => {
    const found = await inferred(table({ plan_code: (row) => 1 + (row % 3), rooms: (row) => 1 + (row % 6) }));
    expect(fateOf(found, 'plan_code')).toEqual({ name: 'plan_code', type: 'integer', domain: [1, 2, 3] });
    expect(fateOf(found, 'rooms')).toEqual({ name: 'rooms', type: 'integer', minimum: 0, maximum: 9, description: expect.stringContaining('if they are codes') });
  });
});

describe('A column is left out that', () => {
  const cases: [string, Values, RegExp][] = [
    ['has the same value everywhere', () => 'DE', /the same value "DE" in every row/],
    ['has one value or none', (row) => (row % 2 === 0 ? 'x' : ''), /in every row that has one/],
    ['holds nothing', () => '', /holds no value/],
    ['holds free text', (row) => `note ${noise(row, 7) % 150} of many`, /different texts .* too many/],
    ['names rows by text', (row) => `remark number ${row}`, /every row has another text/],
    ['has dates of which nobody knows month and day', (row) => `${two(1 + (row % 12))}/${two(1 + (row % 12))}/2025`, /may be DD\/MM\/YYYY or MM\/DD\/YYYY/],
    ['mixes numbers and texts', (row) => (row % 3 === 0 ? `about ${row % 100}` : row % 100), /different texts/],
  ];
  let all: Inference;
  beforeAll(async () => {
    all = await together(cases);
  });

  test.each(cases)('%s', (name, _, reason) => {
    expect(fateOf(all, name)).toMatch(reason);
    expect(all.schema.ignored).toContain(name);
    expect(all.changes).toEqual([]);
  });

  test('tells the target by itself', async () => {
    const found = await inferred(table({ refund: (row) => (noise(row, 13) % 2 === 0 ? 'no' : 'yes') }));
    expect(fateOf(found, 'refund')).toMatch(/tells the target by itself \(1 of 1\)/);
  });

  test('names something that repeats, once the entity is chosen', async () => {
    const found = await inferred(table({ customer_id: (row) => `c${row % 120}`, device_id: (row) => `d${row % 90}` }));
    expect(found.schema.entity).toEqual({ name: 'customer_id', type: 'string' });
    expect(fateOf(found, 'device_id')).toBeDefined();
  });

  test('sounds personal and is of no use; then it must not come again', async () => {
    const found = await inferred(table({ email: (row) => `p${row}@example.com` }));
    expect(found.schema.forbidden).toEqual(['email']);
    expect(found.changes).toEqual(['email goes: it is no feature and sounds personal']);
  });
});

describe('The delivery changes', () => {
  const cases: [string, Values, object, string][] = [
    ['dates with points', (row) => `${two(day(row))}.${two(month(row))}.2025`, { type: 'date' }, 'DD.MM.YYYY become ISO 8601'],
    ['dates with slashes whose days tell', (row) => `${month(row)}/${day(row)}/2025`, { type: 'date' }, 'MM/DD/YYYY become ISO 8601'],
    ['dates with names of months', (row) => `${two(day(row))}-${['Jan', 'Feb', 'Mar'][row % 3]}-2025`, { type: 'date' }, 'DD-Mon-YYYY become ISO 8601'],
    ['times with AM and PM', (row) => `${two(month(row))}/${two(day(row))}/2025 ${1 + (row % 12)}:30 PM`, { type: 'timestamp' }, 'MM/DD/YYYY hh:mm AM become ISO 8601'],
    ['numbers with a word for missing', (row) => (row % 5 === 0 ? 'NA' : String(row % 40)), { type: 'integer', nullable: true }, '"NA" becomes a missing value'],
    ['texts with a word for missing', (row) => (row % 5 === 0 ? '?' : row % 2 === 0 ? 'a' : 'b'), { type: 'string', domain: ['a', 'b'], nullable: true }, '"?" becomes a missing value'],
    ['texts with blanks around them', (row) => (row % 2 === 0 ? ' a' : 'b '), { type: 'string', domain: ['a', 'b'] }, 'blanks around 300 values go'],
    ['a few values that are no numbers', (row) => (row === 7 ? 'many' : String(row % 40)), { type: 'integer', nullable: true }, '1 value that is no number, such as "many", become missing'],
    ['percentages', (row) => `${row % 101}%`, { type: 'number', maximum: 1 }, 'percentages become plain numbers'],
    ['amounts of money', (row) => `$${row}.50`, { type: 'number' }, 'amounts with a sign of a currency become plain numbers'],
    ['truth values in capitals', (row) => (row % 2 === 0 ? 'TRUE' : 'FALSE'), { type: 'boolean' }, 'truth values become true and false'],
  ];
  let all: Inference;
  beforeAll(async () => {
    all = await together(cases);
  });

  test.each(cases)('%s', (name, _, expected, change) => {
    expect(fateOf(all, name)).toMatchObject(expected);
    expect(all.changes).toContain(`${name}: ${change}`);
  });

  test('numbers with a decimal comma or commas between thousands, where the values tell which', async () => {
    const quoted = (value: string): string => `"${value}"`;
    const found = await inferred(table({ european: (row) => quoted(`${row},5`), american: (row) => quoted(`1,${String(row).padStart(3, '0')}.5`), either: (row) => quoted(`1,${String(row).padStart(3, '0')}`) }));
    expect(fateOf(found, 'european')).toMatchObject({ type: 'number', maximum: 500 });
    expect(fateOf(found, 'american')).toMatchObject({ type: 'number', minimum: 800 });
    expect(fateOf(found, 'either')).toMatch(/every row has another text/);
  });

  test('to values of the right type, without rows that lack the target', async () => {
    const rows = await deliveredRows(table({ day: (row) => `${two(day(row))}.03.2025`, n: (row) => (row === 1 ? 'NA' : row % 40), y: (row) => (row % 3 === 0 ? '' : row % 3 === 1 ? 'Yes' : 'No') }));
    expect(rows).toHaveLength(200);
    expect(rows[0]).toEqual({ id: 2, day: new Date('2025-03-02T00:00:00Z'), x: expect.closeTo(31 / 7), n: null, y: 'Yes' });
  });

  test('whole numbers that count seconds since 1970, by name and size', async () => {
    const found = await inferred(table({ created_at: (row) => 1_700_000_000 + row * 3600 }));
    expect(found.schema.order).toEqual({ name: 'created_at', type: 'timestamp' });
    expect(found.changes).toEqual(['created_at: seconds since 1970 become ISO 8601']);
  });
});

describe('A file with types', () => {
  const QUERY = `SELECT i AS id, DATE '2024-01-01' + CAST(i % 200 AS INTEGER) AS day, i % 7 AS n, (i * 31) % 997 / 7 AS x, CAST(i % 4 AS VARCHAR) AS code, CAST(i * 3 AS VARCHAR) AS texts,
    (i * 13) % 997 % 2 = 0 AS y, [i] AS lists, 9007199254740993 + i AS large FROM range(400) t(i)`;

  test('keeps them: codes that it calls text stay text', async () => {
    const found = await inferred(await parquet(QUERY), {}, '.parquet');
    expect(found.schema).toMatchObject({ recordId: { name: 'id', type: 'integer' }, order: { name: 'day', type: 'date' }, target: { name: 'y', type: 'boolean' } });
    expect(fateOf(found, 'code')).toEqual({ name: 'code', type: 'string', domain: ['0', '1', '2', '3'] });
    expect(fateOf(found, 'lists')).toMatch(/BIGINT\[\]/);
    expect(found.target).toMatchObject({ problemType: 'binaryClassification', positiveLabel: true });
  });

  test('gets numbers that it keeps as text, and no number beyond what a double holds', async () => {
    const found = await inferred(await parquet(QUERY), {}, '.parquet');
    expect(found.changes).toEqual(['texts: numbers kept as text get their type']);
    expect(fateOf(found, 'large')).toMatch(/names rows/);
  });

  test('of JSON lines is delivered as Parquet', async () => {
    const lines = Array.from({ length: 200 }, (_, row) => JSON.stringify({ id: row, x: noise(row, 31) / 7, kind: row % 2 === 0 ? 'a' : 'b', y: noise(row, 13) % 2 === 0 ? 'No' : 'Yes' })).join('\n');
    const found = await inferred(lines, {}, '.jsonl');
    expect(found.schema.features).toEqual([expect.objectContaining({ name: 'kind', domain: ['a', 'b'] }), expect.objectContaining({ name: 'x', type: 'number' })]);
    expect(found.changes).toEqual(['deliveries are Parquet or CSV files, this one is .jsonl']);
  });
});

test('What people know wins over what is inferred', async () => {
  const overrides = { plan_code: { domain: [1, 2, 3, 4], description: 'the codebook knows a fourth' }, age: { maximum: 120, sensitive: false }, note: { type: 'string', domain: ['a'] } } as const;
  const found = await inferred(table({ plan_code: (row) => 1 + (row % 3), age: (row) => 18 + (row % 70), note: (row) => `n${row}` }), { overrides });
  expect(fateOf(found, 'plan_code')).toMatchObject({ domain: [1, 2, 3, 4], description: 'the codebook knows a fourth' });
  expect(fateOf(found, 'age')).toEqual({ name: 'age', type: 'integer', minimum: 0, maximum: 120, sensitive: false });
  expect(fateOf(found, 'note')).toMatchObject({ domain: ['a'] });
});

test('A name that sounds sensitive is marked for a review', async () => {
  const found = await inferred(table({ gender: (row) => (row % 2 === 0 ? 'f' : 'm') }));
  expect(fateOf(found, 'gender')).toMatchObject({ sensitive: true });
  expect(found.data.sensitiveFeatures).toEqual(['gender']);
  expect(found.notes.join()).toContain('sensitive by their names: gender');
});
