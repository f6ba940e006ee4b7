import { mkdtempSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { handler as checkData } from '../../../lambda/data-check';
import type { Evidence, GateEvent } from '../../../lambda/gate/contract';
import { judge } from '../../../lambda/gate/judge';
import type { ModelProjectData } from '../../../lambda/shared/project/contract';
import { Env, PROJECT_FILE } from '../../../lambda/shared/runtime/contract';
import { Database, literal } from '../../../lambda/shared/tables/duckdb';
import { dataCriteria } from '../../../lib/gates/criteria';
import { inMemoryS3 } from '../in-memory-s3';
import { PROJECT } from '../support';

/** Malformed data through the function itself and the judge: always a verdict, with a plain reason, and never a pass. */

const project: ModelProjectData = {
  ...PROJECT,
  schema: { ...PROJECT.schema, order: { name: 'ordered', type: 'timestamp' } },
  declaration: { ...PROJECT.declaration, data: { ...PROJECT.declaration.data, minimumRows: 1, maximumSingleFeaturePower: 1 } },
};
const objects = new Map<string, Uint8Array>();

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'malformed-'));
  writeFileSync(join(folder, PROJECT_FILE), JSON.stringify(project));
  process.env.LAMBDA_TASK_ROOT = folder;
  process.env[Env.EVIDENCE_BUCKET] = 'evidence';
  inMemoryS3(objects);
});

let run = 0;

/** Verdict on a snapshot of these files. */
async function verdictOn(files: Readonly<Record<string, string | Uint8Array>>, folder = String((run += 1))) {
  Object.entries(files).forEach(([name, content]) => objects.set(`s3://artifacts/${folder}/${name}`, Buffer.from(content)));
  const subject = { type: 'dataSnapshot', name: `run-${folder}`, digest: 'a'.repeat(64) } as const;
  const context = { snapshotUri: `s3://artifacts/${folder}/`, newestModifiedAt: new Date().toISOString() };
  const result = await checkData({ gate: 'data', runId: `run-${folder}`, subject, context });
  const evidence = JSON.parse(Buffer.from(objects.get(result.evidenceUri) ?? []).toString('utf8')) as Evidence;
  const event: GateEvent = {
    gate: 'data', mode: 'QUALITATIVE', runId: `run-${folder}`, subject, policyDigest: project.policyDigest, startedAt: new Date().toISOString(), criteria: dataCriteria(project), checks: [result],
  };
  return judge(event, [{ check: result.check, evidence, uri: result.evidenceUri, sha256: result.evidenceSha256 }], 'prod', new Date().toISOString());
}

test('more data than the disk holds', async () => {
  const huge = Buffer.from('id\n1\n');
  Object.defineProperty(huge, 'length', { value: 2 ** 50 });
  objects.set('s3://artifacts/huge/a.csv', huge);
  const { outcome, criteria } = await verdictOn({}, 'huge');
  expect(outcome).toBe('failed');
  expect(criteria[0]?.reason).toMatch(/the data files have 1125899906842624 bytes, and this function has room for \d+; deliver less at once/);
});

const HEADER = 'id,employed,ordered,age,income,sex';
const ROWS = Array.from({ length: 200 }, (_, row) => `${row},${row % 2},2026-01-01T00:00:00Z,${20 + (row % 50)},${row},${1 + (row % 3 === 0 ? 1 : 0)}`);
const csv = (...lines: string[]): string => `${[HEADER, ...lines].join('\n')}\n`;
const changed = (change: (cells: string[], row: number) => void): string => csv(...ROWS.map((line, row) => {
  const cells = line.split(',');
  change(cells, row);
  return cells.join(',');
}));

/** Bytes of a Parquet file with the rows of a query. */
const parquet = async (query: string): Promise<Uint8Array> =>
  Database.use(async (database) => {
    const path = join(database.folder, 'out.parquet');
    await database.run(`COPY (${query}) TO ${literal(path)} (FORMAT parquet)`);
    return readFile(path);
  });
