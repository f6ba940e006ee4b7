import { expressionIn } from '../jsonata/evaluate';
import type { StateType } from './types';

type Json = Readonly<Record<string, unknown>>;

/** What a field of a state must look like; `undefined` is a field that is not there. */
interface Rule {
  readonly holds: (value: unknown) => boolean;
  readonly says: string;
}

const isRecord = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const isDynamic = (value: unknown): boolean => typeof value === 'string' && expressionIn(value) !== undefined;

const wholeFrom = (least: number): Rule => ({
  holds: (value) => isDynamic(value) || (Number.isInteger(value) && (value as number) >= least),
  says: `must be a whole number of at least ${least} or an expression`,
});
const text: Rule = { holds: (value) => typeof value === 'string', says: 'must be text' };
const record: Rule = { holds: isRecord, says: 'must be an object' };
const filledList: Rule = { holds: (value) => Array.isArray(value) && value.length > 0 && value.every(isRecord), says: 'must be a list with at least one entry' };

/** Forms of the fields that are not free. */
const FORMS: Readonly<Record<string, Rule>> = {
  Comment: text,
  Resource: text,
  Next: text,
  Default: text,
  End: { holds: (value) => value === true, says: 'must be true or absent' },
  Assign: record,
  Credentials: record,
  ItemProcessor: record,
  Choices: filledList,
  Branches: filledList,
  Retry: { holds: Array.isArray, says: 'must be a list' },
  Catch: { holds: Array.isArray, says: 'must be a list' },
  Seconds: wholeFrom(0),
  MaxConcurrency: wholeFrom(0),
  TimeoutSeconds: wholeFrom(1),
  HeartbeatSeconds: wholeFrom(1),
  Timestamp: { holds: (value) => isDynamic(value) || (typeof value === 'string' && !Number.isNaN(Date.parse(value))), says: 'must be an ISO 8601 time or an expression' },
  Items: { holds: (value) => isDynamic(value) || Array.isArray(value), says: 'must be a list or an expression' },
  Condition: { holds: (value) => isDynamic(value) || typeof value === 'boolean', says: 'must be an expression' },
  ErrorEquals: { holds: (value) => Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === 'string'), says: 'must be a list of error names' },
};

const ONWARD = [['Next', 'End']];

/** Of each group, exactly one field must be there. */
const NEEDED: Readonly<Record<StateType, readonly (readonly string[])[]>> = {
  Task: [['Resource'], ...ONWARD],
  Pass: ONWARD,
  Choice: [['Choices']],
  Wait: [['Seconds', 'Timestamp'], ...ONWARD],
  Parallel: [['Branches'], ...ONWARD],
  Map: [['ItemProcessor'], ...ONWARD],
  Succeed: [],
  Fail: [],
};

export interface ShapeProblem {
  readonly message: string;
  /** Field that is wrong, when it is one. */
  readonly field?: string;
}

const missing = (part: Json, groups: readonly (readonly string[])[]): ShapeProblem[] =>
  groups
    .filter((group) => group.filter((field) => part[field] !== undefined).length !== 1)
    .map((group) => ({ message: group.length === 1 ? `Field '${group[0]}' is required` : `Exactly one of the fields ${group.join(', ')} is required` }));

const malformed = (part: Json): ShapeProblem[] =>
  Object.entries(part)
    .filter(([field, value]) => FORMS[field]?.holds(value) === false)
    .map(([field, value]) => ({ field, message: `${field} is ${JSON.stringify(value)} but ${FORMS[field]?.says}` }));

export const stateProblems = (type: StateType, state: Json): ShapeProblem[] => [...missing(state, NEEDED[type]), ...malformed(state)];

/** Retriers, catchers and choice rules. */
export const partProblems = (part: Json, needed: readonly string[]): ShapeProblem[] => [...missing(part, needed.map((field) => [field])), ...malformed(part)];
