import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchClient, DeleteAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { DeleteItemCommand, DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { DeleteEndpointCommand, DeleteEndpointConfigCommand, DeleteModelCommand, DescribeEndpointCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import type { Verdict } from '../../../lambda/gate/contract';
import { handler } from '../../../lambda/janitor';
import { type ExecutionEnded, WATCHED_MACHINES } from '../../../lambda/janitor/contract';
import { nextStep } from '../../../lambda/janitor/plan';
import { missingVerdict } from '../../../lambda/janitor/verdict';
import type { ChampionRecord } from '../../../lambda/shared/process/contract';
import { Env, PROJECT_FILE } from '../../../lambda/shared/runtime/contract';
import { inMemoryS3 } from '../in-memory-s3';

const objects = new Map<string, Uint8Array>();
const sageMaker = mockClient(SageMakerClient);
const dynamoDb = mockClient(DynamoDBClient);
const cloudWatch = mockClient(CloudWatchClient);
const ssm = mockClient(SSMClient);

const context = { getRemainingTimeInMillis: () => 60_000 };
const missing = (): Error => Object.assign(new Error('Could not find endpoint "prod-people".'), { name: 'ValidationException' });
const ended = (machine: string, change: Partial<ExecutionEnded> = {}): { detail: ExecutionEnded } => ({
  detail: {
    executionArn: `arn:execution:${machine}:run-1`,
    stateMachineArn: `arn:${machine}`,
    name: 'run-1',
    status: 'TIMED_OUT',
    startDate: Date.parse('2026-01-01T00:00:00Z'),
    stopDate: Date.parse('2026-01-01T01:00:00Z'),
    input: '{}',
    ...change,
  },
});

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'janitor-'));
  writeFileSync(join(folder, PROJECT_FILE), JSON.stringify({ declaration: { name: 'people' }, policyDigest: 'p' }));
  Object.assign(process.env, {
    LAMBDA_TASK_ROOT: folder,
    [Env.EVIDENCE_BUCKET]: 'evidence',
    [Env.ENVIRONMENT]: 'prod',
    [WATCHED_MACHINES]: JSON.stringify({
      'arn:development': { machine: 'development', gates: ['data', 'model'], comparison: 'reproduction', mode: 'QUALITATIVE' },
      'arn:qualification': { machine: 'qualification', gates: ['qualification'], mode: 'QUALITATIVE' },
      'arn:promotion': { machine: 'promotion', gates: ['promotion'], mode: 'QUALITATIVE' },
    }),
  });
});

beforeEach(() => {
  delete process.env[Env.STATE_TABLE];
  objects.clear();
  inMemoryS3(objects);
  [sageMaker, dynamoDb, cloudWatch, ssm].forEach((mock) => mock.reset());
});

test('a reproduction owes the verdict of its own gate alone, about the version', async () => {
  const compareWith = { manifestUri: 's3://evidence/m.json', packageDigest: 'd' };
  await handler(ended('development', { input: JSON.stringify({ compareWith }) }), context);
  expect(verdictAt('data')).toBeUndefined();
  expect(verdictAt('reproduction')).toMatchObject({ outcome: 'broken', subject: { type: 'modelPackage', name: 's3://evidence/m.json', digest: 'd' } });
});

const verdictAt = (gate: string): Verdict | undefined => {
  const bytes = objects.get(`s3://evidence/people/gates/${gate}/run-1/verdict.json`);
  return bytes === undefined ? undefined : (JSON.parse(Buffer.from(bytes).toString('utf8')) as Verdict);
};
const record = (gate: string, outcome: Verdict['outcome']): void => void objects.set(`s3://evidence/people/gates/${gate}/run-1/verdict.json`, Buffer.from(JSON.stringify({ outcome })));

