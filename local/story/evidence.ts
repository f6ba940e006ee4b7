import { createHash } from 'node:crypto';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { Verdict } from '../../lambda/gate/contract';
import type { World } from './world';

/** A verdict as found in an evidence bucket, with its evidence files checked. */
export interface FoundVerdict {
  readonly uri: string;
  readonly sha256: string;
  readonly verdict: Verdict;
  /** Evidence files that are missing or whose SHA-256 differs from the verdict's. */
  readonly faults: readonly string[];
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function read(world: World, environment: string, uri: string): Promise<Uint8Array> {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  const { Body } = await world.in(environment).s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return (await Body?.transformToByteArray()) ?? new Uint8Array();
}

/** Every verdict in an environment's evidence bucket, oldest first. */
export async function findVerdicts(world: World, environment: string, prefix: string): Promise<FoundVerdict[]> {
  const bucket = world.bucket(environment, 'evidence');
  const uris: { uri: string; time: number }[] = [];
  let token: string | undefined;
  do {
    const page = await world.in(environment).s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }));
    for (const { Key, LastModified } of page.Contents ?? []) {
      if (Key?.endsWith('/verdict.json') === true) {
        uris.push({ uri: `s3://${bucket}/${Key}`, time: LastModified?.getTime() ?? 0 });
      }
    }
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return Promise.all(uris.toSorted((a, b) => a.time - b.time).map(({ uri }) => inspectOnce(world, environment, uri)));
}

const inspected = new Map<string, Promise<FoundVerdict>>();

/** A verdict is written once: whoever waits for the next one need not read the earlier ones again. */
function inspectOnce(world: World, environment: string, uri: string): Promise<FoundVerdict> {
  let found = inspected.get(uri);
  if (found === undefined) {
    found = inspect(world, environment, uri);
    found.catch(() => inspected.delete(uri));
    inspected.set(uri, found);
  }
  return found;
}

/** Forgets what was read, so that the summary tells what lies there in the end. */
export const forgetVerdicts = (): void => inspected.clear();

async function inspect(world: World, environment: string, uri: string): Promise<FoundVerdict> {
  const bytes = await read(world, environment, uri);
  const verdict = JSON.parse(Buffer.from(bytes).toString('utf8')) as Verdict;
  const faults: string[] = [];
  const files = new Map(verdict.criteria.flatMap(({ evidenceUri, evidenceSha256 }) => (evidenceUri === undefined ? [] : [[evidenceUri, evidenceSha256]])));
  for (const [evidenceUri, expected] of files) {
    try {
      const found = sha256(await read(world, environment, evidenceUri ?? ''));
      if (found !== expected) {
        faults.push(`${evidenceUri}: SHA-256 is ${found}, the verdict says ${expected}`);
      }
    } catch (error) {
      faults.push(`${evidenceUri}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { uri, sha256: sha256(bytes), verdict, faults };
}
