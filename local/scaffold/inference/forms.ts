/**
 * How files write numbers and times. A form that the process reads as it stands is *plain*; any other is converted once, into the delivery that
 * the scaffold writes.
 */

/** `text` is an SQL expression of a text; both answers are expressions in DuckDB's dialect. */
export interface NumberForm {
  readonly name: string;
  readonly plain: boolean;
  /** Form of every value. */
  readonly pattern: string;
  /** Form that at least one value has: without it another form explains the values as well. */
  readonly proof?: string;
  readonly number: (text: string) => string;
}

const asDouble = (text: string): string => `TRY_CAST(${text} AS DOUBLE)`;
const without = (text: string, characters: string): string => `regexp_replace(${text}, '[${characters}]', '', 'g')`;

/** The first that fits wins. */
export const NUMBER_FORMS: readonly NumberForm[] = [
  { name: 'numbers', plain: true, pattern: '[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?', number: asDouble },
  {
    name: 'numbers with commas between thousands', plain: false,
    pattern: '[+-]?[0-9]{1,3}(,[0-9]{3})*(\\.[0-9]+)?|[+-]?[0-9]+(\\.[0-9]+)?', proof: '.*,[0-9]{3}(,|\\.).*', number: (text) => asDouble(without(text, ',')),
  },
  {
    name: 'numbers with a decimal comma', plain: false,
    pattern: '[+-]?[0-9]{1,3}(\\.[0-9]{3})*(,[0-9]+)?|[+-]?[0-9]+(,[0-9]+)?', proof: '.*,([0-9]{1,2}|[0-9]{4,})', number: (text) => asDouble(`replace(${without(text, '.')}, ',', '.')`),
  },
  { name: 'amounts with a sign of a currency', plain: false, pattern: '[+-]?[$€£] ?[0-9]{1,3}(,?[0-9]{3})*(\\.[0-9]+)?', number: (text) => asDouble(without(text, '$€£, ')) },
  { name: 'percentages', plain: false, pattern: '[+-]?[0-9]+(\\.[0-9]+)? ?%', number: (text) => `${asDouble(without(text, '% '))} / 100` },
];

export interface TimeForm {
  /** As a person writes it. */
  readonly name: string;
  readonly type: 'date' | 'timestamp';
  readonly plain: boolean;
  readonly pattern: string;
  /** A `TIMESTAMP` in UTC; null for what is none. */
  readonly time: (text: string) => string;
}

const DATE = '[0-9]{4}-[0-9]{2}-[0-9]{2}';
const CLOCK = '[0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,9})?)?';
const asTimestamp = (text: string): string => `TRY_CAST(${text} AS TIMESTAMP)`;
const DAY_OR_MONTH = '[0-9]{1,2}';

/** Dates that are not ISO 8601: name, pattern and format of `strptime`. */
const DATES: readonly (readonly [name: string, pattern: string, format: string])[] = [
  ['YYYY/MM/DD', `[0-9]{4}/${DAY_OR_MONTH}/${DAY_OR_MONTH}`, '%Y/%m/%d'],
  ['YYYY.MM.DD', `[0-9]{4}\\.${DAY_OR_MONTH}\\.${DAY_OR_MONTH}`, '%Y.%m.%d'],
  ['DD.MM.YYYY', `${DAY_OR_MONTH}\\.${DAY_OR_MONTH}\\.[0-9]{4}`, '%d.%m.%Y'],
  ['DD/MM/YYYY', `${DAY_OR_MONTH}/${DAY_OR_MONTH}/[0-9]{4}`, '%d/%m/%Y'],
  ['MM/DD/YYYY', `${DAY_OR_MONTH}/${DAY_OR_MONTH}/[0-9]{4}`, '%m/%d/%Y'],
  ['DD-MM-YYYY', `${DAY_OR_MONTH}-${DAY_OR_MONTH}-[0-9]{4}`, '%d-%m-%Y'],
  ['MM-DD-YYYY', `${DAY_OR_MONTH}-${DAY_OR_MONTH}-[0-9]{4}`, '%m-%d-%Y'],
  ['DD/MM/YY', `${DAY_OR_MONTH}/${DAY_OR_MONTH}/[0-9]{2}`, '%d/%m/%y'],
  ['MM/DD/YY', `${DAY_OR_MONTH}/${DAY_OR_MONTH}/[0-9]{2}`, '%m/%d/%y'],
  ['DD Mon YYYY', `${DAY_OR_MONTH} [A-Za-z]{3} [0-9]{4}`, '%d %b %Y'],
  ['DD-Mon-YYYY', `${DAY_OR_MONTH}-[A-Za-z]{3}-[0-9]{4}`, '%d-%b-%Y'],
  ['DD-Mon-YY', `${DAY_OR_MONTH}-[A-Za-z]{3}-[0-9]{2}`, '%d-%b-%y'],
  ['DD Month YYYY', `${DAY_OR_MONTH} [A-Za-z]{4,9} [0-9]{4}`, '%d %B %Y'],
  ['Mon DD, YYYY', `[A-Za-z]{3} ${DAY_OR_MONTH}, [0-9]{4}`, '%b %d, %Y'],
  ['Month DD, YYYY', `[A-Za-z]{4,9} ${DAY_OR_MONTH}, [0-9]{4}`, '%B %d, %Y'],
];

