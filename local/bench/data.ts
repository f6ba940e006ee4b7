import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { build } from 'esbuild';
import type { ModelDeclaration, ModelProjectData } from '../../lambda/shared/project/contract';
import type { ColumnSchema } from '../../lambda/shared/schema/contract';
import type { Figure } from './figures';

const ROWS = 10_000_000;
/** Memory of the function that is promised to be enough, MiB. */
const MEMORY = 512;

/** How Lambda's own runtime limits the heap of JavaScript: nine tenths and a twentieth of the memory. */
const HEAP = [`--max-old-space-size=${Math.floor(MEMORY * 0.9)}`, `--max-semi-space-size=${Math.floor(MEMORY * 0.05)}`];

const several = (count: number, columnOf: (index: number) => ColumnSchema): ColumnSchema[] => Array.from({ length: count }, (_, index) => columnOf(index));

/** Sixteen features: numbers that hardly repeat, whole numbers, categories. */
export const BENCH_PROJECT: ModelProjectData = {
  policyDigest: '0'.repeat(64),
  schema: {
    version: '1',
    recordId: { name: 'id', type: 'integer' },
    target: { name: 'label', type: 'integer', domain: [0, 1] },
    order: { name: 'ordered', type: 'timestamp' },
    features: [
      ...several(8, (index) => ({ name: `x${index}`, type: 'number', minimum: 0, maximum: 100 })),
      ...several(4, (index) => ({ name: `n${index}`, type: 'integer', minimum: 0 })),
      ...several(4, (index) => ({ name: `c${index}`, type: 'string', domain: ['1', '2', '3', '4', '5', '6', '7', '8', '9'] })),
    ],
    rules: [{ id: 'order', when: [{ column: 'c0', is: '1' }], then: [{ column: 'x0', maximum: 100 }] }],
  },
  declaration: { problemType: 'binaryClassification', positiveLabel: 1, data: {}, monitoring: {} } as unknown as ModelDeclaration,
};

/** What `data-worker.ts` tells. */
export interface WorkerResult {
  readonly rows: number;
  readonly seconds: number;
  readonly peakMiB: number;
}

async function writeData(path: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`COPY (
    SELECT i AS id, CASE WHEN random() < 0.3 THEN 1 ELSE 0 END AS label, random() AS candidate, TIMESTAMP '2024-01-01' + INTERVAL 1 SECOND * i AS ordered,
      ${several(8, (index) => ({ name: `x${index}`, type: 'number' })).map(({ name }) => `random() * 100 AS ${name}`).join(', ')},
      ${several(4, (index) => ({ name: `n${index}`, type: 'number' })).map(({ name }) => `CAST(floor(random() * 50) AS BIGINT) AS ${name}`).join(', ')},
      ${several(4, (index) => ({ name: `c${index}`, type: 'number' })).map(({ name }) => `CAST(1 + floor(random() * 9) AS VARCHAR) AS ${name}`).join(', ')}
    FROM range(${ROWS}) AS rows(i)) TO '${path.replaceAll("'", "''")}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
}

/**
 * What the data check and the reference profile take for ten million rows of Parquet in a function of 512 MiB: bundled as the function is, in a
 * process of its own, with the function's memory as the engine's. The disk is the machine's.
 */
export async function measureData(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-data-'));
  try {
    const [data, worker] = [join(folder, 'data.parquet'), join(folder, 'worker.cjs')];
    await writeData(data);
    await build({ entryPoints: [join(__dirname, 'data-worker.ts')], outfile: worker, bundle: true, platform: 'node', target: 'node20', external: ['@duckdb/*', 'esbuild'], logLevel: 'error' });
    symlinkSync(join(__dirname, '..', '..', 'node_modules'), join(folder, 'node_modules'));
    const run = async (kind: string): Promise<WorkerResult> => {
      const { stdout } = await promisify(execFile)(process.execPath, [...HEAP, worker, kind, data], { env: { ...process.env, AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(MEMORY) } });
      return JSON.parse(stdout) as WorkerResult;
    };
    const scan = await run('scan');
    const figures: Figure[] = [];
    for (const [kind, name] of [['check', 'data check'], ['profile', 'reference profile']] as const) {
      const result = await run(kind);
      if (result.rows !== ROWS) {
        throw new Error(`the ${name} saw ${result.rows} of ${ROWS} rows`);
      }
      figures.push(
        { name: `${name}, 10 million rows`, value: result.seconds, unit: 's', ratio: result.seconds / scan.seconds, yardstick: 'reading the columns once' },
        { name: `${name}, peak memory`, value: result.peakMiB, unit: 'MiB', limit: MEMORY, ratio: result.peakMiB / scan.peakMiB, yardstick: 'reading the columns once' },
      );
    }
    return figures;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
