import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Measurement } from '../../../lambda/gate/contract';
import { measureModel } from '../../../lambda/model-check/check';
import { STUDIES } from '../../../lambda/shared/checks/contract';
import type { ModelProjectData } from '../../../lambda/shared/project/contract';
import { literal } from '../../../lambda/shared/tables/duckdb';
import { BASELINE, LABELS, SCORES } from '../shared/statistics/fixtures';
import { measured, withFiles } from '../support';
import { multiclassProject, projectWith, regressionProject } from './projects';

const BINARY = projectWith({});
const COSTS = {
  candidate: { fitSeconds: 2, scoreSeconds: 0.04, modelBytes: 90_000, trainRows: 60 },
  baseline: { fitSeconds: 0.5, scoreSeconds: 0.01, modelBytes: 3_000, trainRows: 60 },
};

const check = async (
  query: string, project: ModelProjectData = BINARY, reports: { evaluation?: unknown; studies?: unknown; tests?: unknown } = { evaluation: { costs: COSTS } },
): Promise<Measurement[]> => {
  const bytes = await withFiles({}, async (database) => {
    const path = join(database.folder, 'out.parquet');
    await database.run(`COPY (${query}) TO ${literal(path)} (FORMAT parquet)`);
    return readFile(path);
  });
  return withFiles({ 'predictions.parquet': bytes }, async (database, predictions) =>
    measureModel(database, { predictions, evaluation: { content: reports.evaluation }, studies: { content: reports.studies }, tests: { content: reports.tests } }, project, 'd'.repeat(64)));
};

type Cell = number | string | null;
const sql = (value: Cell | undefined): string => (value === undefined || value === null ? 'NULL' : typeof value === 'number' ? `${value}::DOUBLE` : literal(value));

/** One row per element, columns by name. */
const table = (columns: Readonly<Record<string, readonly Cell[]>>): string => {
  const [first = []] = Object.values(columns);
  return first.map((_, row) => `SELECT ${Object.entries(columns).map(([name, values]) => `${sql(values[row])} AS "${name}"`).join(', ')}`).join(' UNION ALL ');
};

const TRIVIAL = LABELS.map(() => 0.55);
const rows = (champion?: readonly (number | null)[]): string =>
  table({ label: LABELS, candidate: SCORES, baseline: BASELINE, trivial: TRIVIAL, ...(champion !== undefined && { champion }) });

