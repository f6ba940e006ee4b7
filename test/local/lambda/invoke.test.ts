import type { AddPermissionResponse, FunctionUrlConfig, GetPolicyResponse } from '@aws-sdk/client-lambda';
import { arnOf, Bench } from './support';

test('a function is found by name, partial ARN and ARN', async () => {
  const bench = new Bench((_target, { event }) => JSON.parse(event) as unknown);
  await bench.create('f');
  for (const name of ['f', '111111111111:function:f', arnOf('f'), `${arnOf('f')}:$LATEST`]) {
    expect(await bench.invoke(name, { a: 1 })).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST', json: { a: 1 } });
  }
  await expect(bench.invoke('f/g')).rejects.toMatchObject({ code: 'ValidationException' });
});

test('a caller of another account names the function by its ARN', async () => {
  const bench = new Bench(() => 'here');
  await bench.create('f');
  expect(await bench.call('Invoke', { FunctionName: arnOf('f') }, '222222222222')).toMatchObject({ StatusCode: 200 });
});

test('a function that fails answers 200 with FunctionError', async () => {
  const bench = new Bench(() => { throw new RangeError('far'); });
  await bench.create('f');
  expect(await bench.invoke('f')).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled', json: { errorType: 'RangeError', errorMessage: 'far' } });
});

test('a payload that is no JSON is refused', async () => {
  const bench = new Bench();
  await bench.create('f');
  await expect(bench.call('Invoke', { FunctionName: 'f', Payload: Buffer.from('{') })).rejects.toMatchObject({ code: 'InvalidRequestContentException' });
});

test('a dry run runs nothing', async () => {
  const bench = new Bench();
  await bench.create('f');
  expect(await bench.invoke('f', {}, { InvocationType: 'DryRun' })).toMatchObject({ StatusCode: 204 });
  expect(bench.runs).toHaveLength(0);
});

const settled = async (bench: Bench): Promise<void> => {
  while (!bench.cloud.logs.some((line) => line.includes('failed for good'))) {
    await new Promise((done) => setImmediate(done));
  }
};

test('an asynchronous call is tried again after one and two minutes, under one request id', async () => {
  const bench = new Bench(() => { throw new Error('again'); });
  await bench.create('f');
  expect(await bench.invoke('f', {}, { InvocationType: 'Event' })).toMatchObject({ StatusCode: 202 });
  await settled(bench);
  expect(bench.cloud.clock.slept).toEqual([60, 120]);
  expect(new Set(bench.runs.map(({ invocation }) => invocation.requestId)).size).toBe(1);
});

test('the number of retries is configured', async () => {
  const bench = new Bench(() => { throw new Error('again'); });
  await bench.create('f');
  await bench.call('PutFunctionEventInvokeConfig', { FunctionName: 'f', MaximumRetryAttempts: 0 });
  await bench.invoke('f', {}, { InvocationType: 'Event' });
  await settled(bench);
  expect(bench.runs).toHaveLength(1);
});

test('permissions become a resource policy', async () => {
  const bench = new Bench();
  await bench.create('f');
  const permission = { FunctionName: 'f', StatementId: 's', Action: 'lambda:InvokeFunction', Principal: 'events.amazonaws.com', SourceArn: 'arn:aws:events:eu-central-1:111111111111:rule/r' };
  const { Statement } = await bench.call<AddPermissionResponse>('AddPermission', permission);
  expect(JSON.parse(Statement ?? '')).toEqual({
    Sid: 's', Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'lambda:InvokeFunction', Resource: arnOf('f'),
    Condition: { ArnLike: { 'AWS:SourceArn': permission.SourceArn } },
  });
  await expect(bench.call('AddPermission', permission)).rejects.toMatchObject({ code: 'ResourceConflictException' });
  await bench.call('AddPermission', { FunctionName: 'f', StatementId: 'account', Action: 'lambda:InvokeFunctionUrl', Principal: '222222222222', FunctionUrlAuthType: 'AWS_IAM' });
  const { Policy } = await bench.call<GetPolicyResponse>('GetPolicy', { FunctionName: 'f' });
  expect(JSON.parse(Policy ?? '')).toMatchObject({
    Statement: [{ Sid: 's' }, { Principal: { AWS: 'arn:aws:iam::222222222222:root' }, Condition: { StringEquals: { 'lambda:FunctionUrlAuthType': 'AWS_IAM' } } }],
  });
  await bench.call('RemovePermission', { FunctionName: 'f', StatementId: 's' });
  await bench.call('RemovePermission', { FunctionName: 'f', StatementId: 'account' });
  await expect(bench.call('GetPolicy', { FunctionName: 'f' })).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
});