const CLOCKS: readonly (readonly [name: string, pattern: string, format: string])[] = [
  ['hh:mm', '[0-9]{1,2}:[0-9]{2}', '%H:%M'],
  ['hh:mm:ss', '[0-9]{1,2}:[0-9]{2}:[0-9]{2}', '%H:%M:%S'],
  ['hh:mm AM', '[0-9]{1,2}:[0-9]{2} [AaPp][Mm]', '%I:%M %p'],
  ['hh:mm:ss AM', '[0-9]{1,2}:[0-9]{2}:[0-9]{2} [AaPp][Mm]', '%I:%M:%S %p'],
];

const parsed = (format: string) => (text: string): string => `try_strptime(${text}, '${format}')`;

export const TIME_FORMS: readonly TimeForm[] = [
  { name: 'ISO dates', type: 'date', plain: true, pattern: DATE, time: asTimestamp },
  { name: 'ISO times', type: 'timestamp', plain: true, pattern: `${DATE}|${DATE}[T ]${CLOCK}Z?`, time: asTimestamp },
  { name: 'ISO times with an offset', type: 'timestamp', plain: true, pattern: `${DATE}[T ]${CLOCK}(Z|[+-][0-9]{2}(:?[0-9]{2})?)`, time: (text) => `timezone('UTC', TRY_CAST(${text} AS TIMESTAMPTZ))` },
  ...DATES.map(([name, pattern, format]): TimeForm => ({ name, type: 'date', plain: false, pattern, time: parsed(format) })),
  ...DATES.flatMap(([name, pattern, format]) =>
    CLOCKS.map(([clock, clockPattern, clockFormat]): TimeForm => ({ name: `${name} ${clock}`, type: 'timestamp', plain: false, pattern: `${pattern} ${clockPattern}`, time: parsed(`${format} ${clockFormat}`) }))),
];

/** Whole numbers that are times by their name and size. */
export const COUNTED_TIMES: readonly (TimeForm & { readonly names: RegExp })[] = [
  { name: 'YYYYMMDD', type: 'date', plain: false, names: /date|day|dt$/i, pattern: '(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])', time: parsed('%Y%m%d') },
  // From 2001 to 2033: shorter and longer numbers count something else.
  { name: 'seconds since 1970', type: 'timestamp', plain: false, names: /time|date|epoch|_ts$|^ts$|_at$/i, pattern: '1[0-9]{9}', time: (text) => `make_timestamp(TRY_CAST(${text} AS BIGINT) * 1000000)` },
  { name: 'milliseconds since 1970', type: 'timestamp', plain: false, names: /time|date|epoch|_ts$|^ts$|_at$/i, pattern: '1[0-9]{12}', time: (text) => `make_timestamp(TRY_CAST(${text} AS BIGINT) * 1000)` },
];

/** What stands for a missing value among numbers and times. */
export const MISSING_NUMBERS = ['NA', 'N/A', 'n/a', 'na', '#N/A', 'NaN', 'nan', 'NULL', 'null', 'None', 'none', '?', '-', '--', '.', 'unknown', 'missing', '\\N'];
/** What stands for a missing value among texts: the readers of CSV take these for missing. `None` and `unknown` may be answers. */
export const MISSING_TEXTS = ['NA', 'N/A', 'n/a', '#N/A', 'NaN', 'nan', 'NULL', 'null', '?', '\\N'];