describe('Test predictions of two classes', () => {
  test('are measured with intervals, and compared with simpler models by the paired test', async () => {
    const result = await check(rows(BASELINE));
    expect(measured(result, 'rows')).toMatchObject({ value: 20 });
    expect(measured(result, 'auc').value).toBeCloseTo(0.8282828283, 9);
    expect(measured(result, 'auc').interval?.map((bound) => Math.round(bound * 1e4) / 1e4)).toEqual([0.644, 1]);
    expect(measured(result, 'accuracy').value).toBe(0.65);
    expect(measured(result, 'averagePrecision').value).toBeCloseTo(0.8690738554, 9);
    expect(measured(result, 'baselineMargin').value).toBeCloseTo(0.0606060606, 9);
    expect(measured(result, 'baselinePValue').value).toBeCloseTo(0.2873330697, 9);
    expect(measured(result, 'trivialMargin').value).toBeCloseTo(0.3282828283, 9);
    expect(measured(result, 'trivialPValue').value).toBeLessThan(0.001);
    expect(measured(result, 'championDifference').value).toBeCloseTo(0.0606060606, 9);
  });

  test('every metric has an interval that holds its value', async () => {
    const result = await check(rows());
    for (const id of ['auc', 'averagePrecision', 'accuracy', 'balancedAccuracy', 'precision', 'recall', 'f1', 'logLoss', 'brierScore', 'expectedCalibrationError']) {
      const { status, value = Number.NaN, interval = [Number.NaN, Number.NaN] } = measured(result, id);
      expect([id, status]).toEqual([id, 'measured']);
      // The bootstrap's interval of a calibration error lies above it: resampled bins are noisier.
      expect(value).toBeLessThanOrEqual(interval[1]);
      expect(interval[0]).toBeLessThan(interval[1]);
    }
  });

  test('carry confusion and calibration with the primary metric', async () => {
    expect(measured(await check(rows()), 'auc').details).toMatchObject({
      confusion: { truePositives: 7, falsePositives: 3, falseNegatives: 4, trueNegatives: 6 }, calibration: { line: { slope: expect.closeTo(1.5512, 3) } },
    });
  });

  test.each([['all null', LABELS.map(() => null)], ['absent', undefined]])('with the champion column %s have no champion to compare with', async (_, champion) => {
    expect(measured(await check(rows(champion)), 'championDifference')).toMatchObject({ status: 'notApplicable', explanation: 'there is no champion yet' });
  });

  test('of a model like its champion differ by exactly nothing', async () => {
    expect(measured(await check(rows(SCORES)), 'championDifference')).toMatchObject({ value: 0, interval: [0, 0] });
  });

  test('show what the gain costs', async () => {
    const result = await check(rows());
    expect(measured(result, 'modelBytes')).toMatchObject({
      value: 90_000, details: { contenders: [{ contender: 'candidate', coreSeconds: 2.04, auc: expect.closeTo(0.828, 3) }, { contender: 'baseline', auc: expect.closeTo(0.768, 3) }] },
    });
    expect(measured(result, 'scoreMilliseconds').value).toBeCloseTo(2000, 6);
    expect(measured(result, 'fitSeconds').explanation).toContain('the baseline has 3,000 bytes');
  });
});

describe('Test predictions of several classes', () => {
  const LABEL = ['a', 'a', 'b', 'b', 'c', 'c'];
  const answers = (name: string, classes: readonly string[]): Record<string, readonly Cell[]> => ({
    [name]: classes, ...Object.fromEntries(['a', 'b', 'c'].map((text, index) => [`${name}_${index}`, classes.map((answer) => (answer === text ? 0.8 : 0.1))])),
  });
  const six = (candidate: readonly string[]): string =>
    table({ label: LABEL, ...answers('candidate', candidate), ...answers('baseline', ['a', 'b', 'b', 'c', 'c', 'a']), ...answers('trivial', LABEL.map(() => 'a')) });

  test('are measured and compared by the exact McNemar test', async () => {
    const result = await check(six(['a', 'a', 'b', 'b', 'c', 'a']), multiclassProject());
    expect(measured(result, 'accuracy').value).toBeCloseTo(5 / 6, 12);
    expect(measured(result, 'macroF1').value).toBeCloseTo((4 / 5 + 1 + 2 / 3) / 3, 12);
    expect(measured(result, 'baselineMargin').value).toBeCloseTo(2 / 6, 12);
    expect(measured(result, 'baselinePValue').value).toBeCloseTo(0.5, 12);
    expect(measured(result, 'trivialMargin').value).toBeCloseTo(3 / 6, 12);
    expect(measured(result, 'accuracy').details).toMatchObject({ confusion: [[2, 0, 0], [0, 2, 0], [1, 0, 1]] });
  });

  test('a class that the schema does not know is not measured', async () => {
    expect(measured(await check(six(['a', 'a', 'b', 'b', 'c', 'x']), multiclassProject()), 'accuracy')).toMatchObject({
      status: 'notMeasured', explanation: 'the answer of the candidate is none of the classes a, b, c in 1 of 6 rows',
    });
  });

  test('probabilities that do not add up are not measured', async () => {
    const broken = six(LABEL).replaceAll('0.8::DOUBLE AS "candidate_0"', '0.9::DOUBLE AS "candidate_0"');
    expect(measured(await check(broken, multiclassProject()), 'accuracy').explanation).toContain('add up to 1.1');
  });
});

