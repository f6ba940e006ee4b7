import type { ColumnSchema } from '../../../lambda/shared/schema/contract';
import { counted, figure } from '../../../lambda/shared/words';
import { ScaffoldError } from '../errors';
import { numbersOf } from './column-facts';
import type { Column } from './columns';
import { type Table, textColumn } from './table';

/** A column that is no feature, with the reason why it was chosen. */
export interface Role {
  readonly schema: ColumnSchema;
  /** Absent for a record id that the delivery makes. */
  readonly column?: Column;
  readonly sql: string;
  readonly because: string;
}

/** `order_id`, `uuid`, `orderId`. Not `paid`. */
const isSureIdName = (name: string): boolean => /(^|[_\s.-])(id|ids|uuid|guid|identifier)$/i.test(name) || /[a-z](Id|ID|Ids|Uuid|UUID)$/.test(name);
/** Also what names something only where no two rows share it, such as `number`. */
const isIdName = (name: string): boolean => isSureIdName(name) || /(^|[_\s.-])(key|nr|number|no|row|index|unnamed: 0)$/i.test(name) || /[a-z](Key|Nr|No|Number)$/.test(name);
const ENTITY_NAME = /customer|client|user|person|patient|member|account|household|employee|student|driver|device|machine|store|shop|company|subject/i;
const TIME_NAME = /date|time|day|month|year|period|created|updated|timestamp|_at$|(^|_)ts$/i;
/** Times in a life rather than times of records. */
const OTHER_TIME = /birth|born|built|construct|expir|due|end|until|deadline|maturity|renovat/i;
const YEAR_NAME = /year|jahr|(^|_)yr$/i;
const LEAST_TIMES = 10;
const DAY = 86_400;

/**
 * The column that names a record: the one that was asked for, else a unique one that is called like it or counts the rows, else an id made of the row's
 * content.
 *
 * @throws ScaffoldError when the column asked for is not unique.
 */
export function recordIdOf(table: Table, columns: readonly Column[], asked: string | undefined): Role {
  if (asked !== undefined) {
    const column = columnNamed(columns, asked, '--record-id');
    if (!column.unique) {
      const { present, distinct, rows } = column.facts;
      throw new ScaffoldError(`--record-id ${asked} does not name every row: ${present < rows ? `${counted(rows - present, 'row')} have none` : `${figure(distinct)} different values in ${counted(rows, 'row')}`}; name a column that is unique, or leave --record-id out`);
    }
    return idRole(column, 'as asked with --record-id');
  }
  const possible = columns.filter((column) => column.unique && isName(column));
  const best = possible.find(({ name }) => /^(id|record_?id|row_?id|uuid)$/i.test(name)) ?? possible.find(({ name }) => isIdName(name));
  if (best !== undefined) {
    return idRole(best, 'it is unique and called like an id');
  }
  // A text that no row shares, or numbers without a gap.
  const counter = possible.find(({ facts }) => {
    const numbers = numbersOf(facts);
    return numbers === undefined || numbers.maximum - numbers.minimum + 1 === facts.rows;
  });
  return counter === undefined ? madeId(table, columns) : idRole(counter, 'it is unique');
}

/** Whole numbers and texts without blanks can be names; measurements and sentences can't. */
const isName = ({ facts, schema }: Column): boolean =>
  facts.times === undefined && facts.longest <= 64 && (numbersOf(facts) === undefined || (facts.numbers?.form.plain === true && schema?.type === 'integer'));

function idRole(column: Column, because: string): Role {
  const whole = numbersOf(column.facts) !== undefined;
  const minimum = (column.facts.numbers?.minimum ?? -1) >= 0 ? { minimum: 0 } : {};
  return { column, because, sql: column.sql, schema: { name: column.name, type: whole ? 'integer' : 'string', ...(whole && minimum) } };
}

export const MADE_ID = 'record_id';

