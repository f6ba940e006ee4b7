import type { MapState, ResultWriter } from '../../definition/types';
import { StateError } from '../../errors';
import { evaluateTemplate } from '../../jsonata/evaluate';
import { notRedrivable, type ExecutionRecord, type MapRun } from '../../store';
import { bindingsOf, type Visit } from '../visit';
import { callS3 } from './s3';

export const RESULT_WRITER_FAILED = 'States.ResultWriterFailed';

type Transformation = 'NONE' | 'COMPACT' | 'FLATTEN';

const failed = (why: string): StateError => new StateError(RESULT_WRITER_FAILED, why, 'interpreter');

/** A child execution as results tell it. */
function describe(child: ExecutionRecord): object {
  const reason = notRedrivable(child);
  return {
    ExecutionArn: child.arn,
    Input: child.input,
    InputDetails: { Included: true },
    Name: child.name,
    ...(child.output === undefined ? {} : { Output: child.output, OutputDetails: { Included: true } }),
    ...(child.error === undefined ? {} : { Error: child.error }),
    ...(child.cause === undefined ? {} : { Cause: child.cause }),
    RedriveCount: child.redriveCount,
    RedriveStatus: reason === undefined ? 'REDRIVABLE' : 'NOT_REDRIVABLE',
    ...(reason === undefined ? {} : { RedriveStatusReason: reason }),
    StartDate: child.startDate.toISOString(),
    StateMachineArn: child.stateMachineArn,
    Status: child.status,
    ...(child.stopDate === undefined ? {} : { StopDate: child.stopDate.toISOString() }),
  };
}

/** Results in order; what failed is told with all that is known, whatever the transformation. */
function transform(children: readonly ExecutionRecord[], transformation: Transformation): unknown[] {
  return children.flatMap((child): unknown[] => {
    if (transformation === 'NONE' || child.status !== 'SUCCEEDED') {
      return [describe(child)];
    }
    const output = JSON.parse(child.output ?? 'null') as unknown;
    return transformation === 'FLATTEN' && Array.isArray(output) ? output : [output];
  });
}

const FILES = [['SUCCEEDED', (status: string) => status === 'SUCCEEDED'], ['FAILED', (status: string) => status !== 'SUCCEEDED']] as const;

async function write(writer: ResultWriter, run: MapRun, children: readonly ExecutionRecord[], transformation: Transformation, visit: Visit): Promise<unknown> {
  const { Bucket, Prefix = '' } = (await evaluateTemplate(writer.Arguments ?? {}, bindingsOf(visit), 'ResultWriter/Arguments')) as { Bucket?: string; Prefix?: string };
  const lines = writer.WriterConfig?.OutputType === 'JSONL';
  const folder = `${Prefix === '' ? '' : `${Prefix.replace(/\/$/, '')}/`}${run.arn.split(':').at(-1)}`;
  const put = (Key: string, Body: string): Promise<unknown> => callS3(visit, 'putObject', { Bucket, Key, Body, ContentType: 'application/json' }, failed);
  const ResultFiles: Record<string, object[]> = { FAILED: [], PENDING: [], SUCCEEDED: [] };
  for (const [status, has] of FILES) {
    const results = transform(children.filter((child) => has(child.status)), transformation);
    if (results.length > 0) {
      const text = lines ? results.map((result) => `${JSON.stringify(result)}\n`).join('') : JSON.stringify(results);
      const Key = `${folder}/${status}_0.${lines ? 'jsonl' : 'json'}`;
      await put(Key, text);
      ResultFiles[status] = [{ Key, Size: Buffer.byteLength(text) }];
    }
  }
  const Key = `${folder}/manifest.json`;
  await put(Key, JSON.stringify({ DestinationBucket: Bucket, MapRunArn: run.arn, ResultFiles }));
  run.written = true;
  return { MapRunArn: run.arn, ResultWriterDetails: { Bucket, Key } };
}

/**
 * Result of a Map Run: its outputs, or where a ResultWriter has put them.
 *
 * @throws StateError `States.ResultWriterFailed`
 */
export async function mapRunResult({ ResultWriter: writer }: MapState, run: MapRun, visit: Visit): Promise<unknown> {
  const children = run.children.filter((child) => child !== undefined);
  const exported = writer?.Resource !== undefined;
  const transformation = (writer?.WriterConfig?.Transformation ?? (exported ? 'NONE' : 'COMPACT')) as Transformation;
  return writer !== undefined && exported ? write(writer, run, children, transformation, visit) : transform(children, transformation);
}
