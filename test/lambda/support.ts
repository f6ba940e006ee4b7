import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Measurement } from '../../lambda/gate/contract';
import type { ModelDeclaration, ModelProjectData } from '../../lambda/shared/project/contract';
import { Database } from '../../lambda/shared/tables/duckdb';
import { inspectFile, type TableFile } from '../../lambda/shared/tables/files';

/** A small model project: an integer, a number and a category, the target as integer. */
export const PROJECT: ModelProjectData = {
  policyDigest: 'f'.repeat(64),
  schema: {
    version: '1',
    recordId: { name: 'id', type: 'integer' },
    target: { name: 'employed', type: 'integer', domain: [0, 1] },
    order: { name: 'year', type: 'integer' },
    features: [
      { name: 'age', type: 'integer', minimum: 0, maximum: 95 },
      { name: 'income', type: 'number', nullable: true },
      { name: 'sex', type: 'string', domain: ['1', '2'] },
    ],
  },
  declaration: {
    name: 'people', description: 'people', problemType: 'binaryClassification', schema: 'schema.json', positiveLabel: 1, decisionThreshold: 0.5,
    data: { minimumRows: 1, minimumCompleteness: 1, maximumInvalidShare: 0, maximumDuplicateShare: 0, maximumAgeDays: 30, sensitiveFeatures: ['age', 'sex'] },
    quality: { metrics: { auc: { minimum: 0.8 } }, baseline: { margin: 0.02, significance: 0.05 }, champion: { tolerance: 0.01 } },
    monitoring: {
      schedule: 'rate(1 hour)', minimumRows: 500, quality: { auc: { minimum: 0.8 } }, retraining: { breaches: 2, windows: 3, coolDownHours: 1 },
      drift: { psiWarning: 0.1, psiAlarm: 0.25, cramersV: 0.1, normedWasserstein: 0.1, ks: 0.1, significance: 0.01, featureShare: 0.3, criticalFeatures: ['age'] },
    },
  } as unknown as ModelDeclaration,
};

/** Files by name and content, as if downloaded, and a database over them. */
export async function withFiles<T>(
  files: Readonly<Record<string, string | Uint8Array>>,
  work: (database: Database, files: TableFile[]) => Promise<T>,
): Promise<T> {
  return Database.use(async (database) => {
    const written: TableFile[] = [];
    for (const [index, [name, content]] of Object.entries(files).entries()) {
      const path = join(database.folder, String(index));
      await writeFile(path, content);
      written.push(await inspectFile(path, `s3://bucket/people/${name}`));
    }
    return work(database, written);
  });
}

/** A measurement by its id. */
export function measured(measurements: readonly Measurement[], id: string): Measurement {
  const found = measurements.find((measurement) => measurement.id === id);
  if (found === undefined) {
    throw new Error(`no measurement ${id} among ${measurements.map((measurement) => measurement.id).join(', ')}`);
  }
  return found;
}
