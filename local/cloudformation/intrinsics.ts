import { templateError, type Value, type Values } from './template';

/** `{"Ref": "AWS::NoValue"}`: the property or element is left out. */
export const NO_VALUE: unique symbol = Symbol('AWS::NoValue');
type Resolved = Value | typeof NO_VALUE;

/** What the functions of a template may ask for. */
export interface Scope {
  /** Parameter, pseudo parameter or resource. */
  ref(name: string): Resolved;
  attribute(logicalId: string, name: string): Value;
  condition(name: string): boolean;
  mapping(map: string, top: string, second: string): Value;
  importValue(exportName: string): Value;
  stackOutput(query: { readonly StackName: string; readonly OutputName: string; readonly Region?: string; readonly RoleArn?: string }): Value;
}

type Fn = (argument: Value, scope: Scope, name: string) => Resolved;

const asList = (value: Value, name: string): readonly Value[] => {
  if (!Array.isArray(value)) {
    throw templateError(`${name} needs a list, got ${JSON.stringify(value)}`);
  }
  return value as readonly Value[];
};
const asText = (value: Value, name: string): string => {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
    throw templateError(`${name} needs text, got ${JSON.stringify(value)}`);
  }
  return String(value);
};
const resolveList = (argument: Value, scope: Scope, name: string): readonly Value[] => asList(strict(argument, scope), name);
const strict = (value: Value, scope: Scope): Value => {
  const resolved = resolve(value, scope);
  return resolved === NO_VALUE ? null : resolved;
};

/** Value of a condition expression: a nested function or `{"Condition": name}`. */
export function truth(expression: Value, scope: Scope): boolean {
  const value = strict(expression, scope);
  if (value !== true && value !== false && value !== 'true' && value !== 'false') {
    throw templateError(`a condition must be true or false, got ${JSON.stringify(value)}`);
  }
  return value === true || value === 'true';
}

const PLACEHOLDER = /\$\{(!?)([^}]*)\}/g;

function substitute(argument: Value, scope: Scope): string {
  const [text, variables] = Array.isArray(argument) ? argument as [Value, Values] : [argument, {} as Values];
  return asText(text ?? '', 'Fn::Sub').replace(PLACEHOLDER, (_all, escaped: string, name: string) => {
    if (escaped === '!') {
      return `\${${name}}`;
    }
    const own = variables[name];
    if (own !== undefined) {
      return asText(strict(own, scope), `Fn::Sub \${${name}}`);
    }
    const dot = name.indexOf('.');
    const value = dot < 0 ? scope.ref(name) : scope.attribute(name.slice(0, dot), name.slice(dot + 1));
    return asText(value === NO_VALUE ? '' : value, `Fn::Sub \${${name}}`);
  });
}

const FUNCTIONS: Readonly<Record<string, Fn>> = {
  Ref: (argument, scope) => scope.ref(asText(argument, 'Ref')),
  Condition: (argument, scope) => scope.condition(asText(argument, 'Condition')),
  'Fn::GetAtt': (argument, scope, name) => {
    const [logicalId, ...path] = typeof argument === 'string' ? argument.split('.') : asList(argument, name).map((part) => asText(strict(part, scope), name));
    return scope.attribute(logicalId ?? '', path.join('.'));
  },
  'Fn::Sub': (argument, scope) => substitute(argument, scope),
  'Fn::Join': (argument, scope, name) => {
    const [separator = '', parts = []] = asList(argument, name);
    return resolveList(parts, scope, name).map((part) => asText(part, name)).join(asText(separator, name));
  },
  'Fn::Split': (argument, scope, name) => {
    const [separator = '', source = ''] = asList(argument, name);
    return asText(strict(source, scope), name).split(asText(separator, name));
  },
  'Fn::Select': (argument, scope, name) => {
    const [index = 0, list = []] = asList(argument, name);
    const values = resolveList(list, scope, name);
    const position = Number(strict(index, scope));
    const value = values[position];
    if (value === undefined) {
      throw templateError(`Fn::Select cannot select index ${position} of ${JSON.stringify(values)}`);
    }
    return value;
  },
  'Fn::If': (argument, scope, name) => {
    const [condition = '', whenTrue = null, whenFalse = null] = asList(argument, name);
    return resolve(scope.condition(asText(condition, name)) ? whenTrue : whenFalse, scope);
  },
  'Fn::Equals': (argument, scope, name) => {
    const [left, right] = resolveList(argument, scope, name);
    return JSON.stringify(left) === JSON.stringify(right) || (isScalar(left) && isScalar(right) && String(left) === String(right));
  },
  'Fn::And': (argument, scope, name) => asList(argument, name).every((part) => truth(part, scope)),
  'Fn::Or': (argument, scope, name) => asList(argument, name).some((part) => truth(part, scope)),
  'Fn::Not': (argument, scope, name) => !truth(asList(argument, name)[0] ?? null, scope),
  'Fn::Contains': (argument, scope, name) => {
    const [list = [], value = null] = asList(argument, name);
    const wanted = JSON.stringify(strict(value, scope));
    return resolveList(list, scope, name).some((element) => JSON.stringify(element) === wanted);
  },
  'Fn::FindInMap': (argument, scope, name) => {
    const [map = '', top = '', second = ''] = resolveList(argument, scope, name).map((part) => asText(part, name));
    return scope.mapping(map, top, second);
  },
  'Fn::ImportValue': (argument, scope, name) => scope.importValue(asText(strict(argument, scope), name)),
  'Fn::GetStackOutput': (argument, scope) => scope.stackOutput(strict(argument, scope) as unknown as Parameters<Scope['stackOutput']>[0]),
  'Fn::Base64': (argument, scope, name) => Buffer.from(asText(strict(argument, scope), name)).toString('base64'),
  'Fn::GetAZs': (argument, scope, name) => {
    const asked = asText(strict(argument, scope), name);
    const region = asked === '' ? asText(scope.ref('AWS::Region') as Value, name) : asked;
    return ['a', 'b', 'c'].map((zone) => `${region}${zone}`);
  },
  'Fn::Length': (argument, scope, name) => resolveList(argument, scope, name).length,
  'Fn::ToJsonString': (argument, scope) => JSON.stringify(strict(argument, scope)),
  'Fn::Cidr': (argument, scope, name) => {
    const [block = '', count = 1, bits = 8] = resolveList(argument, scope, name);
    return cidr(asText(block, name), Number(count), Number(bits));
  },
};

