import type { ColumnSchema, DataSchema } from '../shared/schema/contract';
import { article, valueProblem } from '../shared/schema/values';
import { type HttpEvent, MAXIMUM_RECORDS, type PredictionRequest } from './contract';

/** A request that the application refuses: status, the offending field and what to send instead. */
export class RequestRefusal extends Error {
  constructor(
    readonly status: 400 | 405 | 415,
    readonly field: string,
    message: string,
  ) {
    super(message);
    this.name = 'RequestRefusal';
  }
}

/**
 * Reads and validates a request against the data schema.
 *
 * @throws RequestRefusal naming the first field that is wrong.
 */
export function parseRequest(event: HttpEvent, schema: DataSchema): PredictionRequest {
  checkEnvelope(event);
  const body = parseBody(event);
  if (!isObject(body) || !Array.isArray(body['records'])) {
    throw new RequestRefusal(400, 'records', 'expected {"records": [...]}, a list of records');
  }
  const unknown = Object.keys(body).find((name) => name !== 'records');
  if (unknown !== undefined) {
    throw new RequestRefusal(400, unknown, `unknown field ${JSON.stringify(unknown)}; the body holds only "records"`);
  }
  const records: readonly unknown[] = body['records'];
  if (records.length < 1 || records.length > MAXIMUM_RECORDS) {
    throw new RequestRefusal(400, 'records', `expected 1 to ${MAXIMUM_RECORDS} records, got ${records.length}; send them in several requests`);
  }
  const columns = new Map([schema.recordId, ...schema.features].map((column) => [column.name, column]));
  return { records: records.map((record, index) => parseRecord(record, `records[${index}]`, columns)) };
}

function checkEnvelope(event: HttpEvent): void {
  const method = event.requestContext.http.method;
  if (method !== 'POST') {
    throw new RequestRefusal(405, 'method', `expected POST, got ${method}`);
  }
  const type = header(event, 'content-type');
  if (type === undefined || !/^application\/json\s*(;|$)/i.test(type)) {
    throw new RequestRefusal(415, 'content-type', `expected application/json, got ${type ?? 'none'}`);
  }
}

function header(event: HttpEvent, name: string): string | undefined {
  return Object.entries(event.headers ?? {}).find(([key]) => key.toLowerCase() === name)?.[1];
}

function parseBody(event: HttpEvent): unknown {
  const text = event.isBase64Encoded === true ? Buffer.from(event.body ?? '', 'base64').toString('utf8') : (event.body ?? '');
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new RequestRefusal(400, 'body', `the body is not valid JSON: ${(error as Error).message}`);
  }
}

function parseRecord(record: unknown, path: string, columns: ReadonlyMap<string, ColumnSchema>): Readonly<Record<string, unknown>> {
  if (!isObject(record)) {
    throw new RequestRefusal(400, path, `expected an object, got ${kind(record)}`);
  }
  const unknown = Object.keys(record).find((name) => !columns.has(name));
  if (unknown !== undefined) {
    throw new RequestRefusal(400, `${path}.${unknown}`, `unknown field ${JSON.stringify(unknown)}; expected ${[...columns.keys()].join(', ')}`);
  }
  for (const column of columns.values()) {
    const problem = valueProblem(record[column.name], column);
    if (problem !== undefined) {
      throw new RequestRefusal(400, `${path}.${column.name}`, problem);
    }
  }
  return record;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const kind = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'a list' : article(typeof value));
