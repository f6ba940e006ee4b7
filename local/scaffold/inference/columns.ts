import type { ColumnSchema, ColumnType } from '../../../lambda/shared/schema/contract';
import { soundsSensitive } from '../../../lambda/shared/schema/sensitive';
import { literal } from '../../../lambda/shared/tables/duckdb';
import { counted, figure } from '../../../lambda/shared/words';
import { type ColumnFacts, isCode, type NumberFacts, numbersOf } from './column-facts';
import { textColumn } from './table';

/** What a column is, and what the scaffold does with it. */
export interface Column {
  readonly facts: ColumnFacts;
  readonly name: string;
  /** As a feature it would stand in `schema.json` like this; `undefined` for what no model can use. */
  readonly schema?: ColumnSchema;
  /** Why it can't be a feature. */
  readonly unusable?: string;
  /** What is changed in its values; empty where they stay what they are. */
  readonly changes: readonly string[];
  /** Expression over the texts table of its value in its type. */
  readonly sql: string;
  /** The same as text. */
  readonly text: string;
  /** No two rows have the same value and no row lacks one. */
  readonly unique: boolean;
}

/** Names that say that whole numbers are codes. */
const CODE_NAME = /code|type|class|categor|region|zip|postal|status|group|flag|kind|level|segment|state|(^|_)cd($|_)|(^|_)is_/i;
const WHOLE_CODES = 12;
/** Share of the span that values may lie beyond what was seen. */
const HEAD_ROOM = 0.5;

/** Decides what a column is. */
export function columnOf(facts: ColumnFacts): Column {
  const column = textColumn(facts.index);
  const kept = facts.markers.length === 0 ? column : `CASE WHEN ${column} NOT IN (${facts.markers.map(literal).join(', ')}) THEN ${column} END`;
  const common = { facts, name: facts.name, unique: facts.present === facts.rows && facts.distinct === facts.rows };
  const named = { name: facts.name, ...(soundsSensitive(facts) && { sensitive: true }) };
  const { changes, missing } = tidied(facts);
  const text: Column = { ...common, changes, sql: kept, text: kept };
  if (facts.present === 0) {
    return { ...text, unusable: 'it holds no value' };
  }
  if (/^(BLOB|STRUCT|MAP|UNION)|\[\d*\]$/.test(facts.declared ?? '')) {
    return { ...text, unusable: `it is of the type ${facts.declared}, which no feature can have` };
  }
  if (facts.distinct === 1) {
    return { ...text, unusable: `it has the same value ${JSON.stringify(facts.values?.[0]?.value)} in ${missing === 0 ? 'every row' : 'every row that has one'}, so it tells nothing` };
  }
  const schema = (kind: Omit<ColumnSchema, 'name'>, nullable = missing > 0): ColumnSchema => ({ ...named, ...kind, ...(nullable && { nullable: true }) });
  if (facts.times !== undefined) {
    const { form, strays } = facts.times;
    return {
      ...text, schema: schema({ type: form.type }, missing + strays.n > 0),
      changes: [...changes, ...(form.plain ? [] : [`${form.name} become ISO 8601`]), ...strayChange(facts.times.strays, form.type === 'date' ? 'date' : 'time'), ...declaredText(facts, 'times')],
      sql: `CAST(CASE WHEN regexp_full_match(${kept}, ${literal(form.pattern)}) THEN ${form.time(kept)} END AS ${form.type === 'date' ? 'DATE' : 'TIMESTAMP'})`,
    };
  }
  if (facts.ambiguous !== undefined) {
    return { ...text, unusable: `its dates may be ${facts.ambiguous.join(' or ')}, and no value tells which; write them as YYYY-MM-DD` };
  }
  const truth = facts.values?.every(({ value }) => ['true', 'false'].includes(value.toLowerCase())) === true;
  if (truth) {
    const other = facts.values?.some(({ value }) => !['true', 'false', 'True', 'False'].includes(value));
    return { ...text, schema: schema({ type: 'boolean' }), changes: [...changes, ...(other ? ['truth values become true and false'] : [])], sql: `CAST(lower(${kept}) AS BOOLEAN)` };
  }
  const numbers = numbersOf(facts);
  if (numbers !== undefined) {
    return numberColumn(facts, numbers, { text, kept, missing, schema });
  }
  if (facts.values !== undefined && isCode(facts)) {
    return { ...text, schema: schema({ type: 'string', domain: facts.values.map(({ value }) => value).toSorted() }) };
  }
  return { ...text, unusable: common.unique ? 'every row has another text, so it names rows and tells nothing' : `${figure(facts.distinct)} different texts in ${figure(facts.present)} rows are too many for a list of allowed values; derive a feature from it where the data come from` };
}

