import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Verdict } from '../../lambda/gate/contract';
import { Database, literal } from '../../lambda/shared/tables/duckdb';
import { ModelProject } from '../../lib/config/model-project';
import { runCli } from './cli';

/**
 * Projects made of data files with real structure, one for each problem type: their own tests pass, and one of them is trained and registered in prod,
 * where the gates judge.
 */

const SECONDS = 1000;
const folder = mkdtempSync(join(tmpdir(), 'new-model-'));
const models = join(folder, 'models');

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Numbers from 0 to 1 that look random, the same for the same row and purpose. */
function chance(row: number, purpose: number): number {
  const wave = Math.sin(row * 12.9898 + purpose * 78.233) * 43758.5453;
  return wave - Math.floor(wave);
}
const pick = <T>(values: readonly [T, ...T[]], share: number): T => values[Math.floor(share * values.length)] ?? values[0];
/** About normal, mean 0 and deviation 1: twelve uniform numbers less six. */
const normal = (row: number, purpose: number): number => Array.from({ length: 12 }, (_, index) => chance(row, purpose + index / 13)).reduce((sum, value) => sum + value, -6);
const logistic = (value: number): number => 1 / (1 + Math.exp(-value));
const two = (value: number): string => String(value).padStart(2, '0');

/** Customers who leave: early ones on a dear plan, and those who call often on the plan without support. A linear model sees the first half only. */
function customer(row: number) {
  const [tenure, plan] = [Math.floor(chance(row, 1) * 60), pick(['basic', 'plus', 'pro'], chance(row, 2))];
  const [charge, calls] = [20 + 30 * chance(row, 3) + (plan === 'pro' ? 25 : 0), Math.floor(chance(row, 4) ** 2 * 9)];
  const level = -1 - 0.04 * tenure + 0.02 * charge + (plan === 'basic' && calls > 3 ? 2.5 : 0) - (plan === 'plus' && calls > 3 ? 2 : 0) + (charge > 45 && tenure < 12 ? 1.5 : 0);
  const opened = new Date(Date.UTC(2023, 0, 1 + Math.floor(chance(row, 5) * 800)));
  return {
    customer_id: `C${String(row).padStart(6, '0')}`, opened: `${two(opened.getUTCDate())}.${two(opened.getUTCMonth() + 1)}.${opened.getUTCFullYear()}`, tenure_months: tenure, plan,
    monthly_charge: chance(row, 6) < 0.04 ? 'NA' : charge.toFixed(2), support_calls: calls, country: 'DE', remark: `asked for ${Math.floor(chance(row, 7) * 1e6)}`,
    churned: chance(row, 8) < logistic(level) ? 'Yes' : 'No',
  };
}

/** Irises that nobody has measured: species by length and width, with an overlap that no straight line cuts. */
function flower(row: number) {
  const [length, width] = [1 + 6 * chance(row, 11), 0.1 + 2.4 * chance(row, 12)];
  const ring = Math.hypot((length - 4) / 3, (width - 1.3) / 1.2) + 0.12 * normal(row, 13);
  return { length: length.toFixed(2), width: width.toFixed(2), site: pick(['meadow', 'wood', 'shore'], chance(row, 14)), species: ring < 0.45 ? 'setosa' : ring < 0.85 ? 'versicolor' : 'virginica' };
}

function csv(rows: readonly object[], delimiter = ','): string {
  return `${[Object.keys(rows[0] ?? {}), ...rows.map((row) => Object.values(row))].map((line) => line.join(delimiter)).join('\n')}\n`;
}

/** Rents: by area, and by the distance to the centre in a way that is no straight line. */
const RENTS = `SELECT 100000 + i AS flat_id, TIMESTAMP '2024-01-01' + to_hours(CAST(i * 7 AS INTEGER)) AS offered_at, 20 + (i * 31) % 997 / 10 AS area, (i * 577) % 991 / 50 AS distance_km,
  1 + (i * 17) % 5 AS rooms, (i * 7919) % 7 > 3 AS balcony, CASE WHEN i % 25 <> 0 THEN 1950 + (i * 11) % 70 END AS year_built,
  150 + 9 * (20 + (i * 31) % 997 / 10) + 600 * exp(-((i * 577) % 991 / 50) / 3) + 80 * CAST((i * 7919) % 7 > 3 AS INTEGER) * ((i * 577) % 991 / 50) + (i * 7727) % 101 AS rent FROM range(2000) t(i)`;

const numbered = (count: number): number[] => Array.from({ length: count }, (_, row) => row);
const make = (name: string, data: string, target: string) => runCli(['new-model', name, '--data', join(folder, data), '--target', target, '--models', models, '--json']);

interface Summary {
  readonly problemType: string;
  readonly delivery: string;
  readonly split: object;
  readonly worthIt: boolean;
  readonly changes: readonly string[];
  readonly leftOut: readonly { readonly name: string }[];
}

const made: Record<string, Summary> = {};

