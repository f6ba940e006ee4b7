import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { handler as checkData } from '../../lambda/data-check';
import { handler as checkDrift } from '../../lambda/drift-check';
import type { CheckEvent, CheckResult, Evidence } from '../../lambda/gate/contract';
import { handler as checkModel } from '../../lambda/model-check';
import { handler as profile } from '../../lambda/profile';
import { handler as checkQuality } from '../../lambda/quality-check';
import { Env, PROJECT_FILE } from '../../lambda/shared/runtime/contract';
import { sha256 } from '../../lambda/shared/storage/hash';
import { inMemoryS3 } from './in-memory-s3';
import { BASELINE, LABELS, SCORES } from './shared/statistics/fixtures';
import { measured, PROJECT } from './support';

const objects = new Map<string, Uint8Array>();
const put = (uri: string, content: string): void => void objects.set(uri, Buffer.from(content));

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'handlers-'));
  writeFileSync(join(folder, PROJECT_FILE), JSON.stringify(PROJECT));
  process.env.LAMBDA_TASK_ROOT = folder;
  process.env[Env.EVIDENCE_BUCKET] = 'evidence';
  inMemoryS3(objects);
});

let run = 0;
const event = (context: Record<string, unknown>): CheckEvent => {
  run += 1;
  return { gate: 'some', runId: `run-${run}`, subject: { type: 'window', name: 'w', digest: 'a'.repeat(64) }, context };
};

/** The evidence that a check wrote, after comparing its hash. */
function evidence({ evidenceUri, evidenceSha256 }: CheckResult): Evidence {
  const bytes = objects.get(evidenceUri) ?? Buffer.from('');
  expect(sha256(bytes)).toBe(evidenceSha256);
  return JSON.parse(Buffer.from(bytes).toString('utf8')) as Evidence;
}

const CSV = 'id,employed,year,age,income,sex\n1,0,2015,41,1,1\n2,1,2015,30,2,2\n';

describe('The data check', () => {
  test('reads every data file of the snapshot over all pages, and nothing else', async () => {
    put('s3://artifacts/people/snapshots/d/a.csv', CSV);
    put('s3://artifacts/people/snapshots/d/b.csv', CSV.replace('\n1,', '\n11,').replace('\n2,', '\n12,'));
    put('s3://artifacts/people/snapshots/d/c[*].csv', CSV.replace('\n1,', '\n21,').replace('\n2,', '\n22,'));
    put('s3://artifacts/people/snapshots/d/_SUCCESS', '');
    const result = await checkData(event({ snapshotUri: 's3://artifacts/people/snapshots/d/', newestModifiedAt: new Date().toISOString() }));
    expect(result).toMatchObject({ check: 'data', evidenceUri: 's3://evidence/people/gates/some/run-1/data.json' });
    const { measurements, subject, check } = evidence(result);
    expect([check, subject.name, measured(measurements, 'rows').value, measured(measurements, 'duplicateShare').value]).toEqual(['data', 'w', 6, 0]);
  });

  test('of an empty snapshot writes evidence that nothing could be measured', async () => {
    const { measurements } = evidence(await checkData(event({ snapshotUri: 's3://artifacts/nothing/', newestModifiedAt: 'never' })));
    const ofProject = ['featureCost', 'sensitiveFeatures'];
    expect(new Set(measurements.filter(({ id }) => !ofProject.includes(id)).map(({ status }) => status))).toEqual(new Set(['notMeasured']));
  });

  test('writes what it found in the formats of Model Monitor, once, with no value of a record', async () => {
    put('s3://artifacts/people/snapshots/r/a.csv', `${CSV}3,7,2015,300,,2\n4,1,2015,,3,9\n`);
    const call = event({ snapshotUri: 's3://artifacts/people/snapshots/r/', newestModifiedAt: new Date().toISOString() });
    const { files } = evidence(await checkData(call));
    const report = (name: string) => {
      const file = files?.find((found) => found.name === name);
      const bytes = objects.get(file?.uri ?? '') ?? Buffer.from('');
      expect(sha256(bytes)).toBe(file?.sha256);
      return JSON.parse(Buffer.from(bytes).toString('utf8')) as { version: number; features: Record<string, unknown>[]; violations: Record<string, unknown>[] };
    };
    expect(report('statistics.json')).toMatchObject({ version: 0, dataset: { item_count: 4 } });
    expect(report('statistics.json').features.find(({ name }) => name === 'age')).toMatchObject({
      inferred_type: 'Integral',
      numerical_statistics: { common: { num_present: 3, num_missing: 1 }, min: 30, max: 300, distribution: { kll: { buckets: expect.arrayContaining([{ lower_bound: 30, upper_bound: 57, count: 2 }]) } } },
    });
    expect(report('constraints.json').features.find(({ name }) => name === 'sex')).toEqual({ name: 'sex', inferred_type: 'String', completeness: 1, string_constraints: { domains: ['1', '2'] } });
    expect(report('constraint_violations.json').violations.map(({ feature_name: name, constraint_check_type: type }) => `${String(name)} ${String(type)}`)).toEqual([
      'employed categorical_values_check', 'age completeness_check', 'age numerical_values_check', 'sex categorical_values_check',
    ]);
    expect((await checkData(call)).evidenceSha256).toBe(sha256(objects.get(`s3://evidence/people/gates/some/${call.runId}/data.json`) ?? ''));
  });

  test('fails when the machine hands it no snapshot', async () => {
    await expect(checkData(event({ newestModifiedAt: '2026-01-01' }))).rejects.toThrow('check data of gate some needs context.snapshotUri as text, got nothing; the context holds newestModifiedAt');
  });
});

