import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Measurement } from '../../../lambda/gate/contract';
import { measurePredictions } from '../../../lambda/model-check/read';
import { literal } from '../../../lambda/shared/duckdb';
import { BASELINE, LABELS, SCORES } from '../shared/statistics/fixtures';
import { measured, PROJECT, withFiles } from '../support';

const IDS = ['rows', 'auc', 'accuracy', 'baselineMargin', 'baselinePValue', 'championDifference'];

const check = async (query: string, name = 'predictions.parquet'): Promise<Measurement[]> => {
  const bytes = await withFiles({}, async (database) => {
    const path = join(database.folder, 'out.parquet');
    await database.run(`COPY (${query}) TO ${literal(path)} (FORMAT parquet)`);
    return readFile(path);
  });
  return withFiles({ [name]: bytes }, async (database, files) => measurePredictions(database, files, PROJECT.declaration));
};

const rows = (champion: readonly (number | null)[] | undefined): string =>
  LABELS.map((label, row) => {
    const columns = [`${row} AS id`, `${label} AS label`, `${SCORES[row]}::DOUBLE AS candidate`, `${BASELINE[row]}::DOUBLE AS baseline`];
    return `SELECT ${[...columns, ...(champion === undefined ? [] : [`${champion[row] ?? 'NULL'}::DOUBLE AS champion`])].join(', ')}`;
  }).join(' UNION ALL ');

describe('Test predictions', () => {
  test('are measured with intervals and the paired test', async () => {
    const result = await check(rows(BASELINE));
    expect(result.map(({ id }) => id)).toEqual(IDS);
    expect(measured(result, 'rows')).toMatchObject({ value: 20 });
    expect(measured(result, 'auc').value).toBeCloseTo(0.8282828283, 9);
    expect(measured(result, 'auc').interval?.map((bound) => Math.round(bound * 1e4) / 1e4)).toEqual([0.644, 1]);
    expect(measured(result, 'accuracy').value).toBe(0.65);
    expect(measured(result, 'accuracy').explanation).toBe('13 of 20 rows (65 %) are decided rightly at threshold 0.5');
    expect(measured(result, 'baselineMargin').value).toBeCloseTo(0.0606060606, 9);
    expect(measured(result, 'baselinePValue').value).toBeCloseTo(0.2873330697, 9);
    expect(measured(result, 'championDifference').value).toBeCloseTo(0.0606060606, 9);
  });

  test.each([['all null', LABELS.map(() => null)], ['absent', undefined]])('with the champion column %s have no champion to compare with', async (_, champion) => {
    expect(measured(await check(rows(champion)), 'championDifference')).toEqual({
      id: 'championDifference', status: 'notApplicable', explanation: 'there is no champion yet',
    });
  });

  test('of a model like its champion differ by exactly nothing', async () => {
    const result = await check(rows(SCORES));
    expect(measured(result, 'championDifference')).toMatchObject({ value: 0, interval: [0, 0] });
  });
});

describe('Test predictions that can not be judged are not measured', () => {
  test.each([
    ['a candidate without a probability', `${rows(BASELINE)} UNION ALL SELECT 99, 1, NULL, 0.5, 0.5`, 'auc', 'the candidate has no probability in 1 of 21 rows'],
    ['a probability above one', `${rows(BASELINE)} UNION ALL SELECT 99, 1, 1.5, 0.5, 0.5`, 'accuracy', 'the candidate has the probability 1.5 in row 20'],
    ['a label of another kind', `${rows(BASELINE)} UNION ALL SELECT 99, 2, 0.5, 0.5, 0.5`, 'auc', 'a label is 0 or 1, got 2 in row 20'],
    ['one class only', 'SELECT 1 AS id, 1 AS label, 0.5::DOUBLE AS candidate, 0.4::DOUBLE AS baseline', 'auc', 'all 1 row have the label 1'],
    ['no rows', `SELECT * FROM (${rows(BASELINE)}) WHERE id < 0`, 'auc', 'the test split has no rows'],
    ['a baseline with a gap', `${rows(BASELINE)} UNION ALL SELECT 99, 1, 0.5, NULL, 0.5`, 'baselinePValue', 'the baseline has no probability in 1 of 21 rows'],
    ['a champion with a gap', `${rows(BASELINE)} UNION ALL SELECT 99, 1, 0.5, 0.5, NULL`, 'championDifference', 'the champion has no probability in 1 of 21 rows'],
    ['a missing column', 'SELECT 1 AS id, 1 AS label, 0.5 AS candidate', 'rows', 'lacks the columns baseline; it has id, label, candidate'],
    ['text instead of numbers', "SELECT 1 AS id, 'yes' AS label, 0.5 AS candidate, 0.5 AS baseline", 'auc', 'cannot be read as Parquet'],
  ])('%s', async (_, query, id, sentence) => {
    const result = await check(query);
    expect(result.map((measurement) => measurement.id).toSorted()).toEqual(IDS.toSorted());
    expect(measured(result, id)).toMatchObject({ status: 'notMeasured', explanation: expect.stringContaining(sentence) });
  });

  test('a file that is no Parquet', async () => {
    const result = await withFiles({ 'predictions.parquet': 'nonsense' }, async (database, files) => measurePredictions(database, files, PROJECT.declaration));
    expect(result.map(({ status }) => status)).toEqual(IDS.map(() => 'notMeasured'));
  });
});
