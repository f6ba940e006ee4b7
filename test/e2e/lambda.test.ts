import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FunctionConfiguration, InvocationResponse, PublishLayerVersionResponse } from '@aws-sdk/client-lambda';
import { zipSync } from 'fflate';
import { createLambdaService } from '../../local/lambda';
import type { Operation } from '../../local/core/service';
import { fakeCloud, fakeContext } from '../support/fake-cloud';

const cloud = fakeCloud({ folder: mkdtempSync(join(tmpdir(), 'lambda-')) });
const service = createLambdaService(cloud);

const call = async <T>(operation: string, input: object): Promise<T> => {
  const found = service.operations[operation] as Operation | undefined;
  if (found === undefined) {
    throw new Error(`no operation ${operation}`);
  }
  return await (found as (input: object, context: object) => Promise<object | void>)(input, fakeContext()) as T;
};

const zip = (files: Record<string, string>): Uint8Array =>
  zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)])));

const create = (FunctionName: string, code: string, rest: object = {}): Promise<FunctionConfiguration> =>
  call('CreateFunction', {
    FunctionName, Runtime: 'nodejs24.x', Handler: 'index.handler', Role: `arn:aws:iam::111111111111:role/${FunctionName}`,
    Code: { ZipFile: zip({ 'index.js': code }) }, ...rest,
  });

interface Result {
  readonly error: string | undefined;
  readonly payload: unknown;
  readonly log: string;
}

