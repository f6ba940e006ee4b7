import { canonicalJson } from '../shared/hash';
import { modelProject } from '../shared/project';
import { Database } from '../shared/duckdb';
import { joinUri, putOnce } from '../shared/s3';
import { downloadFiles, downloadFolder } from '../shared/tables/files';
import { buildReference } from './build';
import type { ProfileEvent, ProfileResult } from './contract';

/** Writes the reference of drift monitoring: the profile of the training split and of the test predictions. */
export async function handler({ trainUri, predictionsUri, outputUri }: ProfileEvent): Promise<ProfileResult> {
  const reference = await Database.use(async (database) =>
    buildReference(database, await downloadFolder(database, trainUri), await downloadFiles(database, [predictionsUri]), modelProject().schema),
  );
  const referenceUri = outputUri.endsWith('.json') ? outputUri : joinUri(outputUri, 'reference.json');
  return { referenceUri, sha256: await putOnce(referenceUri, canonicalJson(reference)) };
}
