import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { CopyObjectCommand, GetObjectCommand, ListObjectsV2Command, ListObjectVersionsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { Env, PROJECT_FILE } from '../../../lambda/shared/runtime/contract';
import { handler } from '../../../lambda/snapshot';
import { completeDeliveries, type ListedObject, snapshotDigest, sourcesOf } from '../../../lambda/snapshot/deliveries';

const s3 = mockClient(S3Client);
const SHA256 = Buffer.from('ab'.repeat(32), 'hex').toString('base64');
const MODIFIED = new Date('2026-01-02T00:00:00Z');
const listed = (key: string, change: Partial<ListedObject> = {}): ListedObject => ({ key, versionId: `v-${key}`, etag: `e-${key}`, size: 10, modifiedAt: MODIFIED, ...change });

describe('Deliveries', () => {
  const keys = (objects: ListedObject[]) => completeDeliveries('people/training/', objects).map(({ key }) => key);

  test('count once they are complete', () => {
    const objects = ['2015/part-0.parquet', '2015/part-1.parquet', '2015/_SUCCESS', '2016/part-0.parquet'].map((key) => listed(`people/training/${key}`));
    expect(keys(objects)).toEqual(['people/training/2015/part-0.parquet', 'people/training/2015/part-1.parquet']);
  });

  test('that were withdrawn do not count', () => {
    expect(keys([listed('people/training/2015/part-0.parquet')])).toEqual([]);
  });

  test('consist of data alone: no markers, hidden files, folders or files beside them; an empty file is for the data gate to refuse', () => {
    const objects = ['2015/_SUCCESS', '2015/_metadata', '2015/.tmp', '2015/a.parquet', 'stray.parquet'].map((key) => listed(`people/training/${key}`));
    expect(keys([...objects, listed('people/training/2015/', { size: 0 })])).toEqual(['people/training/2015/a.parquet']);
    expect(keys([...objects, listed('people/training/2015/empty.parquet', { size: 0 })])).toContain('people/training/2015/empty.parquet');
  });

  test('have a digest that depends on keys, versions and content, not on the order of the listing', () => {
    const objects = [listed('b'), listed('a')];
    const digest = snapshotDigest(sourcesOf('data', objects));
    expect(snapshotDigest(sourcesOf('data', objects.toReversed()))).toBe(digest);
    expect(snapshotDigest(sourcesOf('data', [listed('b'), listed('a', { versionId: 'other' })]))).not.toBe(digest);
  });

  test('that are named twice are taken once', () => {
    expect(sourcesOf('data', [listed('a'), listed('a')])).toHaveLength(1);
  });
});

describe('The snapshot', () => {
  const bucket = new Map<string, { version: string; size: number; modified?: string }>();
  const copied: string[] = [];

  beforeAll(() => {
    const folder = mkdtempSync(join(tmpdir(), 'snapshot-'));
    writeFileSync(join(folder, PROJECT_FILE), JSON.stringify({ declaration: { name: 'people' } }));
    Object.assign(process.env, { LAMBDA_TASK_ROOT: folder, [Env.DATA_BUCKET]: 'data', [Env.ARTIFACTS_BUCKET]: 'artifacts' });
  });

  beforeEach(() => {
    s3.reset();
    bucket.clear();
    copied.length = 0;
    s3.on(ListObjectVersionsCommand).callsFake(({ Prefix, KeyMarker }: { Prefix: string; KeyMarker?: string }) => {
      const keys = [...bucket.keys()].filter((key) => key.startsWith(Prefix) && (KeyMarker === undefined || key > KeyMarker)).sort();
      const page = keys.slice(0, 2);
      return {
        Versions: page.flatMap((Key) => [
          { Key, VersionId: bucket.get(Key)?.version, ETag: `"${Key}"`, Size: bucket.get(Key)?.size, LastModified: new Date(bucket.get(Key)?.modified ?? MODIFIED), IsLatest: true },
          { Key, VersionId: 'older', ETag: '"older"', Size: 1, LastModified: MODIFIED, IsLatest: false },
        ]),
        IsTruncated: keys.length > 2,
        NextKeyMarker: page.at(-1),
      };
    });
    s3.on(ListObjectsV2Command).resolves({});
    s3.on(PutObjectCommand).resolves({});
    s3.on(CopyObjectCommand).callsFake(({ CopySource, Key }: { CopySource: string; Key: string }) => {
      copied.push(`${CopySource} -> ${Key}`);
      return { CopyObjectResult: { ChecksumSHA256: SHA256 } };
    });
  });

  const deliver = (folder: string, files: readonly string[], modified?: string): void =>
    files.forEach((file) => bucket.set(`people/${folder}/${file}`, { version: `v-${file}`, size: file === '_SUCCESS' ? 0 : 10, modified }));
  const run = (additional: string[] = []) => handler({ runId: 'run-1', data: { additional } });

  test('copies the newest versions of all complete deliveries into a folder named by their digest', async () => {
    deliver('training/2015', ['part 0.parquet', 'part-1.parquet', '_SUCCESS'], '2026-01-02T00:00:00Z');
    deliver('training/2016', ['part-0.parquet', '_SUCCESS'], '2026-01-03T00:00:00Z');
    deliver('training/2017', ['part-0.parquet'], '2026-01-04T00:00:00Z');
    const result = await run();
    expect(result).toMatchObject({ files: 3, bytes: 30, newestModifiedAt: '2026-01-03T00:00:00.000Z' });
    expect(result.snapshotUri).toBe(`s3://artifacts/people/snapshots/${result.digest}/`);
    expect(copied.toSorted()).toEqual([
      `data/people/training/2015/part%200.parquet?versionId=v-part%200.parquet -> people/snapshots/${result.digest}/00000-part 0.parquet`,
      `data/people/training/2015/part-1.parquet?versionId=v-part-1.parquet -> people/snapshots/${result.digest}/00001-part-1.parquet`,
      `data/people/training/2016/part-0.parquet?versionId=v-part-0.parquet -> people/snapshots/${result.digest}/00002-part-0.parquet`,
    ]);
  });

  test('records its sources and the hashes of their copies beside the folder, where no job reads', async () => {
    deliver('training/2015', ['a.parquet', '_SUCCESS']);
    const { sourcesUri, digest } = await run();
    const put = s3.commandCalls(PutObjectCommand)[0]?.args[0].input;
    expect([`s3://${put?.Bucket}/${put?.Key}`, sourcesUri]).toEqual([sourcesUri, `s3://artifacts/people/snapshots/${digest}.json`]);
    expect(JSON.parse(String(put?.Body))).toEqual([
      { uri: 's3://data/people/training/2015/a.parquet', versionId: 'v-a.parquet', etag: 'people/training/2015/a.parquet', size: 10, file: '00000-a.parquet', sha256: 'ab'.repeat(32) },
    ]);
  });

  test('takes in feedback that the caller names', async () => {
    deliver('training/2015', ['a.parquet', '_SUCCESS']);
    deliver('feedback/w2', ['data.parquet', '_SUCCESS']);
    expect(await run(['s3://data/people/feedback/w2/'])).toMatchObject({ files: 2 });
    expect(await run(['s3://data/people/feedback/w2'])).toMatchObject({ files: 2 });
  });

  test('tries a delivery alone, and no other run sees it', async () => {
    deliver('training/2015', ['a.parquet', '_SUCCESS']);
    deliver('trials/mine', ['data.parquet', '_SUCCESS']);
    const trial = { additional: ['s3://data/people/trials/mine/'], alone: true };
    expect(await handler({ runId: 'run-1', data: trial })).toMatchObject({ files: 1 });
    expect(copied).toEqual([expect.stringContaining('data/people/trials/mine/data.parquet')]);
    expect(await run()).toMatchObject({ files: 1 });
    expect(copied.at(-1)).toContain('data/people/training/2015/a.parquet');
  });

  test('copies nothing twice', async () => {
    deliver('training/2015', ['a.parquet', '_SUCCESS']);
    const { digest } = await run();
    s3.on(ListObjectsV2Command).resolves({ Contents: [{ Key: `people/snapshots/${digest}/00000-a.parquet`, Size: 10 }] });
    s3.on(GetObjectCommand).callsFake(() => ({ Body: Readable.from([Buffer.from('content')]) }));
    await run();
    expect(copied).toHaveLength(1);
    const recorded = JSON.parse(String(s3.commandCalls(PutObjectCommand).at(-1)?.args[0].input.Body)) as { sha256: string }[];
    expect(recorded[0]?.sha256).toBe(createHash('sha256').update('content').digest('hex'));
  });

  test('without a complete delivery fails and says what to do', async () => {
    deliver('training/2015', ['a.parquet']);
    await expect(run()).rejects.toThrow('no complete delivery of training data under s3://data/people/training/: put files into <delivery>/ there and, last, _SUCCESS');
  });

  test('of an incomplete additional delivery fails', async () => {
    deliver('feedback/w2', ['data.parquet']);
    await expect(run(['s3://data/people/feedback/w2/'])).rejects.toThrow('is no complete delivery');
  });

  test.each(['s3://other/people/feedback/w2/', 's3://data/people/labels/2015/', 's3://data/people/feedback/', 'people/feedback/w2'])('does not read %s', async (uri) => {
    await expect(run([uri])).rejects.toThrow(/is no delivery of this model|expected an S3 URI/);
  });

  test('says so when a file changed meanwhile', async () => {
    deliver('training/2015', ['a.parquet', '_SUCCESS']);
    s3.on(CopyObjectCommand).rejects(Object.assign(new Error('changed'), { name: 'PreconditionFailed' }));
    await expect(run()).rejects.toThrow('s3://data/people/training/2015/a.parquet changed or was removed while it was copied');
  });

  test('refuses files that S3 can not copy at once', async () => {
    deliver('training/2015', ['_SUCCESS']);
    bucket.set('people/training/2015/big.parquet', { version: 'v', size: 6 * 1024 ** 3 });
    await expect(run()).rejects.toThrow('deliver it in smaller parts');
  });
});
