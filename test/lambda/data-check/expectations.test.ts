import { collectFacts } from '../../../lambda/data-check/collect';
import { measureSnapshot } from '../../../lambda/data-check/measure';
import type { Measurement } from '../../../lambda/gate/contract';
import { buildReference } from '../../../lambda/profile/build';
import type { ReferenceProfile } from '../../../lambda/shared/profile/contract';
import type { ModelDeclaration, ModelProjectData } from '../../../lambda/shared/project/contract';
import type { ColumnSchema, DataSchema } from '../../../lambda/shared/schema/contract';
import { measured, PROJECT, withFiles } from '../support';

const NOW = new Date('2026-06-01T12:00:00.000Z');

/** A project about orders: a number to predict or a text, times, forms, rules. */
const project = (schema: Partial<DataSchema> = {}, declaration: Partial<ModelDeclaration> = {}, data: Partial<ModelDeclaration['data']> = {}): ModelProjectData => ({
  ...PROJECT,
  schema: {
    version: '1',
    recordId: { name: 'id', type: 'string' },
    target: { name: 'kept', type: 'string', domain: ['No', 'Yes'] },
    order: { name: 'ordered', type: 'timestamp' },
    features: [{ name: 'items', type: 'integer' }, { name: 'shipped', type: 'date', nullable: true }, { name: 'zip', type: 'string', pattern: '[0-9]{5}' }],
    ...schema,
  },
  declaration: { ...PROJECT.declaration, positiveLabel: 'Yes', data: { ...PROJECT.declaration.data, ...data }, ...declaration },
});

const HEADER = 'id,kept,ordered,items,shipped,zip';
const ROWS = ['a,Yes,2026-05-01T10:00:00Z,1,2026-05-02,02139', 'b,No,2026-05-31 12:00:00,2,,02140', 'c,No,2026-05-03T10:00:00+02:00,3,2026-05-04,02141'];
const csv = (...rows: string[]): string => `${[HEADER, ...rows].join('\n')}\n`;

const check = async (content: string, of: ModelProjectData = project(), reference?: ReferenceProfile): Promise<Measurement[]> =>
  withFiles({ 'a.csv': content }, async (database, found) =>
    measureSnapshot(await collectFacts(database, found, of, NOW), of, { newestModifiedAt: '2026-06-01T00:00:00Z', now: NOW, reference }));

describe('Times', () => {
  test('of every form that ISO 8601 has for them are read, and the newest tells the age of the data', async () => {
    const result = await check(csv(...ROWS));
    expect(measured(result, 'invalidShare')).toMatchObject({ value: 0 });
    expect(measured(result, 'newestValueAgeDays')).toMatchObject({ value: 1, explanation: 'the newest ordered is 2026-05-31T12:00:00.000Z, 1.0 days ago' });
  });

  test.each([
    ['of another form', 'a,Yes,01.05.2026,1,2026-05-02,02139', 'ordered: 1 of 1 values (100 %) are not of type timestamp'],
    ['that do not exist', 'a,Yes,2026-05-01T10:00:00Z,1,2026-02-30,02139', 'shipped: 1 of 1 values (100 %) are not of type date'],
    ['in the future', 'a,Yes,2027-05-01T10:00:00Z,1,2026-05-02,02139', 'ordered: 1 of 1 values (100 %) lie in the future (latest: 2027-05-01T10:00:00.000Z), such as in the rows with id a'],
  ])('%s are invalid', async (_, row, sentence) => {
    expect(measured(await check(csv(row)), 'invalidShare')).toMatchObject({ value: 1, explanation: expect.stringContaining(sentence) });
  });

  test('in the future leave the age unmeasured', async () => {
    expect(measured(await check(csv(...ROWS, 'd,No,2027-05-01T10:00:00Z,1,,02139')), 'newestValueAgeDays')).toMatchObject({
      status: 'notMeasured', explanation: expect.stringContaining('2027-05-01T10:00:00.000Z, lies in the future'),
    });
  });

  const years = (order: ColumnSchema) => project({ order });
  const withYear = (year: number): string => csv(`a,Yes,${year},1,,02139`);
  test('are years where the schema bounds whole numbers to years', async () => {
    const year = years({ name: 'ordered', type: 'integer', minimum: 2015 });
    expect(measured(await check(withYear(2024), year), 'newestValueAgeDays').value).toBeCloseTo(516.5, 5);
    expect(measured(await check(withYear(2026), year), 'newestValueAgeDays').value).toBe(0);
    expect(measured(await check(withYear(2027), year), 'invalidShare')).toMatchObject({ value: 1, explanation: expect.stringContaining('lie in the future') });
  });

  test('are not told by other whole numbers', async () => {
    expect(measured(await check(withYear(2027), years({ name: 'ordered', type: 'integer' })), 'newestValueAgeDays').status).toBe('notApplicable');
  });
});

