import { CopyObjectCommand } from '@aws-sdk/client-s3';
import { unzipSync } from 'fflate';
import { findChampion } from '../shared/process/champion';
import type { ChampionRecord, ReleasePin } from '../shared/process/contract';
import { modelProject } from '../shared/project/project';
import * as clients from '../shared/runtime/clients';
import { inBatches } from '../shared/runtime/concurrency';
import { Env } from '../shared/runtime/contract';
import { requireEnv } from '../shared/runtime/environment';
import { logger } from '../shared/runtime/logger';
import { Layout } from '../shared/storage/contract';
import { sha256 } from '../shared/storage/hash';
import { getBytes, listObjects, parseS3Uri, put, s3Uri } from '../shared/storage/s3';
import { NO_CHAMPION_FILE, type ReleaseEvent, type ReleaseResult } from './contract';

/** Puts the released code and the champion where jobs can read them: with network isolation, code comes as an input. */
export async function handler({ runId, release, champion: wanted }: ReleaseEvent): Promise<ReleaseResult> {
  const model = modelProject().declaration.name;
  const artifacts = requireEnv(Env.ARTIFACTS_BUCKET);
  const champion = wanted === 'none' ? undefined : await findChampion(model);
  const championPrefix = `${Layout.runPrefix(model, runId)}champion/`;
  const [code] = await Promise.all([unpack(release, artifacts, model), provideChampion(champion, artifacts, championPrefix)]);
  logger.info('release unpacked', { runId, commit: release.commit, codeUri: code.codeUri, champion: champion?.modelPackageArn });
  return { ...code, championUri: s3Uri(artifacts, championPrefix), champion: champion ?? null };
}

async function unpack(release: ReleasePin, artifacts: string, model: string): Promise<Pick<ReleaseResult, 'codeUri' | 'bundleUri'>> {
  const bundle = await getBytes(release.bundleUri);
  const actual = sha256(bundle);
  if (actual !== release.bundleSha256) {
    throw new Error(`${release.bundleUri} has sha256 ${actual}, but the release pins ${release.bundleSha256}; deploy the development stack again`);
  }
  const files = readBundle(bundle, release.bundleUri);
  const prefix = Layout.codePrefix(model, release.bundleSha256);
  const folder = s3Uri(artifacts, prefix);
  const present = new Map((await listObjects(folder)).map(({ Key, Size }) => [Key, Size]));
  await inBatches(8, Object.entries(files), async ([name, content]) => {
    if (present.get(`${prefix}${name}`) !== content.length) {
      await put(`${folder}${name}`, content);
    }
  });
  const bundleUri = `${folder.replace(/\/$/, '')}.zip`;
  if (bundleUri !== release.bundleUri) {
    await put(bundleUri, bundle, 'application/zip');
  }
  return { codeUri: folder, bundleUri };
}

/**
 * Files of a bundle by path.
 *
 * @throws Error for a bundle that is no zip, is empty, or would write outside its folder.
 */
export function readBundle(bundle: Uint8Array, name: string): Record<string, Uint8Array> {
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(bundle);
  } catch (error) {
    throw new Error(`${name} is no zip file: ${(error as Error).message}`, { cause: error });
  }
  const entries = Object.entries(files).filter(([path]) => !path.endsWith('/'));
  const outside = entries.find(([path]) => path.startsWith('/') || path.split('/').includes('..'));
  if (outside !== undefined) {
    throw new Error(`${name} holds ${JSON.stringify(outside[0])}, which lies outside its folder`);
  }
  if (entries.length === 0) {
    throw new Error(`${name} holds no files`);
  }
  return Object.fromEntries(entries);
}

async function provideChampion(champion: ChampionRecord | undefined, artifacts: string, prefix: string): Promise<void> {
  if (champion === undefined) {
    await put(s3Uri(artifacts, `${prefix}${NO_CHAMPION_FILE}`), 'There is no champion yet.\n', 'text/plain');
    return;
  }
  const { bucket, key } = parseS3Uri(champion.modelDataUrl);
  const source = [bucket, ...key.split('/')].map(encodeURIComponent).join('/');
  await clients.s3().send(new CopyObjectCommand({ Bucket: artifacts, Key: `${prefix}model.tar.gz`, CopySource: source }));
}
