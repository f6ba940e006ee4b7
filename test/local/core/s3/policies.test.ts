import { S3Policies } from '../../../../local/core/s3/policies';
import { s3Target } from '../../../../local/core/s3/watch';

const on = s3Target('/data?policy', '127.0.0.1');
const body = (text: string) => async () => Promise.resolve(Buffer.from(text));
const policy = '{"Statement":[]}';

describe('the policy of a bucket', () => {
  test('is read as it was written, until it is deleted', async () => {
    const policies = new S3Policies();
    await policies.handle('PUT', on, true, body(policy));
    expect(await policies.handle('GET', on, true, body(''))).toMatchObject({ status: 200, body: policy });
    await policies.handle('DELETE', on, true, body(''));
    await expect(policies.handle('GET', on, true, body(''))).rejects.toMatchObject({ code: 'NoSuchBucketPolicy', status: 404 });
  });

  test('must be a policy, of a bucket that exists', async () => {
    const policies = new S3Policies();
    await expect(policies.handle('PUT', on, true, body('{}'))).rejects.toMatchObject({ code: 'MalformedPolicy' });
    await expect(policies.handle('PUT', on, false, body(policy))).rejects.toMatchObject({ code: 'NoSuchBucket' });
  });

  test('leaves all other calls to S3', () => {
    expect(new S3Policies().handle('PUT', s3Target('/data/k?policy', ''), true, body(policy))).toBeUndefined();
    expect(new S3Policies().handle('GET', s3Target('/data?location', ''), true, body(''))).toBeUndefined();
  });
});
