import { isRecord, resolve, type Scope } from './references';

type Condition = Readonly<Record<string, unknown>>;

const compare = (check: (order: number) => boolean) => (left: unknown, right: unknown): boolean => {
  if (typeof left !== typeof right || (typeof left !== 'number' && typeof left !== 'string')) {
    throw new Error(`cannot compare ${JSON.stringify(left)} with ${JSON.stringify(right)}`);
  }
  return check(left === right ? 0 : left < (right as typeof left) ? -1 : 1);
};

const BINARY: Readonly<Record<string, (left: unknown, right: unknown) => boolean>> = {
  Equals: (left, right) => left === right,
  GreaterThan: compare((order) => order > 0),
  GreaterThanOrEqualTo: compare((order) => order >= 0),
  LessThan: compare((order) => order < 0),
  LessThanOrEqualTo: compare((order) => order <= 0),
};

const NESTED: Readonly<Record<string, string>> = { Not: 'Expression', Or: 'Conditions' };

export const CONDITION_TYPES: readonly string[] = [...Object.keys(BINARY), 'In', ...Object.keys(NESTED)];

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Everything that is wrong with the form of a condition. */
export function conditionProblems(condition: unknown, path: string): string[] {
  if (!isRecord(condition)) {
    return [`${path}: expected a condition, got ${JSON.stringify(condition)}`];
  }
  const type = String(condition.Type);
  if (!CONDITION_TYPES.includes(type)) {
    return [`${path}.Type: unknown condition type ${JSON.stringify(condition.Type)}; known are ${CONDITION_TYPES.join(', ')}`];
  }
  const required = type in BINARY ? ['LeftValue', 'RightValue'] : type === 'In' ? ['QueryValue', 'Values'] : [String(NESTED[type])];
  const missing = required.filter((name) => condition[name] === undefined).map((name) => `${path}.${name}: missing`);
  const inner = type === 'Not' ? [condition.Expression] : type === 'Or' ? listOf(condition.Conditions) : [];
  return [...missing, ...(missing.length > 0 ? [] : inner.flatMap((nested, index) => conditionProblems(nested, `${path}.${NESTED[type]}[${index}]`)))];
}

/** Whether a condition holds; a comparison of unlike values is an error, not a no. */
export async function holds(condition: Condition, scope: Scope): Promise<boolean> {
  const type = String(condition.Type);
  if (type === 'Not') {
    return !(await holds(condition.Expression as Condition, scope));
  }
  if (type === 'Or') {
    const results = await Promise.all(listOf(condition.Conditions).map((nested) => holds(nested as Condition, scope)));
    return results.some(Boolean);
  }
  if (type === 'In') {
    const [value, values] = [await resolve(condition.QueryValue, scope), await resolve(condition.Values, scope)];
    return listOf(values).includes(value);
  }
  return BINARY[type]?.(await resolve(condition.LeftValue, scope), await resolve(condition.RightValue, scope)) ?? false;
}

/** All conditions of a step must hold. */
export async function allHold(conditions: unknown, scope: Scope): Promise<boolean> {
  const results = await Promise.all(listOf(conditions).map((condition) => holds(condition as Condition, scope)));
  return results.every(Boolean);
}
