import { FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { mockClient } from 'aws-sdk-client-mock';
import { handler } from '../../../lambda/prediction';
import { type HttpEvent, INFERENCE_STREAM, type PredictionError, type PredictionResponse } from '../../../lambda/prediction/contract';
import type { InferenceRecord } from '../../../lambda/shared/inference/contract';
import { Env } from '../../../lambda/shared/runtime/contract';
import { provideProject, record, silence } from '../serving-project';

const runtime = mockClient(SageMakerRuntimeClient);
const firehose = mockClient(FirehoseClient);

const ARN = 'arn:aws:sagemaker:eu-central-1:333333333333:model-package/prod-people/7';

const event = (records: unknown): HttpEvent => ({
  requestContext: { requestId: 'request-1', http: { method: 'POST' } },
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ records }),
});

function modelAnswers(predictions: unknown, change: object = {}): void {
  const Body = Buffer.from(JSON.stringify({ modelPackageArn: ARN, predictions, ...change })) as never;
  runtime.on(InvokeEndpointCommand).resolves({ Body, InvokedProductionVariant: 'main' });
}

const modelFails = (name: string, message: string): void => {
  runtime.on(InvokeEndpointCommand).rejects(Object.assign(new Error(message), { name }));
};

async function ask(records: unknown): Promise<{ status: number; body: PredictionResponse & PredictionError }> {
  const { statusCode, body } = await handler(event(records));
  return { status: statusCode, body: JSON.parse(body) as PredictionResponse & PredictionError };
}

const logged = (): InferenceRecord[][] =>
  firehose.commandCalls(PutRecordBatchCommand).map((call) => (call.args[0].input.Records ?? []).map(({ Data }) => JSON.parse(Buffer.from(Data ?? []).toString()) as InferenceRecord));

beforeAll(() => {
  provideProject({ [Env.ENDPOINT_NAME]: 'prod-people', [INFERENCE_STREAM]: 'prod-people-inference' });
  silence();
});

afterAll(() => jest.restoreAllMocks());

beforeEach(() => {
  runtime.reset();
  firehose.reset();
  firehose.on(PutRecordBatchCommand).resolves({ FailedPutCount: 0, RequestResponses: [] });
  modelAnswers([{ probability: 0.7, label: 1 }, { probability: 0.55, label: 1 }]);
});

test('each record gets its prediction, and the decision under the project\'s threshold', async () => {
  const { status, body } = await ask([record(10), record(11)]);
  expect(status).toBe(200);
  expect(body).toEqual({
    requestId: 'request-1',
    modelPackageArn: ARN,
    predictions: [
      { id: 10, probability: 0.7, label: 1, decision: 'positive' },
      { id: 11, probability: 0.55, label: 1, decision: 'negative' },
    ],
  });
});

test('the model gets the records as they came', async () => {
  await ask([record(10), record(11)]);
  expect(runtime.commandCalls(InvokeEndpointCommand)[0]?.args[0].input).toEqual({
    EndpointName: 'prod-people',
    ContentType: 'application/json',
    Accept: 'application/json',
    Body: JSON.stringify({ records: [record(10), record(11)] }),
  });
});

test('every prediction is logged on a line of its own, with what led to it', async () => {
  await ask([record(10), record(11)]);
  const [{ time, latencyMilliseconds, ...first } = {} as InferenceRecord, second] = logged()[0] ?? [];
  expect(first).toEqual({
    requestId: 'request-1',
    row: 0,
    modelPackageArn: ARN,
    variant: 'main',
    schemaVersion: '3',
    recordId: 10,
    input: { age: 40, income: 1.5, sex: '1', citizen: true },
    output: { probability: 0.7, label: 1 },
    response: { decision: 'positive' },
  });
  expect(Date.parse(time)).not.toBeNaN();
  expect(latencyMilliseconds).toBeGreaterThanOrEqual(0);
  expect(second).toMatchObject({ row: 1, recordId: 11 });
  const line = firehose.commandCalls(PutRecordBatchCommand)[0]?.args[0].input.Records?.[0]?.Data;
  expect(Buffer.from(line ?? []).toString()).toMatch(/\}\n$/);
});