describe('The model check', () => {
  test('writes what it measured', async () => {
    put('s3://artifacts/predictions.csv', `id,label,candidate,baseline,trivial\n${LABELS.map((label, row) => `${row},${label},${SCORES[row]},${BASELINE[row]},0.5`).join('\n')}\n`);
    put('s3://artifacts/evaluation.json', JSON.stringify({ costs: { candidate: { fitSeconds: 1, scoreSeconds: 0.1, modelBytes: 5, trainRows: 9 } } }));
    put('s3://artifacts/studies.json', JSON.stringify({ version: '1', studies: { parity: { status: 'measured', value: 0, explanation: 'equal' } } }));
    put('s3://artifacts/tests.json', JSON.stringify({ version: '1', runner: 'unittest', passed: 3, failed: 0, skipped: 0, features: 2, tests: [] }));
    const uris = { predictionsUri: 's3://artifacts/predictions.csv', evaluationUri: 's3://artifacts/evaluation.json', studiesUri: 's3://artifacts/studies.json', testsUri: 's3://artifacts/tests.json' };
    const { measurements } = evidence(await checkModel(event(uris)));
    expect(measured(measurements, 'auc').value).toBeCloseTo(0.8282828283, 9);
    expect(measured(measurements, 'modelBytes').value).toBe(5);
    expect(measured(measurements, 'studies.parity').value).toBe(0);
    expect(measured(measurements, 'tests.features').value).toBe(2);
  });

  test.each([['is absent', 's3://artifacts/none.json'], ['is no JSON', 's3://artifacts/predictions.csv']])('whose report %s did not measure what stands in it', async (_, studiesUri) => {
    const uris = { predictionsUri: 's3://artifacts/predictions.csv', evaluationUri: studiesUri, studiesUri, testsUri: studiesUri };
    const { measurements } = evidence(await checkModel(event(uris)));
    const statuses = ['studies.parity', 'fitSeconds', 'tests.failed', 'auc'].map((id) => measured(measurements, id).status);
    expect(statuses).toEqual(['notMeasured', 'notMeasured', 'notMeasured', 'measured']);
  });

  test('breaks when the predictions are not there', async () => {
    const uris = { evaluationUri: 's3://artifacts/evaluation.json', studiesUri: 's3://artifacts/studies.json', testsUri: 's3://artifacts/tests.json' };
    await expect(checkModel(event({ predictionsUri: 's3://artifacts/none.parquet', ...uris }))).rejects.toThrow('cannot read s3://artifacts/none.parquet');
  });
});

