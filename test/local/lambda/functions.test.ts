import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FunctionConfiguration, GetFunctionResponse, ListVersionsByFunctionResponse, PublishLayerVersionResponse } from '@aws-sdk/client-lambda';
import { zipSync } from 'fflate';
import { arnOf, Bench, zip } from './support';

test('a function has the defaults of AWS', async () => {
  expect(await new Bench().create('f')).toMatchObject({
    FunctionName: 'f', FunctionArn: arnOf('f'), Version: '$LATEST', MemorySize: 128, Timeout: 3, PackageType: 'Zip', Architectures: ['x86_64'],
    State: 'Active', LastUpdateStatus: 'Successful', EphemeralStorage: { Size: 512 }, LoggingConfig: { LogGroup: '/aws/lambda/f' },
  });
});

test('code is unpacked once per content', async () => {
  const bench = new Bench();
  const Code = { ZipFile: zip('exports.handler = 1;') };
  const first = await bench.create('a', { Code });
  const second = await bench.create('b', { Code });
  expect(second.CodeSha256).toBe(first.CodeSha256);
  await bench.invoke('a');
  await bench.invoke('b');
  const [folder, other] = bench.runs.map(({ target }) => target.revision.code.folder);
  expect(other).toBe(folder);
  expect(readFileSync(join(folder ?? '', 'index.js'), 'utf8')).toBe('exports.handler = 1;');
});

test.each([
  ['python3.12', { Runtime: 'python3.12' }, /runtime python3\.12 is not supported by the local AWS/],
  ['a container image', { PackageType: 'Image', Runtime: undefined }, /container image is not supported/],
  ['a handler without an export', { Handler: 'index' }, /handler "index" must be/],
  ['too little memory', { MemorySize: 64 }, /MemorySize is 64 but must be from 128 to 10240/],
  ['too long a time', { Timeout: 901 }, /Timeout is 901 but must be from 1 to 900/],
  ['reserved variables', { Environment: { Variables: { AWS_REGION: 'x' } } }, /reserved keys.*AWS_REGION/],
  ['more than 4 KB of variables', { Environment: { Variables: { A: 'x'.repeat(4096) } } }, /4KB limit/],
  ['a layer that is not there', { Layers: [`arn:aws:lambda:eu-central-1:111111111111:layer:l:1`] }, /layer:l:1 does not exist/],
  ['a zip that is none', { Code: { ZipFile: Buffer.from('nonsense') } }, /Could not unzip uploaded file/],
  ['a zip that leaves its folder', { Code: { ZipFile: zipSync({ '../../escape.js': Buffer.from('x') }) } }, /leaves its folder/],
  ['no code at all', { Code: {} }, /Code needs ZipFile, or S3Bucket and S3Key/],
])('%s is refused', async (_title, rest, says) => {
  const bench = new Bench();
  await expect(bench.create('f', rest)).rejects.toThrow(says);
  await expect(bench.call('GetFunction', { FunctionName: 'f' })).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  expect(existsSync(join(bench.cloud.folder, 'escape.js'))).toBe(false);
});

test('a second function of the same name is a conflict, in another account it is not', async () => {
  const bench = new Bench();
  await bench.create('f');
  await expect(bench.create('f')).rejects.toMatchObject({ code: 'ResourceConflictException', status: 409 });
  await expect(bench.call('GetFunction', { FunctionName: 'f' }, '222222222222')).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
});

test('a version is numbered, keeps what it was, and comes only once for the same state', async () => {
  const bench = new Bench(({ revision }) => revision.configuration.Timeout);
  await bench.create('f');
  const first = await bench.call<FunctionConfiguration>('PublishVersion', { FunctionName: 'f', Description: 'one' });
  expect(first).toMatchObject({ Version: '1', FunctionArn: `${arnOf('f')}:1`, Description: 'one' });
  expect(await bench.call<FunctionConfiguration>('PublishVersion', { FunctionName: 'f' })).toMatchObject({ Version: '1' });
  await bench.call('UpdateFunctionConfiguration', { FunctionName: 'f', Timeout: 9 });
  expect(await bench.call<FunctionConfiguration>('PublishVersion', { FunctionName: 'f' })).toMatchObject({ Version: '2', Timeout: 9 });
  expect((await bench.invoke('f:1')).json).toBe(3);
  expect((await bench.invoke('f', {}, { Qualifier: '2' })).json).toBe(9);
  const { Versions } = await bench.call<ListVersionsByFunctionResponse>('ListVersionsByFunction', { FunctionName: 'f' });
  expect(Versions?.map(({ Version }) => Version)).toEqual(['$LATEST', '1', '2']);
});

