import type { CheckEvent, CheckResult, Measurement } from '../gate/contract';
import { Checks } from '../shared/checks/contract';
import { contextText } from '../shared/evidence/check-context';
import { writeEvidence } from '../shared/evidence/evidence';
import type { ModelProjectData } from '../shared/project/contract';
import { modelProject } from '../shared/project/project';
import { findBytes, parseJson } from '../shared/storage/s3';
import { Database } from '../shared/tables/duckdb';
import { downloadFiles } from '../shared/tables/files';
import { measureModel, type Report } from './check';
import type { ModelCheckContext } from './contract';

const CHECK = Checks.MODEL.id;
const member = (name: keyof ModelCheckContext): string => name;

/** Measures the candidate, the simpler models and the champion on the same test rows, and takes in what evaluation, studies and the project's own tests recorded. */
export async function handler(event: CheckEvent): Promise<CheckResult> {
  const startedAt = new Date().toISOString();
  const uri = (name: keyof ModelCheckContext): string => contextText(event, CHECK, member(name));
  const project: ModelProjectData = modelProject();
  const [evaluation, studies, tests] = await Promise.all([report(uri('evaluationUri')), report(uri('studiesUri')), report(uri('testsUri'))]);
  const measurements = await Database.use(
    async (database): Promise<Measurement[]> =>
      measureModel(database, { predictions: await downloadFiles(database, [uri('predictionsUri')]), evaluation, studies, tests }, project, event.subject.digest),
  );
  return writeEvidence(event, CHECK, startedAt, measurements);
}

/** A report of the pipeline; one that is missing or no JSON is a finding, not a failure of the check. */
async function report(uri: string): Promise<Report> {
  const bytes = await findBytes(uri);
  if (bytes === undefined) {
    return { problem: `${uri} does not exist` };
  }
  try {
    return { content: parseJson(new TextDecoder().decode(bytes), uri) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
