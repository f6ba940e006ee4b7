import { linkSync } from 'node:fs';
import { join } from 'node:path';
import { collectFacts } from '../../lambda/data-check/collect';
import { measureSnapshot } from '../../lambda/data-check/measure';
import { buildReference } from '../../lambda/profile/build';
import { Database } from '../../lambda/shared/tables/duckdb';
import { inspectFile } from '../../lambda/shared/tables/files';
import { source } from '../../lambda/shared/tables/reading';
import { BENCH_PROJECT, type WorkerResult } from './data';

/** Does one thing with a data file, as the function would with its memory, and tells what it took: `node data-worker.js scan|check|profile FILE`. */
async function main(): Promise<void> {
  const [kind = '', path = ''] = process.argv.slice(2);
  const started = performance.now();
  const rows = await Database.use(async (database) => {
    const linked = join(database.folder, 'data');
    linkSync(path, linked);
    const file = await inspectFile(linked, 's3://bench/data.parquet');
    if (kind === 'scan') {
      await database.row(`SELECT ${['id', 'ordered', ...BENCH_PROJECT.schema.features.map(({ name }) => name)].map((name) => `max(${name})`).join(', ')} FROM ${source(file)}`);
      return 0;
    }
    if (kind === 'profile') {
      return (await buildReference(database, [file], [file], BENCH_PROJECT)).rows;
    }
    const now = new Date();
    const facts = await collectFacts(database, [file], BENCH_PROJECT, now);
    return measureSnapshot(facts, BENCH_PROJECT, { newestModifiedAt: now.toISOString(), now }).find(({ id }) => id === 'rows')?.value ?? 0;
  });
  const result: WorkerResult = { rows, seconds: (performance.now() - started) / 1000, peakMiB: process.resourceUsage().maxRSS / 1024 };
  process.stdout.write(JSON.stringify(result));
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
