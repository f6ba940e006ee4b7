import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { acknowledgeRule, type RulePack } from '../policies/acknowledge';

/** Properties of {@link SecureBucket}. */
export interface SecureBucketProps {
  readonly bucketName: string;
  /** @default - encrypted with a key that S3 owns, as a bucket that AWS services deliver logs to needs */
  readonly encryptionKey?: kms.IKey;
  /** Bucket for the server access logs. @default - none: this bucket holds such logs itself */
  readonly accessLogs?: s3.IBucket;
  /** @default true */
  readonly versioned?: boolean;
  readonly removalPolicy: RemovalPolicy;
  readonly lifecycleRules?: s3.LifecycleRule[];
  /** Days for which no object version can be changed or deleted (Object Lock, governance mode). @default - no lock */
  readonly lockDays?: number;
  /** Whether EventBridge hears of new objects. @default false */
  readonly notifications?: boolean;
}

/** Packs with rules on replication, versions and default encryption. */
const GENERAL_PACKS: readonly RulePack[] = ['HIPAA.Security', 'NIST.800.53.R5', 'PCI.DSS.321'];

/**
 * A private bucket: encrypted, reachable over TLS 1.2 alone, with access logs, without ACLs, cleaned of broken uploads.
 */
export class SecureBucket extends s3.Bucket {
  constructor(scope: Construct, id: string, props: SecureBucketProps) {
    super(scope, id, {
      bucketName: props.bucketName,
      encryption: props.encryptionKey === undefined ? s3.BucketEncryption.S3_MANAGED : s3.BucketEncryption.KMS,
      encryptionKey: props.encryptionKey,
      // One data key per bucket and hour instead of one per object: a fraction of the KMS requests.
      bucketKeyEnabled: props.encryptionKey === undefined ? undefined : true,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      versioned: props.versioned ?? true,
      objectLockEnabled: props.lockDays === undefined ? undefined : true,
      objectLockDefaultRetention: props.lockDays === undefined ? undefined : s3.ObjectLockRetention.governance(Duration.days(props.lockDays)),
      serverAccessLogsBucket: props.accessLogs,
      serverAccessLogsPrefix: props.accessLogs === undefined ? undefined : `s3/${props.bucketName}/`,
      lifecycleRules: [{ id: 'BrokenUploads', abortIncompleteMultipartUploadAfter: Duration.days(7) }, ...(props.lifecycleRules ?? [])],
      removalPolicy: props.removalPolicy,
    });
    acknowledgeRule(
      this,
      'S3BucketReplicationEnabled',
      GENERAL_PACKS,
      'One promotion chain lives in one region, as its data may have to (docs/decisions/0004-one-region-no-replica.md); S3 keeps each object in three zones.',
    );
    if (props.encryptionKey === undefined) {
      acknowledgeRule(this, 'S3DefaultEncryptionKMS', GENERAL_PACKS, 'S3 delivers server access logs only to buckets encrypted with keys that S3 manages (SSE-S3).');
    }
    if (props.versioned === false) {
      acknowledgeRule(this, 'S3BucketVersioningEnabled', GENERAL_PACKS, 'Holds copies made from production data, which must not live on as old versions; all of it expires.');
    }
    if (props.notifications === true) {
      // The L2 property would bring a custom resource: a function of CDK's own in every account, to set what CloudFormation sets by itself.
      const resource = this.node.defaultChild as s3.CfnBucket;
      resource.addPropertyOverride('NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled', true);
    }
  }
}
