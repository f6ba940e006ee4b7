import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import type { MonitorHistory } from '../../../lambda/monitor-decide/history';
import { handler } from '../../../lambda/monitor-window';
import type { MonitoringWindow, MonitorWindowEvent } from '../../../lambda/monitor-window/contract';
import { hourPath } from '../../../lambda/monitor-window/log-objects';
import type { InferenceRecord } from '../../../lambda/shared/inference/contract';
import { Env } from '../../../lambda/shared/runtime/contract';
import { sha256 } from '../../../lambda/shared/storage/hash';
import { inMemoryS3 } from '../in-memory-s3';
import { provideProject, silence } from '../serving-project';

const dynamoDb = mockClient(DynamoDBClient);
const ssm = mockClient(SSMClient);
const objects = new Map<string, Uint8Array>();
const arrivals = new Map<string, Date>();

const CHAMPION = { modelPackageArn: 'arn:package/7', referenceUri: 's3://artifacts/reference.json' };
const EVENT: MonitorWindowEvent = { runId: 'schedule-1', cause: 'Schedule', time: '2026-11-24T12:00:00Z', deliveryUri: null };

/** Puts an object with a line for each record id into the log. */
function logged(minute: number, ids: readonly number[], requestId = `request-${minute}`): string {
  const time = `2026-11-24T11:${String(minute).padStart(2, '0')}:00.000Z`;
  const uri = `s3://log/people/inference/2026/11/24/11/object-${String(minute).padStart(2, '0')}`;
  objects.set(uri, Buffer.from(ids.map((recordId, row) => `${JSON.stringify({ requestId, row, recordId, time } as InferenceRecord)}\n`).join('')));
  arrivals.set(uri, new Date(time));
  return uri;
}

const remembers = (history: MonitorHistory): void => {
  dynamoDb.on(GetItemCommand).resolves({ Item: { document: { S: JSON.stringify(history) }, version: { N: '1' } } });
};

const manifestOf = ({ windowUri }: MonitoringWindow): { objects: string[] } => JSON.parse(Buffer.from(objects.get(windowUri) ?? []).toString()) as { objects: string[] };

beforeAll(() => {
  provideProject({ [Env.INFERENCE_LOG_BUCKET]: 'log', [Env.EVIDENCE_BUCKET]: 'evidence', [Env.STATE_TABLE]: 'table' });
  silence();
});

afterAll(() => jest.restoreAllMocks());

beforeEach(() => {
  [dynamoDb, ssm].forEach((client) => client.reset());
  objects.clear();
  arrivals.clear();
  inMemoryS3(objects, arrivals);
  ssm.on(GetParameterCommand).resolves({ Parameter: { Value: JSON.stringify(CHAMPION) } });
  dynamoDb.on(GetItemCommand).resolves({});
});

