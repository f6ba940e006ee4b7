import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { mockClient } from 'aws-sdk-client-mock';
import { handler } from '../../../lambda/feedback';
import type { FeedbackEvent } from '../../../lambda/feedback/contract';
import { deliveryQuery } from '../../../lambda/feedback/query';
import { loadWindow } from '../../../lambda/shared/inference/window';
import type { ModelProjectData } from '../../../lambda/shared/project/contract';
import { Env } from '../../../lambda/shared/runtime/contract';
import type { DataSchema } from '../../../lambda/shared/schema/contract';
import { loadTable, source } from '../../../lambda/shared/tables/reading';
import { inMemoryS3 } from '../in-memory-s3';
import { provideProject, silence } from '../serving-project';
import { withFiles } from '../support';

const dynamoDb = mockClient(DynamoDBClient);
const events = mockClient(EventBridgeClient);
const objects = new Map<string, Uint8Array>();

const EVENT: FeedbackEvent = {
  runId: 'schedule-9',
  verdictUri: 's3://evidence/verdict.json',
  decision: {
    retrain: true,
    breach: true,
    reason: '2 of the last 3 windows breached',
    windows: ['S1', 'L2'],
    windowUris: ['s3://evidence/S1.json', 's3://evidence/L2.json'],
    labelsUris: ['s3://data/people/labels/d1/'],
  },
};

const line = (requestId: string, row: number, recordId: number, age: number, time = '2026-11-24T11:00:00Z'): string =>
  `${JSON.stringify({ requestId, row, time, recordId, input: { age, income: row === 0 ? null : 2.5, sex: '2', citizen: true }, output: { probability: 0.5, label: 1 } })}\n`;

const put = (uri: string, text: string): unknown => objects.set(uri, Buffer.from(text));

/** Rows of the delivery, read back from Parquet. */
const delivered = async (): Promise<{ rows: unknown[]; types: unknown[] }> =>
  withFiles({ 'data.parquet': objects.get('s3://data/people/feedback/schedule-9/data.parquet') ?? '' }, async (database, [file]) => {
    if (file === undefined) {
      throw new Error('no delivery');
    }
    const types = await database.rows(`DESCRIBE SELECT * FROM ${source(file)}`);
    return { rows: await database.rows(`SELECT * FROM ${source(file)}`), types: types.map((column) => `${String(column['column_name'])} ${String(column['column_type'])}`) };
  });

beforeAll(() => {
  provideProject({ [Env.DATA_BUCKET]: 'data', [Env.EVENT_BUS_NAME]: 'arn:bus', [Env.STATE_TABLE]: 'table' });
  silence();
});

afterAll(() => jest.restoreAllMocks());

beforeEach(() => {
  [dynamoDb, events].forEach((client) => client.reset());
  events.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: '1' }] });
  dynamoDb.on(GetItemCommand).resolves({ Item: { document: { S: '{"entries":[],"retrainingAt":"2026-11-24T12:00:00Z"}' }, version: { N: '3' } } });
  dynamoDb.on(PutItemCommand).resolves({});
  objects.clear();
  inMemoryS3(objects);
  put('s3://evidence/S1.json', JSON.stringify({ objects: ['s3://log/1', 's3://log/2'] }));
  put('s3://evidence/L2.json', JSON.stringify({ objects: ['s3://log/2'] }));
  // Record 1 was asked for twice, record 3 has no label, and the log holds a line twice.
  put('s3://log/1', line('r1', 0, 1, 40) + line('r1', 1, 2, 41) + line('r1', 1, 2, 41));
  put('s3://log/2', line('r2', 0, 1, 480, '2026-11-24T11:30:00Z') + line('r2', 1, 3, 43));
  put('s3://data/people/labels/d1/part.csv', 'id,employed\n1,1\n2,0\n9,1\n');
  put('s3://data/people/labels/d1/_SUCCESS', '');
});