describe('The verdict', () => {
  test('of an execution that ended before its first gate is broken, with the reason', async () => {
    expect(await handler(ended('development', { error: 'NoData', cause: 'there is no delivery' }), context)).toEqual({
      verdictUri: 's3://evidence/people/gates/data/run-1/verdict.json',
      removed: [],
    });
    expect(verdictAt('data')).toMatchObject({
      gate: 'data', outcome: 'broken', environment: 'prod', runId: 'run-1', policyDigest: 'p', subject: { type: 'developmentRun', name: 'run-1' },
      startedAt: '2026-01-01T00:00:00.000Z', endedAt: '2026-01-01T01:00:00.000Z',
      criteria: [{ outcome: 'notMeasured', reason: 'The execution run-1 of development ended TIMED_OUT before the gate data could judge: NoData: there is no delivery.' }],
    });
  });

  test('is missing at the gate where the execution ended', async () => {
    record('data', 'passed');
    await handler(ended('development'), context);
    expect([verdictAt('data')?.outcome, verdictAt('model')?.outcome]).toEqual(['passed', 'broken']);
  });

  test('is not missing when a gate said no, and none is replaced', async () => {
    record('data', 'failed');
    expect(await handler(ended('development', { status: 'FAILED' }), context)).toEqual({ verdictUri: undefined, removed: [] });
    expect([verdictAt('data')?.outcome, verdictAt('model')]).toEqual(['failed', undefined]);
  });

  test.each([
    [[], 'data'],
    [[['data', 'passed']], 'model'],
    [[['data', 'passed'], ['model', 'passed']], undefined],
    [[['data', 'failed']], undefined],
    [[['data', 'broken']], undefined],
  ] as const)('given %j is missing of %s', (outcomes, gate) => {
    expect(missingVerdict(['data', 'model'], new Map(outcomes as never))).toBe(gate);
  });

  test('on a model package is about the package', async () => {
    await handler(ended('qualification', { input: JSON.stringify({ modelPackageArn: 'arn:package', packageDigest: 'a' }) }), context);
    expect(verdictAt('qualification')?.subject).toEqual({ type: 'modelPackage', name: 'arn:package', digest: 'a' });
  });

  test.each([null, undefined, 'no json', '"text"'])('is written without an input too: %j', async (input) => {
    await handler(ended('qualification', { input }), context);
    expect(verdictAt('qualification')?.outcome).toBe('broken');
  });

  test('a delivery that is repeated finds its own verdict', async () => {
    await handler(ended('development'), context);
    expect(await handler(ended('development'), context)).toEqual({ verdictUri: undefined, removed: [] });
  });
});

test('a machine that it does not know is an error', async () => {
  await expect(handler(ended('other'), context)).rejects.toThrow('arn:other is not among the machines');
});

describe('The next step', () => {
  const lock = (machine: 'qualification' | 'promotion') => ({ machine, fleetName: 'v2', endpointName: 'prod-people' });
  const champion = (endpointConfigName: string) => ({ endpointName: 'prod-people', endpointConfigName }) as ChampionRecord;

  test.each(['qualification', 'promotion'] as const)('of a %s without an endpoint is to remove the candidate', (machine) => {
    expect(nextStep({ lock: lock(machine) })).toBe('removeCandidate');
  });

  test.each(['Creating', 'Updating', 'RollingBack', 'Deleting'])('while the endpoint is %s is to wait', (status) => {
    expect(nextStep({ lock: lock('promotion'), endpoint: { status, configName: 'v1' } })).toBe('wait');
    expect(nextStep({ lock: lock('qualification'), endpoint: { status, configName: 'v2' } })).toBe('wait');
  });

  test.each(['InService', 'Failed', 'OutOfService'])('of a qualification whose endpoint is %s is to delete it', (status) => {
    expect(nextStep({ lock: lock('qualification'), endpoint: { status, configName: 'v2' } })).toBe('deleteEndpoint');
  });

  test.each([
    ['serves still', 'v1', champion('v1'), 'removeCandidate'],
    ['was replaced without a verdict', 'v2', champion('v1'), 'restoreChampion'],
    ['is the candidate', 'v2', champion('v2'), 'keepCandidate'],
    ['never was', 'v2', undefined, 'deleteEndpoint'],
  ] as const)('of a promotion whose champion %s', (_name, configName, current, step) => {
    expect(nextStep({ lock: lock('promotion'), endpoint: { status: 'InService', configName }, champion: current })).toBe(step);
  });
});