const withUrl = async (bench: Bench): Promise<string> => {
  await bench.create('f');
  const { FunctionUrl = '' } = await bench.call<FunctionUrlConfig>('CreateFunctionUrlConfig', { FunctionName: 'f', AuthType: 'AWS_IAM' });
  return FunctionUrl.slice(bench.cloud.endpoint.length);
};

test('a function URL hands the request over in payload format 2.0', async () => {
  const bench = new Bench((_target, { event }) => ({ statusCode: 201, headers: { 'X-Own': 'yes' }, cookies: ['a=1'], body: event }));
  const path = await withUrl(bench);
  const answer = await bench.http('POST', `${path}predict/now?a=1&b=2&a=3`, { host: 'h', 'content-type': 'application/json', cookie: 'c=1; d=2' }, '{"x":1}');
  expect(answer).toMatchObject({ status: 201, headers: { 'x-own': 'yes', 'set-cookie': 'a=1', 'content-type': 'application/json' } });
  expect(JSON.parse(String(answer?.body))).toMatchObject({
    version: '2.0', routeKey: '$default', rawPath: '/predict/now', rawQueryString: 'a=1&b=2&a=3', queryStringParameters: { a: '1,3', b: '2' },
    cookies: ['c=1', 'd=2'], headers: { 'content-type': 'application/json' }, body: '{"x":1}', isBase64Encoded: false,
    requestContext: { http: { method: 'POST', path: '/predict/now' }, authorizer: { iam: { userArn: 'arn:aws:sts::111111111111:assumed-role/caller/test' } } },
  });
});

test.each([
  ['a result without statusCode is the body', { a: 1 }, { status: 200, body: '{"a":1}' }],
  ['text is text', 'plain', { status: 200, body: 'plain' }],
  ['an object as body is JSON', { statusCode: 400, body: { error: 'x' } }, { status: 400, body: '{"error":"x"}' }],
  ['a body may be Base64', { statusCode: 200, body: 'aGk=', isBase64Encoded: true }, { status: 200, body: Buffer.from('hi') }],
])('%s', async (_title, result, expected) => {
  const bench = new Bench(() => result);
  expect(await bench.http('GET', await withUrl(bench))).toMatchObject(expected);
});

test('a function that fails behind its URL is a bad gateway', async () => {
  const bench = new Bench(() => { throw new Error('inside'); });
  const answer = await bench.http('GET', await withUrl(bench));
  expect(answer).toMatchObject({ status: 502, body: '{"message":"Internal Server Error"}' });
});

test('other paths are left to the protocol, unknown URLs are not found, and a URL can be taken away', async () => {
  const bench = new Bench();
  const path = await withUrl(bench);
  expect(await bench.http('GET', '/2015-03-31/functions/f')).toBeUndefined();
  expect(await bench.call('GetFunctionUrlConfig', { FunctionName: 'f' })).toMatchObject({ AuthType: 'AWS_IAM', FunctionArn: arnOf('f') });
  await bench.call('DeleteFunctionUrlConfig', { FunctionName: 'f' });
  await expect(bench.http('GET', path)).rejects.toMatchObject({ code: 'ResourceNotFoundException', status: 404 });
});
