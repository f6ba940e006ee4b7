import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateRoleCommand, IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { CreateFunctionCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, ListBucketsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateProcessingJobCommand, DescribeProcessingJobCommand, ListEndpointsCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { CreateStateMachineCommand, DescribeExecutionCommand, SFNClient, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { zipSync } from 'fflate';
import { createClient } from '../../local/core/client';
import { parseFaultRules } from '../../local/core/faults/rules';
import { rootCredentials } from '../../local/core/keys';
import { startDaemon, type Daemon } from '../../local/daemon/start';
import { ensurePython } from '../../local/setup';
import { IMAGE, until } from './sagemaker-world';

const ACCOUNT = '333333333333';
const REGION = 'eu-central-1';
const FROM_THE_START = '{"seed": 3, "faults": [{"service": "iam", "operation": "ListRoles", "kind": "denied", "times": 1}]}';

let daemon: Daemon;
let folder: string;
let role: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'faults-'));
  const { python } = await ensurePython({ log: () => undefined });
  daemon = await startDaemon({ folder, region: REGION, timeScale: 600, python, port: 0, faults: parseFaultRules(FROM_THE_START) });
  const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service: ['lambda.amazonaws.com', 'states.amazonaws.com', 'sagemaker.amazonaws.com'] }, Action: 'sts:AssumeRole' }] };
  const { Role } = await client(IAMClient).send(new CreateRoleCommand({ RoleName: 'work', AssumeRolePolicyDocument: JSON.stringify(trust) }));
  role = Role?.Arn ?? '';
}, 60_000);

afterAll(async () => {
  await daemon.stop();
  rmSync(folder, { recursive: true, force: true });
}, 30_000);

afterEach(async () => void (await control('DELETE', 'faults')));

const client = <C>(Client: Parameters<typeof createClient<C>>[0]): C => createClient(Client, { endpoint: daemon.endpoint, region: REGION }, rootCredentials(ACCOUNT));

async function control<T>(method: string, path: string, body?: object): Promise<T> {
  const answer = await fetch(`${daemon.endpoint}/_local/${path}`, { method, body: body === undefined ? undefined : JSON.stringify(body) });
  return { status: answer.status, ...(await answer.json() as object) } as T;
}

const add = (rule: object): Promise<{ status: number; message?: string }> => control('POST', 'faults', rule);

test('rules may be there from the start', async () => {
  await expect(client(IAMClient).send(new ListRolesCommand({}))).rejects.toMatchObject({ name: 'AccessDenied' });
  expect((await client(IAMClient).send(new ListRolesCommand({}))).Roles).toHaveLength(1);
});

test.each([
  ['throttle', { name: 'ThrottlingException', $metadata: { httpStatusCode: 400 } }],
  ['internal', { name: 'InternalFailure', $metadata: { httpStatusCode: 500 } }],
  ['unavailable', { name: 'ServiceUnavailable', $metadata: { httpStatusCode: 503 } }],
  ['denied', { name: 'AccessDeniedException' }],
])('an API answers the error %s', async (kind, error) => {
  await add({ service: 'sagemaker', operation: 'ListEndpoints', kind, times: 1 });
  await expect(client(SageMakerClient).send(new ListEndpointsCommand({}))).rejects.toMatchObject({ ...error, ...('$metadata' in error ? { $metadata: expect.objectContaining(error.$metadata) as object } : {}) });
  await client(SageMakerClient).send(new ListEndpointsCommand({}));
});

test('a connection is reset, also in the middle of an upload', async () => {
  await client(S3Client).send(new CreateBucketCommand({ Bucket: 'faulty', CreateBucketConfiguration: { LocationConstraint: REGION } }));
  await add({ service: 's3', operation: 'PUT', match: { Bucket: 'faulty', Key: 'x/*' }, kind: 'reset', times: 1 });
  await expect(client(S3Client).send(new PutObjectCommand({ Bucket: 'faulty', Key: 'x/1', Body: Buffer.alloc(1024) }))).rejects.toThrow('socket hang up');
  await client(S3Client).send(new PutObjectCommand({ Bucket: 'faulty', Key: 'x/1', Body: Buffer.alloc(1024) }));
});

