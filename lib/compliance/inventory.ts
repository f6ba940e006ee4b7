/** Where data lies: how each place is encrypted and how long it keeps what it holds, read from the templates. */

export interface InventoryItem {
  readonly environment: string;
  readonly stack: string;
  readonly kind: string;
  readonly name: string;
  readonly encryption: string;
  readonly retention: string;
}

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
}

export interface StackTemplate {
  readonly environment: string;
  readonly stack: string;
  readonly template: { readonly Resources?: Readonly<Record<string, Resource>> };
}

type Reader = (properties: Readonly<Record<string, unknown>>, logicalId: string) => Pick<InventoryItem, 'name' | 'encryption' | 'retention'>;

const ENVIRONMENT_KEY = "key of the environment (KMS)";

/** Types that hold data. What is not in this table holds none, or nothing beyond its own configuration. */
const KINDS: Readonly<Record<string, { readonly kind: string; readonly read: Reader }>> = {
  'AWS::S3::Bucket': {
    kind: 'Bucket',
    read: ({ BucketName, BucketEncryption, LifecycleConfiguration, VersioningConfiguration, ObjectLockConfiguration }, id) => ({
      name: text(BucketName, id),
      encryption: JSON.stringify(BucketEncryption ?? '').includes('aws:kms') ? ENVIRONMENT_KEY : 'keys managed by S3 (SSE-S3)',
      retention: [
        expiry(LifecycleConfiguration),
        VersioningConfiguration === undefined ? 'no versions' : 'versioned',
        ...(ObjectLockConfiguration === undefined ? [] : [`locked ${days(at(ObjectLockConfiguration, 'Rule', 'DefaultRetention', 'Days'))} (${String(at(ObjectLockConfiguration, 'Rule', 'DefaultRetention', 'Mode')).toLowerCase()})`]),
      ].join(', '),
    }),
  },
  'AWS::Logs::LogGroup': {
    kind: 'Log group',
    read: ({ LogGroupName, KmsKeyId, RetentionInDays }, id) => ({
      name: text(LogGroupName, id),
      encryption: KmsKeyId === undefined ? 'keys managed by CloudWatch Logs' : ENVIRONMENT_KEY,
      retention: RetentionInDays === undefined ? 'kept' : days(RetentionInDays),
    }),
  },
  'AWS::DynamoDB::Table': {
    kind: 'Table',
    read: ({ TableName, SSESpecification }, id) => ({
      name: text(TableName, id),
      encryption: SSESpecification === undefined ? 'key owned by DynamoDB' : ENVIRONMENT_KEY,
      retention: 'locks and windows expire by themselves; restorable for 35 days',
    }),
  },
  'AWS::SQS::Queue': {
    kind: 'Dead-letter queue',
    read: ({ QueueName, SqsManagedSseEnabled, KmsMasterKeyId, MessageRetentionPeriod }, id) => ({
      name: text(QueueName, id),
      encryption: KmsMasterKeyId !== undefined ? ENVIRONMENT_KEY : SqsManagedSseEnabled === true ? 'keys managed by SQS' : 'none',
      retention: days(Number(MessageRetentionPeriod ?? 345_600) / 86_400),
    }),
  },
  'AWS::SNS::Topic': {
    kind: 'Topic',
    read: ({ TopicName, KmsMasterKeyId }, id) => ({ name: text(TopicName, id), encryption: KmsMasterKeyId === undefined ? 'none' : ENVIRONMENT_KEY, retention: 'until delivered' }),
  },
  'AWS::KinesisFirehose::DeliveryStream': {
    kind: 'Stream',
    read: ({ DeliveryStreamName, DeliveryStreamEncryptionConfigurationInput }, id) => ({
      name: text(DeliveryStreamName, id),
      encryption: DeliveryStreamEncryptionConfigurationInput === undefined ? 'none' : 'key owned by Firehose, then the key of the bucket',
      retention: 'at most one day, until written to its bucket',
    }),
  },
  'AWS::CloudTrail::Trail': {
    kind: 'Audit trail',
    read: ({ TrailName, KMSKeyId }, id) => ({ name: text(TrailName, id), encryption: KMSKeyId === undefined ? 'keys managed by S3' : ENVIRONMENT_KEY, retention: 'as its bucket' }),
  },
  'AWS::KMS::Key': {
    kind: 'Key',
    read: ({ Description, EnableKeyRotation, KeyUsage }, id) => ({
      name: text(Description, id),
      encryption: KeyUsage === 'SIGN_VERIFY' ? 'signs; private half never leaves KMS' : EnableKeyRotation === true ? 'rotated every year' : 'not rotated',
      retention: 'deletable after a waiting period of 7 to 30 days',
    }),
  },
};

/** Everything in the templates that holds data, in the order of the stacks. */
export const inventoryOf = (templates: readonly StackTemplate[]): InventoryItem[] =>
  templates.flatMap(({ environment, stack, template }) =>
    Object.entries(template.Resources ?? {}).flatMap(([logicalId, { Type, Properties = {}, DeletionPolicy }]) => {
      const kind = KINDS[Type];
      if (kind === undefined) {
        return [];
      }
      const item = kind.read(Properties, logicalId);
      const kept = DeletionPolicy?.startsWith('Retain') === true ? '; stays when the stack is deleted' : '';
      return [{ environment, stack, kind: kind.kind, ...item, retention: `${item.retention}${kept}` }];
    }),
  );

const text = (value: unknown, fallback: string): string => (typeof value === 'string' ? value : fallback);
const days = (value: unknown): string => `${String(value)} days`;

const at = (value: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>((current, key) => (typeof current === 'object' && current !== null ? (current as Record<string, unknown>)[key] : undefined), value);

function expiry(lifecycle: unknown): string {
  const rules = (at(lifecycle, 'Rules') as { ExpirationInDays?: number }[] | undefined) ?? [];
  const expiring = rules.flatMap(({ ExpirationInDays }) => ExpirationInDays ?? []);
  return expiring.length === 0 ? 'kept' : days(Math.min(...expiring));
}
