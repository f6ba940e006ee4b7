import { CopyObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { modelProject } from '../shared/project/project';
import * as clients from '../shared/runtime/clients';
import { inBatches } from '../shared/runtime/concurrency';
import { Env } from '../shared/runtime/contract';
import { requireEnv } from '../shared/runtime/environment';
import { logger } from '../shared/runtime/logger';
import { Layout } from '../shared/storage/contract';
import { canonicalJson } from '../shared/storage/hash';
import { isNotFound, listObjects, parseS3Uri, putOnce, s3Uri, sha256OfObject } from '../shared/storage/s3';
import type { PinnedSource, SnapshotEvent, SnapshotResult, SourceObject } from './contract';
import { completeDeliveries, completeDelivery, type ListedObject, snapshotDigest, snapshotFile, sourcesOf } from './deliveries';

const MAXIMUM_COPY_BYTES = 5 * 1024 ** 3;
const PARALLEL_COPIES = 16;

/** Pins the data of a development run: copies the chosen versions to a place of their own, since a SageMaker job cannot read a pinned version. */
export async function handler(event: SnapshotEvent): Promise<SnapshotResult> {
  const model = modelProject().declaration.name;
  const dataBucket = requireEnv(Env.DATA_BUCKET);
  const artifacts = requireEnv(Env.ARTIFACTS_BUCKET);

  const training =
    event.data.alone === true ? [] : completeDeliveries(Layout.trainingPrefix(model), await listVersions(dataBucket, Layout.trainingPrefix(model)));
  const additional = await Promise.all(event.data.additional.map((uri) => additionalDelivery(uri, dataBucket, model)));
  const objects = [...training, ...additional.flat()];
  const sources = sourcesOf(dataBucket, objects);
  if (sources.length === 0) {
    throw new Error(
      `there is no complete delivery of training data under ${s3Uri(dataBucket, Layout.trainingPrefix(model))}: put files into ` +
        `<delivery>/ there and, last, ${Layout.DELIVERY_MARKER} beside them`,
    );
  }
  const oversized = sources.find(({ size }) => size > MAXIMUM_COPY_BYTES);
  if (oversized !== undefined) {
    throw new Error(`${oversized.uri} has ${oversized.size} bytes; S3 copies at most ${MAXIMUM_COPY_BYTES} at once, so deliver it in smaller parts`);
  }

  const digest = snapshotDigest(sources);
  const snapshotUri = s3Uri(artifacts, Layout.snapshotPrefix(model, digest));
  const present = new Map((await listObjects(snapshotUri)).map(({ Key, Size }) => [Key, Size]));
  const pinned = new Map<string, PinnedSource>();
  await inBatches(
    PARALLEL_COPIES,
    sources.map((source, index) => ({ source, file: snapshotFile(index, source) })),
    async ({ source, file }) => {
      const key = `${Layout.snapshotPrefix(model, digest)}${file}`;
      const copied = present.get(key) === source.size ? undefined : await copy(source, artifacts, key);
      pinned.set(file, { ...source, file, sha256: copied ?? (await sha256OfObject(s3Uri(artifacts, key))) });
    },
  );
  const sourcesUri = `${snapshotUri.replace(/\/$/, '')}.json`;
  await putOnce(sourcesUri, canonicalJson([...pinned.keys()].sort().map((file) => pinned.get(file))));
  const newest = Math.max(...objects.map(({ modifiedAt }) => modifiedAt.getTime()));
  const bytes = sources.reduce((sum, { size }) => sum + size, 0);
  logger.info('snapshot pinned', { runId: event.runId, digest, files: sources.length, bytes });
  return { snapshotUri, digest, newestModifiedAt: new Date(newest).toISOString(), sourcesUri, files: sources.length, bytes };
}

/** A delivery named by the caller: of the feedback loop or of training, and complete. */
async function additionalDelivery(uri: string, dataBucket: string, model: string): Promise<ListedObject[]> {
  const { bucket, key } = parseS3Uri(uri);
  const prefix = key.endsWith('/') ? key : `${key}/`;
  const allowed = [Layout.feedbackPrefix(model), Layout.trialPrefix(model), Layout.trainingPrefix(model)];
  if (bucket !== dataBucket || !allowed.some((root) => prefix.startsWith(root) && prefix.length > root.length)) {
    throw new Error(`${uri} is no delivery of this model: expected a folder under ${allowed.map((root) => s3Uri(dataBucket, root)).join(' or ')}`);
  }
  const objects = completeDelivery(await listVersions(bucket, prefix));
  if (objects === undefined || objects.length === 0) {
    throw new Error(`${uri} is no complete delivery: it has no data or no ${Layout.DELIVERY_MARKER}`);
  }
  return objects;
}

async function listVersions(bucket: string, prefix: string): Promise<ListedObject[]> {
  const objects: ListedObject[] = [];
  let marker: { key?: string; version?: string } | undefined = {};
  while (marker !== undefined) {
    const page: Awaited<ReturnType<typeof listPage>> = await listPage(bucket, prefix, marker);
    for (const { Key, VersionId, ETag, Size, LastModified, IsLatest } of page.Versions ?? []) {
      if (IsLatest === true && Key !== undefined && ETag !== undefined && LastModified !== undefined) {
        // S3 says `null` where the bucket kept no versions when the object was written.
        const versionId = VersionId === undefined || VersionId === 'null' ? undefined : VersionId;
        objects.push({ key: Key, versionId, etag: ETag.replaceAll('"', ''), size: Size ?? 0, modifiedAt: LastModified });
      }
    }
    marker = page.IsTruncated === true ? { key: page.NextKeyMarker, version: page.NextVersionIdMarker } : undefined;
  }
  return objects;
}

const listPage = (bucket: string, prefix: string, marker: { key?: string; version?: string }) =>
  clients.s3().send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, KeyMarker: marker.key, VersionIdMarker: marker.version }));

/** Copies an object; S3 reads it meanwhile and tells its SHA-256 (hex), or nothing where it can't. */
async function copy(source: SourceObject, bucket: string, key: string): Promise<string | undefined> {
  const { bucket: from, key: sourceKey } = parseS3Uri(source.uri);
  const version = source.versionId === undefined ? '' : `?versionId=${encodeURIComponent(source.versionId)}`;
  const encoded = [from, ...sourceKey.split('/')].map(encodeURIComponent).join('/');
  try {
    const { CopyObjectResult: result } = await clients.s3().send(
      new CopyObjectCommand({ Bucket: bucket, Key: key, CopySource: `${encoded}${version}`, CopySourceIfMatch: `"${source.etag}"`, ChecksumAlgorithm: 'SHA256' }),
    );
    return result?.ChecksumSHA256 === undefined ? undefined : Buffer.from(result.ChecksumSHA256, 'base64').toString('hex');
  } catch (error) {
    if (isNotFound(error) || (error instanceof Error && error.name === 'PreconditionFailed')) {
      throw new Error(`${source.uri} changed or was removed while it was copied; start development again`, { cause: error });
    }
    throw error;
  }
}
