import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateFunctionCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { ListEndpointsCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { CreateStateMachineCommand, DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { zipSync } from 'fflate';
import { ensurePython } from '../setup';
import { type Figure, median, timed } from './figures';
import { startBenchWorld, type BenchWorld } from './world';

const STARTS = 3;
const CALLS = 200;
const TRANSITIONS = 400;
const EXECUTIONS = 15;

/** A request over a kept connection to a server that does nothing, through the same `fetch` for all. */
async function bareRequest(): Promise<number> {
  const server = createServer((_request, response) => response.end('{}'));
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  try {
    return await timed(async () => (await fetch(url, { method: 'POST', body: '{}' })).text(), CALLS);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** A start of Node that does nothing. */
const bareStart = (): Promise<number> =>
  timed(() => new Promise((resolve) => { spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }).once('close', resolve); }), 5, 1);

/** Milliseconds that an execution of so many Pass states took, as the service itself tells. */
async function execution(states: SFNClient, stateMachineArn: string | undefined): Promise<number> {
  const { executionArn } = await states.send(new StartExecutionCommand({ stateMachineArn, input: '{"n":1}' }));
  for (;;) {
    const { status, startDate, stopDate } = await states.send(new DescribeExecutionCommand({ executionArn }));
    if (status !== 'RUNNING') {
      return (stopDate?.getTime() ?? 0) - (startDate?.getTime() ?? 0);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Milliseconds per transition: the difference between a long and a short chain, so that starting and ending do not count. */
async function transition(world: BenchWorld, roleArn: string): Promise<number> {
  const states = world.client(SFNClient);
  const chain = async (length: number): Promise<number> => {
    const names = Array.from({ length }, (_, index) => `S${index}`);
    const States = Object.fromEntries(names.map((name, index) => [
      name, { Type: 'Pass', Output: '{% $merge([$states.input, {"n": $states.input.n + 1}]) %}', ...(index + 1 < length ? { Next: `S${index + 1}` } : { End: true }) },
    ]));
    const definition = JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'S0', States });
    const { stateMachineArn } = await states.send(new CreateStateMachineCommand({ name: `chain-${length}`, definition, roleArn }));
    const times: number[] = [];
    for (let index = 0; index < EXECUTIONS; index += 1) {
      times.push(await execution(states, stateMachineArn));
    }
    return median(times);
  };
  const [long, short] = [await chain(TRANSITIONS + 1), await chain(1)];
  return Math.max(0, long - short) / TRANSITIONS;
}

/** Milliseconds of a warm call beyond what the handler itself takes. */
async function warmCall(world: BenchWorld, Role: string): Promise<number> {
  const lambda = world.client(LambdaClient);
  const code = "exports.handler = async () => { const started = performance.now(); await new Promise((done) => setTimeout(done, 5)); return performance.now() - started; };";
  await lambda.send(new CreateFunctionCommand({
    FunctionName: 'warm', Runtime: 'nodejs24.x', Handler: 'index.handler', Role, MemorySize: 256, Code: { ZipFile: zipSync({ 'index.js': Buffer.from(code) }) },
  }));
  const beyond: number[] = [];
  for (let index = 0; index < CALLS + 5; index += 1) {
    const started = performance.now();
    const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: 'warm' }));
    const all = performance.now() - started;
    beyond.push(all - Number(Buffer.from(Payload ?? []).toString('utf8')));
  }
  return median(beyond.slice(5));
}

/** What the local AWS itself costs, with permissions enforced. */
export async function measureLocalAws(): Promise<Figure[]> {
  const { python } = await ensurePython({ log: (line) => void process.stderr.write(`${line}\n`) });
  const readies: number[] = [];
  for (let index = 0; index < STARTS; index += 1) {
    const started = await startBenchWorld(python);
    readies.push(started.readyMs);
    await started.stop();
  }
  const [request, nodeStart] = [await bareRequest(), await bareStart()];
  const world = await startBenchWorld(python);
  try {
    const role = await world.role('bench');
    const [sagemaker, s3] = [world.client(SageMakerClient), world.client(S3Client)];
    await s3.send(new CreateBucketCommand({ Bucket: 'bench', CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' } }));
    const own = await timed(() => sagemaker.send(new ListEndpointsCommand({})), CALLS);
    const passedOn = await timed(() => s3.send(new HeadBucketCommand({ Bucket: 'bench' })), CALLS);
    const step = await transition(world, role);
    const warm = await warmCall(world, role);
    const against = (value: number): Pick<Figure, 'value' | 'unit' | 'ratio' | 'yardstick'> => ({ value, unit: 'ms', ratio: value / request, yardstick: 'a bare request' });
    const ready = median(readies);
    return [
      { name: 'start to ready', value: ready, unit: 'ms', limit: 3000, ratio: ready / nodeStart, yardstick: 'a bare start of Node' },
      { name: 'state transition', limit: 2, ...against(step) },
      { name: 'warm function, beyond its own time', limit: 15, ...against(warm) },
      { name: 'API call, own service', ...against(own) },
      { name: 'API call, passed on', ...against(passedOn) },
    ];
  } finally {
    await world.stop();
  }
}
