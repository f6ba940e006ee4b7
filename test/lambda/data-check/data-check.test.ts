import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { collectFacts } from '../../../lambda/data-check/collect';
import { measureSnapshot } from '../../../lambda/data-check/measure';
import type { Measurement } from '../../../lambda/gate/contract';
import { literal } from '../../../lambda/shared/tables/duckdb';
import { measured, PROJECT, withFiles } from '../support';

const ARRIVED = '2026-01-01T00:00:00.000Z';
const NOW = new Date('2026-01-03T12:00:00.000Z');
const HEADER = 'id,employed,year,age,income,sex';
const csv = (...lines: string[]): string => `${[HEADER, ...lines].join('\n')}\n`;
const GOOD = csv('1,0,2015,41,100.5,1', '2,1,2015,30,,2', '3,1,2015,22,7,2', '4,0,2015,95,0,1');

const check = async (files: Readonly<Record<string, string | Uint8Array>>, arrived = ARRIVED): Promise<Measurement[]> =>
  withFiles(files, async (database, found) => measureSnapshot(await collectFacts(database, found, PROJECT, NOW), PROJECT, { newestModifiedAt: arrived, now: NOW }));

/** Bytes of a Parquet file with the rows of a query. */
const parquet = async (query: string): Promise<Uint8Array> =>
  withFiles({}, async (database) => {
    const path = join(database.folder, 'out.parquet');
    await database.run(`COPY (${query}) TO ${literal(path)} (FORMAT parquet)`);
    return readFile(path);
  });

const GOOD_PARQUET = `SELECT 1 AS id, 0 AS employed, 2015 AS year, 41.0 AS age, 100.5::DOUBLE AS income, '1' AS sex UNION ALL SELECT 2, 1, 2015, 30.0, NULL, '2'`;
const json = (...rows: object[]): string => `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`;
const ROW = { id: 1, employed: 1, year: 2015, age: 41, income: 1.5, sex: '1' };

describe('A sound snapshot', () => {
  test('is measured in full', async () => {
    const result = await check({ 'part-0.csv': GOOD });
    expect(Object.fromEntries(result.map(({ id, value }) => [id, value]))).toEqual({
      rows: 4, columns: 0, forbiddenColumns: 0, completeness: 1, invalidShare: 0, duplicateShare: 0, duplicateRowShare: 0, 'classShare.0': 0.5, 'classShare.1': 0.5,
      ageDays: 2.5, sensitiveFeatures: 0,
    });
    expect(measured(result, 'classShare.1').interval?.[0]).toBeCloseTo(0.15, 2);
  });

  test('may mix formats, and gzip', async () => {
    const result = await check({
      'a.csv.gz': gzipSync(GOOD), 'b.parquet': await parquet(GOOD_PARQUET.replace('1 AS id', '11 AS id').replace('SELECT 2', 'SELECT 12')),
      'c.jsonl': json({ ...ROW, id: 21 }, { ...ROW, id: 22, income: null }), 'stream-without-extension': gzipSync(json({ ...ROW, id: 23 })),
    });
    expect(Object.fromEntries(result.map(({ id, value }) => [id, value]))).toMatchObject({ rows: 9, columns: 0, completeness: 1, invalidShare: 0, duplicateShare: 0 });
  });

  test('may leave out a nullable column', async () => {
    const result = await check({ 'a.csv': 'id,employed,year,age,sex\n1,0,2015,41,1\n' });
    expect(measured(result, 'columns')).toMatchObject({ value: 0 });
  });
});

