import type { CheckEvent, CheckResult } from '../gate/contract';
import type { EvaluationReport, PinnedFile } from '../register/contract';
import { readManifest } from '../register/read-manifest';
import { Checks } from '../shared/checks/contract';
import { contextText } from '../shared/evidence/check-context';
import { writeEvidence } from '../shared/evidence/evidence';
import { modelProject } from '../shared/project/project';
import { findBytes, getJson, joinUri, sha256OfObject } from '../shared/storage/s3';
import { Database } from '../shared/tables/duckdb';
import { downloadFiles } from '../shared/tables/files';
import type { ReproductionCheckContext } from './contract';
import { measureReproduction } from './measure';
import { comparePredictions, type PredictionComparison } from './predictions';

const CHECK = Checks.REPRODUCTION.id;
const member = (name: keyof ReproductionCheckContext): string => name;

/** Compares a rebuilt model with the version that it was rebuilt from: metrics, every prediction on the test rows, environment. */
export async function handler(event: CheckEvent): Promise<CheckResult> {
  const startedAt = new Date().toISOString();
  const text = (name: keyof ReproductionCheckContext): string => contextText(event, CHECK, member(name));
  const manifest = await readManifest({ manifestUri: text('manifestUri'), packageDigest: text('packageDigest') });
  const evaluationUri = text('evaluationUri');
  const rebuilt = await getJson<EvaluationReport>(joinUri(evaluationUri, 'evaluation.json'));
  const predictions = await compare(manifest.predictions, joinUri(evaluationUri, 'predictions.parquet'));
  const measurements = measureReproduction({ manifest, rebuilt, predictions, sameDefinition: text('sameDefinition') === 'true', runUri: evaluationUri.replace(/\/evaluation\/?$/, '') });
  return writeEvidence(event, CHECK, startedAt, measurements);
}

/** Predictions that are gone or were changed cannot be compared, which fails the gate. */
async function compare(original: PinnedFile, rebuiltUri: string): Promise<PredictionComparison> {
  if ((await findBytes(original.uri)) === undefined) {
    return { problem: `${original.uri} is gone` };
  }
  const actual = await sha256OfObject(original.uri);
  if (actual !== original.sha256) {
    return { problem: `${original.uri} has sha256 ${actual}, but the manifest says ${original.sha256}: it was exchanged` };
  }
  return Database.use(async (database) => {
    const [before, now] = await downloadFiles(database, [original.uri, rebuiltUri]);
    return before === undefined || now === undefined
      ? { problem: 'one of the files was not read' }
      : comparePredictions(database, { original: before, rebuilt: now }, modelProject().schema.recordId.name);
  });
}
