import type { CheckEvent, CheckResult, Measurement } from '../gate/contract';
import { Checks } from '../shared/checks/contract';
import { contextText } from '../shared/evidence/check-context';
import { writeEvidence } from '../shared/evidence/evidence';
import { readManifest } from '../shared/inference/window';
import type { ReferenceProfile } from '../shared/profile/contract';
import { modelProject } from '../shared/project/project';
import { getJson } from '../shared/storage/s3';
import { Database } from '../shared/tables/duckdb';
import { downloadFiles, downloadFolder, type TableFile } from '../shared/tables/files';
import type { QualityCheckContext } from './contract';
import { measureQuality, qualityNotApplicable } from './measure';
import { withOffline } from './offline';

const CHECK = Checks.QUALITY.id;
const member = (name: keyof QualityCheckContext): string => name;

/** Joins labels that arrived late to the predictions of a window and measures how well the model did. */
export async function handler(event: CheckEvent): Promise<CheckResult> {
  const startedAt = new Date().toISOString();
  return writeEvidence(event, CHECK, startedAt, await measure(event));
}

async function measure(event: CheckEvent): Promise<Measurement[]> {
  const labelsUris = labelsOf(event);
  if (labelsUris.length === 0) {
    return withOffline(qualityNotApplicable(modelProject(), 'no labels have arrived'), undefined, modelProject());
  }
  const manifest = await readManifest(contextText(event, CHECK, member('windowUri')));
  const { testMetrics } = await getJson<ReferenceProfile>(contextText(event, CHECK, member('referenceUri')));
  return Database.use(async (database) => {
    const labels: TableFile[] = [];
    for (const uri of labelsUris) {
      labels.push(...(await (uri.endsWith('/') ? downloadFolder(database, uri) : downloadFiles(database, [uri]))));
    }
    const measured = await measureQuality(database, await downloadFiles(database, manifest.objects), labels, modelProject(), event.subject.digest);
    return withOffline(measured, testMetrics, modelProject());
  });
}

function labelsOf(event: CheckEvent): readonly string[] {
  const uris = event.context[member('labelsUris')] ?? [];
  if (!Array.isArray(uris) || uris.some((uri) => typeof uri !== 'string')) {
    throw new Error(`check ${CHECK} of gate ${event.gate} needs context.labelsUris as a list of S3 URIs, got ${JSON.stringify(uris)}`);
  }
  return uris as string[];
}
