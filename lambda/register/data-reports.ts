import type { Evidence, EvidenceFile, GateResult, Verdict } from '../gate/contract';
import { sha256 } from '../shared/storage/hash';
import { getBytes, parseJson } from '../shared/storage/s3';

/**
 * Files that the data check wrote beside its evidence, such as `statistics.json` and `constraints.json`: baselines that tools of SageMaker read.
 *
 * @throws Error when the verdict or a piece of its evidence is no longer what the gate wrote.
 */
export async function dataReports({ verdictUri, verdictSha256 }: Pick<GateResult, 'verdictUri' | 'verdictSha256'>): Promise<readonly EvidenceFile[]> {
  const verdict = await verified<Verdict>(verdictUri, verdictSha256);
  const evidence = new Map(verdict.criteria.flatMap((one) => (one.evidenceUri === undefined ? [] : [[one.evidenceUri, one.evidenceSha256 ?? ''] as const])));
  const files = await Promise.all([...evidence].map(async ([uri, digest]) => (await verified<Evidence>(uri, digest)).files ?? []));
  return files.flat();
}

async function verified<T>(uri: string, expected: string): Promise<T> {
  const bytes = await getBytes(uri);
  const actual = sha256(bytes);
  if (actual !== expected) {
    throw new Error(`${uri} has sha256 ${actual}, and ${expected} was recorded: it was exchanged`);
  }
  return parseJson<T>(new TextDecoder().decode(bytes), uri);
}