describe('a scheduled window', () => {
  test('holds what arrived so far, if none was judged before', async () => {
    const uris = [logged(1, [1, 2]), logged(2, [3]), logged(3, [4])];
    const window = await handler(EVENT);
    expect(window).toMatchObject({
      windowId: 'schedule-1',
      sufficient: true,
      rows: 4,
      start: '2026-11-24T11:01:00.000Z',
      end: '2026-11-24T11:03:00.000Z',
      labelsUris: [],
      referenceUri: CHAMPION.referenceUri,
      modelPackageArn: CHAMPION.modelPackageArn,
      windowUri: 's3://evidence/people/monitoring/schedule-1/window.json',
    });
    expect(manifestOf(window).objects).toEqual(uris);
    expect(window.digest).toBe(sha256(objects.get(window.windowUri) ?? ''));
  });

  test('holds what arrived since the last judged one, also in its last second', async () => {
    const [first, second, third] = [logged(1, [1]), logged(2, [2]), logged(2, [3])];
    objects.set(`${second}-twin`, objects.get(second) ?? Buffer.from(''));
    arrivals.set(`${second}-twin`, arrivals.get(second) ?? new Date());
    const later = logged(3, [4, 5]);
    objects.set('s3://evidence/last.json', Buffer.from(JSON.stringify({ objects: [first, second, third] })));
    remembers({ last: { end: '2026-11-24T11:02:00.000Z', windowUri: 's3://evidence/last.json' }, entries: [] });
    const window = await handler(EVENT);
    expect(manifestOf(window).objects).toEqual([`${second}-twin`, later]);
    expect(window.rows).toBe(3);
  });

  test('that is too small says so and is no window to judge', async () => {
    logged(1, [1, 2]);
    expect(await handler(EVENT)).toMatchObject({ sufficient: false, rows: 2, finding: expect.stringContaining('monitoring.minimumRows is 3, so nothing can be said yet') });
  });

  test('leaves out what the checks sent', async () => {
    const uri = logged(1, [1, 2, 3]);
    logged(2, [7, 8, 9], 'check-run-1-valid-0');
    const window = await handler(EVENT);
    expect(manifestOf(window).objects).toEqual([uri]);
    expect(window.rows).toBe(3);
  });

  test('without any traffic is insufficient', async () => {
    expect(await handler(EVENT)).toMatchObject({ sufficient: false, rows: 0, finding: 'nothing was predicted since the last window' });
  });

  test('lists only the hours that can hold something new', async () => {
    objects.set('s3://evidence/last.json', Buffer.from('{"objects":[]}'));
    remembers({ last: { end: '2026-11-24T11:02:00.000Z', windowUri: 's3://evidence/last.json' }, entries: [] });
    // An object of long ago that would break the reading.
    objects.set('s3://log/people/inference/2026/01/01/00/old', Buffer.from('no JSON'));
    arrivals.set('s3://log/people/inference/2026/01/01/00/old', new Date('2026-11-24T11:30:00Z'));
    logged(5, [1, 2, 3]);
    expect(await handler(EVENT)).toMatchObject({ rows: 3 });
  });
});

describe('a window of labels', () => {
  const LABELS: MonitorWindowEvent = { runId: 'labels-1', cause: 'Labels', time: '2026-11-24T12:00:00Z', deliveryUri: 's3://data/people/labels/d1/' };

  beforeEach(() => {
    objects.set('s3://data/people/labels/d1/part-0.csv', Buffer.from('id,employed\n1,0\n2,1\n5,1\n'));
    objects.set('s3://data/people/labels/d1/_SUCCESS', Buffer.from(''));
  });

  test('holds the objects with predictions whose labels arrived, whenever they were made', async () => {
    const [first, , third] = [logged(1, [1, 2]), logged(2, [3, 4]), logged(3, [5, 6])];
    remembers({ last: { end: '2026-11-24T11:30:00.000Z', windowUri: 's3://evidence/last.json' }, entries: [] });
    const window = await handler(LABELS);
    expect(manifestOf(window).objects).toEqual([first, third]);
    expect(window).toMatchObject({ cause: 'Labels', rows: 3, sufficient: true, labelsUris: ['s3://data/people/labels/d1/'] });
  });

  test('is insufficient where the labels belong to nothing that was predicted', async () => {
    logged(1, [10, 11]);
    expect(await handler(LABELS)).toMatchObject({ sufficient: false, finding: 'the labels belong to no logged prediction' });
  });

  test('needs a delivery', async () => {
    await expect(handler({ ...LABELS, deliveryUri: null })).rejects.toThrow(/needs deliveryUri/);
  });
});

test('before the first promotion there is nothing to monitor', async () => {
  ssm.on(GetParameterCommand).rejects(new ParameterNotFound({ message: 'none', $metadata: {} }));
  expect(await handler(EVENT)).toMatchObject({ sufficient: false, finding: 'no model has been promoted yet, so there is nothing to monitor' });
});

test.each(['no JSON', '{"row":1}'])('a log that holds %s breaks the window instead of shrinking it', async (line) => {
  const uri = logged(1, [1, 2, 3]);
  objects.set(uri, Buffer.concat([objects.get(uri) ?? Buffer.from(''), Buffer.from(line)]));
  await expect(handler(EVENT)).rejects.toThrow(`line 4 of ${uri}`);
});

test('keys of the log go by the hour in UTC', () => {
  expect(hourPath(new Date('2026-01-02T03:59:59Z'))).toBe('2026/01/02/03');
});
