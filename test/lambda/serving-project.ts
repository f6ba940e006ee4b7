import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelDeclaration, ModelProjectData } from '../../lambda/shared/project/contract';
import { PROJECT_FILE } from '../../lambda/shared/runtime/contract';

/** A small model project with everything that the serving side reads: each type of column, one nullable, one with bounds. */
export const SERVED: ModelProjectData = {
  policyDigest: 'f'.repeat(64),
  schema: {
    version: '3',
    recordId: { name: 'id', type: 'integer' },
    target: { name: 'employed', type: 'integer', domain: [0, 1] },
    features: [
      { name: 'age', type: 'integer', minimum: 16, maximum: 95 },
      { name: 'income', type: 'number', nullable: true },
      { name: 'sex', type: 'string', domain: ['1', '2'] },
      { name: 'citizen', type: 'boolean' },
    ],
  },
  declaration: {
    name: 'people',
    problemType: 'binaryClassification',
    decisionThreshold: 0.6,
    positiveLabel: 1,
    serving: {
      instanceType: 'ml.m5.large',
      loadTest: { requestsPerSecond: 200, durationSeconds: 0.2, warmUpSeconds: 0.05, rowsPerRequest: 2, maximumErrorShare: 0.05 },
      rollout: { maximumErrorShare: 0.05, maximumLatencyMilliseconds: 1000, minimumRequests: 20 },
    },
    monitoring: { schedule: 'rate(1 hour)', minimumRows: 3, retraining: { breaches: 2, windows: 3, coolDownHours: 24 } },
  } as unknown as ModelDeclaration,
};

/** A valid record of {@link SERVED}. */
export const record = (id = 1): Record<string, unknown> => ({ id, age: 40, income: 1.5, sex: '1', citizen: true });

/** Lays the project beside the handlers, as their bundles have it. */
export function provideProject(environment: Readonly<Record<string, string>> = {}): void {
  const folder = mkdtempSync(join(tmpdir(), 'serving-'));
  writeFileSync(join(folder, PROJECT_FILE), JSON.stringify(SERVED));
  Object.assign(process.env, { LAMBDA_TASK_ROOT: folder, AWS_REGION: 'eu-central-1', ...environment });
}

/** Keeps the structured log of handlers out of the test report. */
export const silence = (): jest.SpyInstance => jest.spyOn(process.stdout, 'write').mockReturnValue(true);
