import { setTimeout as sleep } from 'node:timers/promises';
import { CopyObjectCommand, DeleteObjectsCommand, type ObjectIdentifier, ListObjectVersionsCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { DeleteEndpointCommand, DeleteModelPackageCommand, DescribeModelPackageCommand, paginateListModelPackages, type SageMakerClient } from '@aws-sdk/client-sagemaker';
import { DescribeExecutionCommand, ListExecutionsCommand, type SFNClient } from '@aws-sdk/client-sfn';
import { Layout } from '../lambda/shared/storage/contract';
import { type BucketPurpose, names, type Place } from '../lib/config/names';

/** Clients of one account, in the role that rehearses there. */
export interface RehearsalClients {
  readonly s3: S3Client;
  readonly sfn: SFNClient;
  readonly sagemaker: SageMakerClient;
}

/** One model on its way through a rehearsal. */
export interface Rehearsal {
  /** Environment whose small data is used. */
  readonly source: Place;
  /** The rehearsal. */
  readonly place: Place;
  readonly model: string;
  readonly log: (line: string) => void;
  /** Between two looks. @default 30 seconds */
  readonly pollMilliseconds?: number;
  /** For development and qualification, each. @default 90 looks */
  readonly looks?: number;
}

const PURPOSES: readonly BucketPurpose[] = ['data', 'artifacts', 'evidence', 'inference-log', 'access-logs'];

/**
 * Lets a model go the whole way in a rehearsal: the environment's newest delivery arrives, development starts on it by itself, the version that it
 * registers is qualified by itself, and the verdict is admitted.
 *
 * @throws Error with the cause when development fails, the qualification says no, or nothing happens in time
 */
export async function rehearse(clients: RehearsalClients, rehearsal: Rehearsal): Promise<void> {
  const { model, log } = rehearsal;
  const delivery = await handOver(clients, rehearsal);
  log(`${model}: delivery ${delivery} handed over`);
  log(`${model}: development ${await developed(clients, rehearsal)}`);
  log(`${model}: ${await qualified(clients, rehearsal)}`);
}

/** Deletes what CloudFormation leaves: objects with their versions, versions of models, an endpoint that a broken run left. */
export async function empty({ s3, sagemaker }: RehearsalClients, place: Place, models: readonly string[]): Promise<void> {
  for (const model of models) {
    await ignoreMissing(sagemaker.send(new DeleteEndpointCommand({ EndpointName: names.endpoint(place.environment, model) })));
    for (const ModelPackageName of await packages({ sagemaker }, place, model)) {
      await sagemaker.send(new DeleteModelPackageCommand({ ModelPackageName }));
    }
  }
  for (const purpose of PURPOSES) {
    await ignoreMissing(emptyBucket(s3, names.bucket(place, purpose)));
  }
}

/** Copies the newest complete delivery, its marker last: the marker starts development. */
async function handOver({ s3 }: RehearsalClients, { source, place, model }: Rehearsal): Promise<string> {
  const bucket = names.bucket(source, 'data');
  const prefix = Layout.trainingPrefix(model);
  const keys: string[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: prefix })) {
    keys.push(...Contents.flatMap(({ Key }) => Key ?? []));
  }
  const marker = keys.filter((key) => key.endsWith(`/${Layout.DELIVERY_MARKER}`)).toSorted().at(-1);
  if (marker === undefined) {
    throw new Error(`there is no complete delivery under s3://${bucket}/${prefix}: put small data and ${Layout.DELIVERY_MARKER} there, once (docs/delivery.md)`);
  }
  const folder = marker.slice(0, -Layout.DELIVERY_MARKER.length);
  const files = keys.filter((key) => key.startsWith(folder) && key !== marker);
  for (const Key of [...files, marker]) {
    await s3.send(new CopyObjectCommand({ Bucket: names.bucket(place, 'data'), Key, CopySource: [bucket, ...Key.split('/')].map(encodeURIComponent).join('/') }));
  }
  return folder.slice(prefix.length, -1);
}

