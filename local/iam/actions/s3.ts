import type { ContextValues } from '../policy/context';
import type { Needed } from './need';

/** A call on S3, which is told by method, path, query and headers instead of an operation's name. */
export interface S3Call {
  readonly method: string;
  readonly bucket: string;
  readonly key: string;
  readonly query: URLSearchParams;
  header(name: string): string | undefined;
  /** Body of a multi-object delete. */
  readonly body?: string;
}

type Kind = 'service' | 'bucket' | 'object';

/** Actions by method and the query parameter that tells what it is about; the last of a method has none. */
const ACTIONS: Readonly<Record<Kind, readonly (readonly [method: string, parameter: string, action: string])[]>> = {
  service: [['GET', '', 'ListAllMyBuckets']],
  bucket: [
    ['GET', 'location', 'GetBucketLocation'], ['GET', 'policy', 'GetBucketPolicy'], ['GET', 'versioning', 'GetBucketVersioning'],
    ['GET', 'encryption', 'GetEncryptionConfiguration'], ['GET', 'lifecycle', 'GetLifecycleConfiguration'], ['GET', 'tagging', 'GetBucketTagging'],
    ['GET', 'notification', 'GetBucketNotification'], ['GET', 'publicAccessBlock', 'GetBucketPublicAccessBlock'], ['GET', 'cors', 'GetBucketCORS'],
    ['GET', 'ownershipControls', 'GetBucketOwnershipControls'], ['GET', 'object-lock', 'GetBucketObjectLockConfiguration'], ['GET', 'acl', 'GetBucketAcl'],
    ['GET', 'logging', 'GetBucketLogging'], ['GET', 'policyStatus', 'GetBucketPolicyStatus'], ['GET', 'replication', 'GetReplicationConfiguration'],
    ['GET', 'versions', 'ListBucketVersions'], ['GET', 'uploads', 'ListBucketMultipartUploads'], ['GET', '', 'ListBucket'], ['HEAD', '', 'ListBucket'],
    ['PUT', 'policy', 'PutBucketPolicy'], ['PUT', 'versioning', 'PutBucketVersioning'], ['PUT', 'encryption', 'PutEncryptionConfiguration'],
    ['PUT', 'lifecycle', 'PutLifecycleConfiguration'], ['PUT', 'tagging', 'PutBucketTagging'], ['PUT', 'notification', 'PutBucketNotification'],
    ['PUT', 'publicAccessBlock', 'PutBucketPublicAccessBlock'], ['PUT', 'cors', 'PutBucketCORS'], ['PUT', 'ownershipControls', 'PutBucketOwnershipControls'],
    ['PUT', 'object-lock', 'PutBucketObjectLockConfiguration'], ['PUT', 'acl', 'PutBucketAcl'], ['PUT', 'logging', 'PutBucketLogging'],
    ['PUT', 'replication', 'PutReplicationConfiguration'], ['PUT', '', 'CreateBucket'],
    ['DELETE', 'policy', 'DeleteBucketPolicy'], ['DELETE', 'encryption', 'PutEncryptionConfiguration'], ['DELETE', 'lifecycle', 'PutLifecycleConfiguration'],
    ['DELETE', 'tagging', 'PutBucketTagging'], ['DELETE', 'publicAccessBlock', 'PutBucketPublicAccessBlock'], ['DELETE', 'cors', 'PutBucketCORS'],
    ['DELETE', 'ownershipControls', 'PutBucketOwnershipControls'], ['DELETE', 'replication', 'PutReplicationConfiguration'], ['DELETE', '', 'DeleteBucket'],
  ],
  object: [
    ['GET', 'tagging', 'GetObjectTagging'], ['GET', 'acl', 'GetObjectAcl'], ['GET', 'retention', 'GetObjectRetention'], ['GET', 'legal-hold', 'GetObjectLegalHold'],
    ['GET', 'attributes', 'GetObjectAttributes'], ['GET', 'uploadId', 'ListMultipartUploadParts'], ['GET', 'versionId', 'GetObjectVersion'], ['GET', '', 'GetObject'],
    ['HEAD', 'versionId', 'GetObjectVersion'], ['HEAD', '', 'GetObject'],
    ['PUT', 'tagging', 'PutObjectTagging'], ['PUT', 'acl', 'PutObjectAcl'], ['PUT', 'retention', 'PutObjectRetention'], ['PUT', 'legal-hold', 'PutObjectLegalHold'],
    ['PUT', '', 'PutObject'],
    ['POST', 'uploads', 'PutObject'], ['POST', 'uploadId', 'PutObject'], ['POST', 'restore', 'RestoreObject'],
    ['DELETE', 'uploadId', 'AbortMultipartUpload'], ['DELETE', 'tagging', 'DeleteObjectTagging'], ['DELETE', 'versionId', 'DeleteObjectVersion'], ['DELETE', '', 'DeleteObject'],
  ],
};

/** Parameters that say nothing about what a call does. */
const SILENT: ReadonlySet<string> = new Set([
  'x-id', 'list-type', 'prefix', 'delimiter', 'max-keys', 'continuation-token', 'start-after', 'fetch-owner', 'encoding-type', 'marker', 'key-marker', 'version-id-marker',
  'upload-id-marker', 'max-uploads', 'partNumber', 'max-parts', 'part-number-marker', 'versionId', 'uploadId',
]);
const isSilent = (name: string): boolean => SILENT.has(name) || /^(x-amz-|response-)/i.test(name);

/** What headers of a PUT ask for besides the object. */
const HEADERS: readonly (readonly [header: string, action: string])[] = [
  ['x-amz-tagging', 'PutObjectTagging'],
  ['x-amz-acl', 'PutObjectAcl'],
  ['x-amz-object-lock-mode', 'PutObjectRetention'],
  ['x-amz-object-lock-legal-hold', 'PutObjectLegalHold'],
  ['if-match', 'GetObject'],
];

