/**
 * EventBridge event patterns.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns-content-based-filtering.html
 */
export type Pattern = { readonly [key: string]: unknown };

type Json = unknown;
type Matcher = (argument: Json, value: Json) => boolean;

const isObject = (value: Json): value is Record<string, Json> => typeof value === 'object' && value !== null && !Array.isArray(value);

const text = (matches: (value: string, argument: string) => boolean): Matcher => {
  return (argument, value) => {
    if (isObject(argument) && typeof argument['equals-ignore-case'] === 'string') {
      return typeof value === 'string' && matches(value.toLowerCase(), argument['equals-ignore-case'].toLowerCase());
    }
    return typeof value === 'string' && typeof argument === 'string' && matches(value, argument);
  };
};

/** `*` stands for any run of characters; `\*` and `\\` are literal. */
export function wildcard(expression: string): RegExp {
  let source = '';
  for (let i = 0; i < expression.length; i++) {
    const character = expression.charAt(i);
    if (character === '\\' && i + 1 < expression.length) {
      i++;
      source += escape(expression.charAt(i));
    } else {
      source += character === '*' ? '.*' : escape(character);
    }
  }
  return new RegExp(`^${source}$`, 's');
}

const escape = (character: string): string => character.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');

const comparisons: Record<string, (a: number, b: number) => boolean> = {
  '=': (a, b) => a === b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

function numeric(argument: Json, value: Json): boolean {
  if (!Array.isArray(argument) || typeof value !== 'number') {
    return false;
  }
  for (let i = 0; i + 1 < argument.length; i += 2) {
    const compare = comparisons[String(argument[i])];
    if (compare === undefined || !compare(value, Number(argument[i + 1]))) {
      return false;
    }
  }
  return true;
}

const matchers: Record<string, Matcher> = {
  prefix: text((value, argument) => value.startsWith(argument)),
  suffix: text((value, argument) => value.endsWith(argument)),
  'equals-ignore-case': (argument, value) =>
    typeof value === 'string' && typeof argument === 'string' && value.toLowerCase() === argument.toLowerCase(),
  wildcard: text((value, argument) => wildcard(argument).test(value)),
  numeric,
  'anything-but': (argument, value) => {
    const excluded = Array.isArray(argument) ? argument : [argument];
    return value !== undefined && !excluded.some((one) => matchesOne(one, value));
  },
};

/** Whether one element of a pattern's list accepts a value (`undefined`: the field is absent). */
function matchesOne(rule: Json, value: Json): boolean {
  if (!isObject(rule)) {
    return value !== undefined && rule === value;
  }
  const [name, argument] = Object.entries(rule)[0] ?? ['', undefined];
  if (name === 'exists') {
    return (value !== undefined) === argument;
  }
  const matcher = matchers[name];
  return matcher !== undefined && matcher(argument, value);
}

/**
 * Whether an event matches a pattern. An array in the event matches when any of its elements does.
 */
export function matchesPattern(pattern: Pattern, event: Json): boolean {
  return Object.entries(pattern).every(([key, rule]) => {
    if (key === '$or') {
      return (rule as Pattern[]).some((alternative) => matchesPattern(alternative, event));
    }
    const value = isObject(event) ? event[key] : undefined;
    if (Array.isArray(rule)) {
      const values = Array.isArray(value) && value.length > 0 ? value : [Array.isArray(value) ? undefined : value];
      return rule.some((one) => values.some((v) => matchesOne(one, v)));
    }
    if (Array.isArray(value)) {
      return value.some((element) => matchesPattern(rule as Pattern, element));
    }
    return matchesPattern(rule as Pattern, value);
  });
}

/**
 * Faults of a pattern, by path; empty when it can be evaluated here.
 */
export function patternFaults(pattern: Json, path = 'EventPattern'): string[] {
  if (!isObject(pattern) || Object.keys(pattern).length === 0) {
    return [`${path} must be a non-empty object`];
  }
  return Object.entries(pattern).flatMap(([key, rule]) => {
    const here = `${path}.${key}`;
    if (key === '$or') {
      return Array.isArray(rule) ? rule.flatMap((one, i) => patternFaults(one, `${here}[${i}]`)) : [`${here} must be a list`];
    }
    if (isObject(rule)) {
      return patternFaults(rule, here);
    }
    if (!Array.isArray(rule) || rule.length === 0) {
      return [`${here} must be a non-empty list of values, got ${JSON.stringify(rule)}`];
    }
    return rule.flatMap((one, i) => {
      const name = isObject(one) ? Object.keys(one)[0] : undefined;
      return name === undefined || name === 'exists' || name in matchers
        ? []
        : [`${here}[${i}]: the filter ${JSON.stringify(name)} is not supported by the local AWS`];
    });
  });
}
