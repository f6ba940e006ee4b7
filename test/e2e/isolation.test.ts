import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateFunctionCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, GetObjectCommand, ListBucketsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateProcessingJobCommand, ListEndpointsCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { zipSync } from 'fflate';
import { createClient } from '../../local/core/client';
import { rootCredentials } from '../../local/core/keys';
import { startDaemon, type Daemon } from '../../local/daemon/start';
import { ensurePython } from '../../local/setup';
import { alive, descendants, listeningAddresses, LOOPBACK } from './processes';
import { IMAGE, until } from './sagemaker-world';

const ACCOUNT = '333333333333';
const REGION = 'eu-central-1';

interface Run {
  readonly daemon: Daemon;
  readonly folder: string;
  client<C>(Client: Parameters<typeof createClient<C>>[0]): C;
}

const runs: Run[] = [];

async function start(): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'isolation-'));
  const { python } = await ensurePython({ log: () => undefined });
  const daemon = await startDaemon({ folder, region: REGION, timeScale: 600, python, port: 0 });
  const run: Run = { daemon, folder, client: (Client) => createClient(Client, { endpoint: daemon.endpoint, region: REGION }, rootCredentials(ACCOUNT)) };
  runs.push(run);
  return run;
}

beforeAll(async () => {
  await Promise.all([start(), start()]);
}, 60_000);

afterAll(async () => {
  await Promise.all(runs.map(({ daemon }) => daemon.stop()));
  runs.forEach(({ folder }) => rmSync(folder, { recursive: true, force: true }));
}, 30_000);

/** A function and a job that work until they are ended, so that every kind of process is there. */
async function busy({ client }: Run, name: string): Promise<void> {
  const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service: ['lambda.amazonaws.com', 'sagemaker.amazonaws.com'] }, Action: 'sts:AssumeRole' }] };
  const { Role } = await client(IAMClient).send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: JSON.stringify(trust) }));
  const all = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
  await client(IAMClient).send(new PutRolePolicyCommand({ RoleName: name, PolicyName: 'all', PolicyDocument: JSON.stringify(all) }));
  const ZipFile = zipSync({ 'index.js': Buffer.from('exports.handler = async () => { for (;;); };') });
  await client(LambdaClient).send(new CreateFunctionCommand({ FunctionName: name, Runtime: 'nodejs24.x', Handler: 'index.handler', Role: Role?.Arn, Code: { ZipFile }, Timeout: 300 }));
  await client(LambdaClient).send(new InvokeCommand({ FunctionName: name, InvocationType: 'Event' }));
  await client(SageMakerClient).send(new CreateProcessingJobCommand({
    ProcessingJobName: name, RoleArn: Role?.Arn, AppSpecification: { ImageUri: IMAGE, ContainerEntrypoint: ['python3', '-c', 'import time; time.sleep(300)'] },
    ProcessingResources: { ClusterConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1 } },
  }));
}

const works = (pid: number): boolean => {
  const commands = descendants(pid).map(({ command }) => command);
  return commands.some((command) => command.includes('runtime.cjs')) && commands.some((command) => command.includes('time.sleep(300)'));
};

test('two runs side by side do not see each other', async () => {
  const [one, other] = runs as [Run, Run];
  expect(one.daemon.endpoint).not.toBe(other.daemon.endpoint);
  for (const { client, folder } of [one, other]) {
    await client(S3Client).send(new CreateBucketCommand({ Bucket: 'same-name', CreateBucketConfiguration: { LocationConstraint: REGION } }));
    await client(S3Client).send(new PutObjectCommand({ Bucket: 'same-name', Key: 'where', Body: folder }));
  }
  for (const { client, folder } of [one, other]) {
    const { Body } = await client(S3Client).send(new GetObjectCommand({ Bucket: 'same-name', Key: 'where' }));
    expect(await Body?.transformToString()).toBe(folder);
    expect((await client(S3Client).send(new ListBucketsCommand({}))).Buckets).toHaveLength(1);
  }
}, 30_000);

test.each([
  ['sts', STSClient, new GetCallerIdentityCommand({}), 'InvalidClientTokenId'],
  ['sagemaker', SageMakerClient, new ListEndpointsCommand({}), 'UnrecognizedClientException'],
  ['s3', S3Client, new ListBucketsCommand({}), 'InvalidAccessKeyId'],
] as const)('%s refuses a key that it did not issue, and says where to get one', async (_name, Client, command, code) => {
  const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
  const client = new (Client as unknown as new (config: object) => { send(command: object): Promise<object> })({ endpoint: runs[0]?.daemon.endpoint, region: REGION, credentials, maxAttempts: 1 });
  await expect(client.send(command)).rejects.toMatchObject({
    name: code, message: expect.stringMatching(/did not issue the access key AKIAIOSFODNN7EXAMPLE and passes no call on to AWS; run "npm run local -- env/) as string,
  });
});

test('nothing of a run listens anywhere but on loopback, and nothing outlives it when it is killed', async () => {
  const run = await start();
  const { pid } = run.daemon;
  await busy(run, 'busy');
  await until('a function and a job at work', async () => (works(pid) ? true : undefined));
  const everything = descendants(pid);
  const addresses = [pid, ...everything.map((process) => process.pid)].flatMap(listeningAddresses);
  expect(addresses.length).toBeGreaterThanOrEqual(2);
  expect(addresses.filter((address) => !LOOPBACK.includes(address))).toEqual([]);
  process.kill(pid, 'SIGKILL');
  const left = await until('the end of all', async () => (alive(everything).length === 0 ? [] : undefined), 10_000).catch(() => alive(everything));
  expect(left).toEqual([]);
}, 60_000);

test('a run that is ended leaves nothing behind, and the other goes on', async () => {
  const [one, other] = runs as [Run, Run];
  await busy(one, 'ended');
  await until('a function and a job at work', async () => (works(one.daemon.pid) ? true : undefined));
  const everything = descendants(one.daemon.pid);
  await one.daemon.stop();
  expect(alive(everything)).toEqual([]);
  expect((await other.client(S3Client).send(new ListBucketsCommand({}))).Buckets).toHaveLength(1);
  expect(statSync(join(one.folder, 'calls.log')).size).toBeGreaterThan(0);
}, 60_000);
