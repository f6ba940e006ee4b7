import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { measureDrift } from '../../../lambda/drift-check/measure';
import type { ColumnProfile, ReferenceProfile } from '../../../lambda/shared/profile/contract';
import type { WindowProfile } from '../../../lambda/shared/profile/drift';
import { condense, numericProfile, profileOf } from '../../../lambda/shared/profile/profile';
import type { DataSchema } from '../../../lambda/shared/schema/contract';
import { Database, identifier, literal } from '../../../lambda/shared/tables/duckdb';
import { readFileSync } from 'node:fs';
import { measured, PROJECT } from '../support';

const EXAMPLE = join(__dirname, '..', '..', '..', 'models', 'employment');
const { features } = JSON.parse(readFileSync(join(EXAMPLE, 'schema.json'), 'utf8')) as DataSchema;
const monitoring = { ...PROJECT.declaration.monitoring, drift: { ...PROJECT.declaration.monitoring.drift, criticalFeatures: ['AGEP'] } };

/** Profile of a year of census data; its age stands in for a prediction. */
async function profile(database: Database, year: number, age = 'AGEP'): Promise<WindowProfile> {
  const path = join(database.folder, `${year}.parquet`);
  await copyFile(join(EXAMPLE, 'data', `employment-${year}.parquet`), path);
  await database.run(`CREATE OR REPLACE TABLE people AS SELECT * REPLACE (CAST(${age} AS DOUBLE) AS AGEP), 1 / (1 + AGEP) AS probability FROM read_parquet(${literal(path)})`);
  const { rows } = await database.row<{ rows: number }>(`SELECT count(*) AS rows FROM ${identifier('people')}`);
  const profiles: Record<string, ColumnProfile> = {};
  for (const feature of features) {
    profiles[feature.name] = await profileOf(database, 'people', feature);
  }
  return { rows, features: profiles, prediction: await numericProfile(database, 'people', 'probability') };
}

const against2015 = async (year: number, age?: string) =>
  Database.use(async (database) => {
    const training = await profile(database, 2015);
    const reference: ReferenceProfile = {
      version: '1', schemaVersion: '1', rows: training.rows, prediction: condense(training.prediction),
      features: Object.fromEntries(Object.entries(training.features).map(([name, column]) => [name, condense(column)])),
    };
    return measureDrift(reference, await profile(database, year, age), monitoring);
  });

describe('Real census years against 2015', () => {
  test.each([2016, 2017, 2018])('%p does not alarm', async (year) => {
    expect((await against2015(year)).map(({ value }) => value)).toEqual([0, 0, 0]);
  });

  test('ages in months alarm', async () => {
    const result = await against2015(2016, 'AGEP * 12');
    expect(measured(result, 'criticalFeaturesDrifted')).toMatchObject({ value: 1, explanation: expect.stringMatching(/^AGEP drifted: PSI 8\.\d+ \(limit 0\.25\), KS 1 /) });
  });
});