/** Changes that any column may need, and how many values it lacks. */
function tidied(facts: ColumnFacts): { readonly changes: readonly string[]; readonly missing: number } {
  return {
    changes: [
      ...(facts.blanks > 0 ? [`blanks around ${counted(facts.blanks, 'value')} go`] : []),
      ...(facts.markers.length > 0 ? [`${facts.markers.map((marker) => JSON.stringify(marker)).join(', ')} ${facts.markers.length === 1 ? 'becomes' : 'become'} a missing value`] : []),
    ],
    missing: facts.rows - facts.present,
  };
}

function strayChange({ n, example }: { readonly n: number; readonly example?: string }, kind: string): string[] {
  return n === 0 ? [] : [`${counted(n, 'value')} that ${n === 1 ? 'is' : 'are'} no ${kind}, such as ${JSON.stringify(example)}, become missing`];
}

/** A file with types that keeps something as text says the same in two ways. */
const declaredText = ({ declared }: ColumnFacts, kind: string): string[] => (declared === 'VARCHAR' ? [`${kind} kept as text get their type`] : []);

interface Context {
  readonly text: Column;
  readonly kept: string;
  readonly missing: number;
  readonly schema: (kind: Omit<ColumnSchema, 'name'>, nullable?: boolean) => ColumnSchema;
}

function numberColumn(facts: ColumnFacts, { form, whole, minimum, maximum, strays }: NumberFacts, { text, kept, missing, schema }: Context): Column {
  const nullable = missing + strays.n > 0;
  const all = form.number(kept);
  const number = strays.n === 0 ? all : `CASE WHEN regexp_full_match(${kept}, ${literal(form.pattern)}) AND isfinite(${all}) THEN ${all} END`;
  return {
    ...text,
    changes: [...text.changes, ...(form.plain ? [] : [`${form.name} become plain numbers`]), ...strayChange(strays, 'number'), ...declaredText(facts, 'numbers')],
    sql: `CAST(${number} AS ${whole ? 'BIGINT' : 'DOUBLE'})`,
    schema: schema(whole ? wholeNumbers(facts, minimum, maximum) : { type: 'number', ...range(minimum, maximum) }, nullable),
  };
}

function wholeNumbers(facts: ColumnFacts, minimum: number, maximum: number): Omit<ColumnSchema, 'name'> {
  const codes = facts.distinct <= WHOLE_CODES && isCode(facts) && facts.numbers?.strays.n === 0;
  const gaps = facts.distinct * 2 <= maximum - minimum + 1;
  if (codes && (facts.distinct === 2 || gaps || CODE_NAME.test(facts.name))) {
    return { type: 'integer', domain: [...new Set((facts.values ?? []).map(({ value }) => Number(value)))].toSorted((a, b) => a - b) };
  }
  const description = codes ? { description: `Only ${facts.distinct} different whole numbers were seen: if they are codes and no amounts, give a domain instead of bounds.` } : {};
  const { minimum: low, maximum: high } = range(minimum, maximum);
  return { type: 'integer', minimum: Math.floor(low), maximum: Math.ceil(high), ...description };
}

/** Bounds with head room, round numbers; nothing below 0 where nothing was, and shares stay shares. */
export function range(minimum: number, maximum: number): { readonly minimum: number; readonly maximum: number } {
  const room = (maximum - minimum) * HEAD_ROOM;
  const unit = 10 ** Math.floor(Math.log10(room || 1));
  const tidy = (value: number): number => Number(value.toPrecision(12));
  return {
    minimum: minimum >= 0 && minimum <= room ? 0 : tidy(Math.floor((minimum - room) / unit) * unit),
    maximum: minimum >= 0 && maximum <= 1 && maximum > 0.5 ? 1 : tidy(Math.ceil((maximum + room) / unit) * unit),
  };
}


/** Members of columns by name, such as the codes of a codebook: what people know and the data do not show. They win over what is inferred. */
export type Overrides = Readonly<Record<string, Partial<Omit<ColumnSchema, 'name'>>>>;

const SQL_TYPES: Readonly<Record<ColumnType, string>> = { integer: 'BIGINT', number: 'DOUBLE', string: 'VARCHAR', boolean: 'BOOLEAN', date: 'DATE', timestamp: 'TIMESTAMP' };

/** The column with what people know; a `type` brings in a column that would be left out. */
export function overridden(column: Column, overrides: Overrides): Column {
  const given = overrides[column.name];
  if (given === undefined || (column.schema === undefined && given.type === undefined)) {
    return column;
  }
  const { minimum, maximum, domain, ...rest } = column.schema ?? { name: column.name, type: given.type ?? 'string' };
  // A list of values takes the place of bounds, and another type has neither.
  const inferred = given.type !== undefined && given.type !== rest.type ? {} : given.domain !== undefined ? {} : { ...(domain !== undefined && { domain }), ...(minimum !== undefined && { minimum }), ...(maximum !== undefined && { maximum }) };
  const { unusable: _, ...usable } = column;
  const type = given.type ?? rest.type;
  return { ...usable, schema: { ...rest, ...inferred, ...given }, ...(given.type !== undefined && { sql: `TRY_CAST(${column.text} AS ${SQL_TYPES[type]})` }) };
}
