import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { cut, handler } from '../../../lambda/contract-check';
import { invalidRequests } from '../../../lambda/contract-check/invalid-requests';
import { measure } from '../../../lambda/contract-check/measure';
import type { CheckEvent, Evidence, Measurement } from '../../../lambda/gate/contract';
import { type HttpEvent, PREDICTION_FUNCTION } from '../../../lambda/prediction/contract';
import { parseRequest, RequestRefusal } from '../../../lambda/prediction/validate';
import { answerForm } from '../../../lambda/shared/inference/answers';
import type { ProblemType } from '../../../lambda/shared/project/contract';
import { Env } from '../../../lambda/shared/runtime/contract';
import type { ColumnSchema } from '../../../lambda/shared/schema/contract';
import { inMemoryS3 } from '../in-memory-s3';
import { provideProject, record, SERVED } from '../serving-project';

const lambda = mockClient(LambdaClient);
const objects = new Map<string, Uint8Array>();

const GOLDEN = { records: Array.from({ length: 20 }, (_, id) => record(id)), expected: Array.from({ length: 20 }, (_, id) => [id / 20]) };

const EVENT: CheckEvent = {
  gate: 'qualification',
  runId: 'run-1',
  subject: { type: 'modelPackage', name: 'arn:package', digest: 'a'.repeat(64) },
  context: { goldenUri: 's3://artifacts/golden.json' },
};

interface Answer {
  readonly statusCode: number;
  readonly body: string;
}

type Row = Readonly<Record<string, unknown>>;

const predictionOf = (row: Row): Row => ({ id: row['id'], probability: Number(row['id']) / 20, label: 1, decision: 'positive' });

/** The application as it should be, with the real validation. */
function faultless(event: HttpEvent, predict: (row: Row) => Row = predictionOf): Answer {
  try {
    const { records } = parseRequest(event, SERVED.schema);
    return { statusCode: 200, body: JSON.stringify({ requestId: 'r', modelPackageArn: 'arn:package', predictions: records.map(predict) }) };
  } catch (error) {
    const { status, field, message } = error as RequestRefusal;
    return { statusCode: status, body: JSON.stringify({ error: 'ValidationError', field, message }) };
  }
}

function application(answer: (event: HttpEvent) => Answer): void {
  lambda.on(InvokeCommand).callsFake(({ Payload }: { Payload: Uint8Array }) => ({
    Payload: Buffer.from(JSON.stringify(answer(JSON.parse(Buffer.from(Payload).toString()) as HttpEvent))) as never,
  }));
}

async function measured(): Promise<Record<string, Measurement>> {
  const { evidenceUri } = await handler(EVENT);
  const evidence = JSON.parse(Buffer.from(objects.get(evidenceUri) ?? []).toString()) as Evidence;
  return Object.fromEntries(evidence.measurements.map((measurement) => [measurement.id, measurement]));
}

beforeAll(() => provideProject({ [Env.EVIDENCE_BUCKET]: 'evidence', [PREDICTION_FUNCTION]: 'int-people-prediction' }));

beforeEach(() => {
  lambda.reset();
  objects.clear();
  inMemoryS3(objects);
  objects.set('s3://artifacts/golden.json', Buffer.from(JSON.stringify(GOLDEN)));
});

test('an application that keeps its promises is measured as faultless', async () => {
  application(faultless);
  const { validRequests, invalidRequests: invalid, outputFormat, goldenDifference } = await measured();
  expect(validRequests).toMatchObject({ status: 'measured', value: 1 });
  expect(invalid).toMatchObject({ status: 'measured', value: 1, sampleSize: invalidRequests(SERVED.schema, record()).length });
  expect(outputFormat).toMatchObject({ status: 'measured', value: 1 });
  expect(goldenDifference).toMatchObject({ status: 'measured', value: 0, sampleSize: 20 });
});

test('the evidence lies beside the verdict of the gate run', async () => {
  application(faultless);
  expect((await handler(EVENT)).evidenceUri).toBe('s3://evidence/people/gates/qualification/run-1/contract.json');
});

test('the application is called as over HTTP, with request ids that tell checks from callers', async () => {
  application(faultless);
  await handler(EVENT);
  const { FunctionName, Payload } = lambda.commandCalls(InvokeCommand)[0]?.args[0].input ?? {};
  expect(FunctionName).toBe('int-people-prediction');
  expect(JSON.parse(Buffer.from((Payload ?? []) as Uint8Array).toString())).toMatchObject({
    requestContext: { requestId: 'check-run-1-valid-0', http: { method: 'POST' } },
    headers: { 'content-type': 'application/json' },
  });
});

test('another probability than at the evaluation is found, however small', async () => {
  application((event) => faultless(event, (row) => ({ ...predictionOf(row), probability: row['id'] === 13 ? 13 / 20 + 1e-6 : Number(row['id']) / 20 })));
  const { goldenDifference } = await measured();
  expect(goldenDifference?.value).toBeCloseTo(1e-6, 10);
});

