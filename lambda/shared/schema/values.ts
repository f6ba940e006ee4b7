import type { ColumnSchema, ColumnType } from './contract';

/** What a schema says about a value of JSON: a record of a request, or a value of a rule. The same is said of tables in `columns-sql.ts`. */

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/**
 * Seconds since 1970 of an ISO 8601 date or timestamp, without an offset in UTC; `undefined` for what is none, such as 30 February.
 */
export function epochSeconds(text: unknown): number | undefined {
  if (typeof text !== 'string' || !TIMESTAMP.test(text)) {
    return undefined;
  }
  const [day = '', time] = text.split(/[T ]/);
  const midnight = new Date(`${day}T00:00:00Z`);
  // JavaScript turns 30 February into 2 March.
  if (Number.isNaN(midnight.getTime()) || midnight.toISOString().slice(0, 10) !== day) {
    return undefined;
  }
  // JavaScript cuts a second to thousandths.
  const fraction = /\.\d+/.exec(time ?? '')?.[0] ?? '';
  const whole = (time ?? '00:00').replace(fraction, '');
  const milliseconds = Date.parse(`${day}T${whole}${/(Z|[+-]\d{2}:?\d{2})$/.test(whole) ? '' : 'Z'}`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000 + Number(`0${fraction}`);
}

const TYPES: Readonly<Record<ColumnType, (value: unknown) => boolean>> = {
  integer: (value) => Number.isSafeInteger(value),
  number: (value) => Number.isFinite(value),
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  date: (value) => typeof value === 'string' && DATE.test(value) && epochSeconds(value) !== undefined,
  timestamp: (value) => epochSeconds(value) !== undefined,
};

/** A number, or a time as the number that orders it: bounds and profiles treat the four types alike. */
export const isNumeric = ({ type }: Pick<ColumnSchema, 'type'>): boolean => type !== 'string' && type !== 'boolean';

export const isTime = ({ type }: Pick<ColumnSchema, 'type'>): boolean => type === 'date' || type === 'timestamp';

/** A value as what it is compared by: numbers and seconds as number, all else as text. Domains hold numbers or text for the same column, depending on who wrote the schema. */
export const comparable = (value: unknown, column: Pick<ColumnSchema, 'type'>): number | string =>
  isTime(column) ? (epochSeconds(value) ?? Number.NaN) : isNumeric(column) ? Number(value) : String(value);

/** The whole text has the form. */
export const hasForm = (text: string, pattern: string): boolean => new RegExp(`^(?:${pattern})$`, 'u').test(text);

/** `an integer`, `a date` */
export const article = (type: string): string => (type === 'integer' ? 'an integer' : `a ${type}`);

/** A value in a message, cut: the message is no place for a caller's megabytes. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}

/**
 * What is wrong with a value, so that a model can't score it, or `undefined`: missing, of another type, outside its domain, of another form. Bounds
 * are expectations about data, no conditions of a request: see {@link ColumnSchema}.
 *
 * @param value as parsed from JSON; `undefined` where the record does not have it
 */
export function valueProblem(value: unknown, column: ColumnSchema): string | undefined {
  if (value === undefined) {
    return 'the field is missing';
  }
  if (value === null) {
    return column.nullable === true ? undefined : `expected ${article(column.type)}, got null`;
  }
  if (!TYPES[column.type](value)) {
    return `expected ${article(column.type)}, got ${shown(value)}`;
  }
  const { domain, pattern } = column;
  if (domain !== undefined && !domain.some((allowed) => comparable(allowed, column) === comparable(value, column))) {
    return `expected one of ${domain.map((allowed) => JSON.stringify(allowed)).join(', ')}, got ${shown(value)}`;
  }
  if (pattern !== undefined && !hasForm(String(value), pattern)) {
    return `expected a text of the form ${pattern}, got ${shown(value)}`;
  }
  return undefined;
}