test('A text of another form is invalid', async () => {
  expect(measured(await check(csv(...ROWS, 'd,No,2026-05-01,1,,2139')), 'invalidShare')).toMatchObject({
    value: 0.25, explanation: 'zip: 1 of 4 values (25 %) have not the form [0-9]{5}, such as in the rows with id d',
  });
});

describe('A rule over several columns', () => {
  const rules = project({
    rules: [
      { id: 'shipped-after-order', then: [{ column: 'shipped', atLeastColumn: 'ordered' }] },
      { id: 'kept-means-shipped', description: 'nobody keeps what never came', when: [{ column: 'kept', is: 'Yes' }], then: [{ column: 'shipped', missing: false }] },
      { id: 'few', then: [{ column: 'items', maximum: 10 }, { column: 'zip', notIn: ['00000'] }] },
    ],
  });

  test('that every row keeps', async () => {
    expect(measured(await check(csv(...ROWS), rules), 'ruleViolationShare')).toMatchObject({ value: 0, explanation: 'every row keeps all 3 rules' });
  });

  test('that rows break is named with them; a missing value breaks nothing', async () => {
    const broken = csv(...ROWS, 'd,Yes,2026-05-01,1,,02139', 'e,No,2026-05-01,11,2026-04-01,02139', 'f,No,2026-05-01,,,00000');
    const { value, explanation } = measured(await check(broken, rules), 'ruleViolationShare');
    expect(value).toBeCloseTo(2 / 6, 12);
    expect(explanation).toContain('rule few (no description): 2 of 6 rows (33.3 %) break it, such as in the rows with id e, f');
    expect(explanation).toContain('rule shipped-after-order (no description): 1 of 6 rows (16.7 %) break it, such as in the rows with id e');
    expect(explanation).toContain('rule kept-means-shipped (nobody keeps what never came): 1 of 6 rows (16.7 %) break it, such as in the rows with id d');
  });

  test('does not apply where there is none', async () => {
    expect(measured(await check(csv(...ROWS)), 'ruleViolationShare').status).toBe('notApplicable');
  });
});

describe('Repetition', () => {
  test('of a value that must be unique is counted, and the value itself not shown', async () => {
    const unique = project({ features: [{ name: 'items', type: 'integer', unique: true }, { name: 'shipped', type: 'date', nullable: true }, { name: 'zip', type: 'string' }] });
    expect(measured(await check(csv(...ROWS), unique), 'repeatedShare')).toMatchObject({ value: 0, explanation: 'every value of items occurs once' });
    expect(measured(await check(csv(...ROWS, 'd,No,2026-05-01,3,,1'), unique), 'repeatedShare')).toMatchObject({ value: 0.25, explanation: 'items: 1 of 4 values occurred before (25 %)' });
    expect(measured(await check(csv(...ROWS)), 'repeatedShare').status).toBe('notApplicable');
  });

  test('of whole rows is told from repetition of ids', async () => {
    const result = await check(csv(...ROWS, ROWS[0]?.replace('a,', 'z,') ?? ''));
    expect(measured(result, 'duplicateShare').value).toBe(0);
    expect(measured(result, 'duplicateRowShare')).toMatchObject({ value: 0.25, explanation: '1 row repeat another row in everything but the record id (25 %)' });
  });
});

