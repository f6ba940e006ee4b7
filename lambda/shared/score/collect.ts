import { type Verdict, VERDICT_FILE } from '../../gate/contract';
import { inBatches } from '../runtime/concurrency';
import { getJson, listObjects, parseS3Uri, s3Uri } from '../storage/s3';
import type { RecordedVerdict } from './contract';

/** The monitor gives a verdict every hour: the newest ones of a gate tell what it measures. */
const NEWEST_PER_GATE = 25;
const PARALLEL_READS = 8;

/**
 * Newest verdicts of every gate of a model, and of qualifications that were admitted.
 *
 * @param evidenceBucket of the environment that owns the registry
 * @param always URIs of verdicts that count however old they are: those of a version
 */
export async function collectVerdicts(evidenceBucket: string, model: string, always: readonly string[] = []): Promise<RecordedVerdict[]> {
  const folders = await Promise.all([`${model}/gates/`, `${model}/qualifications/`].map((prefix) => listObjects(s3Uri(evidenceBucket, prefix))));
  const byGate = new Map<string, { uri: string; time: number }[]>();
  for (const { Key = '', LastModified } of folders.flat()) {
    if (Key.endsWith(`/${VERDICT_FILE}`)) {
      const gate = gateOf(Key);
      byGate.set(gate, [...(byGate.get(gate) ?? []), { uri: s3Uri(evidenceBucket, Key), time: LastModified?.getTime() ?? 0 }]);
    }
  }
  const newest = [...byGate.values()].flatMap((found) => found.toSorted((a, b) => b.time - a.time).slice(0, NEWEST_PER_GATE).map(({ uri }) => uri));
  const uris = [...new Set([...newest, ...always.filter((uri) => parseS3Uri(uri).bucket === evidenceBucket)])];
  return inBatches(PARALLEL_READS, uris, async (uri) => ({ uri, verdict: await getJson<Verdict>(uri) }));
}

/** `<model>/gates/<gate>/<run>/verdict.json` or `<model>/qualifications/<digest>/verdict.json` */
const gateOf = (key: string): string => key.split('/').slice(1, 3).join('/').replace(/^qualifications\/.*/, 'qualifications');
