import type { Shape, StructureShape } from '../../core/schema';
import { StateError, STATES } from '../errors';

const upperFirst = (name: string): string => `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
const lowerFirst = (name: string): string => `${name.charAt(0).toLowerCase()}${name.slice(1)}`;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Step Functions writes member names in Pascal case, whatever the service does. */
function memberName(shape: StructureShape, given: string, path: string): string {
  const name = [given, lowerFirst(given)].find((candidate) => shape.members.has(candidate));
  if (name === undefined || given !== upperFirst(given)) {
    const known = [...shape.members.keys()].map(upperFirst).join(', ');
    throw new StateError(STATES.RUNTIME, `The field '${path}${given}' is not supported by Step Functions; ${shape.name} has ${known}`, 'interpreter');
  }
  return name;
}

/**
 * A task's arguments as the SDK takes them: dates from ISO text, bytes from text.
 *
 * @throws StateError naming an argument that the operation does not have
 */
export function toSdk(shape: Shape, value: unknown, path = ''): unknown {
  if (value === undefined || value === null) {
    return undefined;
  }
  switch (shape.kind) {
    case 'timestamp':
      return typeof value === 'number' ? new Date(value * 1000) : new Date(String(value));
    case 'blob':
      return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value), 'utf8');
    case 'list':
      return Array.isArray(value) ? value.map((element, index) => toSdk(shape.member().shape, element, `${path}[${index}].`)) : value;
    case 'map':
      return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([key, element]) => [key, toSdk(shape.value().shape, element, `${path}${key}.`)])) : value;
    case 'structure':
    case 'union':
      return isRecord(value)
        ? Object.fromEntries(Object.entries(value).map(([key, element]) => {
          const name = memberName(shape, key, path);
          return [name, toSdk(shape.members.get(name)?.().shape ?? { kind: 'document' }, element, `${path}${key}.`)];
        }))
        : value;
    default:
      return value;
  }
}

interface Streaming {
  transformToString(): Promise<string>;
}

const isStream = (value: unknown): value is Streaming => isRecord(value) && typeof value['transformToString'] === 'function';

/** The SDK's answer as a state's result: Pascal case, ISO dates, text for bytes. */
export async function fromSdk(shape: Shape, value: unknown): Promise<unknown> {
  if (value === undefined || value === null) {
    return undefined;
  }
  if (isStream(value)) {
    return value.transformToString();
  }
  if (value instanceof Date) {
    return value.toISOString();
  }
  if (value instanceof Uint8Array) {
    return Buffer.from(value).toString('utf8');
  }
  switch (shape.kind) {
    case 'list':
      return Array.isArray(value) ? Promise.all(value.map(async (element) => (await fromSdk(shape.member().shape, element)) ?? null)) : value;
    case 'map':
      return entries(value, async (key, element) => [key, await fromSdk(shape.value().shape, element)]);
    case 'structure':
    case 'union':
      return entries(value, async (key, element) => {
        const member = shape.members.get(key)?.();
        return [upperFirst(key), member === undefined ? undefined : await fromSdk(member.shape, element)];
      });
    default:
      return value;
  }
}

async function entries(value: unknown, each: (key: string, element: unknown) => Promise<readonly [string, unknown]>): Promise<unknown> {
  const pairs = await Promise.all(Object.entries(value as object).map(([key, element]) => each(key, element)));
  return Object.fromEntries(pairs.filter(([, element]) => element !== undefined));
}
