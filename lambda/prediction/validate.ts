import type { ColumnSchema, DataSchema } from '../shared/contract';
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
    const problem = columnProblem(record[column.name], column);
    if (problem !== undefined) {
      throw new RequestRefusal(400, `${path}.${column.name}`, problem);
    }
  }
  return record;
}

const TYPES: Readonly<Record<ColumnSchema['type'], (value: unknown) => boolean>> = {
  integer: (value) => Number.isSafeInteger(value),
  number: (value) => Number.isFinite(value),
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
};

/**
 * What is wrong with a value, or `undefined`. Bounds of numeric columns are expectations of the data tests and of the monitor, not of requests:
 * the model can score a value beyond them, an unknown category or a missing value it can't.
 */
function columnProblem(value: unknown, column: ColumnSchema): string | undefined {
  if (value === undefined) {
    return 'the field is missing';
  }
  if (value === null) {
    return column.nullable === true ? undefined : `expected ${article(column.type)}, got null`;
  }
  if (!TYPES[column.type](value)) {
    return `expected ${article(column.type)}, got ${shown(value)}`;
  }
  if (column.domain !== undefined && !column.domain.some((allowed) => sameValue(allowed, value, column.type))) {
    return `expected one of ${column.domain.map((allowed) => JSON.stringify(allowed)).join(', ')}, got ${shown(value)}`;
  }
  return undefined;
}

/** Domains hold numbers or text for the same column, depending on who wrote the schema. */
const sameValue = (allowed: unknown, value: unknown, type: ColumnSchema['type']): boolean =>
  type === 'string' ? String(allowed) === value : type === 'boolean' ? String(allowed) === String(value) : Number(allowed) === value;

const article = (type: string): string => (type === 'integer' ? 'an integer' : `a ${type}`);

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const kind = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'a list' : article(typeof value));

/** A value in a message, cut: the message is no place for a caller's megabytes. */
function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