test('a call takes longer', async () => {
  await add({ service: 's3', operation: 'GET', latencyMs: 300, times: 1 });
  const started = performance.now();
  await client(S3Client).send(new ListBucketsCommand({}));
  expect(performance.now() - started).toBeGreaterThanOrEqual(290);
});

test('a function fails, is killed at work, and works again', async () => {
  const lambda = client(LambdaClient);
  const ZipFile = zipSync({ 'index.js': Buffer.from("exports.handler = async () => { await new Promise((done) => setTimeout(done, 100)); return 'ok'; };") });
  await lambda.send(new CreateFunctionCommand({ FunctionName: 'f', Runtime: 'nodejs24.x', Handler: 'index.handler', Role: role, Code: { ZipFile }, Timeout: 10 }));
  const invoke = async (): Promise<unknown> => JSON.parse(Buffer.from((await lambda.send(new InvokeCommand({ FunctionName: 'f' }))).Payload ?? []).toString('utf8'));
  await add({ service: 'lambda', operation: 'Run', match: { FunctionName: 'f' }, error: { code: 'TypeError', message: 'x is not a function' }, times: 1 });
  expect(await invoke()).toMatchObject({ errorType: 'TypeError', errorMessage: 'x is not a function' });
  await add({ service: 'lambda', operation: 'Run', kind: 'kill', times: 1 });
  expect(await invoke()).toMatchObject({ errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('signal: killed') as string });
  expect(await invoke()).toBe('ok');
}, 30_000);

test('a job is killed and says so', async () => {
  const sagemaker = client(SageMakerClient);
  await add({ service: 'sagemaker', operation: 'RunProcessingJob', match: { JobName: 'doomed' }, kind: 'kill' });
  await sagemaker.send(new CreateProcessingJobCommand({
    ProcessingJobName: 'doomed', RoleArn: role, AppSpecification: { ImageUri: IMAGE, ContainerEntrypoint: ['python3', '-c', 'import time; time.sleep(60)'] },
    ProcessingResources: { ClusterConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1 } },
  }));
  const job = await until('the job', async () => {
    const found = await sagemaker.send(new DescribeProcessingJobCommand({ ProcessingJobName: 'doomed' }));
    return found.ProcessingJobStatus === 'InProgress' ? undefined : found;
  });
  expect(job.ProcessingJobStatus).toBe('Failed');
  expect(job.FailureReason).not.toBe('');
}, 30_000);

test('a stopped clock ends no wait', async () => {
  const states = client(SFNClient);
  const definition = JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 60, End: true } } });
  const { stateMachineArn } = await states.send(new CreateStateMachineCommand({ name: 'waiting', definition, roleArn: role }));
  const { id } = await control<{ id: string }>('POST', 'faults', { service: 'clock', operation: 'Stop' });
  const { executionArn } = await states.send(new StartExecutionCommand({ stateMachineArn }));
  const status = async () => (await states.send(new DescribeExecutionCommand({ executionArn }))).status;
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(await status()).toBe('RUNNING');
  await control('DELETE', `faults/${id}`);
  await until('the end of the wait', async () => ((await status()) === 'SUCCEEDED' ? true : undefined));
  await states.send(new StopExecutionCommand({ executionArn }));
}, 30_000);

test('a rule that cannot be is refused with its members', async () => {
  expect(await add({ service: 's3', operation: '*', share: 2 })).toMatchObject({ status: 400, message: expect.stringContaining('share') as string });
});

test('the command line refuses what it does not understand before it starts anything', async () => {
  const file = join(folder, 'rules.json');
  writeFileSync(file, '[{"service": "s3"}]');
  const run = (...args: string[]): Promise<string> =>
    new Promise((resolve) => {
      execFile(process.execPath, ['--import', 'tsx', 'local/cli.ts', ...args], (_error, _stdout, stderr) => resolve(stderr));
    });
  const [badFile, noFile] = await Promise.all([run('up', '--faults', file), run('story', '--faults', 'nowhere.json')]);
  expect(badFile).toContain('fault rule 1: operation');
  expect(noFile).toContain('there is no file of fault rules nowhere.json');
}, 30_000);