const invoke = async (FunctionName: string, event: unknown = {}, rest: object = {}): Promise<Result> => {
  const answer = await call<InvocationResponse>('Invoke', { FunctionName, Payload: Buffer.from(JSON.stringify(event)), LogType: 'Tail', ...rest });
  return {
    error: answer.FunctionError,
    payload: JSON.parse(Buffer.from(answer.Payload ?? []).toString('utf8')) as unknown,
    log: Buffer.from(answer.LogResult ?? '', 'base64').toString('utf8'),
  };
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

afterAll(async () => {
  await service.stop?.();
  rmSync(cloud.folder, { recursive: true, force: true });
});

test('a handler gets event and context, and its result comes back', async () => {
  await create('context', `exports.handler = async (event, context) => ({
    sum: event.a + event.b, name: context.functionName, version: context.functionVersion, arn: context.invokedFunctionArn,
    memory: context.memoryLimitInMB, remaining: context.getRemainingTimeInMillis() > 1000, group: context.logGroupName, id: context.awsRequestId.length });`);
  expect((await invoke('context', { a: 1, b: 2 })).payload).toEqual({
    sum: 3, name: 'context', version: '$LATEST', arn: 'arn:aws:lambda:eu-central-1:111111111111:function:context',
    memory: '128', remaining: true, group: '/aws/lambda/context', id: 36,
  });
});

test('the environment is the configuration and what AWS documents, and nothing of this process', async () => {
  process.env['AWS_PROFILE'] = 'private';
  process.env['SOME_SECRET'] = 'private';
  await create('environment', 'exports.handler = async () => process.env;', { Environment: { Variables: { TABLE: 'a' } } });
  const variables = (await invoke('environment')).payload as Record<string, string>;
  expect(variables).toMatchObject({
    TABLE: 'a', AWS_REGION: 'eu-central-1', AWS_LAMBDA_FUNCTION_NAME: 'environment', AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
    AWS_ENDPOINT_URL: cloud.endpoint, AWS_SECRET_ACCESS_KEY: 'secret', AWS_SESSION_TOKEN: 'token', AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  });
  expect(variables).not.toHaveProperty('AWS_PROFILE');
  expect(variables).not.toHaveProperty('SOME_SECRET');
});

test('a warm worker keeps its state', async () => {
  await create('warm', 'let count = 0; exports.handler = async () => { count += 1; return { count, pid: process.pid }; };');
  const first = (await invoke('warm')).payload as { pid: number };
  expect(first).toMatchObject({ count: 1 });
  for (let index = 2; index < 6; index += 1) {
    const { payload, log } = await invoke('warm');
    expect(payload).toEqual({ count: index, pid: first.pid });
    expect(log).toContain('(warm)');
  }
});

test('an error of the handler is an unhandled function error with type, message and trace', async () => {
  await create('broken', 'exports.handler = async () => { throw new RangeError("too far"); };');
  const { error, payload, log } = await invoke('broken');
  expect(error).toBe('Unhandled');
  expect(payload).toMatchObject({ errorType: 'RangeError', errorMessage: 'too far', trace: expect.arrayContaining(['RangeError: too far']) });
  expect(log).toMatch(/START RequestId[^]*Invoke Error[^]*END RequestId[^]*REPORT RequestId/);
});

test('a function that takes too long is killed, and the next call gets a new worker', async () => {
  await create('slow', 'exports.handler = async (event) => { if (event.spin) { for (;;); } return process.pid; };', { Timeout: 1 });
  const first = (await invoke('slow')).payload as number;
  const { error, payload } = await invoke('slow', { spin: true });
  expect(error).toBe('Unhandled');
  expect(payload).toMatchObject({ errorType: 'Sandbox.Timedout', errorMessage: expect.stringContaining('Task timed out after 1.00 seconds') });
  expect((await invoke('slow')).payload).not.toBe(first);
});

test('a process that ends is an exit error', async () => {
  await create('exits', 'exports.handler = async () => process.exit(3);');
  expect((await invoke('exits')).payload).toMatchObject({ errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('exit status 3') });
});

test('memory beyond the configured size ends the worker', async () => {
  await create('hungry', `const kept = []; exports.handler = async () => {
    for (let i = 0; i < 40; i += 1) { kept.push(Buffer.alloc(20 * 1024 * 1024, 1)); await new Promise((done) => setTimeout(done, 50)); } };`, { Timeout: 20 });
  expect((await invoke('hungry')).payload).toMatchObject({ errorType: 'Runtime.OutOfMemory' });
});

test.each([
  ['a module that is missing', 'exports.handler = async () => require("absent");', 'index.handler', { errorType: 'Error' }],
  ['a module that is missing at load', 'require("absent-module"); exports.handler = async () => 1;', 'index.handler', { errorType: 'Runtime.ImportModuleError' }],
  ['a handler that is not exported', 'exports.other = 1;', 'index.handler', { errorType: 'Runtime.HandlerNotFound' }],
  ['a file that is missing', '', 'main.handler', { errorType: 'Runtime.ImportModuleError' }],
  ['a handler with a callback', 'exports.handler = (event, context, callback) => callback(null, 1);', 'index.handler', { errorType: 'Runtime.CallbackHandlerDeprecated' }],
])('%s fails by name', async (title, code, Handler, expected) => {
  const name = title.replaceAll(' ', '-');
  await create(name, code, { Handler });
  const { error, payload } = await invoke(name);
  expect(error).toBe('Unhandled');
  expect(payload).toMatchObject(expected);
});

test('older runtimes have callbacks, and modules may be ECMAScript modules', async () => {
  await create('callback', 'exports.handler = (event, context, callback) => callback(null, event.x);', { Runtime: 'nodejs22.x' });
  await create('module', '', { Code: { ZipFile: zip({ 'index.mjs': 'export const handler = async (event) => event.x * 2;' }) } });
  expect((await invoke('callback', { x: 1 })).payload).toBe(1);
  expect((await invoke('module', { x: 2 })).payload).toBe(4);
});

test('a layer brings modules', async () => {
  const layer = await call<PublishLayerVersionResponse>('PublishLayerVersion', {
    LayerName: 'tools', Content: { ZipFile: zip({ 'nodejs/node_modules/answer/index.js': 'module.exports = 42;' }) },
  });
  await create('layered', 'exports.handler = async () => require("answer");', { Layers: [layer.LayerVersionArn] });
  expect((await invoke('layered')).payload).toBe(42);
});

test('a published version keeps its code when the function changes', async () => {
  await create('versioned', 'exports.handler = async () => "old";');
  const { Version } = await call<FunctionConfiguration>('PublishVersion', { FunctionName: 'versioned' });
  expect((await invoke('versioned')).payload).toBe('old');
  await call('UpdateFunctionCode', { FunctionName: 'versioned', ZipFile: zip({ 'index.js': 'exports.handler = async () => "new";' }) });
  expect((await invoke('versioned')).payload).toBe('new');
  expect((await invoke(`arn:aws:lambda:eu-central-1:111111111111:function:versioned:${Version}`)).payload).toBe('old');
});

test('calls at the same time get workers of their own, up to four', async () => {
  await create('parallel', 'exports.handler = async () => { await new Promise((done) => setTimeout(done, 400)); return process.pid; };');
  const pids = await Promise.all(Array.from({ length: 8 }, async () => (await invoke('parallel')).payload as number));
  expect(new Set(pids).size).toBeGreaterThan(1);
  expect(new Set(pids).size).toBeLessThanOrEqual(4);
});

test('reserved concurrency refuses what is above it', async () => {
  await create('reserved', 'exports.handler = async () => new Promise((done) => setTimeout(done, 300));');
  await call('PutFunctionConcurrency', { FunctionName: 'reserved', ReservedConcurrentExecutions: 1 });
  const answers = await Promise.allSettled([invoke('reserved'), invoke('reserved')]);
  expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(answers.find((answer) => answer.status === 'rejected')?.reason).toMatchObject({ code: 'TooManyRequestsException', status: 429 });
});

test('an asynchronous call is tried three times', async () => {
  const file = join(cloud.folder, 'attempts');
  writeFileSync(file, '');
  await create('later', `exports.handler = async () => { require('node:fs').appendFileSync(${JSON.stringify(file)}, 'x'); throw new Error('again'); };`);
  await call('Invoke', { FunctionName: 'later', InvocationType: 'Event', Payload: Buffer.from('{}') });
  while (!cloud.logs.some((line) => line.includes('failed for good'))) {
    await new Promise((done) => setTimeout(done, 20));
  }
  expect(readFileSync(file, 'utf8')).toBe('xxx');
  expect(cloud.clock.slept).toEqual([60, 120]);
});

test('workers end with the process that started them, even while they spin', async () => {
  const script = `
    import { createLambdaService } from ${JSON.stringify(join(__dirname, '../../local/lambda/index.ts'))};
    import { fakeCloud, fakeContext } from ${JSON.stringify(join(__dirname, '../support/fake-cloud.ts'))};
    const service = createLambdaService(fakeCloud());
    const call = (name, input) => service.operations[name](input, fakeContext());
    const Code = { ZipFile: Buffer.from(${JSON.stringify(Buffer.from(zip({ 'index.js': 'exports.handler = async (event) => { if (event.spin) { for (;;); } return process.pid; };' })).toString('base64'))}, 'base64') };
    (async () => {
      await call('CreateFunction', { FunctionName: 'f', Runtime: 'nodejs24.x', Handler: 'index.handler', Role: 'arn:aws:iam::111111111111:role/f', Timeout: 60, Code });
      const { Payload } = await call('Invoke', { FunctionName: 'f', Payload: Buffer.from('{}') });
      process.stdout.write(Buffer.from(Payload).toString() + '\\n');
      await call('Invoke', { FunctionName: 'f', Payload: Buffer.from('{"spin":true}') });
    })();`;
  const file = join(cloud.folder, 'parent.ts');
  writeFileSync(file, script);
  const parent = spawn(process.execPath, ['--import', 'tsx', file], { cwd: join(__dirname, '../..'), stdio: ['ignore', 'pipe', 'inherit'] });
  const pid = await new Promise<number>((resolve) => { parent.stdout.on('data', (text: Buffer) => resolve(Number(text.toString()))); });
  expect(isAlive(pid)).toBe(true);
  await new Promise((done) => setTimeout(done, 300));
  parent.kill('SIGKILL');
  for (let tries = 0; tries < 100 && isAlive(pid); tries += 1) {
    await new Promise((done) => setTimeout(done, 50));
  }
  expect(isAlive(pid)).toBe(false);
}, 30_000);
