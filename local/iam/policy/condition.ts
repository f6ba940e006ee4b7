import { isKnownKey, type RequestContext } from './context';
import { OPERATORS, type Operator } from './operators';
import type { Matcher } from './pattern';
import { PolicyProblem } from './problem';
import { fill, templateOf, variablesOf, type Template } from './variables';

/** One key of a Condition element. All of them must hold. */
export interface Condition {
  readonly key: string;
  /** Keys of the variables in its values. */
  readonly variables: readonly string[];
  /** @throws PolicyProblem when the key or a variable is not known here */
  holds(context: RequestContext): boolean;
}

type Quantifier = 'ForAnyValue' | 'ForAllValues';

const OPERATOR = /^(?:(ForAnyValue|ForAllValues):)?(\w+?)(IfExists)?$/;

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value as unknown[] : [value]);

const isScalar = (value: unknown): value is string | number | boolean => ['string', 'number', 'boolean'].includes(typeof value);

function textsOf(values: unknown, what: string, policy: string): string[] {
  return listOf(values).map((value) => {
    if (!isScalar(value)) {
      throw new PolicyProblem(policy, `${what} compares with ${JSON.stringify(value)}, which is no text, number or boolean`);
    }
    return String(value);
  });
}

/** A value of the policy as a matcher: once for all where it has no variables. */
function matcherOf(template: Template, operator: Operator, name: string, policy: string): (context: RequestContext) => Matcher | undefined {
  const make = (context: RequestContext): Matcher | undefined => {
    const pieces = fill(template, context, policy);
    if (pieces === undefined) {
      return undefined;
    }
    const matcher = operator.matcher(pieces);
    if (matcher === undefined) {
      throw new PolicyProblem(policy, `${name} can't compare with ${JSON.stringify(template.parts.map((part) => ('literal' in part ? part.literal : '*')).join(''))}`);
    }
    return matcher;
  };
  if (template.fixed === undefined) {
    return make;
  }
  const made = make(new Map());
  return () => made;
}

function nullCondition(key: string, values: readonly string[], policy: string): Condition['holds'] {
  const [wanted, ...more] = values.map((value) => value.toLowerCase());
  if (more.length > 0 || (wanted !== 'true' && wanted !== 'false')) {
    throw new PolicyProblem(policy, `Null on ${key} takes true or false, not ${JSON.stringify(values)}`);
  }
  return (context) => !context.has(key) === (wanted === 'true');
}

interface Parsed {
  readonly name: string;
  readonly operator: Operator;
  readonly quantifier?: Quantifier;
  readonly ifExists: boolean;
}

function parsedOperator(text: string, policy: string): Parsed | 'Null' {
  const [, quantifier, name = '', ifExists] = OPERATOR.exec(text) ?? [];
  if (name === 'Null' && quantifier === undefined && ifExists === undefined) {
    return 'Null';
  }
  const operator = OPERATORS.get(name);
  if (operator === undefined) {
    throw new PolicyProblem(policy, `the condition operator ${text} is not known to the local AWS`);
  }
  return { name: text, operator, ifExists: ifExists !== undefined, ...(quantifier === undefined ? {} : { quantifier: quantifier as Quantifier }) };
}

function compare({ name, operator, quantifier, ifExists }: Parsed, key: string, matchers: readonly ReturnType<typeof matcherOf>[], policy: string): Condition['holds'] {
  return (context) => {
    const given = context.get(key);
    if (given === undefined || (typeof given === 'object' && given.length === 0)) {
      // An operator that says "not" holds for what is not there; so does "all of none".
      return ifExists || quantifier === 'ForAllValues' || (operator.negated && quantifier === undefined);
    }
    const wanted = matchers.map((make) => make(context));
    const one = (value: string): boolean => wanted.some((matches) => matches?.(value) === true) !== operator.negated;
    if (quantifier !== undefined) {
      const values = typeof given === 'string' ? [given] : given;
      return quantifier === 'ForAllValues' ? values.every(one) : values.some(one);
    }
    if (typeof given === 'object') {
      throw new PolicyProblem(policy, `${name} on ${key}: the key holds several values; use ForAnyValue:${name} or ForAllValues:${name}`);
    }
    return one(given);
  };
}

/**
 * Compiles a Condition element.
 *
 * @param variables whether the policy's version knows variables
 * @throws PolicyProblem for an operator that is not known here; keys and variables are looked at when a request asks for them
 */
export function conditionsOf(element: unknown, policy: string, variables: boolean): Condition[] {
  if (element === undefined) {
    return [];
  }
  if (typeof element !== 'object' || element === null || Array.isArray(element)) {
    throw new PolicyProblem(policy, `the Condition ${JSON.stringify(element)} is no object`);
  }
  return Object.entries(element).flatMap(([operatorText, keys]: [string, unknown]) => {
    const parsed = parsedOperator(operatorText, policy);
    if (typeof keys !== 'object' || keys === null || Array.isArray(keys)) {
      throw new PolicyProblem(policy, `the Condition's ${operatorText} is no object of keys`);
    }
    return Object.entries(keys).map(([givenKey, values]: [string, unknown]): Condition => {
      const key = givenKey.toLowerCase();
      const texts = textsOf(values, `${operatorText} on ${givenKey}`, policy);
      if (parsed === 'Null') {
        return known(key, givenKey, [], nullCondition(key, texts, policy), policy);
      }
      const templates = texts.map((text) => templateOf(text, policy, variables && parsed.operator.variables));
      const matchers = templates.map((template) => matcherOf(template, parsed.operator, parsed.name, policy));
      return known(key, givenKey, templates.flatMap(variablesOf), compare(parsed, key, matchers, policy), policy);
    });
  });
}

const known = (key: string, givenKey: string, variables: readonly string[], holds: Condition['holds'], policy: string): Condition => ({
  key,
  variables,
  holds(context) {
    if (!isKnownKey(key)) {
      throw new PolicyProblem(policy, `the condition key ${givenKey} is not known to the local AWS`);
    }
    return holds(context);
  },
});