/** Waits for the execution that the delivery started. */
function developed({ sfn }: RehearsalClients, rehearsal: Rehearsal): Promise<string> {
  const { environment, account, region } = rehearsal.place;
  const stateMachineArn = `arn:aws:states:${region}:${account}:stateMachine:${names.stateMachine(environment, rehearsal.model, 'development')}`;
  return poll(rehearsal, 'no end of development', async () => {
    const { executions: [execution] = [] } = await sfn.send(new ListExecutionsCommand({ stateMachineArn, maxResults: 1 }));
    if (execution === undefined || execution.status === 'RUNNING') {
      return undefined;
    }
    if (execution.status !== 'SUCCEEDED') {
      const { error, cause } = await sfn.send(new DescribeExecutionCommand({ executionArn: execution.executionArn }));
      throw new Error(`development of ${rehearsal.model} ended ${execution.status}: ${error ?? 'no error'}: ${cause ?? 'no cause'}`);
    }
    return `${execution.name} succeeded`;
  });
}

/** Waits until the verdict of the qualification was admitted. */
function qualified(clients: RehearsalClients, rehearsal: Rehearsal): Promise<string> {
  return poll(rehearsal, 'no verdict of the qualification', async () => {
    const [ModelPackageName] = await packages(clients, rehearsal.place, rehearsal.model);
    if (ModelPackageName === undefined) {
      throw new Error(`development of ${rehearsal.model} registered no version`);
    }
    const { ModelApprovalStatus, ApprovalDescription } = await clients.sagemaker.send(new DescribeModelPackageCommand({ ModelPackageName }));
    if (ModelApprovalStatus === 'Rejected') {
      throw new Error(`the qualification of ${rehearsal.model} said no: ${ApprovalDescription ?? 'no reason'}`);
    }
    return ModelApprovalStatus === 'Approved' ? 'qualified' : undefined;
  });
}

async function poll({ model, pollMilliseconds = 30_000, looks = 90 }: Rehearsal, otherwise: string, look: () => Promise<string | undefined>): Promise<string> {
  for (let remaining = looks; remaining > 0; remaining -= 1) {
    const found = await look();
    if (found !== undefined) {
      return found;
    }
    await sleep(pollMilliseconds);
  }
  throw new Error(`${otherwise} of ${model} within ${(looks * pollMilliseconds) / 60_000} minutes`);
}

async function packages({ sagemaker }: Pick<RehearsalClients, 'sagemaker'>, { environment }: Place, model: string): Promise<string[]> {
  const found: string[] = [];
  const request = { ModelPackageGroupName: names.modelPackageGroup(environment, model), SortBy: 'CreationTime', SortOrder: 'Descending' } as const;
  try {
    for await (const { ModelPackageSummaryList = [] } of paginateListModelPackages({ client: sagemaker }, request)) {
      found.push(...ModelPackageSummaryList.flatMap(({ ModelPackageArn }) => ModelPackageArn ?? []));
    }
  } catch (error) {
    if (!isMissing(error)) {
      throw error;
    }
  }
  return found;
}

async function emptyBucket(s3: S3Client, Bucket: string): Promise<void> {
  for (;;) {
    const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }): ObjectIdentifier => ({ Key: Key ?? '', VersionId }));
    if (Objects.length === 0) {
      return;
    }
    const { Errors: [failed] = [] } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
    if (failed !== undefined) {
      throw new Error(`s3://${Bucket}/${failed.Key} was not deleted: ${failed.Message}`);
    }
  }
}

/** What is gone, or never was, needs no clean-up: a rehearsal may have failed before it came to it. */
const isMissing = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'NoSuchBucket' || (error.name === 'ValidationException' && /not find|not exist/i.test(error.message)) || error.name === 'ResourceNotFound');

async function ignoreMissing(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!isMissing(error)) {
      throw error;
    }
  }
}
