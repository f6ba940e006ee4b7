import type { ColumnSchema, ColumnType } from '../../lambda/shared/contract';
import { soundsSensitive } from '../../lambda/shared/schema/sensitive';
import { figure, percent } from '../../lambda/shared/words';
import type { TextFacts } from './facts';

/** A column with more different texts is no category that a model can learn. */
export const MOST_CATEGORIES = 100;
/** Whole numbers with more different values count or measure something, whatever their name. */
const MOST_CODES = 50;
const CODE_WORDS = /(^|[_\W])(code|codes|type|kind|class|category|status|group|zip|postcode|region|level|flag)([_\W]|$)/i;

/** What was found out about the kind of a column. */
export type Kind =
  | { readonly type: ColumnType; readonly categorical: boolean }
  | { readonly reason: string };

const has = (count: number, { present }: TextFacts): boolean => count === present;

/** Type of a column by its values: the narrowest that all of them have. */
export function typeOf(facts: TextFacts): ColumnType {
  const { declared } = facts;
  if (declared === 'BOOLEAN' || has(facts.truths, facts)) {
    return 'boolean';
  }
  if (declared !== undefined && declared !== 'VARCHAR') {
    return declared === 'DATE' ? 'date' : declared.startsWith('TIMESTAMP') ? 'timestamp' : isNumberType(declared) ? (has(facts.wholeNumbers, facts) ? 'integer' : 'number') : 'string';
  }
  // What a Parquet file calls text stays text; other texts have no type but the one of their values.
  if (declared === undefined && has(facts.numbers, facts)) {
    return facts.leadingZeros > 0 ? 'string' : has(facts.wholeNumbers, facts) ? 'integer' : 'number';
  }
  return has(facts.dates, facts) ? 'date' : has(facts.timestamps, facts) ? 'timestamp' : 'string';
}

const isNumberType = (declared: string): boolean => /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|FLOAT|DOUBLE|DECIMAL.*)$/.test(declared);

/** Whether a column can be a feature, and as what. */
export function kindOf(facts: TextFacts): Kind {
  if (facts.present === 0) {
    return { reason: 'has no values' };
  }
  if (facts.different === 1) {
    return { reason: 'has the same value in every row that has one' };
  }
  if (facts.declared !== undefined && /^(STRUCT|MAP|UNION)|\[\]$|^BLOB/.test(facts.declared)) {
    return { reason: `holds values of type ${facts.declared}, no single ones` };
  }
  const type = typeOf(facts);
  if (type === 'string') {
    return textKind(facts);
  }
  if (type === 'integer' && facts.different === facts.rows && soundsLikeId(facts.name)) {
    return { reason: 'is an id: every value is different' };
  }
  return { type, categorical: type === 'integer' && facts.different <= MOST_CODES && (facts.different === 2 || CODE_WORDS.test(facts.name)) };
}

function textKind(facts: TextFacts): Kind {
  const others = facts.present - facts.numbers;
  if (facts.declared === undefined && facts.numbers > 0 && others > 0 && others < facts.numbers) {
    return {
      reason: others === facts.placeholders
        ? `holds numbers, and in ${figure(others)} rows (${percent(others / facts.present)}) a word for missing such as NA; leave these cells empty`
        : `holds numbers, and in ${figure(others)} rows (${percent(others / facts.present)}) other texts; clean it`,
    };
  }
  if (facts.different === facts.present && facts.present > MOST_CATEGORIES) {
    return { reason: 'is an id or a free text: every value is different' };
  }
  return facts.different > MOST_CATEGORIES
    ? { reason: `is text with ${figure(facts.different)} different values; a category may have ${MOST_CATEGORIES}: put them into groups first` }
    : { type: 'string', categorical: true };
}

export const soundsLikeId = (name: string): boolean => /(^|[_\W])(id|uuid|guid|key|identifier|index|number|no|nr)$/i.test(name) || /[a-z](Id|ID|Key)$/.test(name) || name === '';

/** Two significant digits, outwards. */
const outwards = (value: number, up: boolean): number => {
  if (value === 0) {
    return 0;
  }
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 1);
  const rounded = (up ? Math.ceil(value / unit) : Math.floor(value / unit)) * unit;
  return Number(rounded.toPrecision(12));
};

/**
 * Bounds that leave room: half of what was seen on each side, and 0 where nothing was below. The extremes themselves would call the first larger value
 * a fault.
 */
export function boundsOf({ minimum, maximum }: TextFacts): Pick<ColumnSchema, 'minimum' | 'maximum'> {
  if (minimum === null || maximum === null) {
    return {};
  }
  const room = (maximum - minimum) / 2;
  return { minimum: minimum >= 0 ? 0 : outwards(minimum - room, false), maximum: maximum <= 0 ? 0 : outwards(maximum + room, true) };
}

/** The column of a schema. `values` are those of a category. */
export function columnOf(facts: TextFacts, type: ColumnType, values?: readonly string[]): ColumnSchema {
  const { name, present, rows } = facts;
  return {
    name,
    type,
    ...(values !== undefined && { domain: values.map((value) => (type === 'integer' || type === 'number' ? Number(value) : type === 'boolean' ? value === 'true' : value)) }),
    ...(values === undefined && (type === 'integer' || type === 'number') && boundsOf(facts)),
    ...(present < rows && { nullable: true }),
    ...(soundsSensitive({ name }) && { sensitive: true }),
  };
}
