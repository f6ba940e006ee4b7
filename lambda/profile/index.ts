import { canonicalJson } from '../shared/hash';
import { modelProject } from '../shared/project';
import { Database } from '../shared/duckdb';
import { getJson, joinUri, putOnce } from '../shared/s3';
import { downloadFiles, downloadFolder } from '../shared/tables/files';
import { buildReference } from './build';
import type { EvaluationData, ProfileEvent, ProfileResult } from './contract';

/** Writes the reference of drift monitoring: the profile of the training split and of the test predictions. */
export async function handler({ evaluationUri, predictionsUri, outputUri }: ProfileEvent): Promise<ProfileResult> {
  const { trainUri } = (await getJson<EvaluationData>(evaluationUri)).data;
  const reference = await Database.use(async (database) =>
    buildReference(database, await downloadFolder(database, trainUri), await downloadFiles(database, [predictionsUri]), modelProject()),
  );
  const referenceUri = outputUri.endsWith('.json') ? outputUri : joinUri(outputUri, 'reference.json');
  return { referenceUri, sha256: await putOnce(referenceUri, canonicalJson(reference)) };
}
