import type { CheckEvent, CheckResult } from '../gate/contract';
import { Checks } from '../shared/checks/contract';
import { contextText } from '../shared/evidence/check-context';
import { writeEvidence } from '../shared/evidence/evidence';
import { readManifest } from '../shared/inference/window';
import type { ReferenceProfile } from '../shared/profile/contract';
import { modelProject } from '../shared/project/project';
import { getJson } from '../shared/storage/s3';
import { Database } from '../shared/tables/duckdb';
import { downloadFiles } from '../shared/tables/files';
import { measureAge } from './age';
import type { DriftCheckContext } from './contract';
import { measureWindow } from './window';

const CHECK = Checks.DRIFT.id;
const member = (name: keyof DriftCheckContext): string => name;

/** Compares a window of the inference log, inputs and predictions, with the champion's reference. */
export async function handler(event: CheckEvent): Promise<CheckResult> {
  const startedAt = new Date().toISOString();
  const manifest = await readManifest(contextText(event, CHECK, member('windowUri')));
  const reference = await getJson<ReferenceProfile>(contextText(event, CHECK, member('referenceUri')));
  const measurements = await Database.use(async (database) =>
    measureWindow(database, await downloadFiles(database, manifest.objects), reference, modelProject()),
  );
  return writeEvidence(event, CHECK, startedAt, [...measurements, measureAge(reference, manifest.end)]);
}
