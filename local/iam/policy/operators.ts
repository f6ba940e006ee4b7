import { BlockList, isIP } from 'node:net';
import { arnMatcher, wildcardMatcher, type Matcher, type Piece } from './pattern';

/** A condition operator without its set prefix and `IfExists`. */
export interface Operator {
  /** Whether it is the opposite of another one: it then holds for requests without the key, and must hold for all of the policy's values. */
  readonly negated: boolean;
  /** Whether variables may stand in its values. */
  readonly variables: boolean;
  /**
   * Makes a matcher of one value of the policy (for a negated operator: of what must not match).
   *
   * @returns undefined when the value is of no form that the operator takes
   */
  matcher(pieces: readonly Piece[]): Matcher | undefined;
}

const textOf = (pieces: readonly Piece[]): string => pieces.map((piece) => ('literal' in piece ? piece.literal : piece.wildcard)).join('');
const literal = (pieces: readonly Piece[]): Piece[] => [{ literal: textOf(pieces) }];

type Compare = (given: number, wanted: number) => boolean;

const comparison = (read: (text: string) => number, compare: Compare): Operator['matcher'] => (pieces) => {
  const wanted = read(textOf(pieces));
  return Number.isNaN(wanted) ? undefined : (text) => {
    const given = read(text);
    return !Number.isNaN(given) && compare(given, wanted);
  };
};

const number = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text));
/** ISO 8601, or seconds since 1970. */
const time = (text: string): number => (/^-?\d+(\.\d+)?$/.test(text) && text.length > 4 ? Number(text) * 1000 : Date.parse(text));

function addressMatcher(pieces: readonly Piece[]): Matcher | undefined {
  const [address = '', prefix, ...more] = textOf(pieces).split('/');
  const version = isIP(address);
  const bits = version === 4 ? 32 : 128;
  const length = prefix === undefined ? bits : /^\d+$/.test(prefix) ? Number(prefix) : Number.NaN;
  if (version === 0 || more.length > 0 || !(length >= 0 && length <= bits)) {
    return undefined;
  }
  const range = new BlockList();
  range.addSubnet(address, length, version === 4 ? 'ipv4' : 'ipv6');
  return (text) => isIP(text) !== 0 && range.check(text, isIP(text) === 4 ? 'ipv4' : 'ipv6');
}

function booleanMatcher(pieces: readonly Piece[]): Matcher | undefined {
  const wanted = textOf(pieces).toLowerCase();
  return wanted === 'true' || wanted === 'false' ? (text) => text.toLowerCase() === wanted : undefined;
}

const pair = (name: string, opposite: string, variables: boolean, matcher: Operator['matcher']): [string, Operator][] => [
  [name, { negated: false, variables, matcher }],
  [opposite, { negated: true, variables, matcher }],
];

const COMPARISONS: Readonly<Record<string, Compare>> = {
  Equals: (given, wanted) => given === wanted,
  LessThan: (given, wanted) => given < wanted,
  LessThanEquals: (given, wanted) => given <= wanted,
  GreaterThan: (given, wanted) => given > wanted,
  GreaterThanEquals: (given, wanted) => given >= wanted,
};

const comparisons = (kind: string, read: (text: string) => number): [string, Operator][] => [
  ...Object.entries(COMPARISONS).map(([name, compare]): [string, Operator] =>
    [`${kind}${name}`, { negated: false, variables: false, matcher: comparison(read, compare) }]),
  [`${kind}NotEquals`, { negated: true, variables: false, matcher: comparison(read, (given, wanted) => given === wanted) }],
];

/**
 * The condition operators, by name. `Null` is not among them: it asks for the key, not for its value.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ...pair('StringEquals', 'StringNotEquals', true, (pieces) => wildcardMatcher(literal(pieces))),
  ...pair('StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', true, (pieces) => wildcardMatcher(literal(pieces), true)),
  ...pair('StringLike', 'StringNotLike', true, (pieces) => wildcardMatcher(pieces)),
  ...comparisons('Numeric', number),
  ...comparisons('Date', time),
  ...pair('ArnEquals', 'ArnNotEquals', true, arnMatcher),
  ...pair('ArnLike', 'ArnNotLike', true, arnMatcher),
  ...pair('IpAddress', 'NotIpAddress', false, addressMatcher),
  ['Bool', { negated: false, variables: true, matcher: booleanMatcher }],
]);
