import type { ReferenceProfile } from '../shared/profile/contract';
import { modelProject } from '../shared/project/project';
import { canonicalJson } from '../shared/storage/hash';
import { getJson, joinUri, putOnce } from '../shared/storage/s3';
import { Database } from '../shared/tables/duckdb';
import { downloadFiles, downloadFolder } from '../shared/tables/files';
import { buildReference } from './build';
import type { EvaluationData, ProfileEvent, ProfileResult } from './contract';

/** Writes the reference of drift monitoring: the profile of the training split and of the test predictions. */
export async function handler({ evaluationUri, predictionsUri, outputUri }: ProfileEvent): Promise<ProfileResult> {
  const { data, createdAt, metrics } = await getJson<EvaluationData>(evaluationUri);
  const profiles = await Database.use(async (database) =>
    buildReference(database, await downloadFolder(database, data.trainUri), await downloadFiles(database, [predictionsUri]), modelProject()),
  );
  const reference: ReferenceProfile = { ...profiles, ...(createdAt !== undefined && { trainedAt: createdAt }), ...(metrics !== undefined && { testMetrics: metrics }) };
  const referenceUri = outputUri.endsWith('.json') ? outputUri : joinUri(outputUri, 'reference.json');
  return { referenceUri, sha256: await putOnce(referenceUri, canonicalJson(reference)) };
}