const isScalar = (value: Value | undefined): boolean => value !== null && typeof value !== 'object';

function cidr(block: string, count: number, bits: number): string[] {
  const [address = '', ] = block.split('/');
  const start = address.split('.').reduce((number, part) => number * 256 + Number(part), 0);
  return Array.from({ length: count }, (_, index) => {
    const base = start + index * 2 ** bits;
    return `${[24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256).join('.')}/${32 - bits}`;
  });
}

/**
 * The function call that an object stands for, if it is one.
 *
 * @throws ServiceError for a function that the local AWS does not know
 */
export function functionOf(value: Value): readonly [name: string, argument: Value] | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return undefined;
  }
  const entries = Object.entries(value as Values);
  const [first] = entries;
  if (entries.length !== 1 || first === undefined || !(first[0] === 'Ref' || first[0].startsWith('Fn::') || (first[0] === 'Condition' && typeof first[1] === 'string'))) {
    return undefined;
  }
  if (!Object.hasOwn(FUNCTIONS, first[0])) {
    throw templateError(`function ${first[0]} is not supported by the local AWS`);
  }
  return first;
}

/** Resolves every function in a value. */
export function resolve(value: Value, scope: Scope): Resolved {
  const call = functionOf(value);
  if (call !== undefined) {
    const [name, argument] = call;
    return (FUNCTIONS[name] as Fn)(argument, scope, name);
  }
  if (Array.isArray(value)) {
    return (value as readonly Value[]).map((element) => resolve(element, scope)).filter((element): element is Value => element !== NO_VALUE);
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value as Values).map(([key, element]) => [key, resolve(element, scope)] as const);
    return Object.fromEntries(entries.filter((entry): entry is readonly [string, Value] => entry[1] !== NO_VALUE));
  }
  return value;
}

/** Resolves properties; what is `AWS::NoValue` is left out. */
export const resolveAll = (values: Values, scope: Scope): Values => resolve(values, scope) as Values;

/** Logical names that a value refers to: resources and parameters alike. */
export function references(value: Value, found: Set<string> = new Set()): Set<string> {
  const call = functionOf(value);
  if (call !== undefined) {
    const [name, argument] = call;
    if (name === 'Ref') {
      found.add(String(argument));
    } else if (name === 'Fn::GetAtt') {
      found.add(typeof argument === 'string' ? argument.split('.')[0] ?? '' : String((argument as readonly Value[])[0]));
    } else if (name === 'Fn::Sub') {
      const [text, variables] = Array.isArray(argument) ? argument as [Value, Values] : [argument, {} as Values];
      for (const [, escaped, reference = ''] of String(text).matchAll(PLACEHOLDER)) {
        const isVariable = Object.hasOwn(variables, reference);
        if (escaped !== '!' && !isVariable) {
          found.add(reference.split('.')[0] ?? '');
        }
      }
    }
  }
  if (Array.isArray(value)) {
    (value as readonly Value[]).forEach((element) => references(element, found));
  } else if (typeof value === 'object' && value !== null && call?.[0] !== 'Ref' && call?.[0] !== 'Condition') {
    Object.values(value as Values).forEach((element) => references(element, found));
  }
  return found;
}
