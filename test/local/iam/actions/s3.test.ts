import { copySource, keyUses, s3Needs, type S3Call } from '../../../../local/iam/actions/s3';

const call = (method: string, path: string, headers: Readonly<Record<string, string>> = {}, body?: string): S3Call => {
  const [full = '', search = ''] = path.split('?');
  const [bucket = '', ...key] = full.split('/');
  return { method, bucket, key: key.join('/'), query: new URLSearchParams(search), header: (name) => headers[name], body };
};

const needed = (one: S3Call): string[] | undefined => s3Needs(one)?.map(({ action, resource }) => `${action} ${resource}`);

test.each<readonly [string, string, Readonly<Record<string, string>>, readonly string[]]>([
  ['GET', 'b/k/a.txt?x-id=GetObject', {}, ['s3:GetObject arn:aws:s3:::b/k/a.txt']],
  ['GET', 'b/k?versionId=1', {}, ['s3:GetObjectVersion arn:aws:s3:::b/k']],
  ['GET', 'b/k?tagging', {}, ['s3:GetObjectTagging arn:aws:s3:::b/k']],
  ['HEAD', 'b/k', {}, ['s3:GetObject arn:aws:s3:::b/k']],
  ['PUT', 'b/k?x-id=PutObject', {}, ['s3:PutObject arn:aws:s3:::b/k']],
  ['PUT', 'b/k?partNumber=1&uploadId=u', {}, ['s3:PutObject arn:aws:s3:::b/k']],
  ['PUT', 'b/k', { 'x-amz-copy-source': '/s/from%20here?versionId=3' }, ['s3:PutObject arn:aws:s3:::b/k', 's3:GetObjectVersion arn:aws:s3:::s/from here']],
  ['PUT', 'b/k', { 'x-amz-copy-source': 's/from' }, ['s3:PutObject arn:aws:s3:::b/k', 's3:GetObject arn:aws:s3:::s/from']],
  ['PUT', 'b/k', { 'x-amz-tagging': 'a=b', 'x-amz-object-lock-mode': 'GOVERNANCE' }, [
    's3:PutObject arn:aws:s3:::b/k', 's3:PutObjectTagging arn:aws:s3:::b/k', 's3:PutObjectRetention arn:aws:s3:::b/k',
  ]],
  ['POST', 'b/k?uploads', {}, ['s3:PutObject arn:aws:s3:::b/k']],
  ['DELETE', 'b/k?uploadId=u', {}, ['s3:AbortMultipartUpload arn:aws:s3:::b/k']],
  ['DELETE', 'b/k', {}, ['s3:DeleteObject arn:aws:s3:::b/k']],
  ['DELETE', 'b/k?versionId=1', { 'x-amz-bypass-governance-retention': 'true' }, ['s3:DeleteObjectVersion arn:aws:s3:::b/k', 's3:BypassGovernanceRetention arn:aws:s3:::b/k']],
  ['GET', 'b?list-type=2&prefix=p/', {}, ['s3:ListBucket arn:aws:s3:::b']],
  ['HEAD', 'b', {}, ['s3:ListBucket arn:aws:s3:::b']],
  ['GET', 'b?versions&prefix=p/', {}, ['s3:ListBucketVersions arn:aws:s3:::b']],
  ['GET', 'b?location', {}, ['s3:GetBucketLocation arn:aws:s3:::b']],
  ['PUT', 'b', {}, ['s3:CreateBucket arn:aws:s3:::b']],
  ['PUT', 'b?encryption', {}, ['s3:PutEncryptionConfiguration arn:aws:s3:::b']],
  ['DELETE', 'b?policy', {}, ['s3:DeleteBucketPolicy arn:aws:s3:::b']],
  ['GET', '', {}, ['s3:ListAllMyBuckets *']],
])('%s %s %j', (method, path, headers, expected) => {
  expect(needed(call(method, path, headers))).toEqual(expected);
});

test('a multi-object delete needs each of its objects', () => {
  const body = '<Delete><Object><Key>a&amp;b</Key></Object><Object><Key>c</Key><VersionId>1</VersionId></Object></Delete>';
  expect(needed(call('POST', 'b?delete', {}, body))).toEqual(['s3:DeleteObject arn:aws:s3:::b/a&b', 's3:DeleteObjectVersion arn:aws:s3:::b/c']);
});

test.each([['GET', 'b?inventory'], ['PUT', 'b/k?torrent'], ['PATCH', 'b/k'], ['POST', 'b/k?select&select-type=2']])('%s %s is not known', (method, path) => {
  expect(needed(call(method, path))).toBeUndefined();
});

test('a listing tells its prefix to the conditions', () => {
  expect(s3Needs(call('GET', 'b?list-type=2&prefix=employment/'))?.[0]?.context).toMatchObject({ 's3:prefix': 'employment/' });
  expect(s3Needs(call('GET', 'b/k'))?.[0]?.context?.['s3:prefix']).toBeUndefined();
});

test.each<readonly [string, string, Readonly<Record<string, string>>, readonly object[]]>([
  ['GET', 'b/k', {}, [{ bucket: 'b', action: 'kms:Decrypt' }]],
  ['HEAD', 'b/k', {}, []],
  ['HEAD', 'b/k', { 'x-amz-checksum-mode': 'ENABLED' }, [{ bucket: 'b', action: 'kms:Decrypt' }]],
  ['PUT', 'b/k', {}, [{ bucket: 'b', action: 'kms:GenerateDataKey' }]],
  ['PUT', 'b/k', { 'x-amz-server-side-encryption-aws-kms-key-id': 'key-1' }, [{ bucket: 'b', action: 'kms:GenerateDataKey', keyId: 'key-1' }]],
  ['PUT', 'b/k', { 'x-amz-copy-source': 's/from' }, [{ bucket: 's', action: 'kms:Decrypt' }, { bucket: 'b', action: 'kms:GenerateDataKey' }]],
  ['POST', 'b/k?uploads', {}, [{ bucket: 'b', action: 'kms:GenerateDataKey' }]],
  ['PUT', 'b/k?partNumber=1&uploadId=u', {}, [{ bucket: 'b', action: 'kms:Decrypt' }]],
  ['POST', 'b/k?uploadId=u', {}, [{ bucket: 'b', action: 'kms:Decrypt' }]],
  ['DELETE', 'b/k', {}, []],
  ['GET', 'b/k?tagging', {}, []],
  ['GET', 'b?list-type=2', {}, []],
])('%s %s %j uses keys', (method, path, headers, expected) => {
  expect(keyUses(call(method, path, headers))).toEqual(expected);
});

test('the source of a copy is read from its header', () => {
  expect(copySource('bucket/a/b%2Bc')).toEqual({ bucket: 'bucket', key: 'a/b+c' });
});
