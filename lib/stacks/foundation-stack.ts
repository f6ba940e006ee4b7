import { Duration, Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { permissionsOf } from '../access/access-table';
import { BreakGlassAlarm } from '../access/break-glass-alarm';
import { type EnvironmentConfig, networkOf, type PromotionChain, trailPlace } from '../config/environment';
import { type BucketPurpose, names, type Place } from '../config/names';
import { hasVpc, type VpcNetwork } from '../config/network';
import { placesOf, samePlace, sharedBuses, type SharedObjects, sharedObjects } from '../config/sharing';
import { DEFAULT_RESULT_DAYS } from '../config/workspace';
import { AlarmTopic } from '../core/alarm-topic';
import { AuditTrail } from '../core/audit-trail';
import { MonthlyBudget } from '../core/budget';
import { EnvironmentNetwork, hasWorkspace } from '../core/network/environment-network';
import { SecureBucket } from '../core/storage/secure-bucket';
import { SecureKey } from '../core/storage/secure-key';

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
    const bucket = (purpose: keyof typeof BUCKET_IDS, props: Partial<ConstructorParameters<typeof SecureBucket>[2]>): SecureBucket => {
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
    demandPrivateNetwork(data, chain, place);
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
    if (keepsJobLogs(environment, chain, place)) {
      // SageMaker would make them when a job first writes: without a key, and for good.
      for (const kind of ['ProcessingJobs', 'TrainingJobs']) {
        new logs.LogGroup(this, `${kind}Logs`, { logGroupName: `/aws/sagemaker/${kind}`, retention: environment.logRetention, encryptionKey: key, removalPolicy: RemovalPolicy.DESTROY });
      }
    }
    const { s3EndpointId } = new EnvironmentNetwork(this, 'Network', { environment, chain, place, encryptionKey: key });
    if (environment.workspace !== false && s3EndpointId !== undefined && hasWorkspace(environment, place)) {
      const results = bucket('workspace', {
        versioned: false,
        removalPolicy: RemovalPolicy.DESTROY,
        lifecycleRules: [{ id: 'Expire', expiration: Duration.days(environment.workspace.resultDays ?? DEFAULT_RESULT_DAYS) }],
      });
      closeToOutside(results, s3EndpointId);
    }
    const archive = trailPlace(environment);
    // A rehearsal lives in an account that has a trail, for an hour; an account may have five of one region.
    const trail =
      environment.rehearses === undefined
        ? new AuditTrail(this, 'AuditTrail', {
            trailName: names.trail(environment.name),
            account: place.account,
            ...(archive === undefined
              ? { bucket: accessLogs }
              : {
                  bucket: s3.Bucket.fromBucketName(this, 'TrailArchive', names.bucket(archive, 'trail')),
                  trailKeyArn: `arn:${this.partition}:kms:${archive.region}:${archive.account}:${names.trailKeyAlias(environment.name)}`,
                }),
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

  /** The zones of the region that the account has, whatever their names: asking AWS while synthesizing would need credentials. */
  public override get availabilityZones(): string[] {
    return [0, 1, 2].map((index) => Fn.select(index, Fn.getAzs()));
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

/** The log groups of jobs have one name in an account: where several environments develop in it, those of the last one keep them longest. */
const keepsJobLogs = (environment: EnvironmentConfig, chain: PromotionChain, place: Place): boolean =>
  environment.rehearses === undefined && chain.environments.findLast(({ development }) => development.account === place.account)?.name === environment.name && place.account === environment.development.account;

/** Construct ids, part of the contract: another id would replace the bucket. */
const BUCKET_IDS: Readonly<Record<Exclude<BucketPurpose, 'trail'>, string>> = {
  data: 'Data',
  artifacts: 'Artifacts',
  evidence: 'Evidence',
  'inference-log': 'InferenceLog',
  'access-logs': 'AccessLogs',
  workspace: 'Workspace',
};

/** Only roles of the blueprint in that account and environment, not everybody whom its administrators let at S3. */
const fromRolesOf = ({ account, environment }: Place): Record<string, unknown> => ({
  ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${account}:role/mlops-${environment}-*` },
});

/**
 * Refuses reads of data to whoever belongs to an account with a private network and does not come out of it: a stolen credential is of no use
 * elsewhere. The endpoint of a VPC that the organization keeps is named; one that a foundation makes is known by its account. Deliveries may come
 * from anywhere.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html aws:VpceAccount
 */
function demandPrivateNetwork(bucket: SecureBucket, chain: PromotionChain, place: Place): void {
  const users = sharedObjects(chain).filter((objects) => objects.bucket === 'data' && samePlace(objects.owner, place)).map(({ user }) => user);
  const readers = [place, ...users].filter((reader, index, all) => all.findIndex((other) => samePlace(other, reader)) === index);
  for (const reader of readers) {
    const network = networkIn(chain, reader);
    if (network === undefined) {
      continue;
    }
    const shared = chain.environments.flatMap(placesOf).some((other) => other.account === reader.account && (networkIn(chain, other) === undefined || network.mode === 'existing') && !samePlace(other, reader));
    bucket.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: `PrivateNetworkOf${reader.environment}${reader.account}`,
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        actions: ['s3:GetObject', 's3:GetObjectVersion'],
        resources: [bucket.arnForObjects('*')],
        conditions: {
          // Where an account is shared with an environment without such a network, by the names of roles.
          ...(shared ? fromRolesOf(reader) : { StringEquals: { 'aws:PrincipalAccount': reader.account } }),
          StringNotEquals: network.mode === 'existing' ? { 'aws:SourceVpce': network.s3EndpointId } : { 'aws:VpceAccount': reader.account },
          Bool: { 'aws:ViaAWSService': 'false' },
        },
      }),
    );
  }
}

/** The VPC of one place of the chain, if it has one. */
const networkIn = (chain: PromotionChain, place: Place): VpcNetwork | undefined =>
  chain.environments
    .filter(({ name }) => name === place.environment)
    .map((environment) => networkOf(environment, place))
    .find(hasVpc);

/** Results of explorations are made from data of production: they leave the workspace by no credential that is used elsewhere. */
function closeToOutside(results: SecureBucket, s3EndpointId: string): void {
  results.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: 'FromTheWorkspaceAlone',
      effect: iam.Effect.DENY,
      principals: [new iam.AnyPrincipal()],
      actions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
      resources: [results.arnForObjects('*')],
      conditions: { StringNotEquals: { 'aws:SourceVpce': s3EndpointId }, Bool: { 'aws:ViaAWSService': 'false' } },
    }),
  );
}

/** Lets the roles of another account use objects, and list the bucket so that a missing object is told from a forbidden one. */
function admit(bucket: SecureBucket, { user, keys, actions, closed = [] }: SharedObjects): void {
  const principals = [new iam.AccountPrincipal(user.account)];
  const conditions = fromRolesOf(user);
  bucket.addToResourcePolicy(
    new iam.PolicyStatement({ principals, actions: [...actions], resources: keys.map((key) => bucket.arnForObjects(key)), conditions }),
  );
  bucket.addToResourcePolicy(new iam.PolicyStatement({ principals, actions: ['s3:ListBucket'], resources: [bucket.bucketArn], conditions }));
  if (closed.length > 0) {
    bucket.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: `ClosedTo${user.environment}${user.account}`,
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        actions: ['s3:GetObject', 's3:GetObjectVersion'],
        resources: closed.map((key) => bucket.arnForObjects(key)),
        conditions: { StringEquals: { 'aws:PrincipalAccount': user.account } },
      }),
    );
  }
}
