import { memberOf, type Shape } from '../../core/schema';
import type { Value, Values } from '../template';

/** CloudFormation takes `"30"` for 30 and `"true"` for true; the services do not. */
function coerce(shape: Shape, value: unknown): unknown {
  if (value === null || value === undefined) {
    return undefined;
  }
  switch (shape.kind) {
    case 'number': return typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    case 'boolean': return value === 'true' ? true : value === 'false' ? false : value;
    case 'string': return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
    case 'timestamp': return typeof value === 'string' ? new Date(value) : value;
    case 'list': return Array.isArray(value) ? value.map((element) => coerce(shape.member().shape, element)) : value;
    case 'map': case 'structure': case 'union':
      return typeof value !== 'object' ? value : Object.fromEntries(Object.entries(value).map(([key, element]) => {
        const member = shape.kind === 'map' ? shape.value() : shape.members.get(key)?.();
        return [key, member === undefined ? element : coerce(member.shape, element)];
      }));
    default: return value;
  }
}

/**
 * Properties as the input of an SDK call whose members have the same names.
 *
 * @param schema Input schema that the SDK package exports, e.g. `CreateTableInput$`
 */
export const asInput = <T>(schema: unknown, properties: Readonly<Record<string, unknown>>): T => coerce(memberOf(schema).shape, properties) as T;

const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

/** For services whose API spells members in lower camel case. */
export function lowerKeys(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(lowerKeys);
  }
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, element]) => [lowerFirst(key), lowerKeys(element)]))
    : value;
}

export const text = (value: Value | undefined): string | undefined => (value === undefined || value === null ? undefined : String(value));
export const texts = (value: Value | undefined): string[] => (Array.isArray(value) ? value.map(String) : value === undefined || value === null ? [] : [String(value)]);
export const flag = (value: Value | undefined): boolean => value === true || value === 'true';
export const record = (value: Value | undefined): Values => (typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Values : {});
export const records = (value: Value | undefined): Values[] => (Array.isArray(value) ? value.map((element: Value) => record(element)) : []);

/** A policy or other document as the services want it. */
export const json = (value: Value | undefined): string => (typeof value === 'string' ? value : JSON.stringify(value ?? {}));

export const without = (properties: Values, ...names: readonly string[]): Values =>
  Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name)));

interface KeyValue {
  readonly Key: string;
  readonly Value: string;
}

/** Own tags before the stack's. Reads lists of `{Key, Value}` and plain maps. */
export function tagList(own: Value | undefined, stack: readonly KeyValue[] = []): KeyValue[] {
  const pairs = Array.isArray(own)
    ? records(own).map((tag) => [String(tag.Key), String(tag.Value)] as const)
    : Object.entries(record(own)).map(([key, value]) => [key, String(value)] as const);
  const merged = new Map<string, string>([...stack.map(({ Key, Value }) => [Key, Value] as const), ...pairs]);
  return [...merged].map(([Key, Value]) => ({ Key, Value }));
}

export const tagMap = (own: Value | undefined, stack: readonly KeyValue[] = []): Record<string, string> =>
  Object.fromEntries(tagList(own, stack).map(({ Key, Value }) => [Key, Value]));

/** Deletion must succeed for what is already gone. */
export async function ignoring(names: readonly string[], call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof Error) || !names.includes(error.name)) {
      throw error;
    }
  }
}