const arn = (bucket: string, key?: string): string => `arn:aws:s3:::${bucket}${key === undefined ? '' : `/${key}`}`;

/** Condition keys of the call itself. */
function contextOf({ query, header }: S3Call): ContextValues {
  const parameter = (name: string): string | undefined => query.get(name) ?? undefined;
  return {
    's3:prefix': parameter('prefix'),
    's3:delimiter': parameter('delimiter'),
    's3:max-keys': parameter('max-keys'),
    's3:VersionId': parameter('versionId'),
    's3:x-amz-acl': header('x-amz-acl'),
    's3:x-amz-server-side-encryption': header('x-amz-server-side-encryption'),
    's3:x-amz-server-side-encryption-aws-kms-key-id': header('x-amz-server-side-encryption-aws-kms-key-id'),
    's3:object-lock-mode': header('x-amz-object-lock-mode'),
  };
}

/** Bucket, key and version of a copy's source. */
export function copySource(header: string): { readonly bucket: string; readonly key: string; readonly versionId?: string } {
  const [path = '', search] = header.replace(/^\//, '').split('?', 2);
  const slash = path.indexOf('/');
  const versionId = search === undefined ? undefined : new URLSearchParams(search).get('versionId') ?? undefined;
  return {
    bucket: decodeURIComponent(slash < 0 ? path : path.slice(0, slash)),
    key: slash < 0 ? '' : decodeURIComponent(path.slice(slash + 1)),
    ...(versionId === undefined ? {} : { versionId }),
  };
}

function sourceOf(call: S3Call): Needed[] {
  const header = call.header('x-amz-copy-source');
  if (call.method !== 'PUT' || header === undefined) {
    return [];
  }
  const { bucket, key, versionId } = copySource(header);
  return [{ action: versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion', resource: arn(bucket, key), context: { 's3:VersionId': versionId } }];
}

/** Keys of a multi-object delete, each with the action that it takes. */
function deletions({ bucket, body = '' }: S3Call): Needed[] {
  const unescape = (text: string): string => text.replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" })[name] ?? '');
  return [...body.matchAll(/<Object>(.*?)<\/Object>/gs)].map(([, entry = '']) => ({
    action: entry.includes('<VersionId>') ? 's3:DeleteObjectVersion' : 's3:DeleteObject',
    resource: arn(bucket, unescape(/<Key>(.*?)<\/Key>/s.exec(entry)?.[1] ?? '')),
  }));
}

/**
 * What a call on S3 needs.
 *
 * @returns undefined when nobody here knows what the call does
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
 */
export function s3Needs(call: S3Call): Needed[] | undefined {
  const { method, bucket, key, query } = call;
  if (method === 'POST' && key === '' && query.has('delete')) {
    return deletions(call);
  }
  const kind: Kind = bucket === '' ? 'service' : key === '' ? 'bucket' : 'object';
  const known = ACTIONS[kind].find(([of, parameter]) => of === method && (parameter === '' || query.has(parameter)));
  const strange = known?.[1] === '' && [...query.keys()].some((name) => !isSilent(name));
  if (known === undefined || strange) {
    return undefined;
  }
  const resource = kind === 'service' ? '*' : arn(bucket, kind === 'object' ? key : undefined);
  const context = contextOf(call);
  const isWrite = kind === 'object' && known[2] === 'PutObject';
  const extras = isWrite ? HEADERS.filter(([header]) => call.header(header) !== undefined).map(([, action]) => ({ action: `s3:${action}`, resource, context })) : [];
  const bypass = call.header('x-amz-bypass-governance-retention')?.toLowerCase() === 'true' ? [{ action: 's3:BypassGovernanceRetention', resource, context }] : [];
  return [{ action: `s3:${known[2]}`, resource, context }, ...sourceOf(call), ...extras, ...bypass];
}

/** Whether and how a call uses the key of an encrypted bucket: once for each object that it reads or writes. */
export interface KeyUse {
  readonly bucket: string;
  /** `kms:Decrypt` or `kms:GenerateDataKey` */
  readonly action: string;
  /** The key that the call names instead of the bucket's own. */
  readonly keyId?: string;
}

/**
 * The uses of keys that a call implies: reading decrypts; writing makes a data key; completing an upload reads its parts.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
 */
export function keyUses(call: S3Call): KeyUse[] {
  const { method, bucket, key, query } = call;
  if (key === '' || ['tagging', 'acl', 'retention', 'legal-hold'].some((name) => query.has(name))) {
    return [];
  }
  if (method === 'GET') {
    return query.has('uploadId') ? [] : [{ bucket, action: 'kms:Decrypt' }];
  }
  if (method === 'HEAD') {
    // The checksum alone is encrypted among what HEAD tells.
    return call.header('x-amz-checksum-mode') === undefined ? [] : [{ bucket, action: 'kms:Decrypt' }];
  }
  const keyId = call.header('x-amz-server-side-encryption-aws-kms-key-id');
  const named = keyId === undefined ? {} : { keyId };
  if (method === 'POST') {
    const makes = { bucket, action: 'kms:GenerateDataKey', ...named };
    return query.has('uploads') ? [makes] : query.has('uploadId') ? [{ bucket, action: 'kms:Decrypt' }] : [];
  }
  if (method !== 'PUT') {
    return [];
  }
  const source = call.header('x-amz-copy-source');
  return [
    ...(source === undefined ? [] : [{ bucket: copySource(source).bucket, action: 'kms:Decrypt' }]),
    { bucket, action: query.has('uploadId') ? 'kms:Decrypt' : 'kms:GenerateDataKey', ...(query.has('uploadId') ? {} : named) },
  ];
}
