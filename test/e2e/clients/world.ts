import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CloudWatchLogsClient, CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateEndpointCommand, CreateEndpointConfigCommand, CreateModelCommand, CreateModelPackageCommand, CreateModelPackageGroupCommand, SageMakerClient, waitUntilEndpointInService,
} from '@aws-sdk/client-sagemaker';
import { CreateStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { zipSync } from 'fflate';
import { createClient } from '../../../local/core/client';
import { rootCredentials } from '../../../local/core/keys';
import { startDaemon, type Daemon } from '../../../local/daemon/start';
import { ensurePython } from '../../../local/setup';
import { IMAGE, modelArchive } from '../sagemaker-world';

export const ACCOUNT = '333333333333';
export const REGION = 'eu-central-1';
export const NAMES = { group: 'prod-clients', function: 'greet', machine: 'greeting', endpoint: 'double', bucket: 'clients-models' } as const;
export const PACKAGES = 12;

const HANDLER = "exports.handler = async (event) => { console.log('hello', event.who); return { greeting: 'hello ' + event.who }; };";

/** A local AWS as a process of its own, with a little of everything made through its APIs. */
export interface ClientsWorld {
  readonly endpoint: string;
  readonly machineArn: string;
  /** Variables that point any AWS client at it. */
  readonly environment: NodeJS.ProcessEnv;
  client<C>(Client: Parameters<typeof createClient<C>>[0]): C;
  /** Runs a program of the virtual environment. */
  run(program: string, args: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

const trusting = (service: string): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service: `${service}.amazonaws.com` }, Action: 'sts:AssumeRole' }] });

export async function startClientsWorld(): Promise<ClientsWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'clients-'));
  const { python } = await ensurePython({ log: () => undefined });
  const daemon: Daemon = await startDaemon({ folder, region: REGION, timeScale: 600, python, port: 0 });
  const cloud = { endpoint: daemon.endpoint, region: REGION };
  const credentials = rootCredentials(ACCOUNT);
  const client = <C>(Client: Parameters<typeof createClient<C>>[0]): C => createClient(Client, cloud, credentials);
  const environment: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    HOME: folder,
    AWS_ENDPOINT_URL: daemon.endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_PAGER: '',
  };
  const world: ClientsWorld = {
    endpoint: daemon.endpoint,
    machineArn: `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:${NAMES.machine}`,
    environment,
    client,
    run: async (program, args) => {
      const { stdout } = await promisify(execFile)(join(dirname(python), program), [...args], { env: environment, maxBuffer: 16 * 1024 * 1024 });
      return stdout;
    },
    stop: async () => {
      await daemon.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    await furnish(world);
    return world;
  } catch (error) {
    await world.stop();
    throw error;
  }
}

async function role(world: ClientsWorld, name: string, service: string): Promise<string> {
  const iam = world.client(IAMClient);
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: trusting(service) }));
  const Statement = [{ Effect: 'Allow', Action: ['s3:GetObject', 's3:ListBucket', 'lambda:InvokeFunction', 'logs:*', 'ecr:*', 'cloudwatch:PutMetricData'], Resource: '*' }];
  await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: 'work', PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }) }));
  return Role?.Arn ?? '';
}

async function furnish(world: ClientsWorld): Promise<void> {
  const lambda = world.client(LambdaClient);
  await lambda.send(new CreateFunctionCommand({
    FunctionName: NAMES.function, Runtime: 'nodejs24.x', Handler: 'index.handler', Role: await role(world, 'function', 'lambda'), Timeout: 10,
    Code: { ZipFile: zipSync({ 'index.js': Buffer.from(HANDLER) }) },
  }));
  const logGroupName = '/aws/vendedlogs/states/greeting';
  await world.client(CloudWatchLogsClient).send(new CreateLogGroupCommand({ logGroupName }));
  await world.client(SFNClient).send(new CreateStateMachineCommand({
    name: NAMES.machine,
    roleArn: await role(world, 'machine', 'states'),
    definition: JSON.stringify({
      QueryLanguage: 'JSONata',
      StartAt: 'Greet',
      States: {
        Greet: { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Arguments: { FunctionName: NAMES.function, Payload: '{% $states.input %}' }, Output: '{% $states.result.Payload %}', End: true },
      },
    }),
    loggingConfiguration: {
      level: 'ALL', includeExecutionData: true,
      destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${logGroupName}:*` } }],
    },
  }));
  await registry(world);
  await endpoint(world);
}

async function registry(world: ClientsWorld): Promise<void> {
  const sagemaker = world.client(SageMakerClient);
  await sagemaker.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName: NAMES.group }));
  for (let version = 1; version <= PACKAGES; version += 1) {
    await sagemaker.send(new CreateModelPackageCommand({ ModelPackageGroupName: NAMES.group, ModelPackageDescription: `package ${version}` }));
  }
}

async function endpoint(world: ClientsWorld): Promise<void> {
  const [s3, sagemaker] = [world.client(S3Client), world.client(SageMakerClient)];
  await s3.send(new CreateBucketCommand({ Bucket: NAMES.bucket, CreateBucketConfiguration: { LocationConstraint: REGION } }));
  await s3.send(new PutObjectCommand({ Bucket: NAMES.bucket, Key: 'model.tar.gz', Body: modelArchive(2) }));
  await sagemaker.send(new CreateModelCommand({
    ModelName: NAMES.endpoint, ExecutionRoleArn: await role(world, 'serve', 'sagemaker'), PrimaryContainer: { Image: IMAGE, ModelDataUrl: `s3://${NAMES.bucket}/model.tar.gz` },
  }));
  await sagemaker.send(new CreateEndpointConfigCommand({
    EndpointConfigName: NAMES.endpoint, ProductionVariants: [{ VariantName: 'AllTraffic', ModelName: NAMES.endpoint, InstanceType: 'ml.m5.large', InitialInstanceCount: 1 }],
  }));
  await sagemaker.send(new CreateEndpointCommand({ EndpointName: NAMES.endpoint, EndpointConfigName: NAMES.endpoint }));
  await waitUntilEndpointInService({ client: sagemaker, minDelay: 1, maxDelay: 1, maxWaitTime: 60 }, { EndpointName: NAMES.endpoint });
}
