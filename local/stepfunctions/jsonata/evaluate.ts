import jsonata from 'jsonata';
import { StateError, STATES } from '../errors';
import { FUNCTIONS } from './functions';

const OPEN = '{%';
const CLOSE = '%}';
/** Bounds of AWS: nesting depth of one evaluation, and the engine's own time limit. */
const ENGINE = { stack: 100, timeout: 5_000 };
const CACHED_EXPRESSIONS = 5_000;

/** The expression in a `{% %}` string, or `undefined` for a plain string. */
export function expressionIn(text: string): string | undefined {
  return text.startsWith(OPEN) && text.endsWith(CLOSE) && text.length >= OPEN.length + CLOSE.length
    ? text.slice(OPEN.length, -CLOSE.length).trim()
    : undefined;
}

const compiled = new Map<string, jsonata.Expression>();

/** @throws the parser's error */
export function compile(source: string): jsonata.Expression {
  const known = compiled.get(source);
  if (known !== undefined) {
    return known;
  }
  const expression = jsonata(source, ENGINE);
  for (const [name, { implementation, signature }] of Object.entries(FUNCTIONS)) {
    expression.registerFunction(name, implementation as (...args: unknown[]) => unknown, signature);
  }
  // AWS has no $eval: calling it fails as calling any unknown function does.
  expression.assign('eval', undefined);
  if (compiled.size >= CACHED_EXPRESSIONS) {
    compiled.clear();
  }
  compiled.set(source, expression);
  return expression;
}

export type Bindings = Readonly<Record<string, unknown>>;

const failure = (source: string, location: string, what: string): StateError =>
  new StateError(STATES.QUERY, `The JSONata expression '${source}' specified for the field '${location}' ${what}`, 'evaluation', { location });

function describe(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return code === undefined ? `: ${message ?? String(error)}` : `. ${code}: ${message ?? ''}`;
}

async function evaluate(source: string, bindings: Bindings, location: string): Promise<unknown> {
  let result: unknown;
  try {
    result = await compile(source).evaluate(undefined, bindings);
  } catch (error) {
    throw failure(source, location, `threw an error during evaluation${describe(error)}`);
  }
  if (result === undefined) {
    throw failure(source, location, 'returned nothing (undefined).');
  }
  return plain(result, () => failure(source, location, 'returned an unsupported result type: a function is no JSON value.'));
}

/** JSON alone: no sequence marks, no functions; numbers that JSON cannot write become their names, as on AWS. */
function plain(value: unknown, refused: () => StateError): unknown {
  if (typeof value === 'function') {
    throw refused();
  }
  if (typeof value === 'number') {
    return Number.isFinite(value) ? value : String(value);
  }
  if (Array.isArray(value)) {
    return value.map((element) => plain(element ?? null, refused));
  }
  if (typeof value === 'object' && value !== null) {
    if ('_jsonata_function' in value || '_jsonata_lambda' in value) {
      throw refused();
    }
    return Object.fromEntries(Object.entries(value).filter(([, element]) => element !== undefined).map(([key, element]) => [key, plain(element, refused)]));
  }
  return value;
}

const dynamic = new WeakMap<object, boolean>();

/** Whether a template holds an expression at any depth. */
function isDynamic(template: unknown): boolean {
  if (typeof template === 'string') {
    return expressionIn(template) !== undefined;
  }
  if (typeof template !== 'object' || template === null) {
    return false;
  }
  const known = dynamic.get(template);
  if (known !== undefined) {
    return known;
  }
  const found = Object.values(template).some(isDynamic);
  dynamic.set(template, found);
  return found;
}

/**
 * The value of a field whose strings may be `{% %}` expressions at any depth.
 *
 * @param bindings variables by name without `$`; `states` is AWS's reserved one
 * @param location field as AWS names it: `Output/a/b[0]`
 * @throws StateError `States.QueryEvaluationError` also when an expression finds nothing
 */
export async function evaluateTemplate(template: unknown, bindings: Bindings, location: string): Promise<unknown> {
  if (!isDynamic(template)) {
    return template;
  }
  if (typeof template === 'string') {
    return evaluate(expressionIn(template) ?? '', bindings, location);
  }
  if (Array.isArray(template)) {
    const values: unknown[] = [];
    for (const [index, element] of template.entries()) {
      values.push(await evaluateTemplate(element, bindings, `${location}[${index}]`));
    }
    return values;
  }
  const values: Record<string, unknown> = {};
  for (const [key, element] of Object.entries(template as object)) {
    values[key] = await evaluateTemplate(element, bindings, `${location}/${key}`);
  }
  return values;
}

/** What a field's value must be. */
export interface Expected<T> {
  readonly name: string;
  readonly is: (value: unknown) => value is T;
}

export const expected = {
  string: { name: 'string', is: (value: unknown): value is string => typeof value === 'string' },
  boolean: { name: 'boolean', is: (value: unknown): value is boolean => typeof value === 'boolean' },
  array: { name: 'array', is: (value: unknown): value is unknown[] => Array.isArray(value) },
  count: { name: 'non-negative integer', is: (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0 },
  amount: { name: 'non-negative number', is: (value: unknown): value is number => typeof value === 'number' && value >= 0 },
  seconds: { name: 'positive integer', is: (value: unknown): value is number => Number.isInteger(value) && (value as number) > 0 },
} as const;

/** {@link evaluateTemplate} for a field that must have a certain type. */
export async function evaluateAs<T>(template: unknown, type: Expected<T>, bindings: Bindings, location: string): Promise<T> {
  const value = await evaluateTemplate(template, bindings, location);
  if (!type.is(value)) {
    const actual = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
    const source = typeof template === 'string' ? expressionIn(template) ?? template : JSON.stringify(template);
    throw failure(source, location, `returned an unexpected result type. Expected '${type.name}', but was '${actual}' for value: ${JSON.stringify(value)}`);
  }
  return value;
}
