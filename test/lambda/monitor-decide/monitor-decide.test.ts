import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { ConditionalCheckFailedException, DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import type { GateResult } from '../../../lambda/gate/contract';
import { handler } from '../../../lambda/monitor-decide';
import type { MonitoringWindow } from '../../../lambda/monitor-window/contract';
import { Env } from '../../../lambda/shared/runtime/contract';
import { inMemoryS3 } from '../in-memory-s3';
import { provideProject, silence } from '../serving-project';

const dynamoDb = mockClient(DynamoDBClient);
const cloudWatch = mockClient(CloudWatchClient);
const objects = new Map<string, Uint8Array>();

const WINDOW = { windowId: 'S1', cause: 'Schedule', rows: 700, end: '2026-11-24T11:00:00.000Z', windowUri: 's3://evidence/S1.json', labelsUris: [] } as unknown as MonitoringWindow;
const VERDICT = {
  criteria: [
    { check: 'drift', id: 'drift.driftedFeatureShare', outcome: 'failed', value: 0.5 },
    { check: 'quality', id: 'quality.auc', outcome: 'notApplicable' },
  ],
};

const decide = (): ReturnType<typeof handler> => handler({ window: WINDOW, verdict: { verdictUri: 's3://evidence/verdict.json' } as GateResult });
const conflict = new ConditionalCheckFailedException({ message: 'changed', $metadata: {} });

beforeAll(() => {
  provideProject({ [Env.STATE_TABLE]: 'mlops-prod-people', [Env.ENVIRONMENT]: 'prod' });
  silence();
});

afterAll(() => jest.restoreAllMocks());

beforeEach(() => {
  dynamoDb.reset();
  cloudWatch.reset();
  objects.clear();
  inMemoryS3(objects);
  objects.set('s3://evidence/verdict.json', Buffer.from(JSON.stringify(VERDICT)));
  dynamoDb.on(GetItemCommand).resolves({});
  dynamoDb.on(PutItemCommand).resolves({});
  cloudWatch.on(PutMetricDataCommand).resolves({});
});

test('what was measured is published under the names of check and measurement', async () => {
  await decide();
  const { Namespace, MetricData = [] } = cloudWatch.commandCalls(PutMetricDataCommand)[0]?.args[0].input ?? {};
  expect(Namespace).toBe('MLOps/people');
  expect(Object.fromEntries(MetricData.map(({ MetricName, Value }) => [MetricName, Value]))).toEqual({
    WindowBreach: 1,
    WindowsJudged: 1,
    WindowRows: 700,
    'drift.driftedFeatureShare': 0.5,
  });
  expect(MetricData.every(({ Dimensions }) => Dimensions?.[0]?.Name === 'Environment' && Dimensions[0].Value === 'prod')).toBe(true);
});

test('the first window is remembered only if nobody else was first', async () => {
  await decide();
  const { TableName, ConditionExpression, Item } = dynamoDb.commandCalls(PutItemCommand)[0]?.args[0].input ?? {};
  expect({ TableName, ConditionExpression }).toEqual({ TableName: 'mlops-prod-people', ConditionExpression: 'attribute_not_exists(pk)' });
  expect(JSON.parse(Item?.['document']?.S ?? '')).toMatchObject({ last: { end: WINDOW.end }, entries: [{ windowId: 'S1', breach: true }] });
});

test('a change by another execution is not overwritten: the decision is made anew', async () => {
  const before = { entries: [{ windowId: 'L0', cause: 'Labels', breach: true, labelsUris: ['s3://data/labels/L0/'], windowUri: 's3://evidence/L0.json' }] };
  dynamoDb
    .on(GetItemCommand)
    .resolvesOnce({})
    .resolves({ Item: { document: { S: JSON.stringify(before) }, version: { N: '4' } } });
  dynamoDb.on(PutItemCommand).rejectsOnce(conflict).resolves({});
  expect(await decide()).toMatchObject({ retrain: true, windows: ['L0', 'S1'] });
  expect(dynamoDb.commandCalls(PutItemCommand)[1]?.args[0].input).toMatchObject({
    ConditionExpression: '#version = :version',
    ExpressionAttributeValues: { ':version': { N: '4' } },
    Item: { version: { N: '5' } },
  });
});

test('a table that changes all the time is given up, without a metric', async () => {
  dynamoDb.on(PutItemCommand).rejects(conflict);
  await expect(decide()).rejects.toThrow('changed');
  expect(cloudWatch.calls()).toHaveLength(0);
});