test('labelled predictions become training data under the names and types of the schema, each record once', async () => {
  expect(await handler(EVENT)).toEqual({ requested: true, rows: 2, deliveryUri: 's3://data/people/feedback/schedule-9/' });
  const { rows, types } = await delivered();
  expect(types).toEqual(['id BIGINT', 'age BIGINT', 'income DOUBLE', 'sex VARCHAR', 'citizen BOOLEAN', 'employed BIGINT']);
  expect(rows).toEqual([
    { id: 1, age: 480, income: null, sex: '2', citizen: true, employed: 1 },
    { id: 2, age: 41, income: 2.5, sex: '2', citizen: true, employed: 0 },
  ]);
});

test('times come back as times, and an order that must not be missing is the time of the request', async () => {
  const schema: DataSchema = {
    version: '1', recordId: { name: 'id', type: 'integer' }, target: { name: 'answer', type: 'string' }, order: { name: 'moment', type: 'timestamp' },
    features: [{ name: 'born', type: 'date' }, { name: 'seen', type: 'timestamp' }],
  };
  const project = { schema, declaration: { problemType: 'regression' } } as ModelProjectData;
  const log = JSON.stringify({ requestId: 'r', row: 0, time: '2026-11-24T11:30:15.250Z', recordId: 7, input: { born: '1990-05-01', seen: '2026-01-31T14:00:00+02:00' }, output: { value: 1 } });
  await withFiles({ log, 'labels.csv': 'id,answer\n7,12.5\n' }, async (database, [window, labels]) => {
    await loadWindow(database, [window!], project);
    await loadTable(database, 'labels', [labels!], [{ name: 'id', type: 'VARCHAR' }, { name: 'answer', type: 'VARCHAR' }]);
    const rows = await database.rows(`SELECT id, born::VARCHAR AS born, seen::VARCHAR AS seen, moment::VARCHAR AS moment, answer FROM (${deliveryQuery(schema, 'labels')})`);
    expect(rows).toEqual([{ id: 7, born: '1990-05-01', seen: '2026-01-31 12:00:00', moment: '2026-11-24 11:30:15.25', answer: '12.5' }]);
  });
});

test('the delivery is complete', async () => {
  await handler(EVENT);
  expect([...objects.keys()].filter((uri) => uri.startsWith('s3://data/people/feedback/'))).toEqual([
    's3://data/people/feedback/schedule-9/data.parquet',
    's3://data/people/feedback/schedule-9/_SUCCESS',
  ]);
});

test('retraining is requested with the reason, the windows and the delivery', async () => {
  await handler(EVENT);
  const [entry] = events.commandCalls(PutEventsCommand)[0]?.args[0].input.Entries ?? [];
  expect(entry).toMatchObject({ EventBusName: 'arn:bus', Source: 'mlops.blueprint', DetailType: 'RetrainingRequested' });
  expect(JSON.parse(entry?.Detail ?? '')).toEqual({
    model: 'people',
    reason: '2 of the last 3 windows breached',
    windows: ['S1', 'L2'],
    deliveryUri: 's3://data/people/feedback/schedule-9/',
    verdictUri: 's3://evidence/verdict.json',
  });
});

test('where no prediction has a label, nothing is requested and the cool-down does not begin', async () => {
  put('s3://data/people/labels/d1/part.csv', 'id,employed\n100,1\n');
  expect(await handler(EVENT)).toEqual({ requested: false, rows: 0 });
  expect(events.calls()).toHaveLength(0);
  expect(JSON.parse(dynamoDb.commandCalls(PutItemCommand)[0]?.args[0].input.Item?.['document']?.S ?? '')).toEqual({ entries: [] });
});

test('an event that was refused is an error, so that the execution does not look done', async () => {
  events.on(PutEventsCommand).resolves({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'ThrottlingException', ErrorMessage: 'slow down' }] });
  await expect(handler(EVENT)).rejects.toThrow('the event RetrainingRequested was refused: ThrottlingException slow down');
});