describe('Policy', () => {
  test('forbidden columns are found by name or form, whatever their case', async () => {
    const forbidden = project({ forbidden: ['ssn', '*_email'] });
    expect(measured(await check(csv(...ROWS), forbidden), 'forbiddenColumns').value).toBe(0);
    const content = `${HEADER},SSN,work_email\n${ROWS[0]},1,x@y\n`;
    expect(measured(await check(content, forbidden), 'forbiddenColumns')).toMatchObject({
      value: 2, explanation: 'forbidden by the schema: SSN (in a.csv), work_email (in a.csv); take them out where the data comes from',
    });
  });

  test.each<[string, Partial<ColumnSchema>, readonly string[], number]>([
    ['a column marked as sensitive', { name: 'items', sensitive: true }, [], 1],
    ['one that is allowed by name', { name: 'items', sensitive: true }, ['items'], 0],
    ['one that sounds like it', { name: 'customerGender' }, [], 1],
    ['one that sounds like it and was looked at', { name: 'page_race', sensitive: false }, [], 0],
  ])('%s', async (_, column, sensitiveFeatures, expected) => {
    const of = project({ features: [{ type: 'integer', ...column } as ColumnSchema] }, {}, { sensitiveFeatures });
    expect(measured(await check(csv(...ROWS), of), 'sensitiveFeatures').value).toBe(expected);
  });

  const costs = (...given: (number | undefined)[]) => project({ features: given.map((cost, index) => ({ name: `f${index}`, type: 'integer', ...(cost !== undefined && { cost }) })) }, {}, { featureCostBudget: 5 });
  test('features cost what all of them cost, if each has a cost', async () => {
    expect(measured(await check(csv(...ROWS), costs(1, 2.5)), 'featureCost')).toMatchObject({ value: 3.5, explanation: '2 features cost 3.5; the dearest: f1 2.5, f0 1' });
    expect(measured(await check(csv(...ROWS), costs(1, undefined)), 'featureCost')).toMatchObject({ status: 'notMeasured', explanation: expect.stringContaining('no cost of f1') });
    expect(measured(await check(csv(...ROWS)), 'featureCost').status).toBe('notApplicable');
  });
});

describe('The target', () => {
  test('of classes has a share for each, also for those that are not there', async () => {
    const result = await check(csv(...ROWS), project({ target: { name: 'kept', type: 'string', domain: ['No', 'Yes', 'Perhaps'] } }));
    expect(['No', 'Yes', 'Perhaps'].map((label) => measured(result, `classShare.${label}`).value)).toEqual([2 / 3, 1 / 3, 0]);
  });

  const regression = project({ target: { name: 'items', type: 'number' }, features: [{ name: 'zip', type: 'string' }] }, { problemType: 'regression' });
  test('of numbers has a mean', async () => {
    const result = await check(csv(...ROWS), regression);
    expect(measured(result, 'targetMean')).toMatchObject({ value: 2, sampleSize: 3, explanation: expect.stringContaining('items is 2 on average') });
    expect(result.filter(({ id }) => id.startsWith('classShare'))).toEqual([]);
  });

  test('that no row has is not measured', async () => {
    expect(measured(await check(csv('a,Yes,2026-05-01,,,1'), regression), 'targetMean').status).toBe('notMeasured');
    expect(measured(await check(csv('a,,2026-05-01,,,1')), 'classShare.Yes').status).toBe('notMeasured');
  });
});

