import { type CheckEvent, type CheckResult, Checks, type Measurement } from '../gate/contract';
import { contextText } from '../shared/check-context';
import { Database } from '../shared/duckdb';
import { writeEvidence } from '../shared/evidence';
import { modelProject } from '../shared/project';
import { downloadFiles } from '../shared/tables/files';
import type { ModelCheckContext } from './contract';
import { measurePredictions } from './read';

const CHECK = Checks.MODEL.id;
const member = (name: keyof ModelCheckContext): string => name;

/** Measures the candidate, the baseline and the champion on the same test rows. */
export async function handler(event: CheckEvent): Promise<CheckResult> {
  const startedAt = new Date().toISOString();
  const predictionsUri = contextText(event, CHECK, member('predictionsUri'));
  const measurements = await Database.use(
    async (database): Promise<Measurement[]> =>
      measurePredictions(database, await downloadFiles(database, [predictionsUri]), modelProject().declaration),
  );
  return writeEvidence(event, CHECK, startedAt, measurements);
}
