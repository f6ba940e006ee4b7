import { z } from 'zod';

/**
 * The vocabulary of the declaration's schema: every rule says what is allowed, what it got, and, where one can tell, what to write instead.
 */

const got = (input: unknown): string => (input === undefined ? 'but is missing' : `got ${JSON.stringify(input)}`);

/** Rule of a value: `expectation` completes the sentence "<name> must be ...". */
const says =
  (expectation: string, advice: (input: unknown) => string | undefined = () => undefined) =>
  (issue: { readonly input?: unknown }): string => {
    const write = advice(issue.input);
    return `must be ${expectation}, ${got(issue.input)}${write === undefined ? '' : `; write ${write}`}`;
  };

/** A number that was meant as a share but written in percent, or as text. */
const asShare =
  (minimum: number, maximum: number) =>
  (input: unknown): string | undefined => {
    const value = typeof input === 'string' ? Number(input) : input;
    if (typeof value !== 'number' || Number.isNaN(value)) {
      return undefined;
    }
    return [value, value / 100].filter((candidate) => candidate !== input && candidate >= minimum && candidate <= maximum).map(String)[0];
  };

/** A number within inclusive bounds. */
export const between = (minimum: number, maximum: number): z.ZodNumber => {
  const error = says(`between ${minimum} and ${maximum}`, asShare(minimum, maximum));
  return z.number({ error }).min(minimum, { error }).max(maximum, { error });
};

/** A share of something, 0 to 1. */
export const share = (): z.ZodNumber => between(0, 1);

export const integer = (minimum: number, maximum = Number.MAX_SAFE_INTEGER): z.ZodNumber => {
  const error = says(maximum === Number.MAX_SAFE_INTEGER ? `a whole number of at least ${minimum}` : `a whole number between ${minimum} and ${maximum}`);
  return z.number({ error }).int({ error }).min(minimum, { error }).max(maximum, { error });
};

export const positive = (): z.ZodNumber => {
  const error = says('a number above 0');
  return z.number({ error }).positive({ error });
};

export const number = (): z.ZodNumber => z.number({ error: says('a number') });

export const flag = (): z.ZodBoolean => z.boolean({ error: says('true or false') });

/** A sentence or a name; not empty. */
export const text = (maximum = 2048): z.ZodString => {
  const error = says(`a text of 1 to ${maximum} characters`);
  return z.string({ error }).trim().min(1, { error }).max(maximum, { error });
};

/** A text of one form. */
export const pattern = (form: RegExp, expectation: string): z.ZodString => {
  const error = says(expectation);
  return z.string({ error }).regex(form, { error });
};

export const oneOf = <const Values extends readonly [string, ...string[]]>(...values: Values): z.ZodEnum<{ [Value in Values[number]]: Value }> =>
  z.enum(values, { error: says(values.length === 1 ? values[0] : `one of ${values.join(', ')}`, (input) => (typeof input === 'string' ? closest(input, values) : undefined)) });

/** A value that a table may hold: text, number or boolean. */
export const scalar = (): z.ZodUnion<[z.ZodString, z.ZodNumber, z.ZodBoolean]> =>
  z.union([z.string(), z.number(), z.boolean()], { error: says('a text, a number, true or false') });

export const listOf = <Item extends z.ZodType>(item: Item, expectation = 'a list'): z.ZodArray<Item> => z.array(item, { error: says(expectation) });

/** A group whose names are free. */
export const named = <Value extends z.ZodType>(value: Value, expectation: string): z.ZodRecord<z.ZodString, Value> =>
  z.record(z.string(), value, { error: says(`a group of ${expectation}`) });

/** A group of named values, all known. */
export const group = <Shape extends z.core.$ZodLooseShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `is not known here; allowed: ${Object.keys(shape).join(', ')}`
        : says(`a group of ${Object.keys(shape).join(', ')}`)(issue),
  });

/** The allowed value that differs only in case, hyphens or underscores. */
const closest = (input: string, values: readonly string[]): string | undefined => {
  const plain = (value: string): string => value.toLowerCase().replaceAll(/[-_ ]/g, '');
  return values.find((value) => plain(value) === plain(input));
};

/** Adds a rule over several values of one group. */
export type Rule<T> = (value: T) => { readonly path: (string | number)[]; readonly message: string } | undefined;
export const ordered =
  <T>(...rules: Rule<T>[]) =>
  (context: z.core.ParsePayload<T>): void => {
    for (const rule of rules) {
      const broken = rule(context.value);
      if (broken !== undefined) {
        context.issues.push({ code: 'custom', input: context.value, path: broken.path, message: broken.message });
      }
    }
  };
