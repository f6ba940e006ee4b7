import type { ColumnProfile, ReferenceProfile } from '../shared/profile/contract';
import { predictionColumn, predictionProfile } from '../shared/profile/prediction';
import { condense, profileColumn, profileOf } from '../shared/profile/profile';
import type { ModelProjectData } from '../shared/project/contract';
import type { Database } from '../shared/tables/duckdb';
import type { TableFile } from '../shared/tables/files';
import { loadTable } from '../shared/tables/reading';

/** Column of the candidate in `predictions.parquet`. */
const CANDIDATE = 'candidate';

/** Of more rows a sample is profiled: quantiles of so many are right to a tenth of a percent of the ranks. */
const MOST_ROWS = 200_000;

/**
 * Reference profile of a training split and of the candidate's test predictions.
 *
 * @throws Error when a feature is missing, a file is unreadable or there are no rows: a model without a reference could not be monitored.
 */
export async function buildReference(
  database: Database,
  train: readonly TableFile[],
  predictions: readonly TableFile[],
  project: ModelProjectData,
): Promise<ReferenceProfile> {
  const { schema } = project;
  const rows = await loadTable(database, 'train', train, schema.features.map(profileColumn), MOST_ROWS);
  await loadTable(database, 'test', predictions, [predictionColumn(CANDIDATE, project)], MOST_ROWS);
  const prediction = condense(await predictionProfile(database, 'test', CANDIDATE, project));
  if (rows === 0 || prediction.count === 0) {
    throw new Error(`a reference needs rows: the training split has ${rows}, the test predictions have ${prediction.count}`);
  }
  const features: Record<string, ColumnProfile> = {};
  for (const column of schema.features) {
    features[column.name] = condense(await profileOf(database, 'train', column));
  }
  return { version: '1', schemaVersion: schema.version, rows, features, prediction };
}