describe('A feature that knows the target', () => {
  const many = (rowOf: (row: number) => string): string => csv(...Array.from({ length: 600 }, (_, row) => rowOf(row)));
  const noise = (row: number): number => (row * 7919) % 601;
  const label = (row: number): string => (noise(row) % 3 === 0 ? 'Yes' : 'No');

  test('is far from it when it is noise', async () => {
    expect(measured(await check(many((row) => `${row},${label(row)},2026-05-01,${(row * 31) % 599},,0213${row % 10}`)), 'singleFeaturePower').value).toBeLessThan(0.75);
  });

  test.each([
    ['a copy of it', (row: number) => `${row},${label(row)},2026-05-01,1,,${label(row)}`, 'zip 1'],
    ['a number behind a threshold', (row: number) => `${row},${label(row)},2026-05-01,${label(row) === 'Yes' ? 1000 + row : row},,02139`, 'items 1'],
    ['being there only for one class', (row: number) => `${row},${label(row)},2026-05-01,1,${label(row) === 'Yes' ? '2026-05-02' : ''},02139`, 'shipped 1'],
  ])('as %s has an AUC of 1', async (_, rowOf, sentence) => {
    const { value, explanation } = measured(await check(many(rowOf)), 'singleFeaturePower');
    expect(value).toBeGreaterThan(0.99);
    expect(explanation).toContain(sentence);
  });

  test('is no id: rare categories are put together', async () => {
    expect(measured(await check(many((row) => `${row},${label(row)},2026-05-01,1,,z${row}`)), 'singleFeaturePower').value).toBe(0.5);
  });

  test('of a regression explains its variance', async () => {
    const of = project({ target: { name: 'items', type: 'number' }, features: [{ name: 'zip', type: 'number' }] }, { problemType: 'regression' });
    expect(measured(await check(many((row) => `${row},Yes,2026-05-01,${noise(row)},,${noise(row) * 2 + 1}`), of), 'singleFeaturePower').value).toBeCloseTo(1, 9);
    expect(measured(await check(many((row) => `${row},Yes,2026-05-01,${noise(row)},,${(row * 31) % 599}`), of), 'singleFeaturePower').value).toBeLessThan(0.2);
  });

  test('cannot be told from a few rows', async () => {
    expect(measured(await check(csv(...ROWS)), 'singleFeaturePower')).toMatchObject({ status: 'notMeasured', explanation: expect.stringContaining('it takes 100') });
  });
});

describe('The distribution against the training data of the champion', () => {
  const SCHEMA = { ...PROJECT.schema, features: [{ name: 'age', type: 'integer' }, { name: 'sex', type: 'string', domain: ['1', '2'] }] } as DataSchema;
  const of: ModelProjectData = { ...PROJECT, schema: SCHEMA };
  const table = (shift: number): string => `id,employed,year,age,sex\n${Array.from({ length: 900 }, (_, row) => `${row},${row % 2},2015,${(row * 37) % 60 + shift},${1 + (row % 2)}`).join('\n')}\n`;
  const reference = async (): Promise<ReferenceProfile> =>
    withFiles({ 'train.csv': table(0), 'test.csv': 'candidate\n0.5\n' }, async (database, [train, test]) => {
      if (train === undefined || test === undefined) {
        throw new Error('no files');
      }
      return buildReference(database, [train], [test], of);
    });

  test.each([[0, 0, 'none of 2 features drifted'], [30, 0.5, '1 of 2 features (50 %) drifted from the champion\'s training data: age drifted']])('shifted by %p', async (shift, share, sentence) => {
    expect(measured(await check(table(shift), of, await reference()), 'driftedFeatureShare')).toMatchObject({ value: share, explanation: expect.stringContaining(sentence) });
  });

  test('needs a champion of the same schema and enough rows', async () => {
    expect(measured(await check(table(0), of), 'driftedFeatureShare').status).toBe('notApplicable');
    expect(measured(await check(csv(...ROWS), project(), await reference()), 'driftedFeatureShare').status).toBe('notMeasured');
    const other = { ...(await reference()), features: {} };
    expect(measured(await check(table(0), of, other), 'driftedFeatureShare')).toMatchObject({ status: 'notApplicable', explanation: expect.stringContaining('another schema') });
  });
});
