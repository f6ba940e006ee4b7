import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import type { Credentials } from '../core/service';
import { assumeAsPerson } from '../sts/person';

/** A running local AWS, as `run.json` describes it. */
export interface CloudAddress {
  readonly endpoint: string;
  readonly region: string;
  readonly folder: string;
  readonly timeScale: number;
  /** Account id by environment name. */
  readonly accounts: Readonly<Record<string, string>>;
}

const CLIENTS = {
  s3: S3Client,
  sagemaker: SageMakerClient,
  states: SFNClient,
  lambda: LambdaClient,
  ssm: SSMClient,
  events: EventBridgeClient,
  cloudwatch: CloudWatchClient,
  dynamodb: DynamoDBClient,
} as const;

/** SDK clients of one account, made on first use. */
export type Clients = { readonly [K in keyof typeof CLIENTS]: InstanceType<(typeof CLIENTS)[K]> };

/** Access key of an account's root on the local AWS. */
export const rootCredentials = (accountId: string): Credentials => ({ accessKeyId: `AKIALOCL${accountId}`, secretAccessKey: 'local' });

/** The local AWS as the outside world sees it: data producers, callers of the application, people with their roles. */
export class World {
  private readonly cache = new Map<string, Clients>();

  constructor(readonly address: CloudAddress) {}

  account(environment: string): string {
    const account = this.address.accounts[environment];
    if (account === undefined) {
      throw new Error(`the local AWS has no environment ${JSON.stringify(environment)}; it has ${Object.keys(this.address.accounts).join(', ')}`);
    }
    return account;
  }

  bucket(environment: string, purpose: string): string {
    return `mlops-${environment}-${purpose}-${this.account(environment)}-${this.address.region}`;
  }

  stateMachineArn(environment: string, model: string, machine: string): string {
    return `arn:aws:states:${this.address.region}:${this.account(environment)}:stateMachine:${environment}-${model}-${machine}`;
  }

  /** Clients that act for the account itself: a data producer, an observer. */
  in(environment: string): Clients {
    return this.clients(`root:${environment}`, rootCredentials(this.account(environment)));
  }

  /** Clients of a person who has assumed a role of the environment. */
  async as(environment: string, role: string): Promise<Clients> {
    const id = `${role}:${environment}`;
    const known = this.cache.get(id);
    if (known !== undefined) {
      return known;
    }
    const account = this.account(environment);
    const sts = new STSClient({ ...this.settings(), credentials: rootCredentials(account) });
    const issued = await assumeAsPerson(sts, `arn:aws:iam::${account}:role/mlops-${environment}-${role}`, `story-${role}`);
    sts.destroy();
    return this.clients(id, { accessKeyId: issued.AccessKeyId ?? '', secretAccessKey: issued.SecretAccessKey ?? '', sessionToken: issued.SessionToken });
  }

  close(): void {
    for (const clients of this.cache.values()) {
      for (const client of Object.values(clients)) {
        client.destroy();
      }
    }
  }

  private settings() {
    return { endpoint: this.address.endpoint, region: this.address.region, maxAttempts: 2 };
  }

  private clients(id: string, credentials: Credentials): Clients {
    let clients = this.cache.get(id);
    if (clients === undefined) {
      const settings = { ...this.settings(), credentials };
      clients = Object.fromEntries(Object.entries(CLIENTS).map(([name, Client]) => [name, new Client(settings)])) as unknown as Clients;
      this.cache.set(id, clients);
    }
    return clients;
  }
}
