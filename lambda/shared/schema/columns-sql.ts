import { literal } from '../tables/duckdb';
import { problemCode } from './columns';
import type { ColumnSchema } from './contract';
import type { Dialect } from './dialect';
import { comparable, isNumeric, isTime } from './values';

/** A column as it lies in a file or table. */
export interface RawColumn {
  /** Expression of its value, null where it is missing. */
  readonly expression: string;
  /** The engine knows a type of the value; else it is text. */
  readonly typed: boolean;
  /** Of a column of times: its value already is seconds since 1970. @default false */
  readonly seconds?: boolean;
  /** Condition under which the value is of another type than the schema's, whatever its text says. @default - only the text decides */
  readonly otherType?: string;
}

/** A column as all counting sees it. */
export interface ColumnSql {
  /** A number (`DOUBLE`), seconds since 1970 of a time, or text; null where it is missing or unreadable as its type. */
  readonly value: string;
  /** 0, or the code of what is wrong with the value; 0 where it is missing. */
  readonly problem: string;
}

const finite = (dialect: Dialect, number: string): string => `CASE WHEN ${dialect.isFinite(number)} THEN ${number} END`;

/** @param future what counts as the future of an order column, in the unit of its value; left out for other columns */
export function columnSql(column: ColumnSchema, raw: RawColumn, dialect: Dialect, future?: number): ColumnSql {
  const { expression, otherType } = raw;
  const text = raw.typed ? `CAST(${expression} AS VARCHAR)` : expression;
  const value = valueOf(column, raw, text, dialect);
  const cases = [
    `${expression} IS NULL THEN 0`,
    ...(otherType === undefined ? [] : [`${otherType} THEN ${problemCode('type')}`]),
    ...unreadable(column, text, value).map((condition) => `${condition} THEN ${problemCode('type')}`),
    ...(column.minimum === undefined ? [] : [`${value} < ${column.minimum} THEN ${problemCode('belowMinimum')}`]),
    ...(column.maximum === undefined ? [] : [`${value} > ${column.maximum} THEN ${problemCode('aboveMaximum')}`]),
    ...(column.domain === undefined ? [] : [`${value} NOT IN (${column.domain.map((allowed) => sqlValue(allowed, column)).join(', ')}) THEN ${problemCode('outsideDomain')}`]),
    ...(column.pattern === undefined ? [] : [`NOT ${dialect.hasForm(text, column.pattern)} THEN ${problemCode('otherForm')}`]),
    ...(future === undefined ? [] : [`${value} > ${future} THEN ${problemCode('inFuture')}`]),
  ];
  return { value, problem: `CASE ${cases.map((condition) => `WHEN ${condition}`).join(' ')} ELSE 0 END` };
}

function valueOf(column: ColumnSchema, { expression, typed, seconds, otherType }: RawColumn, text: string, dialect: Dialect): string {
  if (seconds === true) {
    return expression;
  }
  if (column.type === 'date' || column.type === 'timestamp') {
    return typed && otherType === undefined ? dialect.epochOfTime(expression) : dialect.epochOfText(text, column.type);
  }
  if (isNumeric(column)) {
    return finite(dialect, `TRY_CAST(${expression} AS DOUBLE)`);
  }
  return column.type === 'boolean' ? `lower(${text})` : text;
}

function unreadable(column: ColumnSchema, text: string, value: string): string[] {
  if (isTime(column)) {
    return [`${value} IS NULL`];
  }
  const conditions: Record<string, string[]> = {
    integer: [`${value} IS NULL OR ${value} <> floor(${value})`],
    number: [`${value} IS NULL`],
    boolean: [`lower(${text}) NOT IN ('true', 'false')`],
  };
  return conditions[column.type] ?? [];
}

/** A value of a schema, a rule or a declaration as a literal that is comparable with a column's values. */
export function sqlValue(value: string | number | boolean, column: Pick<ColumnSchema, 'type'>): string {
  const plain = comparable(value, column);
  return typeof plain === 'string' ? literal(plain) : String(plain);
}
