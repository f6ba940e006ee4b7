import {
  CreateBucketCommand, DeleteBucketCommand, DeleteBucketPolicyCommand, PutBucketCorsCommand, PutBucketEncryptionCommand, PutBucketLifecycleConfigurationCommand,
  PutBucketNotificationConfigurationCommand, PutBucketOwnershipControlsCommand, PutBucketPolicyCommand, PutBucketTaggingCommand,
  PutBucketVersioningCommand, PutObjectLockConfigurationCommand, PutPublicAccessBlockCommand, S3Client, type BucketLocationConstraint, type LifecycleRule,
  type ObjectLockConfiguration, type OwnershipControls, type ServerSideEncryptionRule,
} from '@aws-sdk/client-s3';
import type { Value, Values } from '../template';
import { flag, ignoring, json, record, records, tagList, text } from './convert';
import { effects, type HandlerTable, type ResourceContext } from './handler';

const days = (value: Value | undefined): number | undefined => (value === undefined ? undefined : Number(value));

/** CloudFormation flattens what S3 nests. */
function lifecycleRule(rule: Values): LifecycleRule {
  const noncurrent = record(rule.NoncurrentVersionExpiration);
  const abort = record(rule.AbortIncompleteMultipartUpload);
  const transitions = records(rule.Transitions ?? (rule.Transition === undefined ? undefined : [rule.Transition]));
  const noncurrentDays = days(rule.NoncurrentVersionExpirationInDays ?? noncurrent.NoncurrentDays);
  return {
    ID: text(rule.Id),
    Status: text(rule.Status) === 'Disabled' ? 'Disabled' : 'Enabled',
    Filter: { Prefix: text(rule.Prefix) ?? '' },
    Expiration: rule.ExpirationInDays !== undefined
      ? { Days: days(rule.ExpirationInDays) }
      : flag(rule.ExpiredObjectDeleteMarker) ? { ExpiredObjectDeleteMarker: true } : undefined,
    NoncurrentVersionExpiration: noncurrentDays === undefined
      ? undefined
      : { NoncurrentDays: noncurrentDays, NewerNoncurrentVersions: days(noncurrent.NewerNoncurrentVersions) },
    AbortIncompleteMultipartUpload: rule.AbortIncompleteMultipartUpload === undefined ? undefined : { DaysAfterInitiation: days(abort.DaysAfterInitiation) },
    Transitions: transitions.length === 0 ? undefined : transitions.map((transition) => ({
      Days: days(transition.TransitionInDays),
      StorageClass: text(transition.StorageClass) as NonNullable<LifecycleRule['Transitions']>[number]['StorageClass'],
    })),
  };
}

const encryptionRule = (rule: Values): ServerSideEncryptionRule => {
  const standard = record(rule.ServerSideEncryptionByDefault);
  return {
    ApplyServerSideEncryptionByDefault: { SSEAlgorithm: text(standard.SSEAlgorithm) as 'aws:kms', KMSMasterKeyID: text(standard.KMSMasterKeyID) },
    BucketKeyEnabled: flag(rule.BucketKeyEnabled),
  };
};

type Setting = (client: S3Client, bucket: string, value: Value, context: ResourceContext) => Promise<unknown>;

