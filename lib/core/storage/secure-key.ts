import { Duration, type RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

/** Properties of {@link SecureKey}. */
export interface SecureKeyProps {
  /** With `alias/` in front: other stacks find the key by it. */
  readonly alias: string;
  readonly description: string;
  readonly removalPolicy: RemovalPolicy;
  readonly region: string;
  /** Account that owns the key: its principals may encrypt and decrypt through S3 whatever their identity policies say of KMS. */
  readonly account: string;
  /** Further accounts that may encrypt as well; their principals need a statement of their own, since they are foreign. @default - none */
  readonly writerAccounts?: readonly string[];
  /** Accounts whose audit trail CloudTrail encrypts with this key. @default - the key's own */
  readonly trailAccounts?: readonly string[];
  /** Further accounts that may decrypt through S3; their principals need a statement of their own as well. @default - none */
  readonly readerAccounts?: readonly string[];
}

/**
 * Customer-managed key of an environment, rotated every year. S3 encrypts with it; whoever may read an object may decrypt it, so that access is
 * decided in one place, by the permissions on S3.
 */
export class SecureKey extends kms.Key {
  constructor(scope: Construct, id: string, props: SecureKeyProps) {
    super(scope, id, {
      alias: props.alias,
      description: props.description,
      enableKeyRotation: true,
      rotationPeriod: Duration.days(365),
      removalPolicy: props.removalPolicy,
    });
    const writers = [...new Set([props.account, ...(props.writerAccounts ?? [])])];
    const throughS3 = (account: readonly string[]): Record<string, unknown> => ({
      StringEquals: { 'kms:CallerAccount': account, 'kms:ViaService': `s3.${props.region}.amazonaws.com` },
    });
    this.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'EnvironmentThroughS3',
        principals: [new iam.AnyPrincipal()],
        actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncryptFrom', 'kms:ReEncryptTo', 'kms:GenerateDataKey', 'kms:DescribeKey'],
        resources: ['*'],
        conditions: throughS3(writers),
      }),
    );
    this.admitServices(props);
    const readers = (props.readerAccounts ?? []).filter((account) => !writers.includes(account));
    if (readers.length > 0) {
      this.addToResourcePolicy(
        new iam.PolicyStatement({
          sid: 'ReadersThroughS3',
          principals: [new iam.AnyPrincipal()],
          actions: ['kms:Decrypt', 'kms:DescribeKey'],
          resources: ['*'],
          conditions: throughS3(readers),
        }),
      );
    }
  }
  /** AWS services that encrypt what they write for this account: logs, traces of use, messages of alarms and budgets. */
  private admitServices({ region, account, trailAccounts = [account] }: SecureKeyProps): void {
    const { partition } = Stack.of(this);
    const admit = (sid: string, service: string, actions: string[], conditions: Record<string, unknown>): void => {
      this.addToResourcePolicy(new iam.PolicyStatement({ sid, principals: [new iam.ServicePrincipal(service)], actions, resources: ['*'], conditions }));
    };
    admit('LogGroups', `logs.${region}.amazonaws.com`, ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncryptFrom', 'kms:ReEncryptTo', 'kms:GenerateDataKey', 'kms:DescribeKey'], {
      ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:${account}:log-group:*` },
    });
    admit('AuditTrail', 'cloudtrail.amazonaws.com', ['kms:GenerateDataKey', 'kms:DescribeKey'], {
      StringEquals: { 'aws:SourceAccount': [...trailAccounts] },
      StringLike: { 'aws:SourceArn': trailAccounts.map((owner) => `arn:${partition}:cloudtrail:${region}:${owner}:trail/mlops-*`) },
    });
    for (const [sid, service] of [['Alarms', 'cloudwatch.amazonaws.com'], ['Budgets', 'budgets.amazonaws.com']] as const) {
      admit(sid, service, ['kms:Decrypt', 'kms:GenerateDataKey'], { StringEquals: { 'aws:SourceAccount': account } });
    }
  }
}
