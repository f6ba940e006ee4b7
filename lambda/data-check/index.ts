import type { CheckEvent, CheckResult, EvidenceFile, Measurement } from '../gate/contract';
import { Checks } from '../shared/checks/contract';
import { contextText } from '../shared/evidence/check-context';
import { writeEvidence, writeReport } from '../shared/evidence/evidence';
import type { ReferenceProfile } from '../shared/profile/contract';
import type { ColumnDrift } from '../shared/profile/drift';
import { modelProject } from '../shared/project/project';
import { getJson } from '../shared/storage/s3';
import { Database } from '../shared/tables/duckdb';
import { downloadFolder, TooLargeError } from '../shared/tables/files';
import { collectFacts, nothingFound } from './collect';
import { type DataCheckContext, DataReports } from './contract';
import type { SnapshotFacts } from './facts';
import { measureSnapshot } from './measure';
import { constraintsReport, statisticsReport, violationsReport } from './reports';

const CHECK = Checks.DATA.id;
const member = (name: keyof DataCheckContext): string => name;

/** Reads the data snapshot and records what it holds. Whatever is wrong with the data is a measurement, not an error. */
export async function handler(event: CheckEvent): Promise<CheckResult> {
  const now = new Date();
  const snapshotUri = contextText(event, CHECK, member('snapshotUri'));
  const newestModifiedAt = contextText(event, CHECK, member('newestModifiedAt'));
  const reference = await findReference(event);
  const facts = await readSnapshot(snapshotUri, now);
  const measurements = measureSnapshot(facts, modelProject(), { newestModifiedAt, now, reference });
  return writeEvidence(event, CHECK, now.toISOString(), measurements, await writeReports(event, facts, measurements));
}

/** A snapshot that is too large for the function is a finding, too: it could not be measured. */
async function readSnapshot(snapshotUri: string, now: Date): Promise<SnapshotFacts> {
  try {
    return await Database.use(async (database) => collectFacts(database, await downloadFolder(database, snapshotUri), modelProject(), now));
  } catch (error) {
    if (error instanceof TooLargeError) {
      return nothingFound(error.message, modelProject());
    }
    throw error;
  }
}

async function findReference(event: CheckEvent): Promise<ReferenceProfile | undefined> {
  const uri = event.context[member('referenceUri')];
  return typeof uri === 'string' && uri !== '' ? getJson<ReferenceProfile>(uri) : undefined;
}

/** The same in the formats that other tools read. */
export async function writeReports(event: CheckEvent, facts: SnapshotFacts, measurements: readonly Measurement[]): Promise<EvidenceFile[]> {
  const drift = measurements.find(({ id }) => id === Checks.DATA.measurements.DRIFTED_FEATURE_SHARE)?.details as { features?: readonly ColumnDrift[] } | undefined;
  const drifted = drift?.features?.filter(({ state }) => state === 'drifted') ?? [];
  return Promise.all([
    writeReport(event, DataReports.STATISTICS, statisticsReport(facts)),
    writeReport(event, DataReports.CONSTRAINTS, constraintsReport(facts)),
    writeReport(event, DataReports.VIOLATIONS, violationsReport(facts, drifted)),
  ]);
}
