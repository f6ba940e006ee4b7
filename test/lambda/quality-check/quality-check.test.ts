import type { Measurement } from '../../../lambda/gate/contract';
import { measureQuality } from '../../../lambda/quality-check/measure';
import type { ModelDeclaration, ModelProjectData, ProblemType } from '../../../lambda/shared/project/contract';
import type { ColumnSchema } from '../../../lambda/shared/schema/contract';
import { areaUnderCurve } from '../../../lambda/shared/statistics';
import { gaussian, random } from '../shared/statistics/closeness';
import { measured, PROJECT, withFiles } from '../support';

// The interval of the calibration error is a bootstrap.
jest.setTimeout(30_000);

const next = random(4);
const LABELS = Array.from({ length: 800 }, () => Number(next() < 0.5));
const SCORES = LABELS.map((label) => 1 / (1 + Math.exp(-gaussian(next) - label)));
const record = (id: number, probability: number, time = '2026-01-01T00:00:00Z', requestId = `r${id}`): string =>
  JSON.stringify({ requestId, row: 0, time, recordId: id, input: {}, output: { probability, label: 1 } });
const LOG = `${SCORES.map((score, id) => record(id, score)).join('\n')}\n`;
const labels = (count = LABELS.length, offset = 0): string => `id,employed\n${LABELS.slice(0, count).map((label, id) => `${id + offset},${label}`).join('\n')}\n`;

const check = async (log: string, ...deliveries: string[]): Promise<Measurement> =>
  withFiles({ log, ...Object.fromEntries(deliveries.map((content, index) => [`labels-${index}.csv`, content])) }, async (database, [window, ...files]) =>
    measured(await measureQuality(database, [window!], files, PROJECT, 'seed'), 'auc'));

describe('Labelled predictions', () => {
  test('have an AUC with its interval', async () => {
    const expected = areaUnderCurve(LABELS, SCORES);
    const result = await check(LOG, labels());
    expect(result).toMatchObject({ id: 'auc', status: 'measured', sampleSize: 800 });
    expect(result.value).toBeCloseTo(expected.auc, 12);
    expect(result.interval?.[0]).toBeCloseTo(expected.interval[0], 12);
  });

  test('of one record count once, the latest', async () => {
    const earlier = SCORES.map((score, id) => record(id, 1 - score, '2025-12-31T00:00:00Z', `earlier-${id}`)).join('\n');
    const result = await check(`${earlier}\n${LOG}`, labels(), labels());
    expect(result.sampleSize).toBe(800);
    expect(result.value).toBeCloseTo(areaUnderCurve(LABELS, SCORES).auc, 12);
  });

  test('join whatever the number looks like', async () => {
    expect((await check(LOG, labels().replaceAll(/^(\d+),/gm, '$1.0,'))).sampleSize).toBe(800);
  });

  test('that are only partly labelled are measured on what is', async () => {
    const result = await check(LOG, labels(600));
    expect(result).toMatchObject({ status: 'measured', sampleSize: 600, explanation: expect.stringContaining('on 600 labelled of 800 predictions') });
  });
});

