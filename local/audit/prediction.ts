import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { listLog } from '../../lambda/monitor-window/log-objects';
import type { InferenceRecord } from '../../lambda/shared/inference/contract';
import * as clients from '../../lambda/shared/runtime/clients';
import { Layout } from '../../lambda/shared/storage/contract';
import { parseS3Uri } from '../../lambda/shared/storage/s3';
import type { AuditScope } from './contract';

/**
 * Finds a prediction in the inference log by its request id, newest object first.
 *
 * @param row of the request, from 0
 * @param day `yyyy-mm-dd` of the prediction: the log of a year is long
 */
export async function findPrediction({ environment, account, region, model }: AuditScope, requestId: string, row: number, day?: string): Promise<InferenceRecord | undefined> {
  const bucket = `mlops-${environment}-inference-log-${account}-${region}`;
  const prefix = `${Layout.inferencePrefix(model)}${day === undefined ? '' : `${day.replaceAll('-', '/')}/`}`;
  for (const { uri } of (await listLog(bucket, prefix)).toReversed()) {
    const { bucket: Bucket, key: Key } = parseS3Uri(uri);
    const { Body } = await clients.s3().send(new GetObjectCommand({ Bucket, Key }));
    for await (const line of createInterface({ input: Body as Readable, crlfDelay: Infinity })) {
      // A look at the text is cheaper than parsing every record of the log.
      if (line.includes(JSON.stringify(requestId))) {
        const record = JSON.parse(line) as InferenceRecord;
        if (record.requestId === requestId && record.row === row) {
          return record;
        }
      }
    }
  }
  return undefined;
}
