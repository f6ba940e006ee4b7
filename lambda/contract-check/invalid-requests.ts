import { MAXIMUM_RECORDS } from '../prediction/contract';
import type { ColumnSchema, DataSchema } from '../shared/schema/contract';

/** A request that the application must refuse with 400. */
export interface InvalidRequest {
  readonly title: string;
  readonly body: string;
  /** What the refusal must name. */
  readonly field: string;
}

type Row = Readonly<Record<string, unknown>>;

/** Every kind of wrong request that the schema can tell, derived from one valid record. */
export function invalidRequests(schema: DataSchema, valid: Row): InvalidRequest[] {
  return [
    { title: 'not JSON', body: '{"records": [', field: 'body' },
    { title: 'no records', body: '{}', field: 'records' },
    { title: 'an empty list of records', body: '{"records": []}', field: 'records' },
    { title: 'too many records', body: request(...Array.from({ length: MAXIMUM_RECORDS + 1 }, () => valid)), field: 'records' },
    { title: 'a record that is no object', body: '{"records": [1]}', field: 'records[0]' },
    { title: 'an unknown field', body: request({ ...valid, noSuchField: 1 }), field: 'records[0].noSuchField' },
    { title: 'the target as a feature', body: request({ ...valid, [schema.target.name]: 1 }), field: `records[0].${schema.target.name}` },
    { title: 'a second record that is wrong', body: request(valid, without(valid, schema.recordId.name)), field: `records[1].${schema.recordId.name}` },
    ...[schema.recordId, ...schema.features].flatMap((column) => wrongValues(column, valid)),
  ];
}

function wrongValues(column: ColumnSchema, valid: Row): InvalidRequest[] {
  const { name, type, domain } = column;
  const field = `records[0].${name}`;
  const wrong = (kind: string, value: unknown): InvalidRequest => ({ title: `${name} ${kind}`, body: request({ ...valid, [name]: value }), field });
  return [
    { title: `${name} is missing`, body: request(without(valid, name)), field },
    wrong('is of another type', type === 'string' ? 1 : 'text'),
    ...(column.nullable === true ? [] : [wrong('is null', null)]),
    ...(type === 'integer' ? [wrong('is no whole number', 0.5)] : []),
    // The type check alone covers a boolean: there is no third value.
    ...(domain === undefined || type === 'boolean' ? [] : [wrong('is outside its domain', outside(domain, type))]),
  ];
}

const outside = (domain: readonly unknown[], type: ColumnSchema['type']): unknown =>
  type === 'string' ? `not ${domain.map(String).join(' or ')}`.slice(0, 100) : type === 'date' || type === 'timestamp' ? '0001-01-01' : Math.max(...domain.map(Number)) + 1;

const request = (...records: readonly Row[]): string => JSON.stringify({ records });

const without = (row: Row, name: string): Row => Object.fromEntries(Object.entries(row).filter(([key]) => key !== name));
