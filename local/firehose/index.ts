import { randomUUID } from 'node:crypto';
import * as sdk from '@aws-sdk/client-firehose';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { actingService } from '../core/keys';
import { type CallContext, type LocalCloud, type LocalService, type Operation, ServiceError } from '../core/service';
import { objectKey } from './prefix';

interface Stream {
  readonly arn: string;
  readonly input: sdk.CreateDeliveryStreamInput;
  readonly destination: sdk.ExtendedS3DestinationConfiguration;
  readonly created: Date;
  readonly s3: S3Client;
  buffered: Buffer[];
  bytes: number;
  timer?: NodeJS.Timeout;
  /** Deliveries under way. */
  pending: Set<Promise<void>>;
}

/** Firehose's defaults and limits. */
const DEFAULT_INTERVAL_SECONDS = 300;
const DEFAULT_SIZE_MEBIBYTES = 5;
const MAX_BATCH = 500;
const MAX_RECORD_BYTES = 1_024_000;

/** However fast the clock runs, records of one moment go into one object. */
const LEAST_INTERVAL_MILLISECONDS = 200;

const ATTEMPTS = 5;

/**
 * Firehose with S3 as destination: records are buffered by size and by time on the scaled clock, and written with the stream's own role. Its buffering
 * is what decides when the monitor can see a prediction. Other sources and destinations are refused by name.
 *
 * @see https://docs.aws.amazon.com/firehose/latest/APIReference/
 */
