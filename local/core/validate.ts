import { ServiceError } from './service';
import { operationsOf, type SdkModule, type Shape } from './schema';

const EXPECTED: Readonly<Partial<Record<Shape['kind'], (value: unknown) => boolean>>> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number' && !Number.isNaN(value),
  boolean: (value) => typeof value === 'boolean',
  timestamp: (value) => (value instanceof Date && !Number.isNaN(value.getTime())),
  blob: (value) => value instanceof Uint8Array,
};

const describe = (value: unknown): string => (Array.isArray(value) ? 'list' : value === null ? 'null' : typeof value);
const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null;

function problemsOf(shape: Shape, value: unknown, path: string, out: string[]): void {
  const bad = (expected: string): void => void out.push(`${path === '' ? '(input)' : path}: expected ${expected}, got ${describe(value)}`);
  if (shape.kind === 'list') {
    if (!Array.isArray(value)) {
      return bad('list');
    }
    value.forEach((element, index) => isAbsent(element) || problemsOf(shape.member().shape, element, `${path}[${index}]`, out));
    return;
  }
  if (shape.kind === 'map' || shape.kind === 'structure' || shape.kind === 'union') {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Date || value instanceof Uint8Array) {
      return bad(shape.kind);
    }
    return problemsOfMembers(shape, value as Readonly<Record<string, unknown>>, path, out);
  }
  if (EXPECTED[shape.kind]?.(value) === false) {
    bad(shape.kind);
  }
}

function problemsOfMembers(shape: Shape, value: Readonly<Record<string, unknown>>, path: string, out: string[]): void {
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
  if (shape.kind === 'map') {
    for (const [key, element] of Object.entries(value)) {
      if (!isAbsent(element)) {
        problemsOf(shape.value().shape, element, at(key), out);
      }
    }
    return;
  }
  if (shape.kind !== 'structure' && shape.kind !== 'union') {
    return;
  }
  out.push(...shape.required.filter((name) => isAbsent(value[name])).map((name) => `${at(name)}: missing required member`));
  const present = Object.entries(value).filter(([, element]) => !isAbsent(element));
  for (const [name, element] of present) {
    const member = shape.members.get(name);
    if (member === undefined) {
      out.push(`${at(name)}: unknown member`);
    } else {
      problemsOf(member().shape, element, at(name), out);
    }
  }
  if (shape.kind === 'union' && present.length !== 1) {
    out.push(`${path}: a union needs exactly one member, got ${present.length}`);
  }
}

/**
 * Everything that is wrong with a decoded input (timestamps are `Date`, blobs are bytes), each problem with its path.
 * The SDK's schemas know required members and types, not lengths, patterns or enumerations: those are the service's own to check.
 */
export function validate(shape: Shape, input: unknown): string[] {
  const problems: string[] = [];
  problemsOf(shape, input, '', problems);
  return problems;
}

/** @throws ServiceError `ValidationException` that names every problem. */
export function assertValid(shape: Shape, input: unknown, operation: string): void {
  const problems = validate(shape, input);
  if (problems.length > 0) {
    throw new ServiceError('ValidationException', `${operation}: ${problems.join('; ')}`);
  }
}

/** For callers that hold an SDK package and an operation's name. */
export function validateOperation(sdk: SdkModule, operation: string, input: unknown): string[] {
  const schema = operationsOf(sdk).get(operation);
  return schema === undefined ? [`(input): unknown operation ${operation}`] : validate(schema.input, input);
}
