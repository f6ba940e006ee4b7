import type { WindowManifest } from '../../drift-check/contract';
import { profileColumn } from '../profile/profile';
import type { ModelProjectData } from '../project/contract';
import { DUCKDB } from '../schema/dialect';
import { getJson } from '../storage/s3';
import { type Database, identifier, literal } from '../tables/duckdb';
import type { TableFile } from '../tables/files';
import { reading, source, type TableColumn } from '../tables/reading';
import { answerForm } from './answers';
import { CHECK_REQUEST_PREFIX } from './contract';

/**
 * Table with one row per prediction: `requestId`, `row`, `time`, `recordId`, the columns of the answer ({@link PREDICTION}), and `input_<feature>`.
 */
export const WINDOW_TABLE = 'predictions';

/** Column of the window's table with the probability, the class or the value; of several classes, `<name>_<i>` holds their probabilities. */
export const PREDICTION = 'prediction';

/** Column of the window's table with an input of the model. */
export const inputColumn = (feature: string): string => `input_${feature}`;

const inputExpression = ({ name, time }: TableColumn): string => {
  const input = `record.input.${identifier(name)}`;
  return time === undefined ? input : DUCKDB.epochOfText(input, time);
};

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
export async function loadWindow(database: Database, files: readonly TableFile[], project: ModelProjectData): Promise<void> {
  const form = answerForm(project);
  const outputs = form.columns(PREDICTION);
  const inputs = project.schema.features.map(profileColumn);
  const json = {
    requestId: 'VARCHAR', row: 'BIGINT', time: 'VARCHAR', recordId: 'VARCHAR', output: form.members,
    input: Object.fromEntries(inputs.map(({ name, type, time }) => [name, time === undefined ? type : 'VARCHAR'])),
  };
  const columns = [
    ...outputs.map(({ name, kind }) => `${identifier(name)} ${kind === 'class' ? 'VARCHAR' : 'DOUBLE'}`),
    ...inputs.map(({ name, type }) => `${identifier(inputColumn(name))} ${type}`),
  ];
  await database.run(
    `CREATE TABLE log ("requestId" VARCHAR, "row" BIGINT, "time" VARCHAR, "recordId" VARCHAR, ${columns.join(', ')})`,
  );
  const values = [...outputs.map(({ expression }) => `record.${expression}`), ...inputs.map(inputExpression)];
  for (const file of files) {
    await reading({ ...file, format: 'json' }, async () =>
      database.run(
        `INSERT INTO log SELECT record."requestId", record."row", record."time", record."recordId", ${values.join(', ')}
         FROM (SELECT from_json(json, ${literal(JSON.stringify(json))}) AS record FROM ${source({ ...file, format: 'json' })})`,
      ),
    );
  }
  await database.run(
    `CREATE TABLE ${WINDOW_TABLE} AS SELECT * FROM log WHERE "requestId" IS NULL OR NOT starts_with("requestId", ${literal(CHECK_REQUEST_PREFIX)})
     QUALIFY row_number() OVER (PARTITION BY "requestId", "row" ORDER BY "time") = 1`,
  );
  await database.run('DROP TABLE log');
}
