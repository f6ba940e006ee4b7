import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { EnvironmentConfig } from '../config/environment';
import { names, type Place } from '../config/names';
import { placesOf } from '../config/sharing';
import { admitTrail, TRAIL_PREFIX } from '../core/audit-trail';
import { SecureBucket } from '../core/storage/secure-bucket';
import { SecureKey } from '../core/storage/secure-key';

/** Properties of {@link TrailArchiveStack}. */
export interface TrailArchiveStackProps {
  readonly environment: EnvironmentConfig;
  /** The account that keeps the trails. */
  readonly place: Place;
}

const ACCESS_LOG_DAYS = 365;

/**
 * Keeps the audit trails of an environment in an account of their own, out of reach of everybody whose doings they record, the administrators of the
 * environment's accounts among them. Auditors of the environment read it; nobody there writes it but CloudTrail.
 */
export class TrailArchiveStack extends Stack {
  constructor(scope: Construct, id: string, { environment, place }: TrailArchiveStackProps) {
    super(scope, id, {
      env: { account: place.account, region: place.region },
      description: `Audit trails of the environment ${environment.name}`,
      terminationProtection: environment.removalPolicy === RemovalPolicy.RETAIN,
    });
    const { removalPolicy } = environment;
    const accounts = placesOf(environment).map(({ account }) => account);
    const key = new SecureKey(this, 'Key', {
      alias: names.trailKeyAlias(environment.name),
      description: `Audit trails of the environment ${environment.name}`,
      region: place.region,
      account: place.account,
      readerAccounts: accounts,
      trailAccounts: accounts,
      removalPolicy,
    });
    const accessLogs = new SecureBucket(this, 'AccessLogs', {
      bucketName: names.bucket(place, 'access-logs'),
      removalPolicy,
      lifecycleRules: [{ id: 'Expire', expiration: Duration.days(ACCESS_LOG_DAYS), noncurrentVersionExpiration: Duration.days(1) }],
    });
    const bucket = new SecureBucket(this, 'Trail', {
      bucketName: names.bucket(place, 'trail'),
      encryptionKey: key,
      accessLogs,
      removalPolicy,
      lockDays: environment.evidenceLockDays,
    });
    for (const account of accounts) {
      admitTrail(bucket, { trailName: names.trail(environment.name), account });
      const auditor = {
        principals: [new iam.AccountPrincipal(account)],
        conditions: { ArnEquals: { 'aws:PrincipalArn': `arn:${this.partition}:iam::${account}:role/${names.accessRole(environment.name, 'auditor')}` } },
      };
      bucket.addToResourcePolicy(new iam.PolicyStatement({ ...auditor, actions: ['s3:GetObject'], resources: [bucket.arnForObjects(`${TRAIL_PREFIX}/*`)] }));
      bucket.addToResourcePolicy(new iam.PolicyStatement({ ...auditor, actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }));
    }
  }
}
