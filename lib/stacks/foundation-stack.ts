import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { permissionsOf } from '../access/access-table';
import { BreakGlassAlarm } from '../access/break-glass-alarm';
import type { EnvironmentConfig, PromotionChain } from '../config/environment';
import { type BucketPurpose, names, type Place } from '../config/names';
import { placesOf, samePlace, sharedBuses, type SharedObjects, sharedObjects } from '../config/sharing';
import { AlarmTopic } from '../core/alarm-topic';
import { AuditTrail } from '../core/audit-trail';
import { MonthlyBudget } from '../core/budget';
import { SecureBucket } from '../core/secure-bucket';
import { SecureKey } from '../core/secure-key';

/** Properties of {@link FoundationStack}. */
export interface FoundationStackProps {
  readonly environment: EnvironmentConfig;
  readonly chain: PromotionChain;
  /** The account of this foundation: an environment with an account of its own for serving has two. */
  readonly place: Place;
}

/** The EU AI Act asks for logs of high-risk systems of at least six months; the longest six months have 184 days. */
const INFERENCE_LOG_DAYS = 184;
const ACCESS_LOG_DAYS = 365;
const OLD_VERSION_DAYS = 365;

/**
 * What outlives models and releases in one account of an environment: the key, the buckets, the event bus and the audit trail. It changes seldom,
 * and no other stack refers to it but by name.
 */
export class FoundationStack extends Stack {
  constructor(scope: Construct, id: string, { environment, chain, place }: FoundationStackProps) {
    super(scope, id, {
      env: { account: place.account, region: place.region },
      description: `Key, buckets, event bus and audit trail of the environment ${environment.name}`,
      terminationProtection: environment.removalPolicy === RemovalPolicy.RETAIN,
    });
    const { removalPolicy } = environment;
    const shared = sharedObjects(chain).filter(({ owner }) => samePlace(owner, place));
    const key = new SecureKey(this, 'Key', {
      alias: names.keyAlias(environment.name),
      description: `Objects of the environment ${environment.name}`,
      region: place.region,
      account: place.account,
      readerAccounts: [...new Set(shared.map(({ user }) => user.account))],
      writerAccounts: placesOf(environment).map(({ account }) => account),
      removalPolicy,
    });
    const accessLogs = new SecureBucket(this, 'AccessLogs', {
      bucketName: names.bucket(place, 'access-logs'),
      removalPolicy,
      lifecycleRules: [{ id: 'Expire', expiration: Duration.days(ACCESS_LOG_DAYS), noncurrentVersionExpiration: Duration.days(1) }],
    });
    const bucket = (purpose: BucketPurpose, props: Partial<ConstructorParameters<typeof SecureBucket>[2]>): SecureBucket => {
      const made = new SecureBucket(this, BUCKET_IDS[purpose], {
        bucketName: names.bucket(place, purpose),
        encryptionKey: key,
        accessLogs,
        removalPolicy,
        ...props,
      });
      for (const objects of shared.filter((candidate) => candidate.bucket === purpose)) {
        admit(made, objects);
      }
      return made;
    };

    const data = bucket('data', {
      notifications: true,
      lifecycleRules: [{ id: 'OldVersions', noncurrentVersionExpiration: Duration.days(OLD_VERSION_DAYS) }],
    });
    const { artifactDays } = environment.development;
    bucket('artifacts', {
      versioned: artifactDays === undefined,
      lifecycleRules: artifactDays === undefined ? [] : [{ id: 'Expire', expiration: Duration.days(artifactDays) }],
    });
    const evidence = bucket('evidence', { lockDays: environment.evidenceLockDays });
    bucket('inference-log', {
      lifecycleRules: [
        {
          id: 'Expire',
          expiration: Duration.days(environment.serving.inferenceLogDays ?? INFERENCE_LOG_DAYS),
          // An erased prediction must be gone soon, not live on as an old version.
          noncurrentVersionExpiration: Duration.days(7),
        },
      ],
    });

    this.makeBus(environment, chain, place);
    // A rehearsal lives in an account that has a trail, for an hour; an account may have five of one region.
    const trail =
      environment.rehearses === undefined
        ? new AuditTrail(this, 'AuditTrail', {
            trailName: `mlops-${environment.name}`,
            account: place.account,
            bucket: accessLogs,
            encryptionKey: key,
            logRetention: environment.logRetention,
            observed: [data, evidence],
          })
        : undefined;
    new ssm.StringParameter(this, 'KeyArn', {
      parameterName: names.keyParameter(environment.name),
      description: `Key of the environment ${environment.name}`,
      stringValue: key.keyArn,
    });
    const topic = new AlarmTopic(this, 'Alarms', {
      topicName: names.alarmTopic(environment.name),
      encryptionKey: key,
      account: place.account,
      emails: environment.alarmEmails,
    });
    if (trail !== undefined && permissionsOf('breakGlass', environment).length > 0) {
      new BreakGlassAlarm(this, 'BreakGlass', { place, trail: trail.logGroup, topic });
    }
    if (environment.monthlyBudget !== undefined) {
      new MonthlyBudget(this, 'Budget', { budgetName: `mlops-${environment.name}`, limit: environment.monthlyBudget, topic });
    }
  }

  private makeBus(environment: EnvironmentConfig, chain: PromotionChain, place: Place): void {
    const bus = new events.EventBus(this, 'Bus', {
      eventBusName: names.eventBus(environment.name),
      description: `Events of the process in the environment ${environment.name}`,
    });
    for (const { sender } of sharedBuses(chain).filter(({ owner }) => samePlace(owner, place))) {
      bus.addToResourcePolicy(
        new iam.PolicyStatement({
          sid: `From${sender.environment}${sender.account}`,
          principals: [new iam.AccountPrincipal(sender.account)],
          actions: ['events:PutEvents'],
          resources: [bus.eventBusArn],
          conditions: fromRolesOf(sender),
        }),
      );
    }
  }
}

/** Construct ids, part of the contract: another id would replace the bucket. */
const BUCKET_IDS: Record<BucketPurpose, string> = {
  data: 'Data',
  artifacts: 'Artifacts',
  evidence: 'Evidence',
  'inference-log': 'InferenceLog',
  'access-logs': 'AccessLogs',
};

/** Only roles of the blueprint in that account and environment, not everybody whom its administrators let at S3. */
const fromRolesOf = ({ account, environment }: Place): Record<string, unknown> => ({
  ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${account}:role/mlops-${environment}-*` },
});

/** Lets the roles of another account use objects, and list the bucket so that a missing object is told from a forbidden one. */
function admit(bucket: SecureBucket, { user, keys, actions }: SharedObjects): void {
  const principals = [new iam.AccountPrincipal(user.account)];
  const conditions = fromRolesOf(user);
  bucket.addToResourcePolicy(
    new iam.PolicyStatement({ principals, actions: [...actions], resources: keys.map((key) => bucket.arnForObjects(key)), conditions }),
  );
  bucket.addToResourcePolicy(new iam.PolicyStatement({ principals, actions: ['s3:ListBucket'], resources: [bucket.bucketArn], conditions }));
}
