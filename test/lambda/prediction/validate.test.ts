import { type HttpEvent, MAXIMUM_RECORDS } from '../../../lambda/prediction/contract';
import { parseRequest, RequestRefusal } from '../../../lambda/prediction/validate';
import { record, SERVED } from '../serving-project';

const event = (body: unknown, change: Partial<HttpEvent> = {}): HttpEvent => ({
  requestContext: { http: { method: 'POST' } },
  headers: { 'Content-Type': 'application/json; charset=utf-8' },
  body: typeof body === 'string' ? body : JSON.stringify(body),
  ...change,
});

/** The refusal of a request. */
function refusal(body: unknown, change: Partial<HttpEvent> = {}): Pick<RequestRefusal, 'status' | 'field' | 'message'> {
  try {
    parseRequest(event(body, change), SERVED.schema);
  } catch (error) {
    if (error instanceof RequestRefusal) {
      return { status: error.status, field: error.field, message: error.message };
    }
    throw error;
  }
  throw new Error('the request was accepted');
}

const refusalOf = (change: Record<string, unknown>): ReturnType<typeof refusal> => refusal({ records: [{ ...record(), ...change }] });

test('a valid request is handed on as it is', () => {
  expect(parseRequest(event({ records: [record(1), record(2)] }), SERVED.schema).records).toEqual([record(1), record(2)]);
});

test('a nullable feature may be null, but not absent', () => {
  expect(parseRequest(event({ records: [{ ...record(), income: null }] }), SERVED.schema).records[0]?.['income']).toBeNull();
  const { income: _, ...absent } = record();
  expect(refusal({ records: [absent] })).toEqual({ status: 400, field: 'records[0].income', message: 'the field is missing' });
});

test('a body in base64 is decoded', () => {
  const body = Buffer.from(JSON.stringify({ records: [record()] })).toString('base64');
  expect(parseRequest(event(body, { isBase64Encoded: true }), SERVED.schema).records).toHaveLength(1);
});

test.each<[string, Record<string, unknown>, string, string]>([
  ['a text for an integer', { age: '40' }, 'records[0].age', 'expected an integer, got "40"'],
  ['a fraction for an integer', { age: 40.5 }, 'records[0].age', 'expected an integer, got 40.5'],
  ['an integer that JSON can\'t hold exactly', { id: 2 ** 60 }, 'records[0].id', `expected an integer, got ${2 ** 60}`],
  ['null where it is not allowed', { age: null }, 'records[0].age', 'expected an integer, got null'],
  ['a number for a text', { sex: 1 }, 'records[0].sex', 'expected a string, got 1'],
  ['a text for a boolean', { citizen: 'yes' }, 'records[0].citizen', 'expected a boolean, got "yes"'],
  ['a value outside the domain', { sex: '3' }, 'records[0].sex', 'expected one of "1", "2", got "3"'],
  ['a field that the schema does not know', { salary: 1 }, 'records[0].salary', 'unknown field "salary"; expected id, age, income, sex, citizen'],
  ['the target', { employed: 1 }, 'records[0].employed', 'unknown field "employed"; expected id, age, income, sex, citizen'],
])('%s is refused with the name of the field', (_, change, field, message) => {
  expect(refusalOf(change)).toEqual({ status: 400, field, message });
});

test('the record is named by its place', () => {
  expect(refusal({ records: [record(), { ...record(), age: 'old' }] }).field).toBe('records[1].age');
});

test('a number beyond the bounds of the schema is served: bounds are judged over many rows', () => {
  expect(parseRequest(event({ records: [{ ...record(), age: 480 }] }), SERVED.schema).records[0]?.['age']).toBe(480);
});

test.each<[string, unknown, string]>([
  ['no JSON', '{', 'body'],
  ['no object', '[]', 'records'],
  ['null', 'null', 'records'],
  ['no records', {}, 'records'],
  ['no list of records', { records: {} }, 'records'],
  ['no record in the list', { records: [] }, 'records'],
  ['too many records', { records: Array.from({ length: MAXIMUM_RECORDS + 1 }, () => record()) }, 'records'],
  ['something beside the records', { records: [record()], model: 'x' }, 'model'],
  ['a record that is a list', { records: [[]] }, 'records[0]'],
])('a body with %s is refused', (_, body, field) => {
  expect(refusal(body)).toMatchObject({ status: 400, field });
});

test('as many records as allowed are accepted', () => {
  const records = Array.from({ length: MAXIMUM_RECORDS }, (_, id) => record(id));
  expect(parseRequest(event({ records }), SERVED.schema).records).toHaveLength(MAXIMUM_RECORDS);
});

test('another method is refused', () => {
  expect(refusal('', { requestContext: { http: { method: 'GET' } } })).toMatchObject({ status: 405, field: 'method', message: 'expected POST, got GET' });
});

test.each(['text/csv', 'application/jsonlines', undefined])('content type %s is refused', (type) => {
  expect(refusal({ records: [record()] }, { headers: { 'content-type': type } })).toMatchObject({ status: 415, field: 'content-type' });
});

test('a long value is cut in the message', () => {
  expect(refusalOf({ age: 'x'.repeat(1000) }).message.length).toBeLessThan(120);
});
