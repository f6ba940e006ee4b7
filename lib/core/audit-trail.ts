import * as cloudtrail from 'aws-cdk-lib/aws-cloudtrail';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ManagedRole } from './policies/managed-role';
import { acknowledgeWildcard } from './policies/wildcards';

/** Folder of the trail in its bucket. */
export const TRAIL_PREFIX = 'trail';

/** Properties of {@link AuditTrail}. */
export interface AuditTrailProps {
  readonly trailName: string;
  /** Account of the trail. */
  readonly account: string;
  /** Where the trail is written to. */
  readonly bucket: s3.IBucket;
  /** Encrypts the log group, and the trail unless another key does; must admit CloudTrail and CloudWatch Logs. */
  readonly encryptionKey: IKey;
  /** ARN of another account's key, or of its alias, that encrypts the trail. @default - `encryptionKey` */
  readonly trailKeyArn?: string;
  /** Of the log group that metric filters and alarms can read; the bucket keeps the trail for good. */
  readonly logRetention: logs.RetentionDays;
  /** Buckets whose every read and write of an object is recorded. */
  readonly observed: readonly s3.IBucket[];
}

/** Who did what: management events of the account and object events of the buckets whose use must be answered for, with hashes against changes. */
export class AuditTrail extends Construct {
  /** Holds the events of every region, for metric filters. */
  public readonly logGroup: logs.LogGroup;

  constructor(scope: Construct, id: string, props: AuditTrailProps) {
    super(scope, id);
    const logGroup = new logs.LogGroup(this, 'Logs', { retention: props.logRetention, encryptionKey: props.encryptionKey, removalPolicy: RemovalPolicy.DESTROY });
    this.logGroup = logGroup;
    const role = this.makeRole(props.account, logGroup);
    const trail = new cloudtrail.Trail(this, 'Resource', {
      trailName: props.trailName,
      // The L2 would let CloudTrail write for any trail of any account; by its name it leaves the bucket's policy alone.
      bucket: s3.Bucket.fromBucketName(this, 'Bucket', props.bucket.bucketName),
      s3KeyPrefix: TRAIL_PREFIX,
      encryptionKey: props.encryptionKey,
      enableFileValidation: true,
      isMultiRegionTrail: true,
      includeGlobalServiceEvents: true,
    });
    trail.addS3EventSelector(props.observed.map((bucket) => ({ bucket })));
    // The L2 would make a role of its own with an inline policy.
    const resource = trail.node.defaultChild as cloudtrail.CfnTrail;
    resource.cloudWatchLogsLogGroupArn = logGroup.logGroupArn;
    resource.cloudWatchLogsRoleArn = role.roleArn;
    if (props.trailKeyArn !== undefined) {
      resource.kmsKeyId = props.trailKeyArn;
    }
    // Where another account keeps the trail, that account admits it.
    resource.node.addDependency(role, ...admitTrail(props.bucket, props));
  }

  private makeRole(account: string, logGroup: logs.LogGroup): iam.Role {
    const role = new ManagedRole(this, 'Role', {
      description: 'Writes the audit trail to its log group',
      assumedBy: new iam.ServicePrincipal('cloudtrail.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': account } } }),
    });
    acknowledgeWildcard(role, logGroup.logGroupArn, 'Streams of one log group: CloudTrail names them.');
    role.addToPolicy(new iam.PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] }));
    return role;
  }
}

/** Lets CloudTrail deliver the trail of an account to a bucket, and no other. @returns what the trail must wait for */
export function admitTrail(bucket: s3.IBucket, { account, trailName }: Pick<AuditTrailProps, 'account' | 'trailName'>): Construct[] {
  const { partition, region } = Stack.of(bucket);
  const thisTrail = { 'aws:SourceArn': `arn:${partition}:cloudtrail:${region}:${account}:trail/${trailName}`, 'aws:SourceAccount': account };
  const principals = [new iam.ServicePrincipal('cloudtrail.amazonaws.com')];
  const added = [
    new iam.PolicyStatement({ sid: `TrailOf${account}Looks`, principals, actions: ['s3:GetBucketAcl'], resources: [bucket.bucketArn], conditions: { StringEquals: thisTrail } }),
    new iam.PolicyStatement({
      sid: `TrailOf${account}Writes`,
      principals,
      actions: ['s3:PutObject'],
      resources: [bucket.arnForObjects(`${TRAIL_PREFIX}/AWSLogs/${account}/*`)],
      conditions: { StringEquals: { ...thisTrail, 's3:x-amz-acl': 'bucket-owner-full-control' } },
    }),
  ].map((statement) => bucket.addToResourcePolicy(statement));
  return added.flatMap(({ policyDependable }) => (policyDependable instanceof Construct ? [policyDependable] : []));
}
