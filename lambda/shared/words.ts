/** Figures and lists as a person reads them, the same on every machine. */

/** `57,738`; fractions with at most six digits. */
export const figure = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 6 });

/** Rounded to so many significant digits, without trailing zeros: `0.8412`. */
export const rounded = (value: number, digits = 4): string => (Number.isFinite(value) ? String(Number(value.toPrecision(digits))) : String(value));

/** `12.5 %`. Shares that round to nothing keep a digit: a single bad row among a million shows. */
export const percent = (share: number): string => `${rounded(share * 100, 3)} %`;

/** At most `limit` items, then how many more. */
export function list(items: readonly string[], limit = 8): string {
  const more = items.length - limit;
  return more > 0 ? `${items.slice(0, limit).join(', ')} and ${more} more` : items.join(', ');
}

/** `1 row`, `2 rows`. */
export const counted = (count: number, noun: string): string => `${figure(count)} ${noun}${count === 1 ? '' : 's'}`;

export const interval = ([lower, upper]: readonly [number, number]): string => `${rounded(lower)} to ${rounded(upper)}`;

/** A p-value; where doubles end, so does the figure. */
export const pValueText = (p: number): string => (p < 1e-300 ? 'below 1e-300' : rounded(p, 2));
