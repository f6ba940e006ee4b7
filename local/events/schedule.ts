/**
 * Schedule expressions of EventBridge: `rate(5 minutes)`, `cron(0 12 * * ? *)`, `at(2026-01-01T00:00:00)`.
 *
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
const UNITS: Record<string, number> = { minute: 60, minutes: 60, hour: 3600, hours: 3600, day: 86_400, days: 86_400 };
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** Next time after `after` at which the expression fires; `undefined`: never again. */
export type Schedule = (after: Date) => Date | undefined;

/**
 * @throws Error naming the expression when it can't be read.
 */
export function parseSchedule(expression: string): Schedule {
  const rate = /^rate\((\d+) (\w+)\)$/.exec(expression);
  const unit = UNITS[rate?.[2] ?? ''];
  if (rate !== null && unit !== undefined && Number(rate[1]) > 0) {
    const period = Number(rate[1]) * unit * 1000;
    return (after) => new Date(after.getTime() + period);
  }
  const at = /^at\((.+)\)$/.exec(expression);
  if (at !== null && !Number.isNaN(Date.parse(`${at[1]}Z`))) {
    const time = new Date(`${at[1]}Z`);
    return (after) => (time > after ? time : undefined);
  }
  const cron = /^cron\((.+)\)$/.exec(expression);
  if (cron !== null) {
    return cronSchedule(cron[1] ?? '', expression);
  }
  throw new Error(`${JSON.stringify(expression)} is no schedule; write rate(1 hour), cron(0 12 * * ? *) or at(2026-01-01T00:00:00)`);
}

function cronSchedule(fields: string, expression: string): Schedule {
  const parts = fields.trim().split(/\s+/);
  if (parts.length !== 6) {
    throw new Error(`${JSON.stringify(expression)} must have six fields (minutes hours day-of-month month day-of-week year), has ${parts.length}`);
  }
  const field = (i: number, low: number, high: number, words: string[] = [], base = 0): ((value: number) => boolean) =>
    cronField(parts[i] ?? '', low, high, words, base, expression);
  const minute = field(0, 0, 59);
  const hour = field(1, 0, 23);
  const dayOfMonth = field(2, 1, 31);
  const month = field(3, 1, 12, MONTHS, 1);
  const dayOfWeek = field(4, 1, 7, DAYS, 1);
  const year = field(5, 1970, 2199);
  return (after) => {
    const time = new Date(after);
    time.setUTCSeconds(0, 0);
    time.setUTCMinutes(time.getUTCMinutes() + 1);
    const horizon = time.getTime() + 366 * 5 * 86_400_000;
    while (time.getTime() < horizon) {
      const dayFits =
        year(time.getUTCFullYear()) && month(time.getUTCMonth() + 1) && dayOfMonth(time.getUTCDate()) && dayOfWeek(time.getUTCDay() + 1);
      if (!dayFits) {
        time.setUTCDate(time.getUTCDate() + 1);
        time.setUTCHours(0, 0);
      } else if (!hour(time.getUTCHours())) {
        time.setUTCHours(time.getUTCHours() + 1, 0);
      } else if (minute(time.getUTCMinutes())) {
        return time;
      } else {
        time.setUTCMinutes(time.getUTCMinutes() + 1);
      }
    }
    return undefined;
  };
}

function cronField(field: string, low: number, high: number, words: string[], base: number, expression: string): (value: number) => boolean {
  if (field === '*' || field === '?') {
    return () => true;
  }
  const number = (word: string): number => {
    const index = words.indexOf(word.toUpperCase());
    const value = index >= 0 ? index + base : Number(word);
    if (!Number.isInteger(value) || value < low || value > high) {
      throw new Error(`${JSON.stringify(expression)}: ${JSON.stringify(word)} must be between ${low} and ${high}; L, W and # are not supported by the local AWS`);
    }
    return value;
  };
  const tests = field.split(',').map((part) => {
    const [range = '', step] = part.split('/');
    const [from, to] = range === '*' ? [low, high] : range.split('-').map(number);
    const first = from ?? low;
    const last = to ?? (step === undefined ? first : high);
    const stride = step === undefined ? 1 : Number(step);
    return (value: number) => value >= first && value <= last && (value - first) % stride === 0;
  });
  return (value) => tests.some((test) => test(value));
}