describe('Nothing readable is not measured', () => {
  test.each([
    ['no file at all', {}, 'the snapshot holds no data file'],
    ['an empty file', { 'a.parquet': '' }, 'a.parquet cannot be read as Parquet: it is empty (0 bytes)'],
    ['an empty CSV file', { 'a.csv': '' }, 'a.csv cannot be read as CSV: it is empty (0 bytes)'],
    ['text that calls itself Parquet', { 'a.parquet': 'id,employed\n1,0\n' }, 'a.parquet cannot be read as Parquet'],
    ['broken JSON lines', { 'a.jsonl': '{"id":1}\n{"id":\n' }, 'a.jsonl cannot be read as JSON lines'],
    ['ragged CSV', { 'a.csv': csv('1,0,2015,41,5,1', '2,0,2015,41,5,1,9,9') }, 'a.csv cannot be read as CSV'],
    ['broken gzip', { 'a.csv.gz': gzipSync(GOOD).subarray(0, 30) }, 'a.csv.gz cannot be read as CSV'],
  ])('%s', async (_, files, sentence) => {
    const result = await check(files);
    expect(measured(result, 'rows')).toMatchObject({ status: 'notMeasured', explanation: expect.stringContaining(sentence) });
    expect(result.filter(({ id }) => !['ageDays', 'sensitiveFeatures'].includes(id)).map(({ status }) => status)).not.toContain('measured');
    expect(result.map(({ explanation }) => explanation).join()).not.toContain('mlops-data-');
  });

  test('a Parquet file cut off', async () => {
    const whole = await parquet(GOOD_PARQUET);
    expect(measured(await check({ 'a.parquet': whole.subarray(0, whole.length - 20) }), 'rows')).toMatchObject({ status: 'notMeasured' });
  });

  test('one broken file among good ones leaves the rows unmeasured and the rest measured', async () => {
    const result = await check({ 'a.csv': GOOD, 'b.parquet': 'PAR1garbage' });
    expect(measured(result, 'rows')).toMatchObject({ status: 'notMeasured', explanation: expect.stringContaining('b.parquet') });
    expect(measured(result, 'invalidShare')).toMatchObject({ status: 'measured', value: 0 });
  });

  test('a header without rows has zero rows', async () => {
    const result = await check({ 'a.csv': csv() });
    expect(measured(result, 'rows')).toMatchObject({ status: 'measured', value: 0, explanation: '0 rows in 1 file; without a row: a.csv' });
    expect(measured(result, 'completeness')).toMatchObject({ status: 'notMeasured', explanation: 'there are no rows' });
  });
});

describe('Columns', () => {
  test('that are missing or unknown are named with their file', async () => {
    const result = await check({ 'a.csv': GOOD, 'b.csv': 'id,employed,year,Age,income,sex\n7,1,2015,41,5,1\n' });
    expect(measured(result, 'columns')).toMatchObject({
      value: 2, explanation: 'missing: age (in b.csv); not in the schema: Age (in b.csv)',
    });
    expect(measured(result, 'completeness')).toMatchObject({ value: 1 });
  });

  test('of another declared type are named with that type, and their values are invalid', async () => {
    const result = await check({ 'a.parquet': await parquet(GOOD_PARQUET.replace("'1' AS sex", '1 AS sex').replace(", '2'", ', 2')) });
    expect(measured(result, 'columns')).toMatchObject({ value: 1, explanation: 'of another type: sex (INTEGER)' });
    expect(measured(result, 'invalidShare')).toMatchObject({ value: 1, explanation: expect.stringContaining('sex: 2 of 2 values (100 %) are not of type string, such as in the rows with id 1, 2') });
  });

  test('of JSON lines keep their JSON type', async () => {
    const result = await check({ 'a.jsonl': json(ROW, { ...ROW, id: 2, age: '41' }, { ...ROW, id: 3, sex: 1 }, { ...ROW, id: 4, income: { amount: 3 } }) });
    expect(measured(result, 'invalidShare').value).toBe(0.25);
    expect(measured(result, 'invalidShare').explanation).toContain('age: 1 of 4 values (25 %) are not of type integer, such as in the rows with id 2');
    expect(measured(result, 'invalidShare').explanation).toContain('sex: 1 of 4 values');
    expect(measured(result, 'invalidShare').explanation).toContain('income: 1 of 4 values');
  });

  test('with other text than a number count as of another type', async () => {
    expect(measured(await check({ 'a.csv': csv('1,0,2015,old,5,1', '2,1,2015,young,5,1') }), 'columns')).toMatchObject({
      value: 1, explanation: 'of another type: age (other values)',
    });
  });

  test('that all are unknown leave nothing to measure', async () => {
    const result = await check({ 'a.csv': 'x,y\n1,2\n' });
    expect(measured(result, 'columns').value).toBe(7);
    for (const id of ['completeness', 'invalidShare', 'duplicateShare', 'classShare.1']) {
      expect(measured(result, id).status).toBe('notMeasured');
    }
  });
});