describe('Test predictions of a regression', () => {
  const label = [1, 2, 3, 4, 5, 6, 7, 8];
  const near = label.map((value, row) => value + (row % 2 === 0 ? 0.1 : -0.2));
  const far = label.map((value, row) => value + (row % 3 === 0 ? 1 : -0.8));
  const mean = label.map(() => 4.5);
  const query = (candidate: readonly Cell[]): string => table({ label, candidate, baseline: far, trivial: mean });

  test('are measured in the unit of the target and compared by their squared errors', async () => {
    const result = await check(query(near), regressionProject());
    expect(measured(result, 'rmse').value).toBeCloseTo(Math.sqrt(0.025), 12);
    expect(measured(result, 'bias').value).toBeCloseTo(-0.05, 12);
    expect(measured(result, 'baselineMargin').value).toBeGreaterThan(0.8);
    expect(measured(result, 'baselinePValue').value).toBeLessThan(0.001);
    expect(measured(result, 'trivialMargin').value).toBeGreaterThan(0.9);
  });

  test('a value that is not finite is not measured', async () => {
    expect(measured(await check(query([null, ...near.slice(1)]), regressionProject()), 'rmse')).toMatchObject({
      status: 'notMeasured', explanation: 'the candidate has no finite value in 1 of 8 rows',
    });
  });

  test('a label of zero leaves no percentage error', async () => {
    const shifted = table({ label: label.map((value) => value - 1), candidate: near, baseline: far, trivial: mean });
    expect(measured(await check(shifted, regressionProject()), 'mape')).toMatchObject({ status: 'notMeasured', explanation: expect.stringContaining('a label is 0') });
  });
});

describe('Test predictions that can not be judged are not measured', () => {
  const more = (label: number, candidate: number | null, baseline: number | null, champion: number | null): string =>
    `${rows(BASELINE)} UNION ALL ${table({ label: [label], candidate: [candidate], baseline: [baseline], trivial: [0.5], champion: [champion] })}`;
  test.each([
    ['a candidate without a probability', more(1, null, 0.5, 0.5), 'auc', 'the candidate has no probability in 1 of 21 rows'],
    ['a probability above one', more(1, 1.5, 0.5, 0.5), 'accuracy', 'the candidate has the probability 1.5 in row 20'],
    ['a label of another kind', more(2, 0.5, 0.5, 0.5), 'auc', 'a label is 0 or 1, got 2 in row 20'],
    ['one class only', table({ label: [1], candidate: [0.5], baseline: [0.4], trivial: [0.5] }), 'auc', 'all 1 row have the label 1'],
    ['no rows', `SELECT * FROM (${rows(BASELINE)}) WHERE label > 5`, 'auc', 'the test split has no rows'],
    ['a baseline with a gap', more(1, 0.5, null, 0.5), 'baselinePValue', 'the baseline has no probability in 1 of 21 rows'],
    ['a champion with a gap', more(1, 0.5, 0.5, null), 'championDifference', 'the champion has no probability in 1 of 21 rows'],
    ['a missing column', table({ label: [1], candidate: [0.5] }), 'slices', 'lacks the columns baseline'],
    ['text instead of numbers', table({ label: ['yes'], candidate: [0.5], baseline: [0.5], trivial: [0.5] }), 'auc', 'cannot be read as Parquet'],
  ])('%s', async (_, query, id, sentence) => {
    expect(measured(await check(query), id)).toMatchObject({ status: 'notMeasured', explanation: expect.stringContaining(sentence) });
  });

  test('a file that is no Parquet', async () => {
    const result = await withFiles({ 'predictions.parquet': 'nonsense' }, async (database, predictions) =>
      measureModel(database, { predictions, evaluation: {}, studies: {}, tests: {} }, BINARY, 'x'));
    expect(new Set(result.map(({ status }) => status))).toEqual(new Set(['notMeasured']));
  });

  test('costs that the evaluation does not tell', async () => {
    expect(measured(await check(rows(), BINARY, { evaluation: {} }), 'fitSeconds')).toMatchObject({ status: 'notMeasured', explanation: expect.stringContaining('tells no costs') });
  });
});

