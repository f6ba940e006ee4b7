import { GetObjectCommand, ListObjectsV2Command, NoSuchKey, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { findBytes } from '../../../../lambda/shared/storage/s3';

const s3 = mockClient(S3Client);
const forbidden = new S3ServiceException({ name: 'AccessDenied', message: 'Access Denied', $fault: 'client', $metadata: { httpStatusCode: 403 } });

beforeEach(() => s3.reset());

describe('looking for an object', () => {
  test('that S3 says is missing finds nothing', async () => {
    s3.on(GetObjectCommand).rejects(new NoSuchKey({ message: 'none', $metadata: { httpStatusCode: 404 } }));
    await expect(findBytes('s3://evidence/people/verdict.json')).resolves.toBeUndefined();
  });

  test('that S3 calls forbidden and does not list finds nothing', async () => {
    s3.on(GetObjectCommand).rejects(forbidden);
    s3.on(ListObjectsV2Command, { Bucket: 'evidence', Prefix: 'people/verdict.json' }).resolves({ Contents: [{ Key: 'people/verdict.json.sig' }] });
    await expect(findBytes('s3://evidence/people/verdict.json')).resolves.toBeUndefined();
  });

  test('that S3 calls forbidden and lists is an error', async () => {
    s3.on(GetObjectCommand).rejects(forbidden);
    s3.on(ListObjectsV2Command).resolves({ Contents: [{ Key: 'people/verdict.json' }] });
    await expect(findBytes('s3://evidence/people/verdict.json')).rejects.toThrow('cannot read s3://evidence/people/verdict.json: AccessDenied');
  });

  test('where nothing may be listed is an error: nobody knows whether it is there', async () => {
    s3.on(GetObjectCommand).rejects(forbidden);
    s3.on(ListObjectsV2Command).rejects(forbidden);
    await expect(findBytes('s3://evidence/people/verdict.json')).rejects.toThrow('AccessDenied');
  });
});
