import { type CheckEvent, type CheckResult, Checks } from '../gate/contract';
import { contextText } from '../shared/check-context';
import { Database } from '../shared/duckdb';
import { writeEvidence } from '../shared/evidence';
import { modelProject } from '../shared/project';
import { downloadFolder } from '../shared/tables/files';
import { collectFacts } from './collect';
import type { DataCheckContext } from './contract';
import { measureSnapshot } from './measure';

const CHECK = Checks.DATA.id;
const member = (name: keyof DataCheckContext): string => name;

/** Reads the data snapshot and records what it holds. Whatever is wrong with the data is a measurement, not an error. */
export async function handler(event: CheckEvent): Promise<CheckResult> {
  const started = new Date();
  const snapshotUri = contextText(event, CHECK, member('snapshotUri'));
  const newestModifiedAt = contextText(event, CHECK, member('newestModifiedAt'));
  const facts = await Database.use(async (database) => collectFacts(database, await downloadFolder(database, snapshotUri), modelProject()));
  return writeEvidence(event, CHECK, started.toISOString(), measureSnapshot(facts, modelProject(), newestModifiedAt, started));
}