test.each<[ProblemType, object, readonly number[], number]>([
  ['multiclassClassification', { probabilities: { a: 0.25, b: 0.75 }, label: 'b', decision: 'b' }, [0.25, 0.75], 0],
  ['multiclassClassification', { probabilities: { a: 0.25, b: 0.75 }, label: 'b', decision: 'b' }, [0.26, 0.74], 0.01],
  ['regression', { value: 1_000_000, decision: 'estimated' }, [1_000_000.0000001], 0],
  ['regression', { value: 20, decision: 'estimated' }, [25], 0.2],
])('the answers of a %s are compared number by number', (problemType, prediction, expected, difference) => {
  const target = { name: 'answer', ...(problemType === 'regression' ? { type: 'number' } : { type: 'string', domain: ['a', 'b'] }) } as ColumnSchema;
  const form = answerForm({ ...SERVED, schema: { ...SERVED.schema, target }, declaration: { ...SERVED.declaration, problemType } });
  const answer = { status: 200, body: { requestId: 'r', modelPackageArn: 'arn', predictions: [{ id: 1, ...prediction }] } };
  const found = measure({ recordId: 'id', form }, [{ records: [{ id: 1 }], expected: [expected], answer }], [{ title: 'none', body: '', field: 'id', answer: { status: 400, body: { field: 'id' } } }]);
  expect(found.find(({ id }) => id === 'outputFormat')?.value).toBe(1);
  expect(found.find(({ id }) => id === 'goldenDifference')?.value).toBeCloseTo(difference, 9);
});

test('an answer in another order is no answer in the promised form', async () => {
  application((event) => {
    const answer = faultless(event);
    const body = JSON.parse(answer.body) as { predictions?: unknown[] };
    return { ...answer, body: JSON.stringify({ ...body, predictions: body.predictions?.toReversed() }) };
  });
  const { outputFormat, goldenDifference } = await measured();
  expect(outputFormat?.value).toBeLessThan(1);
  expect(outputFormat?.explanation).toContain('belongs to another record');
  expect(goldenDifference?.status).toBe('notMeasured');
});

test.each<[string, (row: Row) => Row]>([
  ['a probability above 1', (row) => ({ ...predictionOf(row), probability: 1.01 })],
  ['no decision', ({ id }) => ({ id, probability: 0.5, label: 1 })],
])('a prediction with %s is not in the promised form', async (_, predict) => {
  application((event) => faultless(event, predict));
  expect((await measured())['outputFormat']).toMatchObject({ status: 'measured', value: 0 });
});

test('bad input that is accepted is told by its title', async () => {
  application((event) => (event.body?.includes('noSuchField') === true ? { statusCode: 200, body: '{}' } : faultless(event)));
  const { invalidRequests: invalid } = await measured();
  expect(invalid?.value).toBeLessThan(1);
  expect(invalid?.explanation).toContain('an unknown field: status 200 instead of 400');
});

test('a refusal that names another field does not count', async () => {
  application((event) => {
    const answer = faultless(event);
    return answer.statusCode === 400 ? { ...answer, body: '{"field":"records"}' } : answer;
  });
  expect((await measured())['invalidRequests']?.explanation).toContain('the refusal names "records" instead of "body"');
});

test('where no model answers, the share of answers is zero and what needs answers is not measured', async () => {
  application(() => ({ statusCode: 503, body: '{"error":"ModelUnavailable","message":"there is no endpoint int-people yet: no model has been promoted"}' }));
  const { validRequests, outputFormat, goldenDifference } = await measured();
  expect(validRequests).toMatchObject({ status: 'measured', value: 0 });
  expect(validRequests?.explanation).toContain('there is no endpoint int-people yet');
  expect(outputFormat?.status).toBe('notMeasured');
  expect(goldenDifference?.status).toBe('notMeasured');
});

test('an application that crashes is a finding, not the end of the check', async () => {
  lambda.on(InvokeCommand).resolves({ FunctionError: 'Unhandled', Payload: Buffer.from('{"errorMessage":"x"}') as never });
  const { validRequests } = await measured();
  expect(validRequests?.value).toBe(0);
  expect(validRequests?.explanation).toContain('the application crashed (Unhandled)');
});

test.each<[string, unknown]>([
  ['missing', undefined],
  ['empty', { records: [], expected: [] }],
  ['of unequal length', { records: [record()], expected: [] }],
])('golden records that are %s break the check', async (_, golden) => {
  application(faultless);
  objects.delete('s3://artifacts/golden.json');
  if (golden !== undefined) {
    objects.set('s3://artifacts/golden.json', Buffer.from(JSON.stringify(golden)));
  }
  await expect(handler(EVENT)).rejects.toThrow(/golden\.json/);
});

test('a context without golden records names what the machine must hand on', async () => {
  await expect(handler({ ...EVENT, context: {} })).rejects.toThrow(/goldenUri/);
});

test('every golden record is sent once, in requests of several sizes', () => {
  const records = Array.from({ length: 200 }, (_, id) => record(id));
  const parts = cut({ records, expected: records.map(() => [0.5]) });
  expect(parts.map((part) => part.records.length)).toEqual([1, 7, 100, 1, 7, 84]);
  expect(parts.flatMap((part) => part.records)).toEqual(records);
});

describe('requests that the schema rules out', () => {
  const requests = invalidRequests(SERVED.schema, record());

  test.each(requests.map((request) => [request.title, request] as const))('%s is refused by the application under the expected name', (_, { body, field }) => {
    const event: HttpEvent = { requestContext: { http: { method: 'POST' } }, headers: { 'content-type': 'application/json' }, body };
    expect(JSON.parse(faultless(event).body)).toMatchObject({ error: 'ValidationError', field });
  });

  test('cover every column', () => {
    const fields = new Set(requests.map(({ field }) => field));
    expect([...fields]).toEqual(expect.arrayContaining(['records[0].id', 'records[0].age', 'records[0].income', 'records[0].sex', 'records[0].citizen']));
  });
});
