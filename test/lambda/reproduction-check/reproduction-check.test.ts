import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Evidence } from '../../../lambda/gate/contract';
import { handler } from '../../../lambda/reproduction-check';
import { Env, PROJECT_FILE } from '../../../lambda/shared/runtime/contract';
import { canonicalJson, sha256 } from '../../../lambda/shared/storage/hash';
import { Database, literal } from '../../../lambda/shared/tables/duckdb';
import { fixtureProject } from '../../support/fixtures';
import { manifestOf } from '../../support/manifest';
import { inMemoryS3 } from '../in-memory-s3';

const objects = new Map<string, Uint8Array>();
const put = (uri: string, text: string): void => void objects.set(uri, Buffer.from(text));
const { recordId } = fixtureProject().schema;
const ORIGINAL = 's3://artifacts/employment/runs/run-1/evaluation/predictions.parquet';
const REBUILT = 's3://artifacts/employment/runs/run-9/evaluation';
type Row = readonly [id: string, candidate: string | number];
let before: Uint8Array;
let run = 1;

const parquet = (...rows: Row[]): Promise<Uint8Array> =>
  Database.use(async (database) => {
    const path = join(database.folder, 'predictions.parquet');
    const values = rows.map(([id, value]) => `(${literal(id)}, 1, ${typeof value === 'number' ? `${value}::DOUBLE` : literal(value)})`).join(', ');
    await database.run(`COPY (SELECT * FROM (VALUES ${values}) AS t(${recordId.name}, label, candidate)) TO ${literal(path)}`);
    return readFileSync(path);
  });

beforeAll(async () => {
  before = await parquet(['a', 0.25], ['b', 0.75]);
  const folder = mkdtempSync(join(tmpdir(), 'reproduction-'));
  writeFileSync(join(folder, PROJECT_FILE), JSON.stringify(fixtureProject().data));
  Object.assign(process.env, { LAMBDA_TASK_ROOT: folder, [Env.EVIDENCE_BUCKET]: 'evidence' });
});

beforeEach(() => {
  objects.clear();
  inMemoryS3(objects);
  objects.set(ORIGINAL, before);
});

async function measure(rebuilt: Uint8Array, change: { data?: object; metrics?: Record<string, number>; packages?: Record<string, string>; sameDefinition?: string } = {}) {
  const manifest = manifestOf({ predictions: { uri: ORIGINAL, sha256: sha256(before) } });
  const text = canonicalJson(manifest);
  put('s3://evidence/m.json', text);
  objects.set(`${REBUILT}/predictions.parquet`, rebuilt);
  put(`${REBUILT}/evaluation.json`, JSON.stringify({ data: change.data, rows: 2, metrics: change.metrics ?? { auc: 0.86, accuracy: 0.79 }, environment: { python: '3.12.1', packages: change.packages ?? { numpy: '2.1.0' } } }));
  const { evidenceUri } = await handler({
    gate: 'reproduction', runId: `run-${(run += 1)}`, subject: { type: 'modelPackage', name: 'm', digest: sha256(text) },
    context: { manifestUri: 's3://evidence/m.json', packageDigest: sha256(text), evaluationUri: REBUILT, sameDefinition: change.sameDefinition ?? 'true' },
  });
  const { measurements } = JSON.parse(Buffer.from(objects.get(evidenceUri) ?? '').toString('utf8')) as Evidence;
  return Object.fromEntries(measurements.map((one) => [one.id, one]));
}

describe('A rebuilt model', () => {
  test('that is the same differs in nothing, in whatever order its rows are', async () => {
    expect(await measure(await parquet(['b', 0.75], ['a', 0.25]))).toMatchObject({
      metricDifference: { value: 0 }, predictionDifference: { value: 0, sampleSize: 2 }, unmatchedRows: { value: 0 }, environmentDifferences: { value: 0 }, definitionDifference: { value: 0 },
    });
  });

  test('that predicts otherwise is told by its greatest difference', async () => {
    expect((await measure(await parquet(['a', 0.25], ['b', 0.5]))).predictionDifference).toMatchObject({ value: 0.25, explanation: expect.stringContaining('2 test rows') });
  });

  test('that names another class differs by 1', async () => {
    before = await parquet(['a', 'dog'], ['b', 'cat']);
    objects.set(ORIGINAL, before);
    expect((await measure(await parquet(['a', 'cat'], ['b', 'cat']))).predictionDifference).toMatchObject({ value: 1 });
    before = await parquet(['a', 0.25], ['b', 0.75]);
  });

  test('that was tested on other rows is told by their number', async () => {
    expect((await measure(await parquet(['a', 0.25], ['c', 0.75]))).unmatchedRows).toMatchObject({ value: 2 });
  });

  test('with another metric is told by the metric that differs most', async () => {
    expect((await measure(before, { metrics: { auc: 0.8, accuracy: 0.79 } })).metricDifference).toMatchObject({ value: expect.closeTo(0.06, 10), explanation: expect.stringContaining('auc differs most') });
  });

  test('made with other packages is told by them', async () => {
    expect((await measure(before, { packages: { numpy: '2.2.0' } })).environmentDifferences).toMatchObject({ value: 1, explanation: 'Other versions: numpy 2.1.0 -> 2.2.0.' });
  });

  test('made with another definition of the pipeline is told so', async () => {
    expect((await measure(before, { sameDefinition: 'false' })).definitionDifference).toMatchObject({ value: 1, explanation: expect.stringContaining('no longer') });
  });

  test('that was taken from an earlier run is told so: it was not rebuilt', async () => {
    const data = { trainUri: 's3://artifacts/employment/runs/run-1/prepare/train', tuneUri: null };
    expect((await measure(before, { data })).reusedResults).toMatchObject({ value: 1, explanation: expect.stringContaining('training.cacheDays') });
    expect((await measure(before, { data: { trainUri: `${REBUILT.replace('/evaluation', '')}/prepare/train` } })).reusedResults).toMatchObject({ value: 0 });
  });

  test('without a metric of the original is not measured', async () => {
    expect((await measure(before, { metrics: { auc: 0.86 } })).metricDifference).toMatchObject({ status: 'notMeasured', explanation: expect.stringContaining('accuracy') });
  });

  test('is not measured where the original predictions were exchanged or are gone', async () => {
    put(ORIGINAL, 'other');
    expect((await measure(before)).predictionDifference).toMatchObject({ status: 'notMeasured', explanation: expect.stringContaining('it was exchanged') });
    objects.delete(ORIGINAL);
    expect((await measure(before)).predictionDifference).toMatchObject({ status: 'notMeasured', explanation: expect.stringContaining('is gone') });
  });
});
