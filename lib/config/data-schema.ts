import { z } from 'zod';
import type { ColumnCondition, ColumnSchema, ColumnType, DataSchema } from '../../lambda/shared/schema/contract';
import { flag, group, listOf, number, oneOf, ordered, positive, type Rule, scalar, text } from './rules';

/** The form of `schema.json`: columns, rules over several columns, forbidden names. */

const NUMERIC: readonly ColumnType[] = ['integer', 'number'];
const TIMES: readonly ColumnType[] = ['date', 'timestamp'];
const ISO: Partial<Record<ColumnType, RegExp>> = {
  date: /^\d{4}-\d{2}-\d{2}$/,
  timestamp: /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?)?$/,
};

/** Whether a value can be compared with the values of a column. */
const OF_TYPE: Record<ColumnType, (value: unknown) => boolean> = {
  integer: Number.isInteger,
  number: (value) => typeof value === 'number',
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  date: (value) => typeof value === 'string' && ISO.date?.test(value) === true,
  timestamp: (value) => typeof value === 'string' && ISO.timestamp?.test(value) === true,
};

const boundsOnlyOnNumbers: Rule<ColumnSchema> = (column) =>
  NUMERIC.includes(column.type) || (column.minimum === undefined && column.maximum === undefined)
    ? undefined
    : { path: ['type'], message: `must be integer or number where minimum or maximum is given, got "${column.type}"` };

const boundsInOrder: Rule<ColumnSchema> = ({ minimum, maximum }) =>
  minimum === undefined || maximum === undefined || minimum <= maximum
    ? undefined
    : { path: ['minimum'], message: `must be at most maximum (${maximum}), got ${minimum}` };

const domainOfType: Rule<ColumnSchema> = ({ domain = [], type }) => {
  const wrong = domain.findIndex((value) => !OF_TYPE[type](value));
  return wrong === -1 ? undefined : { path: ['domain', wrong], message: `must be of the column's type ${type}, got ${JSON.stringify(domain[wrong])}` };
};

const patternOfText: Rule<ColumnSchema> = ({ pattern, type }) =>
  pattern === undefined || type === 'string' ? undefined : { path: ['pattern'], message: `must be left out of a column of type ${type}: only a text has a form` };