/** Equal rows get different ids, and the same file the same ids, whatever else is delivered beside it. */
function madeId(table: Table, columns: readonly Column[]): Role {
  const names = columns.map(({ name }) => name.toLowerCase());
  const name = [MADE_ID, `${MADE_ID}_made`, `${MADE_ID}_of_row`].find((one) => !names.includes(one)) ?? MADE_ID;
  const all = table.columns.map(({ index }) => `coalesce(${textColumn(index)}, chr(0))`).join(", chr(1), ");
  return {
    schema: { name, type: 'string', description: 'Hash of the row and its number among equal rows.' },
    sql: `md5(concat(${all})) || '-' || row_number() OVER (PARTITION BY ${table.columns.map(({ index }) => textColumn(index)).join(', ')})`,
    because: 'no column is unique and named like an id, so it is made of the content of each row; better, deliver the id by which your systems know a record: delayed labels are joined by it',
  };
}

/**
 * The column that orders records in time: the one that was asked for, else a date, a time or a year of the record.
 *
 * @param now seconds since 1970
 * @throws ScaffoldError when the column asked for tells no order.
 */
export function orderOf(columns: readonly Column[], asked: string | undefined, now: number): Role | undefined {
  if (asked !== undefined) {
    const column = columnNamed(columns, asked, '--order');
    const type = column.schema?.type;
    if (column.schema === undefined || (type !== 'date' && type !== 'timestamp' && type !== 'integer')) {
      throw new ScaffoldError(`--order ${asked} is ${column.unusable === undefined ? `of type ${type}` : `not usable: ${column.unusable}`}; an order is a date, a time or a whole number such as a year`);
    }
    return orderRole(column, 'as asked with --order');
  }
  const times = columns.filter(({ facts, name }) => facts.times !== undefined && facts.distinct >= LEAST_TIMES && !OTHER_TIME.test(name) && facts.times.latest < now + DAY && facts.present >= facts.rows * 0.99);
  const time = times.find(({ name }) => TIME_NAME.test(name)) ?? times[0];
  if (time !== undefined) {
    return orderRole(time, 'it tells when a record is from');
  }
  const thisYear = new Date(now * 1000).getUTCFullYear();
  const year = columns.find(({ name, facts: { numbers, present, rows } }) =>
    YEAR_NAME.test(name) && !OTHER_TIME.test(name) && numbers?.whole === true && numbers.minimum >= 1900 && numbers.maximum <= thisYear && present === rows);
  return year === undefined ? undefined : orderRole(year, 'it tells the year of a record');
}

function orderRole(column: Column, because: string): Role {
  const { name, type = 'integer', nullable } = column.schema ?? {};
  const numbers = column.facts.numbers;
  const years = type === 'integer' && numbers !== undefined && numbers.minimum >= 1900 && numbers.maximum <= 2200;
  return { column, because, sql: column.sql, schema: { name: name ?? column.name, type, ...(years && { minimum: numbers.minimum }), ...(nullable === true && { nullable: true }) } };
}

/** The thing or person that several records are about: called like an id, repeated, and too many to be codes. */
export function entityOf(columns: readonly Column[]): Role | undefined {
  const possible = columns.filter((column) => isSureIdName(column.name) && isName(column) && !column.unique && column.facts.present === column.facts.rows && column.facts.distinct >= Math.max(20, column.facts.rows / 100));
  const best = possible.find(({ name }) => ENTITY_NAME.test(name)) ?? possible[0];
  return best === undefined ? undefined : idRole(best, 'records repeat it; all records of one stay in one split');
}

/** Names rather than properties: what is left of them is no feature. */
export const isIdentifier = (column: Column): boolean => column.schema?.domain === undefined && isName(column) && (column.unique ? isIdName : isSureIdName)(column.name) && column.facts.distinct >= Math.max(20, column.facts.rows / 100);

export function columnNamed(columns: readonly Column[], name: string, option: string): Column {
  const column = columns.find((one) => one.name === name) ?? columns.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (column === undefined) {
    const names = columns.map((one) => one.name);
    throw new ScaffoldError(`${option} ${JSON.stringify(name)} is no column of the file; it has ${names.slice(0, 30).join(', ')}${names.length > 30 ? ` and ${names.length - 30} more` : ''}`);
  }
  return column;
}