/** One call per property, in this order. */
const SETTINGS: Readonly<Record<string, Setting>> = {
  VersioningConfiguration: async (client, Bucket, value) =>
    client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: text(record(value).Status) as 'Enabled' } })),
  BucketEncryption: async (client, Bucket, value) => client.send(new PutBucketEncryptionCommand({
    Bucket, ServerSideEncryptionConfiguration: { Rules: records(record(value).ServerSideEncryptionConfiguration).map(encryptionRule) },
  })),
  PublicAccessBlockConfiguration: async (client, Bucket, value) => {
    const { BlockPublicAcls, BlockPublicPolicy, IgnorePublicAcls, RestrictPublicBuckets } = record(value);
    return client.send(new PutPublicAccessBlockCommand({
      Bucket,
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: flag(BlockPublicAcls), BlockPublicPolicy: flag(BlockPublicPolicy), IgnorePublicAcls: flag(IgnorePublicAcls), RestrictPublicBuckets: flag(RestrictPublicBuckets),
      },
    }));
  },
  OwnershipControls: async (client, Bucket, value) =>
    client.send(new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls: { Rules: record(value).Rules } as unknown as OwnershipControls })),
  ObjectLockConfiguration: async (client, Bucket, value) => client.send(new PutObjectLockConfigurationCommand({
    Bucket,
    ObjectLockConfiguration: objectLock(record(value)),
  })),
  LifecycleConfiguration: async (client, Bucket, value) => client.send(new PutBucketLifecycleConfigurationCommand({
    Bucket, LifecycleConfiguration: { Rules: records(record(value).Rules).map(lifecycleRule) },
  })),
  CorsConfiguration: async (client, Bucket, value) => client.send(new PutBucketCorsCommand({
    Bucket,
    CORSConfiguration: { CORSRules: records(record(value).CorsRules).map((rule) => ({
      AllowedHeaders: rule.AllowedHeaders as string[], AllowedMethods: rule.AllowedMethods as string[], AllowedOrigins: rule.AllowedOrigins as string[],
    })) },
  })),
  NotificationConfiguration: async (client, Bucket, value) => {
    const configuration = record(value);
    const strange = Object.keys(configuration).filter((name) => name !== 'EventBridgeConfiguration');
    if (strange.length > 0) {
      throw new Error(`NotificationConfiguration.${strange[0]} is not supported by the local AWS; use EventBridgeConfiguration`);
    }
    const enabled = flag(record(configuration.EventBridgeConfiguration).EventBridgeEnabled ?? true) && configuration.EventBridgeConfiguration !== undefined;
    return client.send(new PutBucketNotificationConfigurationCommand({
      Bucket, NotificationConfiguration: enabled ? { EventBridgeConfiguration: {} } : {},
    }));
  },
  Tags: async (client, Bucket, value, context) => client.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: tagList(value, context.tags) } })),
};

function objectLock(value: Values): ObjectLockConfiguration {
  const retention = record(record(value.Rule).DefaultRetention);
  return {
    ObjectLockEnabled: 'Enabled',
    Rule: value.Rule === undefined ? undefined : { DefaultRetention: {
      Mode: text(retention.Mode) as 'GOVERNANCE', Days: days(retention.Days), Years: days(retention.Years),
    } },
  };
}

async function applySettings(properties: Values, bucket: string, context: ResourceContext): Promise<void> {
  for (const [name, apply] of Object.entries(SETTINGS)) {
    const value = properties[name];
    if (value !== undefined) {
      await apply(context.client(S3Client), bucket, value, context);
    }
  }
}

export const s3: HandlerTable = {
  'AWS::S3::Bucket': {
    properties: effects({
      replace: 'BucketName ObjectLockEnabled',
      update: Object.keys(SETTINGS).join(' '),
      // No access logs are written here.
      inert: 'AccessControl LoggingConfiguration',
    }),
    async create(properties, context) {
      const bucket = text(properties.BucketName) ?? context.generateName(63, 'lower');
      await context.client(S3Client).send(new CreateBucketCommand({
        Bucket: bucket,
        CreateBucketConfiguration: { LocationConstraint: context.region as BucketLocationConstraint },
        ObjectLockEnabledForBucket: flag(properties.ObjectLockEnabled),
      }));
      try {
        await applySettings(properties, bucket, context);
      } catch (error) {
        await context.client(S3Client).send(new DeleteBucketCommand({ Bucket: bucket }));
        throw error;
      }
      return {
        physicalId: bucket,
        attributes: {
          Arn: `arn:aws:s3:::${bucket}`,
          DomainName: `${bucket}.s3.amazonaws.com`,
          RegionalDomainName: `${bucket}.s3.${context.region}.amazonaws.com`,
        },
      };
    },
    async update(properties, context, { physicalId }) {
      await applySettings(properties, physicalId, context);
    },
    async delete({ physicalId }, context) {
      await ignoring(['NoSuchBucket'], context.client(S3Client).send(new DeleteBucketCommand({ Bucket: physicalId })));
    },
  },

  'AWS::S3::BucketPolicy': {
    properties: effects({ replace: 'Bucket', update: 'PolicyDocument' }),
    async create(properties, context) {
      const bucket = text(properties.Bucket) ?? '';
      await context.client(S3Client).send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: json(properties.PolicyDocument) }));
      return { physicalId: bucket };
    },
    async update(properties, context, { physicalId }) {
      await context.client(S3Client).send(new PutBucketPolicyCommand({ Bucket: physicalId, Policy: json(properties.PolicyDocument) }));
    },
    async delete({ physicalId }, context) {
      await ignoring(['NoSuchBucket', 'NoSuchBucketPolicy'], context.client(S3Client).send(new DeleteBucketPolicyCommand({ Bucket: physicalId })));
    },
  },
};
