import type { Measurement } from '../gate/contract';
import { inputColumn, loadWindow, PREDICTION, WINDOW_TABLE } from '../shared/inference/window';
import type { ColumnProfile, ReferenceProfile } from '../shared/profile/contract';
import type { WindowProfile } from '../shared/profile/drift';
import { predictionProfile } from '../shared/profile/prediction';
import { profileOf } from '../shared/profile/profile';
import type { ModelProjectData } from '../shared/project/contract';
import type { Database } from '../shared/tables/duckdb';
import type { TableFile } from '../shared/tables/files';
import { UnreadableFileError } from '../shared/tables/reading';
import { measureExpectations } from './expectations';
import { measureDrift, noDriftMeasured } from './measure';

/** Profile of the inputs and of the predictions that a window holds. */
export async function profileWindow(database: Database, project: ModelProjectData): Promise<WindowProfile> {
  const { rows } = await database.row<{ rows: number }>(`SELECT count(*) AS rows FROM ${WINDOW_TABLE}`);
  const profiles: Record<string, ColumnProfile> = {};
  for (const feature of project.schema.features) {
    profiles[feature.name] = await profileOf(database, WINDOW_TABLE, { ...feature, name: inputColumn(feature.name) });
  }
  return { rows, features: profiles, prediction: await predictionProfile(database, WINDOW_TABLE, PREDICTION, project) };
}

/** Reads and measures a window; what is malformed is not measured, with the reason. */
export async function measureWindow(
  database: Database,
  files: readonly TableFile[],
  reference: ReferenceProfile,
  project: ModelProjectData,
): Promise<Measurement[]> {
  const { schema, declaration } = project;
  const unknown = schema.features.map(({ name }) => name).filter((name) => reference.features?.[name] === undefined);
  if (reference.version !== '1' || reference.prediction?.kind === undefined || unknown.length > 0) {
    return noDriftMeasured(`the reference does not belong to schema version ${schema.version}: it has no profile of ${unknown.join(', ') || 'the predictions'}`);
  }
  try {
    await loadWindow(database, files, project);
  } catch (error) {
    if (error instanceof UnreadableFileError) {
      return noDriftMeasured(error.message);
    }
    throw error;
  }
  const window = await profileWindow(database, project);
  const drift = measureDrift(reference, window, declaration.monitoring);
  return window.rows < declaration.monitoring.minimumRows ? drift : [...drift, await measureExpectations(database, schema, window.rows)];
}
