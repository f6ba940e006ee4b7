import { type FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import type { InferenceRecord } from '../shared/inference/contract';

/** Records and bytes that one `PutRecordBatch` call takes (Firehose's limits: 500 records, 4 MiB). */
const BATCH_RECORDS = 500;
const BATCH_BYTES = 4 * 1024 * 1024;

/** Some predictions could not be logged. They must not be handed out, since nobody could audit them. */
export class LogError extends Error {
  override readonly name = 'LogError';
}

/**
 * Writes inference records to the log, one JSON document a line. Entries that Firehose refuses are sent once more.
 *
 * @throws LogError when an entry was refused twice, or when the call failed.
 */
export async function writeRecords(client: FirehoseClient, stream: string, records: readonly InferenceRecord[]): Promise<void> {
  for (const batch of batches(records.map((record) => Buffer.from(`${JSON.stringify(record)}\n`)))) {
    const refused = await putBatch(client, stream, batch);
    const refusedTwice = refused.length === 0 ? [] : await putBatch(client, stream, refused);
    if (refusedTwice.length > 0) {
      throw new LogError(`the inference log refused ${refusedTwice.length} of ${batch.length} records twice`);
    }
  }
}

/** Sends a batch; answers the entries that were refused. */
async function putBatch(client: FirehoseClient, stream: string, batch: readonly Buffer[]): Promise<Buffer[]> {
  try {
    const answer = await client.send(new PutRecordBatchCommand({ DeliveryStreamName: stream, Records: batch.map((Data) => ({ Data })) }));
    return batch.filter((_, index) => answer.RequestResponses?.[index]?.ErrorCode !== undefined);
  } catch (error) {
    throw new LogError(`cannot write to the inference log: ${(error as Error).name}`, { cause: error });
  }
}

function batches(lines: readonly Buffer[]): Buffer[][] {
  const all: Buffer[][] = [];
  let size = Infinity;
  for (const line of lines) {
    let current = all.at(-1);
    if (current === undefined || current.length === BATCH_RECORDS || size + line.length > BATCH_BYTES) {
      current = [];
      all.push(current);
      size = 0;
    }
    current.push(line);
    size += line.length;
  }
  return all;
}