const patternIsPortable: Rule<ColumnSchema> = ({ pattern }) => {
  if (pattern === undefined) {
    return undefined;
  }
  const got = JSON.stringify(pattern);
  if (/\(\?(?!:)|\\[1-9]|\\k</.test(pattern)) {
    return { path: ['pattern'], message: `must do without look-around, named groups and back references, which not every engine knows, got ${got}` };
  }
  try {
    RegExp(pattern, 'u');
    return undefined;
  } catch (error) {
    return { path: ['pattern'], message: `must be a regular expression, got ${got}: ${(error as Error).message}` };
  }
};

const columnSchema = () =>
  group({
    name: text(256),
    type: oneOf('integer', 'number', 'string', 'boolean', 'date', 'timestamp'),
    description: text().optional(),
    domain: listOf(scalar(), 'a list of allowed values').min(1, { error: 'must hold at least one value; leave it out where every value is allowed' }).optional(),
    minimum: number().optional(),
    maximum: number().optional(),
    pattern: text(1000).optional(),
    nullable: flag().optional(),
    unique: flag().optional(),
    sensitive: flag().optional(),
    cost: positive().optional(),
  }).check(ordered<ColumnSchema>(boundsOnlyOnNumbers, boundsInOrder, domainOfType, patternOfText, patternIsPortable));

const OPERATORS = ['is', 'isNot', 'in', 'notIn', 'minimum', 'maximum', 'missing', 'equalsColumn', 'atLeastColumn', 'atMostColumn'] as const;

const oneOperator: Rule<ColumnCondition> = (condition) => {
  const given = OPERATORS.filter((operator) => condition[operator] !== undefined);
  return given.length === 1
    ? undefined
    : { path: given[1] === undefined ? ['column'] : [given[1]], message: `must come with exactly one of ${OPERATORS.join(', ')}, got ${given.join(', ') || 'none'}` };
};

const bound = () => z.union([z.number(), z.string()], { error: (issue) => `must be a number, or a date as text, got ${JSON.stringify(issue.input)}` });
const values = () => listOf(scalar(), 'a list of values').min(1, { error: 'must hold at least one value' });

const condition = () =>
  group({
    column: text(256),
    is: scalar().optional(),
    isNot: scalar().optional(),
    in: values().optional(),
    notIn: values().optional(),
    minimum: bound().optional(),
    maximum: bound().optional(),
    missing: flag().optional(),
    equalsColumn: text(256).optional(),
    atLeastColumn: text(256).optional(),
    atMostColumn: text(256).optional(),
  }).check(ordered<ColumnCondition>(oneOperator));

const conditions = () => listOf(condition(), 'a list of conditions').min(1, { error: 'must hold at least one condition' });

const rule = () => group({ id: text(64), description: text().optional(), when: conditions().optional(), then: conditions() });

export const columnsOf = ({ recordId, target, order, entity, features }: DataSchema): ColumnSchema[] =>
  [recordId, target, order, entity, ...features].filter((column) => column !== undefined);

const distinctNames: Rule<DataSchema> = (schema) => {
  const names = columnsOf(schema).map(({ name }) => name);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  const feature = schema.features.findLastIndex(({ name }) => name === repeated);
  return repeated === undefined
    ? undefined
    : { path: feature === -1 ? ['target', 'name'] : ['features', feature, 'name'], message: `must be the name of one column only, got "${repeated}" twice` };
};

const distinctRules: Rule<DataSchema> = ({ rules = [] }) => {
  const ids = rules.map(({ id }) => id);
  const repeated = ids.findIndex((id, index) => ids.indexOf(id) !== index);
  return repeated === -1 ? undefined : { path: ['rules', repeated, 'id'], message: `must be the id of one rule only, got "${ids[repeated]}" twice` };
};

/** Each condition speaks of columns that are there, in their type. */
const rulesOfColumns: Rule<DataSchema> = (schema) => {
  const columns = new Map(columnsOf(schema).map((column) => [column.name, column]));
  for (const [index, { when = [], then }] of (schema.rules ?? []).entries()) {
    for (const [part, list] of [['when', when], ['then', then]] as const) {
      for (const [position, item] of list.entries()) {
        const broken = conditionFault(item, columns);
        if (broken !== undefined) {
          return { path: ['rules', index, part, position, broken.member], message: broken.message };
        }
      }
    }
  }
  return undefined;
};

const COMPARED = ['equalsColumn', 'atLeastColumn', 'atMostColumn'] as const;

function conditionFault(item: ColumnCondition, columns: ReadonlyMap<string, ColumnSchema>): { readonly member: string; readonly message: string } | undefined {
  const column = columns.get(item.column);
  const unknown = (name: string): string => `must be a column of the schema, got "${name}"; columns: ${[...columns.keys()].join(', ')}`;
  if (column === undefined) {
    return { member: 'column', message: unknown(item.column) };
  }
  for (const member of COMPARED) {
    const name = item[member];
    const other = name === undefined ? undefined : columns.get(name);
    if (name !== undefined && other === undefined) {
      return { member, message: unknown(name) };
    }
    if (other !== undefined && kindOf(other.type) !== kindOf(column.type)) {
      return { member, message: `must be a column of the same kind: ${item.column} is ${column.type}, ${other.name} is ${other.type}` };
    }
  }
  for (const member of ['is', 'isNot', 'in', 'notIn', 'minimum', 'maximum'] as const) {
    const given = item[member];
    const wrong = (given === undefined ? [] : [given].flat()).find((value) => !OF_TYPE[column.type](value));
    if (wrong !== undefined) {
      return { member, message: `must be of the type of ${item.column}, ${column.type}, got ${JSON.stringify(wrong)}` };
    }
  }
  return undefined;
}

const kindOf = (type: ColumnType): string => (NUMERIC.includes(type) ? 'number' : TIMES.includes(type) ? 'time' : type);

/** What is forbidden or ignored is no column, and not both. */
const otherNames: Rule<DataSchema> = (schema) => {
  const same = (name: string) => (other: string): boolean => other.toLowerCase() === name.toLowerCase();
  for (const list of ['forbidden', 'ignored'] as const) {
    const names = schema[list] ?? [];
    const known = [...columnsOf(schema).map(({ name }) => name), ...(list === 'ignored' ? (schema.forbidden ?? []) : [])];
    const position = names.findIndex((name) => known.some(same(name)));
    if (position !== -1) {
      return { path: [list, position], message: `must not be a column of the schema${list === 'ignored' ? ' or forbidden' : ''}, got "${names[position]}"; take it out of one of the two` };
    }
  }
  return undefined;
};

export const dataSchemaSchema: z.ZodType<DataSchema> = group({
  version: text(64),
  recordId: columnSchema(),
  target: columnSchema(),
  order: columnSchema().optional(),
  entity: columnSchema().optional(),
  features: listOf(columnSchema(), 'a list of columns').min(1, { error: 'must hold at least one column, got []' }),
  rules: listOf(rule(), 'a list of rules').optional(),
  forbidden: listOf(text(256), 'a list of names').optional(),
  ignored: listOf(text(256), 'a list of names').optional(),
}).check(ordered<DataSchema>(distinctNames, distinctRules, rulesOfColumns, otherNames));