describe('The reference and the checks of a window', () => {
  const LOG = Array.from({ length: 600 }, (_, id) =>
    JSON.stringify({ requestId: `r${id}`, row: 0, time: 't', recordId: id, input: { age: id % 90, income: id, sex: String(1 + (id % 2)) }, output: { probability: (id % 100) / 100 } })).join('\n');

  test('are written, compared and judged from S3', async () => {
    put('s3://artifacts/train/part-0.csv', `id,employed,age,income,sex\n${Array.from({ length: 900 }, (_, id) => `${id},${id % 2},${id % 90},${id % 600},${1 + (id % 2)}`).join('\n')}\n`);
    put('s3://artifacts/train-2/part-0.csv', 'something,else\n1,2\n');
    put('s3://artifacts/test.csv', `candidate\n${Array.from({ length: 500 }, (_, id) => (id % 100) / 100).join('\n')}\n`);
    put('s3://artifacts/run/evaluation.json', JSON.stringify({ createdAt: '2026-01-01T00:00:00Z', data: { trainUri: 's3://artifacts/train' }, metrics: { auc: 0.9 } }));
    const { referenceUri, sha256: digest } = await profile({ evaluationUri: 's3://artifacts/run/evaluation.json', predictionsUri: 's3://artifacts/test.csv', outputUri: 's3://artifacts/run/' });
    expect(referenceUri).toBe('s3://artifacts/run/reference.json');
    expect(sha256(objects.get(referenceUri) ?? '')).toBe(digest);

    put('s3://log/2026/a', LOG);
    put('s3://evidence/window.json', JSON.stringify({ start: 's', end: '2026-01-03T00:00:00Z', objects: ['s3://log/2026/a'] }));
    const drift = evidence(await checkDrift(event({ windowUri: 's3://evidence/window.json', referenceUri })));
    expect(measured(drift.measurements, 'predictionDrift').value).toBe(0);
    expect(measured(drift.measurements, 'modelAgeDays').value).toBe(2);

    put('s3://data/labels/d1/part-0.csv', `id,employed\n${Array.from({ length: 600 }, (_, id) => `${id},${Number(id % 100 > 40)}`).join('\n')}\n`);
    const context = { windowUri: 's3://evidence/window.json', referenceUri, labelsUris: ['s3://data/labels/d1/'] };
    const { measurements } = evidence(await checkQuality(event(context)));
    expect([measured(measurements, 'auc').value, measured(measurements, 'offlineLoss').value]).toEqual([1, expect.closeTo(-0.1, 12)]);
  });

  test('without labels have no quality yet', async () => {
    for (const context of [{ windowUri: 's3://evidence/window.json' }, { windowUri: 's3://evidence/window.json', labelsUris: [] }]) {
      const { measurements } = evidence(await checkQuality(event(context)));
      expect(measured(measurements, 'auc')).toEqual({ id: 'auc', status: 'notApplicable', explanation: 'no labels have arrived' });
      expect(new Set(measurements.map(({ status }) => status))).toEqual(new Set(['notApplicable']));
    }
  });

  test('fail on a manifest of another form', async () => {
    put('s3://evidence/bad.json', '{"objects":"all"}');
    await expect(checkDrift(event({ windowUri: 's3://evidence/bad.json', referenceUri: 's3://x/y' }))).rejects.toThrow('objects must be a list of S3 URIs');
    await expect(checkQuality(event({ windowUri: 's3://evidence/window.json', labelsUris: 'all' }))).rejects.toThrow('needs context.labelsUris as a list of S3 URIs');
  });
});
