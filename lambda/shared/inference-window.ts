import type { WindowManifest } from '../drift-check/contract';
import { CHECK_REQUEST_PREFIX, type DataSchema } from './contract';
import { type Database, identifier, literal } from './duckdb';
import { isCategorical } from './profile/profile';
import { getJson } from './s3';
import type { TableFile } from './tables/files';
import { reading, source } from './tables/reading';

/** Table with one row per prediction: `requestId`, `row`, `time`, `recordId`, `probability`, and `input_<feature>`. */
export const WINDOW_TABLE = 'predictions';

/** Column of the window's table with an input of the model. */
export const inputColumn = (feature: string): string => `input_${feature}`;

/** @throws Error when the manifest is not readable or has another form. */
export async function readManifest(uri: string): Promise<WindowManifest> {
  const manifest = await getJson<WindowManifest>(uri);
  if (!Array.isArray(manifest.objects) || manifest.objects.some((object) => typeof object !== 'string')) {
    throw new Error(`${uri} is no manifest of a window: objects must be a list of S3 URIs`);
  }
  return manifest;
}

/**
 * Loads the predictions of a window. The log may hold a record more than once (delivery is at least once); it is counted once. Requests of the
 * blueprint's own checks are no production data and stay out.
 *
 * @throws UnreadableFileError when an object holds something else than JSON lines.
 */
export async function loadWindow(database: Database, files: readonly TableFile[], schema: DataSchema): Promise<void> {
  const inputs = schema.features.map((feature) => ({ feature, type: isCategorical(feature) ? 'VARCHAR' : 'DOUBLE' }));
  const form = {
    requestId: 'VARCHAR', row: 'BIGINT', time: 'VARCHAR', recordId: 'VARCHAR', output: { probability: 'DOUBLE' },
    input: Object.fromEntries(inputs.map(({ feature, type }) => [feature.name, type])),
  };
  const columns = inputs.map(({ feature, type }) => `${identifier(inputColumn(feature.name))} ${type}`);
  await database.run(
    `CREATE TABLE log ("requestId" VARCHAR, "row" BIGINT, "time" VARCHAR, "recordId" VARCHAR, probability DOUBLE, ${columns.join(', ')})`,
  );
  const values = inputs.map(({ feature }) => `record.input.${identifier(feature.name)}`);
  for (const file of files) {
    await reading({ ...file, format: 'json' }, async () =>
      database.run(
        `INSERT INTO log SELECT record."requestId", record."row", record."time", record."recordId", record.output.probability, ${values.join(', ')}
         FROM (SELECT from_json(json, ${literal(JSON.stringify(form))}) AS record FROM ${source({ ...file, format: 'json' })})`,
      ),
    );
  }
  await database.run(
    `CREATE TABLE ${WINDOW_TABLE} AS SELECT * FROM log WHERE "requestId" IS NULL OR NOT starts_with("requestId", ${literal(CHECK_REQUEST_PREFIX)})
     QUALIFY row_number() OVER (PARTITION BY "requestId", "row" ORDER BY "time") = 1`,
  );
  await database.run('DROP TABLE log');
}