const TABLE = "SELECT i AS id, i % 2 AS employed, TIMESTAMP '2026-01-01' AS ordered, 20 + i % 50 AS age, i::DOUBLE AS income, CAST(1 + i % 2 AS VARCHAR) AS sex FROM range(200) AS t(i)";
const middleDestroyed = (bytes: Uint8Array): Uint8Array => Buffer.from(bytes).fill(0xff, 40, Math.floor(bytes.length / 3));
const garbage = (length: number): Uint8Array => Buffer.from(Array.from({ length }, (_, index) => (index * 7919 + (index >> 3) * 104_729) % 256));
const json = (...rows: object[]): string => rows.map((row) => JSON.stringify(row)).join('\n');
const RECORD = { id: 1, employed: 1, ordered: '2026-01-01', age: 30, income: 1, sex: '1' };

test('Sound data pass, or the table below would prove nothing', async () => {
  for (const [name, content] of [['a.csv', csv(...ROWS)], ['a.parquet', await parquet(TABLE)]] as const) {
    const { outcome, criteria } = await verdictOn({ [name]: content });
    expect([outcome, criteria.filter(({ outcome: one }) => !['passed', 'notApplicable'].includes(one))]).toEqual(['passed', []]);
  }
});

test.each<[string, () => Promise<Record<string, string | Uint8Array>> | Record<string, string | Uint8Array>, string]>([
  ['no file', () => ({}), 'the snapshot holds no data file'],
  ['an empty CSV file', () => ({ 'a.csv': '' }), 'a.csv cannot be read as CSV: it is empty (0 bytes)'],
  ['an empty Parquet file', () => ({ 'a.parquet': '' }), 'it is empty (0 bytes)'],
  ['a header only', () => ({ 'a.csv': csv() }), 'there are no rows'],
  ['a Parquet file without rows', async () => ({ 'a.parquet': await parquet(`${TABLE} WHERE i < 0`) }), 'there are no rows'],
  ['nothing but line ends', () => ({ 'a.csv': '\n\n\n\n' }), 'its first line must name every column, and names 0 of 1'],
  ['a column without a name', () => ({ 'a.csv': csv(...ROWS).replaceAll('\n', '\n1,').replace('id,', ',id,') }), 'its first line must name every column, and names 6 of 7'],
  ['rows without a header', () => ({ 'a.csv': `${ROWS.join('\n')}\n` }), 'missing: id, employed'],
  ['all values missing', () => ({ 'a.csv': csv(...ROWS.map(() => ',,,,,')) }), 'no column of the schema holds a value'],
  ['a target that is missing throughout', () => ({ 'a.csv': changed((cells) => { cells[1] = ''; }) }), 'employed has 200 of 200 values missing (100 %)'],
  ['text in Latin-1', () => ({ 'a.csv': Buffer.from(csv(...ROWS.map((row) => row.replace(/.$/, '\u00e4'))), 'latin1') }), 'a.csv cannot be read as CSV'],
  ['text in UTF-16', () => ({ 'a.csv': Buffer.from(`\ufeff${csv(...ROWS)}`, 'utf16le') }), 'it is encoded in UTF-16; write it in UTF-8'],
  ['a column that is there twice', () => ({ 'a.csv': csv(...ROWS.map((row) => `${row},1`)).replace('sex\n', 'sex,age\n') }), 'not in the schema: age_1'],
  ['a column that is there twice in another case', () => ({ 'a.csv': csv(...ROWS.map((row) => `${row},1`)).replace('sex\n', 'sex,AGE\n') }), 'not in the schema: AGE_1'],
  ['JSON with a member named twice', () => ({ 'a.jsonl': '{"id":1,"id":2}' }), '1 of its records name a member twice'],
  ['mixed types', () => ({ 'a.csv': changed((cells, row) => { cells[3] = row % 2 === 0 ? 'forty' : '40.5'; }) }), 'age: 200 of 200 values (100 %) are not of type integer'],
  ['mixed types in JSON', () => ({ 'a.jsonl': json(RECORD, { ...RECORD, id: 2, age: '40' }, { ...RECORD, id: 3, age: [40] }, { ...RECORD, id: 4, age: true }) }), 'age: 3 of 4 values (75 %) are not of type integer'],
  ['JSON that is no record', () => ({ 'a.jsonl': '1\n2\n"three"\n' }), '3 of its values are no records'],
  ['nested JSON', () => ({ 'a.json': JSON.stringify({ rows: [RECORD] }) }), 'missing: id, employed'],
  ['JSON cut off', () => ({ 'a.jsonl': json(RECORD).slice(0, -5) }), 'a.jsonl cannot be read as JSON lines'],
  ['5,000 columns', () => {
    const names = Array.from({ length: 5000 }, (_, column) => `c${column}`);
    return { 'a.csv': `${HEADER},${names.join(',')}\n${ROWS.slice(0, 20).map((row) => `${row},${names.map(() => '1').join(',')}`).join('\n')}\n` };
  }, 'and 4992 more'],
  ['5,000 Parquet columns', async () => ({ 'a.parquet': await parquet(`SELECT *, ${Array.from({ length: 5000 }, (_, column) => `1 AS c${column}`).join(', ')} FROM (${TABLE})`) }), 'and 4992 more'],
  ['numbers that are not finite', () => ({ 'a.csv': changed((cells, row) => { cells[4] = ['inf', '-Infinity', 'NaN', '1e999'][row % 4] ?? ''; }) }), 'income: 200 of 200 values (100 %) are not of type number'],
  ['Parquet numbers that are not finite', async () => ({ 'a.parquet': await parquet(TABLE.replace('i::DOUBLE', "'-inf'::DOUBLE")) }), 'income: 200 of 200 values (100 %) are not of type number'],
  ['times in the future', () => ({ 'a.csv': changed((cells) => { cells[2] = '2999-01-01T00:00:00Z'; }) }), 'ordered: 200 of 200 values (100 %) lie in the future'],
  ['times that are none', () => ({ 'a.csv': changed((cells) => { cells[2] = '31/12/2025'; }) }), 'ordered: 200 of 200 values (100 %) are not of type timestamp'],
  ['a record id for all', () => ({ 'a.csv': changed((cells) => { cells[0] = '7'; }) }), '199 rows repeat an earlier id'],
  ['garbage', () => ({ 'a.csv': garbage(20_000) }), 'a.csv'],
  ['garbage that calls itself Parquet', () => ({ 'a.parquet': garbage(20_000) }), 'a.parquet cannot be read as Parquet'],
  ['garbage that calls itself gzip', () => ({ 'a.csv.gz': Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0]), garbage(2000)]) }), 'it cannot be unpacked with gzip'],
  ['garbage of another name', () => ({ 'a.xlsx': garbage(20_000) }), 'a.xlsx'],
  ['Parquet cut off', async () => ({ 'a.parquet': (await parquet(TABLE)).subarray(0, -60) }), 'a.parquet cannot be read as Parquet'],
  ['Parquet with a damaged page', async () => ({ 'a.parquet': middleDestroyed(await parquet(TABLE)) }), 'a.parquet cannot be read as Parquet'],
  ['gzip cut off', () => ({ 'a.csv.gz': gzipSync(csv(...ROWS)).subarray(0, 400) }), 'it cannot be unpacked with gzip'],
  ['a gzip bomb', () => ({ 'a.csv.gz': gzipSync(Buffer.alloc(65 * 1024 ** 2, '0'), { level: 1 }) }), 'it holds more than 67108864 bytes'],
  ['gzip within gzip', () => ({ 'a.csv.gz': gzipSync(gzipSync(csv(...ROWS))) }), 'it was packed more than once'],
  ['rows of different length', () => ({ 'a.csv': csv(...ROWS, '1,2,3,4,5,6,7,8') }), 'a.csv cannot be read as CSV'],
  ['a quote that never ends', () => ({ 'a.csv': csv(...ROWS.slice(0, 5), '"5,0,2026-01-01,1,1,1', ...ROWS.slice(6)) }), 'a.csv'],
  ['one broken file among good ones', () => ({ 'a.csv': csv(...ROWS), 'b.parquet': 'PAR1garbage' }), 'b.parquet cannot be read as Parquet'],
])('%s', async (_, files, sentence) => {
  const { outcome, criteria } = await verdictOn(await files());
  expect(outcome).toBe('failed');
  const reasons = criteria.filter((criterion) => criterion.outcome !== 'passed').map(({ reason }) => reason).join(' | ');
  expect(reasons).toContain(sentence);
  expect(reasons).not.toContain('mlops-data-');
  // A bomb and thousands of columns take their time on a busy machine.
}, 30_000);
