import { sqlValue } from './columns-sql';
import type { ColumnCondition, ColumnRule, ColumnSchema } from './contract';
import { comparable } from './values';

/** Rules over several columns of a row, for records of JSON and for tables. Both follow the three-valued logic of SQL. */

/** A row's columns as {@link ColumnSql} makes them, by name. */
export interface RuleColumn {
  readonly schema: Pick<ColumnSchema, 'type'>;
  /** Expression of the value. */
  readonly value: string;
  /** Expression of the code of its problem. */
  readonly problem: string;
}

/** Condition that holds for the rows that break the rule. Built from numbers, literals and the given expressions: nothing a person wrote is SQL. */
export function violation({ when, then }: ColumnRule, columnOf: (name: string) => RuleColumn): string {
  const all = (conditions: readonly ColumnCondition[]): string => conditions.map((condition) => `(${conditionSql(condition, columnOf)})`).join(' AND ');
  const broken = `NOT coalesce(${all(then)}, true)`;
  return when === undefined ? broken : `coalesce(${all(when)}, false) AND ${broken}`;
}

function conditionSql(condition: ColumnCondition, columnOf: (name: string) => RuleColumn): string {
  const { schema, value, problem } = columnOf(condition.column);
  const literals = (values: readonly (string | number | boolean)[]): string => values.map((item) => sqlValue(item, schema)).join(', ');
  if (condition.missing !== undefined) {
    return `${condition.missing ? '' : 'NOT '}(${value} IS NULL AND ${problem} = 0)`;
  }
  const compared: [unknown, (given: never) => string][] = [
    [condition.is, (given: string) => `${value} = ${sqlValue(given, schema)}`],
    [condition.isNot, (given: string) => `${value} <> ${sqlValue(given, schema)}`],
    [condition.in, (given: string[]) => `${value} IN (${literals(given)})`],
    [condition.notIn, (given: string[]) => `${value} NOT IN (${literals(given)})`],
    [condition.minimum, (given: string) => `${value} >= ${sqlValue(given, schema)}`],
    [condition.maximum, (given: string) => `${value} <= ${sqlValue(given, schema)}`],
    [condition.equalsColumn, (given: string) => `${value} = ${columnOf(given).value}`],
    [condition.atLeastColumn, (given: string) => `${value} >= ${columnOf(given).value}`],
    [condition.atMostColumn, (given: string) => `${value} <= ${columnOf(given).value}`],
  ];
  const [given, write] = compared.find(([operand]) => operand !== undefined) ?? [];
  if (write === undefined) {
    throw new Error(`a condition on ${condition.column} has no operator`);
  }
  return write(given as never);
}

/** `undefined`: unknown, since a value is missing. */
type Truth = boolean | undefined;

/** Whether a record breaks the rule. */
export function breaksRule({ when = [], then }: ColumnRule, record: Readonly<Record<string, unknown>>, columnOf: (name: string) => Pick<ColumnSchema, 'type'>): boolean {
  const all = (conditions: readonly ColumnCondition[]): Truth => {
    const truths = conditions.map((condition) => conditionHolds(condition, record, columnOf));
    return truths.includes(false) ? false : truths.includes(undefined) ? undefined : true;
  };
  return all(when) === true && all(then) === false;
}

function conditionHolds(condition: ColumnCondition, record: Readonly<Record<string, unknown>>, columnOf: (name: string) => Pick<ColumnSchema, 'type'>): Truth {
  const schema = columnOf(condition.column);
  const plain = (value: unknown): string | number | undefined => (value === undefined || value === null ? undefined : comparable(value, schema));
  const value = plain(record[condition.column]);
  if (condition.missing !== undefined) {
    return (value === undefined) === condition.missing;
  }
  const one = (given: unknown, holds: (left: number | string, right: number | string) => boolean): Truth => {
    const right = plain(given);
    return value === undefined || right === undefined ? undefined : holds(value, right);
  };
  const operand = (name?: string): unknown => (name === undefined ? undefined : (record[name] ?? null));
  const equal = (left: unknown, right: unknown): boolean => left === right;
  const atLeast = (left: number | string, right: number | string): boolean => left >= right;
  const atMost = (left: number | string, right: number | string): boolean => left <= right;
  const tests: [unknown, (given: unknown) => Truth][] = [
    [condition.is, (given) => one(given, equal)],
    [condition.isNot, (given) => one(given, (left, right) => left !== right)],
    [condition.in, (given) => (value === undefined ? undefined : (given as unknown[]).map(plain).includes(value))],
    [condition.notIn, (given) => (value === undefined ? undefined : !(given as unknown[]).map(plain).includes(value))],
    [condition.minimum, (given) => one(given, atLeast)],
    [condition.maximum, (given) => one(given, atMost)],
    [operand(condition.equalsColumn), (given) => one(given, equal)],
    [operand(condition.atLeastColumn), (given) => one(given, atLeast)],
    [operand(condition.atMostColumn), (given) => one(given, atMost)],
  ];
  const [given, test] = tests.find(([member]) => member !== undefined) ?? [];
  return test?.(given);
}