export function createFirehoseService(cloud: LocalCloud): LocalService {
  const streams = new Map<string, Stream>();

  const arnOf = (account: string, name: string | undefined): string => `arn:aws:firehose:${cloud.region}:${account}:deliverystream/${name}`;

  const find = (account: string, name: string | undefined): Stream => {
    const stream = streams.get(arnOf(account, name));
    if (stream === undefined) {
      throw new ServiceError('ResourceNotFoundException', `Firehose ${name} under account ${account} not found.`);
    }
    return stream;
  };

  const deliver = async (stream: Stream, body: Buffer): Promise<void> => {
    const Bucket = stream.destination.BucketARN?.split(':::')[1];
    const Key = objectKey(stream.destination.Prefix ?? '', stream.input.DeliveryStreamName ?? '', new Date());
    for (let attempt = 1; ; attempt++) {
      try {
        await stream.s3.send(new PutObjectCommand({ Bucket, Key, Body: body }));
        return;
      } catch (error) {
        cloud.log('firehose', `${stream.arn} could not write ${Bucket}/${Key}: ${String(error)}`);
        if (attempt === ATTEMPTS) {
          return;
        }
        await cloud.clock.sleep(5 * 2 ** attempt);
      }
    }
  };

  const flush = (stream: Stream): void => {
    clearTimeout(stream.timer);
    stream.timer = undefined;
    if (stream.buffered.length === 0) {
      return;
    }
    const body = Buffer.concat(stream.buffered);
    stream.buffered = [];
    stream.bytes = 0;
    const delivery = deliver(stream, body).finally(() => stream.pending.delete(delivery));
    stream.pending.add(delivery);
  };

  const put = (stream: Stream, record: sdk._Record | undefined): string => {
    const data = Buffer.from(record?.Data ?? []);
    if (data.length > MAX_RECORD_BYTES) {
      throw new ServiceError('InvalidArgumentException', `a record has ${data.length} bytes; at most ${MAX_RECORD_BYTES} are allowed (Firehose's limit)`);
    }
    stream.buffered.push(data);
    stream.bytes += data.length;
    const hints = stream.destination.BufferingHints;
    if (stream.bytes >= (hints?.SizeInMBs ?? DEFAULT_SIZE_MEBIBYTES) * 2 ** 20) {
      flush(stream);
    } else {
      const wait = Math.max(LEAST_INTERVAL_MILLISECONDS, cloud.clock.toReal(hints?.IntervalInSeconds ?? DEFAULT_INTERVAL_SECONDS));
      stream.timer ??= setTimeout(() => flush(stream), wait);
    }
    return randomUUID();
  };

  const create = async (input: sdk.CreateDeliveryStreamInput, { accountId }: CallContext): Promise<sdk.CreateDeliveryStreamOutput> => {
    const arn = arnOf(accountId, input.DeliveryStreamName);
    const destination = input.ExtendedS3DestinationConfiguration;
    if (destination === undefined || (input.DeliveryStreamType ?? 'DirectPut') !== 'DirectPut') {
      throw new ServiceError('InvalidArgumentException', `${input.DeliveryStreamName}: the local AWS knows only direct puts to ExtendedS3DestinationConfiguration`);
    }
    if (destination.ProcessingConfiguration?.Enabled === true || (destination.CompressionFormat ?? 'UNCOMPRESSED') !== 'UNCOMPRESSED') {
      throw new ServiceError('InvalidArgumentException', `${input.DeliveryStreamName}: processing and compression are not supported by the local AWS`);
    }
    if (streams.has(arn)) {
      throw new ServiceError('ResourceInUseException', `Firehose ${input.DeliveryStreamName} under accountId ${accountId} already exists`);
    }
    const credentials = cloud.credentialsOf(destination.RoleARN ?? '', 'firehose', actingService('firehose', accountId, arn));
    const s3 = new S3Client({ endpoint: cloud.endpoint, region: cloud.region, credentials, maxAttempts: 1, forcePathStyle: true });
    streams.set(arn, { arn, input, destination, created: new Date(), s3, buffered: [], bytes: 0, pending: new Set() });
    return { DeliveryStreamARN: arn };
  };

  const operations = {
    CreateDeliveryStream: create,
    DeleteDeliveryStream: async (input: sdk.DeleteDeliveryStreamInput, { accountId }: CallContext) => {
      const stream = find(accountId, input.DeliveryStreamName);
      flush(stream);
      streams.delete(stream.arn);
      return {};
    },
    DescribeDeliveryStream: async (input: sdk.DescribeDeliveryStreamInput, { accountId }: CallContext) => {
      const { arn, input: members, destination, created } = find(accountId, input.DeliveryStreamName);
      return {
        DeliveryStreamDescription: {
          DeliveryStreamName: members.DeliveryStreamName,
          DeliveryStreamARN: arn,
          DeliveryStreamStatus: 'ACTIVE',
          DeliveryStreamType: 'DirectPut',
          VersionId: '1',
          CreateTimestamp: created,
          HasMoreDestinations: false,
          Destinations: [
            {
              DestinationId: 'destinationId-000000000001',
              ExtendedS3DestinationDescription: {
                RoleARN: destination.RoleARN,
                BucketARN: destination.BucketARN,
                Prefix: destination.Prefix,
                BufferingHints: destination.BufferingHints,
                CompressionFormat: 'UNCOMPRESSED',
                EncryptionConfiguration: { NoEncryptionConfig: 'NoEncryption' },
              },
            },
          ],
        },
      };
    },
    ListDeliveryStreams: async (_input: sdk.ListDeliveryStreamsInput, { accountId }: CallContext) => ({
      DeliveryStreamNames: [...streams.values()].filter(({ arn }) => arn.split(':')[4] === accountId).map(({ input }) => input.DeliveryStreamName),
      HasMoreDeliveryStreams: false,
    }),
    PutRecord: async (input: sdk.PutRecordInput, { accountId }: CallContext) => ({
      RecordId: put(find(accountId, input.DeliveryStreamName), input.Record),
      Encrypted: true,
    }),
    PutRecordBatch: async (input: sdk.PutRecordBatchInput, { accountId }: CallContext) => {
      const stream = find(accountId, input.DeliveryStreamName);
      const records = input.Records ?? [];
      if (records.length > MAX_BATCH) {
        throw new ServiceError('InvalidArgumentException', `a batch has ${records.length} records; at most ${MAX_BATCH} are allowed (Firehose's limit)`);
      }
      return { FailedPutCount: 0, Encrypted: true, RequestResponses: records.map((record) => ({ RecordId: put(stream, record) })) };
    },
    TagDeliveryStream: async () => ({}),
    UntagDeliveryStream: async () => ({}),
    ListTagsForDeliveryStream: async () => ({ Tags: [], HasMoreTags: false }),
  } satisfies Record<string, (input: never, context: CallContext) => Promise<object | void>>;

  return {
    name: 'firehose',
    protocol: 'json',
    sdk,
    operations: operations as Record<string, Operation>,
    stop: async () => {
      for (const stream of streams.values()) {
        flush(stream);
        await Promise.all(stream.pending);
        stream.s3.destroy();
      }
    },
  };
}