beforeAll(async () => {
  writeFileSync(join(folder, 'customers.csv'), csv(numbered(2400).map(customer)));
  writeFileSync(join(folder, 'flowers.csv'), csv(numbered(1500).map(flower), ';'));
  await Database.use(async (database) => {
    const path = join(database.folder, 'rents.parquet');
    await database.run(`COPY (${RENTS}) TO ${literal(path)} (FORMAT parquet)`);
    await copyFile(path, join(folder, 'rents.parquet'));
  });
  const wanted = [['churn', 'customers.csv', 'churned'], ['flowers', 'flowers.csv', 'species'], ['rents', 'rents.parquet', 'rent']] as const;
  for (const [name, data, target] of wanted) {
    const { code, stdout, stderr } = await make(name, data, target);
    if (code !== 0) {
      throw new Error(`new-model ${name} ended with ${code}: ${stderr}`);
    }
    made[name] = JSON.parse(stdout) as Summary;
  }
}, 90 * SECONDS);

describe('A project that was made of a file', () => {
  test('knows its problem, its split, and what it left out and changed', () => {
    expect(made.churn).toMatchObject({ problemType: 'binaryClassification', split: { by: 'order' }, worthIt: true, changes: ['opened: DD.MM.YYYY become ISO 8601', 'monthly_charge: "NA" becomes a missing value'] });
    expect(made.churn?.leftOut.map(({ name }) => name).toSorted()).toEqual(['country', 'remark']);
    expect(made.flowers).toMatchObject({ problemType: 'multiclassClassification', split: { by: 'recordId' }, worthIt: true, changes: [expect.stringMatching(/^record_id: no column is unique/)] });
    expect(made.rents).toMatchObject({ problemType: 'regression', split: { by: 'order' }, worthIt: true, changes: [], delivery: join(folder, 'rents.parquet') });
  });

  test('is loaded by the blueprint', () => {
    for (const name of Object.keys(made)) {
      expect(ModelProject.load(join(models, name)).name).toBe(name);
    }
  });

  test('has unit tests, which pass', async () => {
    const { code, stdout, stderr } = await runCli(['test-models', '--models', models]);
    expect({ code, stdout, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stdout: expect.stringMatching(/^Tests: (\d+) passed, \1 total\n$/), stderr: '' });
  }, 60 * SECONDS);

  test('is trained, judged and registered in prod once people have written its model card', async () => {
    const file = join(models, 'churn', 'model.yaml');
    const written = readFileSync(file, 'utf8').replaceAll('TODO: ', 'People of this test wrote of the ').replace('riskRating: Unknown', 'riskRating: Low');
    writeFileSync(file, written);
    // The other projects need not be deployed.
    rmSync(join(models, 'flowers'), { recursive: true });
    rmSync(join(models, 'rents'), { recursive: true });
    const { code, stdout, stderr } = await runCli(['train', '--model', 'churn', '--data', made.churn?.delivery ?? '', '--models', models, '--json']);
    const result = JSON.parse(stdout || '{}') as { outcome?: string; modelPackageArn?: string; verdicts?: readonly Verdict[] };
    expect({ code, outcome: result.outcome, stderr: code === 0 ? '' : stderr, refused: result.verdicts?.flatMap(({ criteria }) => criteria.filter(({ outcome }) => outcome !== 'passed' && outcome !== 'notApplicable')) })
      .toEqual({ code: 0, outcome: 'registered', stderr: '', refused: [] });
    expect(result.modelPackageArn).toMatch(/:model-package\/prod-churn\/1$/);
    expect(result.verdicts?.map(({ gate, mode }) => [gate, mode])).toEqual([['data', 'QUALITATIVE'], ['model', 'QUALITATIVE']]);
    // What was judged is what was proposed.
    const { quality } = parse(written) as { quality: { baseline: { margin: number } } };
    expect(result.verdicts?.[1]?.criteria).toContainEqual(expect.objectContaining({ measurement: 'baselineMargin', threshold: quality.baseline.margin, outcome: 'passed' }));
  }, 240 * SECONDS);
});

test.each<[string, readonly string[], string]>([
  ['a name that no model may have', ['Churn', '--data', join(folder, 'customers.csv'), '--target', 'churned'], 'begins with a letter, got "Churn"; try churn'],
  ['a target that is not there', ['other', '--data', join(folder, 'customers.csv'), '--target', 'left'], '--target "left" is no column of the file; it has customer_id'],
  ['a project that is there', ['churn', '--data', join(folder, 'customers.csv'), '--target', 'churned'], 'exists, and nothing is written over it'],
  ['an unknown option', ['other', '--dat', 'x'], "Unknown option '--dat'"],
])('The command refuses %s in one message, and leaves nothing behind', async (_, args, reason) => {
  const { code, stdout, stderr } = await runCli(['new-model', ...args, '--models', models]);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain(reason);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(existsSync(join(models, 'other'))).toBe(false);
}, 30 * SECONDS);
