import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateEndpointConfigCommand, CreateModelCommand, DescribeEndpointCommand, SageMakerClient, type DescribeEndpointCommandOutput,
} from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { createCloudWatchService } from '../../local/cloudwatch';
import { createClient } from '../../local/core/client';
import { createCloud, type Cloud } from '../../local/core/cloud';
import { rootCredentials } from '../../local/core/keys';
import type { CloudEvent } from '../../local/core/service';
import { startMoto } from '../../local/moto';
import { createSageMakerService, type SageMakerOptions } from '../../local/sagemaker';
import { ensurePython } from '../../local/setup';

export const ACCOUNT = '333333333333';
export const REGION = 'eu-central-1';
export const BUCKET = 'models';
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/job`;
export const IMAGE = '492215442770.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-scikit-learn:1.4-2-py312-cpu-py3';

/** A local AWS of S3, CloudWatch and SageMaker alone, with clients. */
export interface World {
  readonly cloud: Cloud;
  readonly folder: string;
  readonly sagemaker: SageMakerClient;
  readonly runtime: SageMakerRuntimeClient;
  readonly cloudwatch: CloudWatchClient;
  readonly s3: S3Client;
  readonly events: CloudEvent[];
  put(key: string, body: string | Buffer): Promise<string>;
  get(key: string): Promise<Buffer>;
  keys(prefix: string): Promise<string[]>;
  stop(): Promise<void>;
}

export async function startWorld(options: SageMakerOptions = {}, timeScale = 600): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'sagemaker-'));
  const { python } = await ensurePython({ log: () => undefined });
  const cloud = await createCloud({ folder, region: REGION, timeScale, python });
  const moto = await startMoto(python, folder);
  cloud.setBackend({ port: moto.port });
  const metrics = createCloudWatchService(cloud);
  cloud.register(metrics);
  cloud.setMetricSink(metrics);
  cloud.register(createSageMakerService(cloud, options));
  const events: CloudEvent[] = [];
  cloud.setEventSink({ receive: (event) => void events.push(event) });
  await cloud.start();
  const client = <C>(Client: Parameters<typeof createClient<C>>[0]): C => createClient(Client, cloud, rootCredentials(ACCOUNT));
  const s3 = client(S3Client);
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET, CreateBucketConfiguration: { LocationConstraint: REGION } }));
  return {
    cloud, folder, s3, events,
    sagemaker: client(SageMakerClient),
    runtime: client(SageMakerRuntimeClient),
    cloudwatch: client(CloudWatchClient),
    put: async (key, body) => {
      await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: body }));
      return `s3://${BUCKET}/${key}`;
    },
    get: async (key) => Buffer.from((await (await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }))).Body?.transformToByteArray()) ?? []),
    keys: async (prefix) => ((await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: prefix }))).Contents ?? []).map(({ Key }) => String(Key)),
    stop: async () => {
      await cloud.stop();
      await moto.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Polls until the answer is there. */
export async function until<T>(what: string, look: () => Promise<T | undefined>, limitMs = 20_000): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) {
      return found;
    }
    if (Date.now() > deadline) {
      throw new Error(`waited ${limitMs} ms for ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const INFERENCE = `
import json
class Refused(Exception):
    status = 422
    field = 'x'
def model_fn(folder):
    return json.load(open(folder + '/model.json'))
def input_fn(body, content_type):
    if content_type != 'application/json':
        error = ValueError('content type'); error.status = 415; raise error
    return json.loads(body)
def predict_fn(data, model):
    if data['x'] == 'refuse': raise Refused('x is refused')
    if data['x'] == 'break': raise RuntimeError('broken')
    return {'y': data['x'] * model['factor'], 'factor': model['factor']}
def output_fn(prediction, accept):
    return json.dumps(prediction), accept
`;

/** Packs a model whose endpoint answers `x` times `factor`. */
export function modelArchive(factor: number, inference = INFERENCE): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'model-'));
  try {
    mkdirSync(join(folder, 'in', 'code'), { recursive: true });
    writeFileSync(join(folder, 'in', 'model.json'), JSON.stringify({ factor }));
    writeFileSync(join(folder, 'in', 'code', 'inference.py'), inference);
    execFileSync('tar', ['-czf', join(folder, 'model.tar.gz'), '-C', join(folder, 'in'), '.']);
    return readFileSync(join(folder, 'model.tar.gz'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A model in S3, its SageMaker model and an endpoint configuration, all named `name`. */
export async function serveable(world: World, name: string, factor: number, inference?: string): Promise<void> {
  const ModelDataUrl = await world.put(`${name}/model.tar.gz`, modelArchive(factor, inference));
  await world.sagemaker.send(new CreateModelCommand({ ModelName: name, ExecutionRoleArn: ROLE, PrimaryContainer: { Image: IMAGE, ModelDataUrl } }));
  await world.sagemaker.send(new CreateEndpointConfigCommand({
    EndpointConfigName: name,
    ProductionVariants: [{ VariantName: 'AllTraffic', ModelName: name, InstanceType: 'ml.m5.large', InitialInstanceCount: 2 }],
  }));
}

/** Waits until the endpoint rests; a rollback ends in service too. */
export const settled = (world: World, EndpointName: string): Promise<DescribeEndpointCommandOutput> =>
  until(`endpoint ${EndpointName}`, async () => {
    const endpoint = await world.sagemaker.send(new DescribeEndpointCommand({ EndpointName }));
    return ['InService', 'Failed'].includes(String(endpoint.EndpointStatus)) ? endpoint : undefined;
  });

export interface Reply {
  readonly status: number;
  readonly body: string;
  readonly variant?: string;
}

/** One invocation; an error of the model comes back as its original status. */
export async function invoke(world: World, EndpointName: string, x: unknown, contentType = 'application/json'): Promise<Reply> {
  try {
    const answer = await world.runtime.send(new InvokeEndpointCommand({ EndpointName, Body: JSON.stringify({ x }), ContentType: contentType }));
    return { status: 200, body: Buffer.from(answer.Body ?? []).toString('utf8'), variant: answer.InvokedProductionVariant };
  } catch (error) {
    const { OriginalStatusCode, OriginalMessage, $metadata, message } = error as {
      OriginalStatusCode?: number; OriginalMessage?: string; $metadata?: { httpStatusCode?: number }; message: string;
    };
    return { status: OriginalStatusCode ?? $metadata?.httpStatusCode ?? 0, body: OriginalMessage ?? message };
  }
}
