import { gzipSync } from 'node:zlib';
import { measureWindow } from '../../../lambda/drift-check/window';
import type { Measurement } from '../../../lambda/gate/contract';
import { buildReference } from '../../../lambda/profile/build';
import type { ReferenceProfile } from '../../../lambda/shared/profile/contract';
import type { ModelProjectData, ProblemType } from '../../../lambda/shared/project/contract';
import { gaussian, random } from '../shared/statistics/closeness';
import { measured, PROJECT, withFiles } from '../support';

const next = random(99);
const person = (id: number) => ({ id, age: Math.min(95, Math.max(0, Math.round(gaussian(next) * 15 + 45))), income: Math.round(next() * 100), sex: next() < 0.5 ? '1' : '2' });
const csv = (rows: readonly object[]): string => [Object.keys(rows[0] ?? {}).join(), ...rows.map((row) => Object.values(row).join())].join('\n') + '\n';

/** A log of predictions; each line as the application writes it. */
const log = (people: readonly ReturnType<typeof person>[], probability = next): string =>
  people.map(({ id, ...input }) => JSON.stringify({
    requestId: `request-${Math.floor(id / 10)}`, row: id % 10, time: '2026-01-01T00:00:00Z', recordId: id, input, output: { probability: probability(), label: 1 },
  })).join('\n') + '\n';

let reference: ReferenceProfile;
beforeAll(async () => {
  const train = csv(Array.from({ length: 5000 }, (_, id) => person(id)));
  const test = csv(Array.from({ length: 2000 }, () => ({ candidate: next() })));
  reference = await withFiles({ 'train.csv': train, 'predictions.csv': test }, async (database, files) =>
    buildReference(database, files.slice(0, 1), files.slice(1), PROJECT));
});

const check = async (files: Readonly<Record<string, string | Uint8Array>>, against: ReferenceProfile = reference): Promise<Measurement[]> =>
  withFiles(files, async (database, found) => measureWindow(database, found, against, PROJECT));
const people = (n: number): ReturnType<typeof person>[] => Array.from({ length: n }, (_, id) => person(id));

describe('A window', () => {
  test('like the reference is measured and has not drifted', async () => {
    const result = await check({ 'a.gz': gzipSync(log(people(1000))), 'b': log(people(2000).slice(1000)) });
    expect(result.map(({ id, value, sampleSize }) => [id, value, sampleSize])).toEqual([
      ['driftedFeatureShare', 0, 2000], ['criticalFeaturesDrifted', 0, 2000], ['predictionDrift', 0, 2000], ['unexpectedShare', 0, 2000],
    ]);
    expect(measured(result, 'driftedFeatureShare').explanation).toMatch(/^none of 3 features drifted in 2,000 predictions; largest PSI: /);
  });

  test('with ages in months has drifted, and says so', async () => {
    const result = await check({ a: log(people(1000).map((one) => ({ ...one, age: one.age * 12 }))) });
    expect(measured(result, 'driftedFeatureShare').value).toBeCloseTo(1 / 3);
    expect(measured(result, 'criticalFeaturesDrifted')).toMatchObject({ value: 1, explanation: expect.stringMatching(/^age drifted: PSI .* \(limit 0.25\), KS 0\.9/) });
  });

  test('whose predictions moved says so even if its inputs did not', async () => {
    const result = await check({ a: log(people(1000), () => next() / 2) });
    expect(result.map(({ value }) => value)).toEqual([0, 0, 1, 0]);
  });

  test('outside the bounds or the rules of the schema says where', async () => {
    const schema = { ...PROJECT.schema, rules: [{ id: 'income', when: [{ column: 'sex', is: '1' }], then: [{ column: 'income', maximum: 1000 }] }] };
    const odd = people(1000).map((one, index) => ({ ...one, age: index < 50 ? 120 : one.age, ...(index < 10 && { sex: '1', income: 2000 }) }));
    const result = await withFiles({ a: log(odd) }, async (database, found) => measureWindow(database, found, reference, { ...PROJECT, schema }));
    expect(measured(result, 'unexpectedShare')).toMatchObject({
      value: 0.05, explanation: 'outside the expectations of schema version 1: age in 50 requests (5 %), rule income in 10 requests (1 %)',
    });
  });

  test('counts records that were delivered twice once', async () => {
    const content = log(people(400));
    expect(measured(await check({ a: content, b: content }), 'predictionDrift').explanation)
      .toBe('not enough data: the window has 400 predictions, monitoring.minimumRows is 500');
  });

  test('with values of another type takes them as missing', async () => {
    const result = await check({ a: log(people(1000)).replaceAll(/"age":(\d+)/g, '"age":"about $1"') });
    expect(measured(result, 'criticalFeaturesDrifted')).toMatchObject({ value: 1, explanation: expect.stringContaining('100 % missing') });
  });
});