test('publishing insists on the code that was named', async () => {
  const bench = new Bench();
  await bench.create('f');
  await expect(bench.call('PublishVersion', { FunctionName: 'f', CodeSha256: 'other' })).rejects.toThrow(/different from current CodeSHA256/);
});

test('an alias leads to its version, and holds it', async () => {
  const bench = new Bench(({ version }) => version);
  await bench.create('f', { Publish: true });
  expect(await bench.call('CreateAlias', { FunctionName: 'f', Name: 'live', FunctionVersion: '1' })).toMatchObject({ AliasArn: `${arnOf('f')}:live` });
  expect((await bench.invoke(`${arnOf('f')}:live`)).json).toBe('1');
  await expect(bench.call('DeleteFunction', { FunctionName: 'f', Qualifier: '1' })).rejects.toThrow(/used by the aliases live/);
  await bench.call('UpdateAlias', { FunctionName: 'f', Name: 'live', FunctionVersion: '$LATEST' });
  expect((await bench.invoke('f:live')).json).toBe('$LATEST');
  await bench.call('DeleteAlias', { FunctionName: 'f', Name: 'live' });
  await expect(bench.invoke('f:live')).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
});

test('an alias of a version that is not there, or with weights, is refused', async () => {
  const bench = new Bench();
  await bench.create('f');
  await expect(bench.call('CreateAlias', { FunctionName: 'f', Name: 'a', FunctionVersion: '7' })).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  const weighted = { FunctionName: 'f', Name: 'a', FunctionVersion: '$LATEST', RoutingConfig: { AdditionalVersionWeights: { 1: 0.1 } } };
  await expect(bench.call('CreateAlias', weighted)).rejects.toThrow(/AdditionalVersionWeights/);
});

test('a deleted function is gone with its versions', async () => {
  const bench = new Bench();
  await bench.create('f', { Publish: true });
  await bench.call('DeleteFunction', { FunctionName: 'f' });
  await expect(bench.invoke('f:1')).rejects.toMatchObject({ code: 'ResourceNotFoundException', status: 404 });
});

test('layers are numbered, and functions keep those that are deleted', async () => {
  const bench = new Bench();
  const publish = (): Promise<PublishLayerVersionResponse> => bench.call('PublishLayerVersion', { LayerName: 'l', Content: { ZipFile: zip('x') }, CompatibleRuntimes: ['nodejs24.x'] });
  expect(await publish()).toMatchObject({ Version: 1, LayerArn: 'arn:aws:lambda:eu-central-1:111111111111:layer:l' });
  const { LayerVersionArn } = await publish();
  expect(LayerVersionArn).toMatch(/:layer:l:2$/);
  await bench.create('f', { Layers: [LayerVersionArn] });
  expect(await bench.call('GetLayerVersion', { LayerName: 'l', VersionNumber: 2 })).toMatchObject({ LayerVersionArn, CompatibleRuntimes: ['nodejs24.x'] });
  await bench.call('DeleteLayerVersion', { LayerName: 'l', VersionNumber: 2 });
  await expect(bench.call('GetLayerVersion', { LayerName: 'l', VersionNumber: 2 })).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  await bench.invoke('f');
  expect(bench.runs[0]?.target.revision.layers).toHaveLength(1);
});

test('GetFunction tells configuration, tags and reserved concurrency', async () => {
  const bench = new Bench();
  await bench.create('f', { Tags: { a: '1' }, Description: 'it works' });
  await bench.call('TagResource', { Resource: arnOf('f'), Tags: { b: '2' } });
  await bench.call('UntagResource', { Resource: arnOf('f'), TagKeys: ['a'] });
  await bench.call('PutFunctionConcurrency', { FunctionName: 'f', ReservedConcurrentExecutions: 2 });
  expect(await bench.call<GetFunctionResponse>('GetFunction', { FunctionName: arnOf('f') })).toMatchObject({
    Configuration: { FunctionName: 'f', Description: 'it works' }, Tags: { b: '2' }, Concurrency: { ReservedConcurrentExecutions: 2 }, Code: { RepositoryType: 'S3' },
  });
});