describe('Values', () => {
  test('that are missing are counted where they must not be', async () => {
    const result = await check({ 'a.csv': csv('1,0,2015,,,1', '2,1,2015,30,,', '3,1,2015,,7,2', '4,0,2015,95,0,1') });
    expect(measured(result, 'completeness')).toMatchObject({
      value: 0.5, explanation: 'age has 2 of 4 values missing (50 %), sex has 1 of 4 values missing (25 %)',
    });
  });

  test('written as NaN in Parquet are missing, in text invalid', async () => {
    const asParquet = await check({ 'a.parquet': await parquet(GOOD_PARQUET.replace('41.0 AS age', "'nan'::DOUBLE AS age").replace('30.0', '30.0::DOUBLE')) });
    expect(measured(asParquet, 'completeness').value).toBe(0.5);
    const asText = await check({ 'a.csv': csv('1,0,2015,nan,5,1', '2,1,2015,30,inf,1') });
    expect(measured(asText, 'invalidShare')).toMatchObject({ value: 0.5, explanation: expect.stringContaining('age: 1 of 2 values (50 %) are not of type integer') });
    expect(measured(asText, 'invalidShare').explanation).toContain('income: 1 of 2 values (50 %) are not of type number, such as in the rows with id 2');
  });

  test('out of range or domain are named with limit, count and examples', async () => {
    const result = await check({ 'a.csv': csv('1,0,2015,504,5,1', '2,1,2015,504,5,3', '3,1,2015,-1,7,2', '4,2,2015,95.5,0,') });
    expect(measured(result, 'invalidShare')).toMatchObject({ value: 1, sampleSize: 4 });
    expect(measured(result, 'invalidShare').explanation).toBe(
      'age: 1 of 4 values (25 %) are not of type integer, such as in the rows with id 4; ' +
        '1 of 4 values (25 %) lie below the minimum 0 (least: -1), such as in the rows with id 3; ' +
        '2 of 4 values (50 %) lie above the maximum 95 (greatest: 504), such as in the rows with id 1, 2; ' +
        'sex: 1 of 3 values (33.3 %) are none of 1, 2, such as in the rows with id 2; employed: 1 of 4 values (25 %) are none of 0, 1, such as in the rows with id 4',
    );
  });

  test('of a record id that repeat are counted over all files', async () => {
    const result = await check({ 'a.csv': GOOD, 'b.csv': csv('1,0,2015,41,5,1', '1,0,2015,41,5,1', '9,0,2015,41,5,1', '10,0,2015,41,5,1') });
    expect(measured(result, 'duplicateShare')).toMatchObject({ value: 0.25, explanation: '2 rows repeat an earlier id (25 %), such as 1 (3 times)' });
  });

  test('that try to be SQL are text', async () => {
    const result = await check({ [`x'); DROP TABLE stage; --.csv`]: csv(`1,0,2015,"'); DROP TABLE stage; --",5,1`) });
    expect(measured(result, 'rows').value).toBe(1);
    expect(measured(result, 'invalidShare').value).toBe(1);
  });
});

describe('The age of the newest delivery', () => {
  test.each([
    ['yesterday evening', 'the arrival of the newest delivery is no time: "yesterday evening"'],
    ['2027-01-01T00:00:00Z', 'lies in the future of 2026-01-03T12:00:00.000Z'],
  ])('%s is not measured', async (arrived, sentence) => {
    expect(measured(await check({ 'a.csv': GOOD }, arrived), 'ageDays')).toMatchObject({ status: 'notMeasured', explanation: expect.stringContaining(sentence) });
  });
});
