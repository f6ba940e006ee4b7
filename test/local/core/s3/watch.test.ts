import { s3Target, S3Watch } from '../../../../local/core/s3/watch';

const caller = { accountId: '111111111111', region: 'eu-central-1' };
const put = s3Target('/data/in/a%20b/..%2Fx?x-id=PutObject', '127.0.0.1:4000');
const answer = (headers: Record<string, string>, body = '') => ({ status: 200, headers, body });
const unknownSize = async (): Promise<number> => Promise.resolve(7);

function watching(): S3Watch {
  const watch = new S3Watch();
  watch.follow('PUT', s3Target('/data', '127.0.0.1'), caller, '');
  watch.follow('PUT', s3Target('/data?notification', '127.0.0.1'), caller, '<NotificationConfiguration><EventBridgeConfiguration/></NotificationConfiguration>');
  return watch;
}

describe('a call on S3', () => {
  test('names bucket and key without normalizing the key', () => {
    expect(put).toMatchObject({ bucket: 'data', key: 'in/a b/../x' });
  });

  test('may name the bucket as host', () => {
    expect(s3Target('/k', 'data.localhost:4000')).toMatchObject({ bucket: 'data', key: 'k' });
  });
});

describe('events of a bucket', () => {
  test('are sent for an object that was put', async () => {
    const [event] = await watching().events('PUT', put, { 'content-length': '3' }, answer({ etag: '"e"', 'x-amz-version-id': 'v' }), '222222222222', unknownSize);
    expect(event).toMatchObject({
      source: 'aws.s3',
      'detail-type': 'Object Created',
      account: '111111111111',
      resources: ['arn:aws:s3:::data'],
      detail: { bucket: { name: 'data' }, object: { key: 'in/a b/../x', size: 3, etag: 'e', 'version-id': 'v' }, reason: 'PutObject', requester: '222222222222' },
    });
  });

  test('tell the size inside a chunked upload, not that of its frame', async () => {
    const headers = { 'content-length': '99', 'x-amz-decoded-content-length': '42' };
    const [event] = await watching().events('PUT', put, headers, answer({ etag: 'e' }), 'r', unknownSize);
    expect(event).toMatchObject({ detail: { object: { size: 42 } } });
  });

  test('are sent for copies and completed uploads, with the size asked for', async () => {
    const body = '<CopyObjectResult><ETag>&quot;e&quot;</ETag></CopyObjectResult>';
    const [copied] = await watching().events('PUT', put, { 'x-amz-copy-source': '/a/b' }, answer({}, body), 'r', unknownSize);
    expect(copied).toMatchObject({ detail: { object: { size: 7, etag: 'e' }, reason: 'CopyObject' } });
    const [completed] = await watching().events('POST', s3Target('/data/k?uploadId=1', ''), {}, answer({}, body), 'r', unknownSize);
    expect(completed).toMatchObject({ detail: { reason: 'CompleteMultipartUpload' } });
  });

  test('are sent for deletions, one by one or many at once', async () => {
    const [marker] = await watching().events('DELETE', put, {}, answer({ 'x-amz-delete-marker': 'true', 'x-amz-version-id': 'v' }), 'r', unknownSize);
    expect(marker).toMatchObject({ 'detail-type': 'Object Deleted', detail: { 'deletion-type': 'Delete Marker Created', object: { 'version-id': 'v' } } });
    const body = '<DeleteResult><Deleted><Key>a</Key></Deleted><Deleted><Key>b</Key></Deleted></DeleteResult>';
    expect(await watching().events('POST', s3Target('/data?delete', ''), {}, answer({}, body), 'r', unknownSize)).toHaveLength(2);
  });

  test.each([
    ['parts of an upload', 'PUT', '/data/k?partNumber=1&uploadId=2'],
    ['tags', 'PUT', '/data/k?tagging'],
    ['an aborted upload', 'DELETE', '/data/k?uploadId=2'],
    ['reading', 'GET', '/data/k'],
    ['a bucket without events', 'PUT', '/other/k'],
  ])('are not sent for %s', async (_name, method, url) => {
    expect(await watching().events(method, s3Target(url, ''), {}, answer({}), 'r', unknownSize)).toEqual([]);
  });
});
