import { randomInt } from 'node:crypto';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Random lower-case letters and digits, as in SageMaker's execution ids. */
export const randomId = (length: number): string => Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');

/** Dates of a description as the event of a state change shows them: milliseconds since the epoch. */
export function eventDetail(description: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(description).filter(([, value]) => value !== undefined).map(([name, value]) => [name, value instanceof Date ? value.getTime() : value]),
  );
}