test('what the log refused once is sent again, alone', async () => {
  firehose
    .on(PutRecordBatchCommand)
    .resolvesOnce({ FailedPutCount: 1, RequestResponses: [{ RecordId: '1' }, { ErrorCode: 'ServiceUnavailableException' }] })
    .resolvesOnce({ FailedPutCount: 0, RequestResponses: [{ RecordId: '2' }] });
  const { status } = await ask([record(10), record(11)]);
  expect(status).toBe(200);
  expect(logged().map((batch) => batch.map(({ recordId }) => recordId))).toEqual([[10, 11], [11]]);
});

test('a prediction that the log refuses twice is withheld', async () => {
  firehose.on(PutRecordBatchCommand).resolves({ FailedPutCount: 2, RequestResponses: [{ ErrorCode: 'X' }, { ErrorCode: 'X' }] });
  const { status, body } = await ask([record(10), record(11)]);
  expect(status).toBe(500);
  expect(body).toEqual({ error: 'LogError', message: 'the prediction could not be logged and is therefore withheld; try again' });
});

test('a log that can\'t be reached withholds the prediction', async () => {
  firehose.on(PutRecordBatchCommand).rejects(new Error('no connection'));
  expect((await ask([record(10), record(11)])).status).toBe(500);
});

test('a large request is logged in batches that the stream takes', async () => {
  const text = 'x'.repeat(60_000);
  modelAnswers(Array.from({ length: 100 }, () => ({ probability: 0.5, label: text })));
  await ask(Array.from({ length: 100 }, (_, id) => record(id)));
  const sizes = firehose.commandCalls(PutRecordBatchCommand).map((call) => (call.args[0].input.Records ?? []).reduce((sum, { Data }) => sum + (Data?.length ?? 0), 0));
  expect(sizes.length).toBeGreaterThan(1);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(4 * 1024 * 1024);
  expect(logged().flat()).toHaveLength(100);
});

test('a wrong request asks no model and is not logged', async () => {
  const { status, body } = await ask([{ ...record(), sex: '9' }]);
  expect(status).toBe(400);
  expect(body).toMatchObject({ error: 'ValidationError', field: 'records[0].sex' });
  expect(runtime.calls()).toHaveLength(0);
  expect(firehose.calls()).toHaveLength(0);
});

test.each<[string, string, string, number, string]>([
  ['there is no endpoint', 'ValidationError', 'Endpoint prod-people of account 333333333333 not found.', 503, 'there is no endpoint prod-people yet: no model has been promoted'],
  ['the endpoint is overloaded', 'ThrottlingException', 'Rate exceeded', 503, 'endpoint prod-people cannot answer now; try again'],
  ['the container fails', 'ModelError', 'Received server error (500) with secret text', 502, 'the model of endpoint prod-people failed'],
  ['the call is not allowed', 'AccessDeniedException', 'not authorized', 500, 'the application failed; its log has the details under request-1'],
])('where %s, the caller is told so and no more', async (_, name, text, status, message) => {
  modelFails(name, text);
  const answer = await ask([record(10), record(11)]);
  expect(answer.status).toBe(status);
  expect(answer.body.message).toBe(message);
  expect(firehose.calls()).toHaveLength(0);
});

test.each<[string, unknown, object]>([
  ['too few predictions', [{ probability: 0.5, label: 1 }], {}],
  ['a probability above 1', [{ probability: 1.2, label: 1 }, { probability: 0.5, label: 1 }], {}],
  ['a prediction without label', [{ probability: 0.2 }, { probability: 0.5, label: 1 }], {}],
  ['no predictions', 'none', {}],
  ['no model package', [{ probability: 0.7, label: 1 }, { probability: 0.7, label: 1 }], { modelPackageArn: undefined }],
])('a model that answers %s is an error and not a prediction', async (_, predictions, change) => {
  modelAnswers(predictions, change);
  const { status, body } = await ask([record(10), record(11)]);
  expect(status).toBe(502);
  expect(body.error).toBe('ModelError');
  expect(firehose.calls()).toHaveLength(0);
});