describe('With an endpoint', () => {
  const item = (owner: string, machine: string) => ({
    Item: Object.fromEntries(Object.entries({ pk: 'lock#prod-people', owner, machine, endpointName: 'prod-people', fleetName: 'v2' }).map(([key, S]) => [key, { S }])),
  });

  beforeEach(() => {
    process.env[Env.STATE_TABLE] = 'table';
    process.env[Env.ENDPOINT_NAME] = 'prod-people';
    ssm.on(GetParameterCommand).rejects(Object.assign(new Error('no'), { name: 'ParameterNotFound' }));
    sageMaker.on(DescribeEndpointCommand).rejects(missing());
    [DeleteEndpointCommand, DeleteEndpointConfigCommand, DeleteModelCommand].forEach((command) => sageMaker.on(command as typeof DeleteModelCommand).resolves({}));
    cloudWatch.on(DeleteAlarmsCommand).resolves({});
    dynamoDb.on(DeleteItemCommand).resolves({});
  });

  test('the candidate of a promotion goes with its alarms and its lock', async () => {
    dynamoDb.on(GetItemCommand).resolves(item('arn:execution:promotion:run-1', 'promotion'));
    sageMaker.on(DescribeEndpointCommand).resolves({ EndpointStatus: 'InService', EndpointConfigName: 'v1' });
    expect((await handler(ended('promotion'), context)).removed).toEqual([
      'alarm prod-people-rollout-errors', 'alarm prod-people-rollout-latency', 'endpoint configuration v2', 'model v2', 'lock of prod-people',
    ]);
    expect(sageMaker.commandCalls(DeleteEndpointCommand)).toHaveLength(0);
    expect(dynamoDb.commandCalls(DeleteItemCommand)[0]?.args[0].input.ExpressionAttributeValues).toEqual({ ':owner': { S: 'arn:execution:promotion:run-1' } });
  });

  test('what is gone already is no error', async () => {
    dynamoDb.on(GetItemCommand).resolves(item('arn:execution:qualification:run-1', 'qualification'));
    sageMaker.on(DeleteEndpointConfigCommand).rejects(missing());
    sageMaker.on(DeleteModelCommand).rejects(missing());
    expect((await handler(ended('qualification'), context)).removed).toEqual(['lock of prod-people']);
  });

  test('what belongs to another execution stays', async () => {
    dynamoDb.on(GetItemCommand).resolves(item('arn:execution:promotion:run-2', 'promotion'));
    expect((await handler(ended('promotion'), context)).removed).toEqual([]);
    expect(sageMaker.calls()).toHaveLength(0);
  });

  test('nothing is touched without a lock', async () => {
    dynamoDb.on(GetItemCommand).resolves({});
    expect((await handler(ended('promotion'), context)).removed).toEqual([]);
  });

  test('an endpoint that does not settle in time is an error, so that the event is delivered again', async () => {
    dynamoDb.on(GetItemCommand).resolves(item('arn:execution:promotion:run-1', 'promotion'));
    sageMaker.on(DescribeEndpointCommand).resolves({ EndpointStatus: 'Updating', EndpointConfigName: 'v1' });
    await expect(handler(ended('promotion'), { getRemainingTimeInMillis: () => 31_000 })).rejects.toThrow('endpoint prod-people is still Updating');
    expect(dynamoDb.commandCalls(DeleteItemCommand)).toHaveLength(0);
  });
});
