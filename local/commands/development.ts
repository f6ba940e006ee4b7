import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { CopyObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import type { Verdict } from '../../lambda/gate/contract';
import { Layout } from '../../lambda/shared/storage/contract';
import { findVerdicts } from '../story/evidence';
import type { Machine } from '../story/executions';
import type { World } from '../story/world';
import { CommandError } from './command';

const FORMATS: readonly string[] = ['.parquet', '.pq', '.csv', '.jsonl', '.ndjson'];

/** Brings a file, or objects of the local AWS below an S3 prefix, into an environment's data bucket as a delivery to try out; returns its URI. */
export async function deliverTrial(world: World, of: Machine, data: string, name: string): Promise<string> {
  const { s3 } = world.in(of.environment);
  const Bucket = world.bucket(of.environment, 'data');
  const folder = `${Layout.trialPrefix(of.model)}${name}/`;
  const [, bucket, prefix] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(data) ?? [];
  if (bucket === undefined) {
    await s3.send(new PutObjectCommand({ Bucket, Key: `${folder}part-0${extname(readable(data))}`, Body: readFileSync(data) }));
  } else {
    const { Contents: found = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix })).catch((error: unknown) => {
      throw new CommandError(`${data} can't be listed on the local AWS: ${error instanceof Error ? error.message : String(error)}`);
    });
    const files = found.filter(({ Key }) => FORMATS.includes(extname(Key ?? '')));
    if (files.length === 0) {
      throw new CommandError(`${data} holds no data file (${FORMATS.join(', ')}) on the local AWS`);
    }
    for (const [i, { Key = '' }] of files.entries()) {
      await s3.send(new CopyObjectCommand({ Bucket, Key: `${folder}part-${i}${extname(Key)}`, CopySource: encodeURI(`${bucket}/${Key}`) }));
    }
  }
  await s3.send(new PutObjectCommand({ Bucket, Key: `${folder}${Layout.DELIVERY_MARKER}`, Body: Buffer.alloc(0) }));
  return `s3://${Bucket}/${folder}`;
}

function readable(file: string): string {
  if (!existsSync(file) || !statSync(file).isFile()) {
    throw new CommandError(`there is no data file ${file}`);
  }
  if (!FORMATS.includes(extname(file))) {
    throw new CommandError(`${basename(file)} is no data file that the process reads; give one of ${FORMATS.join(', ')}`);
  }
  return file;
}

/** Hands an event to the starter in front of a machine, as its triggers do. */
export async function invokeStarter(world: World, of: Machine, event: object): Promise<void> {
  const answer = await world.in(of.environment).lambda.send(
    new InvokeCommand({ FunctionName: `${of.environment}-${of.model}-${of.name}-starter`, Payload: Buffer.from(JSON.stringify(event)) }),
  );
  const payload = JSON.parse(Buffer.from(answer.Payload ?? []).toString('utf8')) as { started?: boolean; reason?: string; errorMessage?: string };
  if (payload.started !== true) {
    throw new CommandError(`${of.environment}-${of.model}-${of.name} was not started: ${payload.reason ?? payload.errorMessage ?? 'no reason given'}`);
  }
}

/** Verdicts of one run, oldest first. */
export async function verdictsOf(world: World, of: Machine, runId: string): Promise<Verdict[]> {
  const found = await findVerdicts(world, of.environment, `${of.model}/gates/`);
  return found.map(({ verdict }) => verdict).filter((verdict) => verdict.runId === runId);
}

const MARKS: Readonly<Record<string, string>> = { passed: 'pass', failed: 'FAIL', notApplicable: 'n/a ', notMeasured: 'FAIL' };

/** A verdict for a person. */
export function describeVerdict(verdict: Verdict): string {
  const lines = verdict.criteria.map(({ outcome, reason }) => `  ${MARKS[outcome] ?? outcome}  ${reason}`);
  return [`${verdict.gate} gate: ${verdict.outcome}${verdict.mode === 'FUNCTIONAL' ? ' (functional: values are recorded, not judged)' : ''}`, ...lines].join('\n');
}

/** Why an execution failed, for a person: of an error of a function, which comes as JSON with its trace, the message alone. */
export function plainCause(cause: string | undefined): string {
  try {
    const { errorMessage } = JSON.parse(cause ?? '') as { errorMessage?: unknown };
    return typeof errorMessage === 'string' ? errorMessage : (cause ?? '');
  } catch {
    return cause ?? 'no reason was given';
  }
}

/** Exit codes of the commands that run a part of the process. */
export const EXIT = { passed: 0, broken: 1, refused: 2 } as const;

/** Model projects of a folder, by name. */
export function requireModel(models: string, name: string | undefined): string {
  if (name === undefined || !existsSync(join(models, name, 'model.yaml'))) {
    throw new CommandError(`${name === undefined ? 'name a model project with --model' : `${models} has no model project ${JSON.stringify(name)} (a folder with a model.yaml)`}`);
  }
  return name;
}
