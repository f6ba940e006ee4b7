import { Layout } from '../shared/storage/contract';
import { canonicalJson, sha256 } from '../shared/storage/hash';
import { s3Uri } from '../shared/storage/s3';
import type { SourceObject } from './contract';

/** Newest version of an object, as S3 lists it. */
export interface ListedObject {
  readonly key: string;
  readonly versionId?: string;
  readonly etag: string;
  readonly size: number;
  readonly modifiedAt: Date;
}

/** Objects of the complete deliveries under a prefix; what is still arriving, or was withdrawn, has no marker and stays out. */
export function completeDeliveries(prefix: string, objects: readonly ListedObject[]): ListedObject[] {
  const folders = new Map<string, ListedObject[]>();
  for (const object of objects) {
    const [folder, file] = object.key.slice(prefix.length).split('/');
    if (object.key.startsWith(prefix) && folder !== undefined && file !== undefined) {
      folders.set(folder, [...(folders.get(folder) ?? []), object]);
    }
  }
  return [...folders.values()].flatMap((folder) => completeDelivery(folder) ?? []);
}

/** The data of one delivery, or `undefined` while its marker is missing. An empty file is kept: the data gate must say that it can't be read. */
export function completeDelivery(objects: readonly ListedObject[]): ListedObject[] | undefined {
  const complete = objects.some(({ key }) => fileName(key) === Layout.DELIVERY_MARKER);
  return complete ? objects.filter(({ key }) => !/^([_.]|$)/.test(fileName(key))) : undefined;
}

/** What a snapshot consists of, in an order that does not depend on the order of the listing. */
export function sourcesOf(bucket: string, objects: readonly ListedObject[]): SourceObject[] {
  const sources = new Map(
    objects.map(({ key, versionId, etag, size }) => [key, { uri: s3Uri(bucket, key), ...(versionId === undefined ? {} : { versionId }), etag, size }]),
  );
  return [...sources.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, source]) => source);
}

export const snapshotDigest = (sources: readonly SourceObject[]): string => sha256(canonicalJson(sources));

/** Flat names that cannot collide: deliveries may hold files of the same name. */
export const snapshotFile = (index: number, source: SourceObject): string => `${String(index).padStart(5, '0')}-${fileName(source.uri)}`;

const fileName = (key: string): string => key.slice(key.lastIndexOf('/') + 1);