describe('Drift is not measured', () => {
  test.each([
    ['without records', {}, 'the window has 0 predictions'],
    ['with a broken log', { 'log-1': `${log(people(600))}{"requestId":` }, 'log-1 cannot be read as JSON lines'],
    ['with an object cut off', { 'log-3.gz': gzipSync(log(people(600))).subarray(0, 999) }, 'it cannot be unpacked with gzip'],
    ['with an empty object', { 'log-2': '' }, 'log-2 cannot be read as JSON lines'],
  ])('%s', async (_, files, sentence) => {
    const result = await check(files);
    expect(result.map(({ status }) => status)).toEqual(['notMeasured', 'notMeasured', 'notMeasured', 'notMeasured']);
    expect(result[0]?.explanation).toContain(sentence);
  });

  test('against a reference of another schema', async () => {
    const result = await check({ a: log(people(600)) }, { ...reference, features: { height: reference.features.age! } });
    expect(result[0]).toMatchObject({ status: 'notMeasured', explanation: expect.stringContaining('it has no profile of age, income, sex') });
  });
});

describe('Answers of every problem type', () => {
  const classes = ['low', 'middle', 'high'];
  const of = (problemType: ProblemType, domain?: readonly string[]): ModelProjectData => ({
    ...PROJECT,
    schema: { ...PROJECT.schema, target: { name: 'answer', type: domain === undefined ? 'number' : 'string', ...(domain && { domain }) } },
    declaration: { ...PROJECT.declaration, problemType },
  });
  const several = of('multiclassClassification', classes);
  const regression = of('regression');
  const drifted = async (project: ModelProjectData, candidate: (row: number) => string | number, output: (row: number) => object): Promise<Measurement> => {
    const train = csv(Array.from({ length: 2000 }, (_, id) => person(id)));
    const test = csv(Array.from({ length: 2000 }, (_, row) => ({ candidate: candidate(row) })));
    const against = await withFiles({ 'train.csv': train, 'predictions.csv': test }, async (database, files) => buildReference(database, files.slice(0, 1), files.slice(1), project));
    const answers = people(1000).map(({ id, ...input }, row) => JSON.stringify({ requestId: `r${row}`, row: 0, time: '2026-01-01T00:00:00Z', recordId: id, input, output: output(row) })).join('\n');
    return measured(await withFiles({ answers }, async (database, files) => measureWindow(database, files, against, project)), 'predictionDrift');
  };
  const shares = (label: string): object => ({ label, probabilities: Object.fromEntries(classes.map((name) => [name, Number(name === label)])) });

  test.each([
    ['classes that stay', 0, async () => drifted(several, (row) => classes[row % 3] ?? '', (row) => shares(classes[row % 3] ?? ''))],
    ['classes of which one is gone', 1, async () => drifted(several, (row) => classes[row % 3] ?? '', (row) => shares(classes[row % 2] ?? ''))],
    ['values that stay', 0, async () => drifted(regression, (row) => (row % 100) * 10, (row) => ({ value: (row % 100) * 10 }))],
    ['values in another unit', 1, async () => drifted(regression, (row) => (row % 100) * 10, (row) => ({ value: row % 100 }))],
  ])('%s', async (_, value, find) => {
    expect(await find()).toMatchObject({ status: 'measured', value });
  });

  test('features that are times are compared as times', async () => {
    const project: ModelProjectData = { ...PROJECT, schema: { ...PROJECT.schema, features: [{ name: 'seen', type: 'timestamp' }, { name: 'born', type: 'date' }] }, declaration: { ...PROJECT.declaration, monitoring: { ...PROJECT.declaration.monitoring, drift: { ...PROJECT.declaration.monitoring.drift, criticalFeatures: [] } } } };
    const at = (row: number, year: number) => ({ seen: `${year}-0${1 + (row % 9)}-1${row % 10}T0${row % 10}:00:00Z`, born: `${year - 40}-0${1 + (row % 9)}-1${row % 10}` });
    const train = csv(Array.from({ length: 2000 }, (_, row) => at(row, 2025)));
    const test = csv(Array.from({ length: 2000 }, () => ({ candidate: 0.5 })));
    const against = await withFiles({ 'train.csv': train, 'predictions.csv': test }, async (database, files) => buildReference(database, files.slice(0, 1), files.slice(1), project));
    const logOf = (year: number) => Array.from({ length: 1000 }, (_, row) => JSON.stringify({ requestId: `r${row}`, row: 0, time: 't', recordId: row, input: at(row, year), output: { probability: 0.5 } })).join('\n');
    const share = async (year: number) => measured(await withFiles({ log: logOf(year) }, async (database, files) => measureWindow(database, files, against, project)), 'driftedFeatureShare').value;
    expect([await share(2025), await share(2026)]).toEqual([0, 1]);
  });
});

describe('A reference', () => {
  test('profiles features and predictions', () => {
    expect(reference).toMatchObject({ version: '1', rows: 5000, features: { age: { kind: 'numeric', count: 5000 }, sex: { kind: 'categorical' } } });
    expect(reference.features.sex).toMatchObject({ counts: { 1: expect.any(Number), 2: expect.any(Number) }, missing: 0 });
    expect(reference.prediction).toMatchObject({ kind: 'numeric', values: { length: 1000 } });
  });

  test('is not made of nothing', async () => {
    await withFiles({ 'train.csv': 'age,income,sex\n', 'predictions.csv': 'candidate\n' }, async (database, files) => {
      await expect(buildReference(database, files.slice(0, 1), files.slice(1), PROJECT)).rejects.toThrow('a reference needs rows: the training split has 0');
    });
  });
});
