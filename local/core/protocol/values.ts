import type { Shape, TimestampFormat } from '../schema';

/** How a value stands in a body: JSON types, or text everywhere as in the query protocol, headers and URLs. */
export type Form = 'json' | 'text';

const NUMBER_WORDS: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity, '-Infinity': -Infinity };

function decodeTimestamp(wire: unknown): unknown {
  if (typeof wire === 'number') {
    return new Date(Math.round(wire * 1000));
  }
  if (typeof wire !== 'string') {
    return wire;
  }
  const number = Number(wire);
  const date = wire.trim() !== '' && Number.isFinite(number) ? new Date(Math.round(number * 1000)) : new Date(wire);
  return Number.isNaN(date.getTime()) ? wire : date;
}

function decodeText(shape: Shape, wire: string): unknown {
  if (shape.kind === 'number') {
    const number = NUMBER_WORDS[wire] ?? Number(wire);
    return wire.trim() === '' || (Number.isNaN(number) && wire !== 'NaN') ? wire : number;
  }
  if (shape.kind === 'boolean') {
    return wire === 'true' ? true : wire === 'false' ? false : wire;
  }
  return wire;
}

/**
 * Turns a wire value into what the SDK's types promise (`Date`, bytes, numbers). What does not fit stays as it is, for the validation to name.
 */
export function decodeValue(shape: Shape, wire: unknown, form: Form): unknown {
  if (wire === null || wire === undefined) {
    return undefined;
  }
  switch (shape.kind) {
    case 'timestamp': return decodeTimestamp(wire);
    case 'blob': return typeof wire === 'string' ? Buffer.from(wire, 'base64') : wire;
    case 'list': return Array.isArray(wire) ? wire.map((element) => decodeValue(shape.member().shape, element, form) ?? null) : wire;
    case 'map': return mapObject(wire, (_key, value) => decodeValue(shape.value().shape, value, form));
    case 'structure': case 'union':
      return mapObject(wire, (key, value) => {
        const member = shape.members.get(key);
        return member === undefined ? value : decodeValue(member().shape, value, form);
      });
    case 'number':
      return typeof wire === 'string' && (form === 'text' || wire in NUMBER_WORDS) ? decodeText(shape, wire) : wire;
    case 'boolean':
      return form === 'text' && typeof wire === 'string' ? decodeText(shape, wire) : wire;
    default: return wire;
  }
}

function mapObject(value: unknown, each: (key: string, value: unknown) => unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return value;
  }
  const entries = Object.entries(value).flatMap(([key, element]): [string, unknown][] => {
    const decoded = each(key, element);
    return decoded === undefined ? [] : [[key, decoded]];
  });
  return Object.fromEntries(entries);
}

const toDate = (value: unknown): Date => (value instanceof Date ? value : new Date(typeof value === 'number' ? value * 1000 : String(value)));

/** A timestamp in the form that a place on the wire wants. */
export function encodeTimestamp(value: unknown, format: Exclude<TimestampFormat, 'default'>): string | number {
  const date = toDate(value);
  return format === 'epoch-seconds' ? date.getTime() / 1000 : format === 'http-date' ? date.toUTCString() : date.toISOString();
}

/**
 * Turns an operation's output into JSON: dates as epoch seconds, bytes as base64. Members that the schema does not know are left out.
 *
 * @throws Error when a value can't be what its schema says, since a client would fail on it far from the cause.
 */
export function encodeJson(shape: Shape, value: unknown, path = ''): unknown {
  if (value === undefined || value === null) {
    return undefined;
  }
  switch (shape.kind) {
    case 'timestamp': return encodeTimestamp(value, shape.format === 'default' ? 'epoch-seconds' : shape.format);
    case 'blob': return Buffer.from(value as Uint8Array).toString('base64');
    case 'number': return Number.isFinite(value) ? value : String(value);
    case 'list':
      if (!Array.isArray(value)) {
        throw new Error(`output ${path}: expected a list, got ${typeof value}`);
      }
      return value.map((element, index) => encodeJson(shape.member().shape, element, `${path}[${index}]`) ?? null);
    case 'map': return mapObject(value, (key, element) => encodeJson(shape.value().shape, element, `${path}.${key}`));
    case 'structure': case 'union':
      return mapObject(value, (key, element) => {
        const member = shape.members.get(key);
        return member === undefined ? undefined : encodeJson(member().shape, element, `${path}.${key}`);
      });
    default: return value;
  }
}

/** A scalar as text, for headers, URLs and XML. */
export function encodeText(shape: Shape, value: unknown, timestamps: Exclude<TimestampFormat, 'default'>): string {
  if (shape.kind === 'timestamp') {
    return String(encodeTimestamp(value, shape.format === 'default' ? timestamps : shape.format));
  }
  return shape.kind === 'blob' ? Buffer.from(value as Uint8Array).toString('base64') : String(value);
}