describe('Every problem type has its own metrics:', () => {
  const of = (problemType: ProblemType, target: ColumnSchema): ModelProjectData => ({
    ...PROJECT, schema: { ...PROJECT.schema, target }, declaration: { ...PROJECT.declaration, problemType, positiveLabel: 'Yes', quality: { metrics: {} } as unknown as ModelDeclaration['quality'] },
  });
  const log = (output: (row: number) => object): string =>
    Array.from({ length: 600 }, (_, row) => JSON.stringify({ requestId: `r${row}`, row: 0, time: 't', recordId: row, input: {}, output: output(row) })).join('\n');
  const delivery = (name: string, label: (row: number) => string | number): string => `id,${name}\n${Array.from({ length: 600 }, (_, row) => `${row},${label(row)}`).join('\n')}\n`;
  const all = async (project: ModelProjectData, window: string, delivered: string): Promise<Measurement[]> =>
    withFiles({ log: window, 'labels.csv': delivered }, async (database, [first, ...rest]) => measureQuality(database, [first!], rest, project, 'seed'));

  test('text targets of two classes', async () => {
    const project = of('binaryClassification', { name: 'answer', type: 'string', domain: ['No', 'Yes'] });
    const found = await all(project, log((row) => ({ probability: row % 2 === 0 ? 0.9 : 0.2, label: row % 2 === 0 ? 'Yes' : 'No' })), delivery('answer', (row) => (row % 4 === 0 ? 'Yes' : 'No')));
    expect([measured(found, 'accuracy').value, measured(found, 'recall').value, measured(found, 'precision').value]).toEqual([0.75, 1, 0.5]);
  });

  test('several classes, named by text or by numbers', async () => {
    const targets: ColumnSchema[] = [{ name: 'answer', type: 'string', domain: ['a', 'b', 'c'] }, { name: 'answer', type: 'integer', domain: [1, 2, 3] }];
    for (const target of targets) {
      const classes = target.domain ?? [];
      const output = (row: number): object => ({ label: classes[row % 3], probabilities: Object.fromEntries(classes.map((name, index) => [name, index === row % 3 ? 0.8 : 0.1])) });
      const found = await all(of('multiclassClassification', target), log(output), delivery('answer', (row) => String(classes[row % 6 === 0 ? 1 : row % 3])));
      expect(measured(found, 'accuracy').value).toBeCloseTo(5 / 6, 12);
      expect(measured(found, 'logLoss').value).toBeCloseTo(-(5 * Math.log(0.8) + Math.log(0.1)) / 6, 9);
    }
  });

  test('numbers', async () => {
    const found = await all(of('regression', { name: 'answer', type: 'number' }), log((row) => ({ value: row })), delivery('answer', (row) => row + (row % 2 === 0 ? 3 : -1)));
    expect([measured(found, 'rmse').value, measured(found, 'mae').value, measured(found, 'bias').value]).toEqual([Math.sqrt(5), 2, -1]);
  });

  test('a label that is no class is no label to judge by', async () => {
    const found = await all(of('multiclassClassification', { name: 'answer', type: 'string', domain: ['a', 'b'] }), log(() => ({ label: 'a', probabilities: { a: 0.9, b: 0.1 } })), delivery('answer', () => 'z'));
    expect(measured(found, 'accuracy')).toMatchObject({ status: 'notMeasured', explanation: expect.stringContaining('is none of the classes') });
  });
});

describe('Quality does not apply', () => {
  test('with too few labels of the window', async () => {
    expect(await check(LOG, labels(20))).toMatchObject({
      status: 'notApplicable', explanation: '20 of 800 predictions have a label among the 20 that arrived; monitoring.minimumRows is 500',
    });
    expect(await check(LOG, labels(800, 100_000))).toMatchObject({ status: 'notApplicable', explanation: expect.stringContaining('0 of 800 predictions') });
  });
});

describe('Quality is not measured', () => {
  test.each([
    ['with labels of one class', LOG, labels().replaceAll(/,1$/gm, ',0'), 'a ranking needs both'],
    ['with labels without the target', LOG, labels().replace('employed', 'employment'), 'lacks the columns employed; it has id, employment'],
    ['with an empty labels file', LOG, '', 'it is empty (0 bytes)'],
    ['with a broken log', '{"requestId"\n', labels(), 'log cannot be read as JSON lines'],
    ['with a probability that is none', LOG.replace(/"probability":[\d.]+/, '"probability":7'), labels(), 'the model in production has the probability 7'],
  ])('%s', async (_, log, delivery, sentence) => {
    expect(await check(log, delivery)).toMatchObject({ status: 'notMeasured', explanation: expect.stringContaining(sentence) });
  });
});