describe('Studies', () => {
  const finding = { status: 'measured', value: 0, sampleSize: 200, explanation: 'nothing differs', seconds: 0.2 };

  test('become measurements as they were found', async () => {
    const result = await check(rows(), BINARY, { studies: { version: '1', studies: { parity: finding, staleness: { status: 'notApplicable', explanation: 'no order' } } } });
    expect(measured(result, 'studies.parity')).toMatchObject({ status: 'measured', value: 0, sampleSize: 200, explanation: 'nothing differs' });
    expect(measured(result, 'studies.staleness')).toMatchObject({ status: 'notApplicable', explanation: 'no order' });
  });

  test('without a finding, or with one that has no number, are not measured', async () => {
    const result = await check(rows(), BINARY, { studies: { studies: { parity: { ...finding, value: null } } } });
    expect(Object.values(STUDIES).map((study) => measured(result, `studies.${study}`).status)).toEqual(Object.values(STUDIES).map(() => 'notMeasured'));
  });
});

describe("The project's own tests", () => {
  const one = { name: 'test_project.FeaturesTest.test_order', outcome: 'passed', seconds: 0.04, features: true };
  const bad = { name: 'test_project.RowsTest.test_codes', outcome: 'failed', seconds: 1.2, features: false, message: 'AssertionError: 1 != 2 (test_project.py, line 9)' };
  const report = { version: '1', runner: 'unittest', passed: 1, failed: 0, skipped: 0, features: 1, tests: [one], resources: { wallSeconds: 2 } };
  const tested = async (tests: unknown) => {
    const result = await check(rows(), BINARY, { tests });
    return [measured(result, 'tests.failed'), measured(result, 'tests.features')] as const;
  };

  test('are measured with their number and time', async () => {
    const [failed, features] = await tested({ ...report, passed: 2, skipped: 1, tests: [one, { ...one, seconds: 1 }, { ...one, outcome: 'skipped', seconds: 0 }] });
    expect(failed).toMatchObject({ status: 'measured', value: 0, sampleSize: 2, explanation: 'all 2 tests passed in 1 s, 1 skipped', details: { runner: 'unittest' } });
    expect(features).toMatchObject({ status: 'measured', value: 1, explanation: '1 of 2 passed tests calls what makes features' });
  });

  test('that failed are told by name and reason', async () => {
    const [failed] = await tested({ ...report, failed: 1, tests: [bad, one] });
    expect(failed).toMatchObject({ value: 1, explanation: '1 of 2 tests failed: test_project.RowsTest.test_codes: AssertionError: 1 != 2 (test_project.py, line 9)' });
  });

  test('that failed in great number are told by the first five', async () => {
    const [failed] = await tested({ ...report, failed: 9, tests: Array.from({ length: 9 }, () => bad) });
    expect(failed.explanation).toMatch(/^9 of 10 tests failed: .*; and 4 more$/);
  });

  test.each([
    ['no report', undefined, 'tests.json is no report of tests'],
    ['a report of another form', { version: '1', passed: 'many' }, 'tests.json is no report of tests: runner'],
    ['no test at all', { ...report, passed: 0, features: 0, tests: [] }, 'no test ran: the folder tests of the project needs files test_*.py'],
    ['nothing but skipped tests', { ...report, passed: 0, features: 0, skipped: 4, tests: [] }, 'no test ran and 4 skipped themselves'],
  ])('with %s are not measured', async (_, tests, reason) => {
    for (const measurement of await tested(tests)) {
      expect(measurement).toMatchObject({ status: 'notMeasured', explanation: expect.stringContaining(reason) });
    }
  });

  test('of which none calls what makes features are no tests of features', async () => {
    const [failed, features] = await tested({ ...report, features: 0 });
    expect(failed).toMatchObject({ status: 'measured', value: 0 });
    expect(features).toMatchObject({ status: 'notMeasured', explanation: expect.stringContaining('none of 1 passed test calls what makes features') });
  });
});
