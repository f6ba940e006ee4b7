import { GetBucketEncryptionCommand, S3Client } from '@aws-sdk/client-s3';
import type { Buckets } from '../../core/dispatch/access';
import { rootCredentials } from '../../core/keys';
import { compilePolicy, type Policy } from '../policy/document';
import { Memory } from './memory';

/** How new objects of a bucket are encrypted: with no key of KMS, with the one that AWS holds for the account, or with one of its own. */
export type Encryption = 'none' | 'aws' | { readonly keyArn: string };

/** Policies and encryption of all buckets. */
export class BucketBook {
  private readonly compiled = new Map<string, { readonly text: string; readonly policy: Policy }>();
  private readonly encryptions = new Memory<Encryption>();
  private readonly clients = new Map<string, S3Client>();

  constructor(private readonly cloud: { readonly endpoint: string; readonly region: string }, private readonly buckets: Buckets) {}

  ownerOf(bucket: string): string | undefined {
    return this.buckets.ownerOf(bucket);
  }

  policyOf(bucket: string): Policy | undefined {
    const text = this.buckets.policyOf(bucket);
    if (text === undefined) {
      return undefined;
    }
    const known = this.compiled.get(bucket);
    if (known?.text === text) {
      return known.policy;
    }
    const policy = compilePolicy(text, `policy of bucket ${bucket}`, 'resource');
    this.compiled.set(bucket, { text, policy });
    return policy;
  }

  async encryptionOf(bucket: string): Promise<Encryption> {
    const owner = this.buckets.ownerOf(bucket);
    return owner === undefined ? 'none' : this.encryptions.get(bucket, async () => this.load(bucket, owner));
  }

  /** After a call that may have changed how a bucket encrypts. */
  changed(bucket: string): void {
    this.encryptions.drop(bucket);
  }

  private async load(bucket: string, owner: string): Promise<Encryption> {
    let client = this.clients.get(owner);
    if (client === undefined) {
      client = new S3Client({ endpoint: this.cloud.endpoint, region: this.cloud.region, credentials: rootCredentials(owner), forcePathStyle: true, maxAttempts: 2 });
      this.clients.set(owner, client);
    }
    try {
      const { ServerSideEncryptionConfiguration } = await client.send(new GetBucketEncryptionCommand({ Bucket: bucket }));
      const rule = ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault;
      if (rule?.SSEAlgorithm !== 'aws:kms') {
        return 'none';
      }
      const key = rule.KMSMasterKeyID;
      return key === undefined || key === 'alias/aws/s3' ? 'aws' : { keyArn: keyArn(key, this.cloud.region, owner) };
    } catch (error) {
      if (error instanceof Error && error.name === 'ServerSideEncryptionConfigurationNotFoundError') {
        return 'none';
      }
      throw error;
    }
  }
}

/** ARN of a key or alias that is named in any of the forms that S3 takes. */
export const keyArn = (key: string, region: string, accountId: string): string =>
  key.startsWith('arn:') ? key : `arn:aws:kms:${region}:${accountId}:${key.startsWith('alias/') ? key : `key/${key}`}`;
