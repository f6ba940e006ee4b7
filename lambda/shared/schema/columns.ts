import type { ColumnSchema, DataSchema } from './contract';

/** What can be wrong with a value, in the order in which it is looked for. */
export const PROBLEMS = ['type', 'belowMinimum', 'aboveMaximum', 'outsideDomain', 'otherForm', 'inFuture'] as const;
export type Problem = (typeof PROBLEMS)[number];

/** Code of a problem in a table; 0 is none. */
export const problemCode = (problem: Problem): number => PROBLEMS.indexOf(problem) + 1;

/** Columns that the schema promises, in the order of all that is counted: record id, target, features, order, entity. A file may leave out those that are nullable. */
export const expectedColumns = ({ recordId, target, features, order, entity }: DataSchema): ColumnSchema[] => [
  recordId,
  target,
  ...features,
  ...(order === undefined ? [] : [order]),
  ...(entity === undefined ? [] : [entity]),
];

export const RECORD_ID_INDEX = 0;
export const TARGET_INDEX = 1;
export const FIRST_FEATURE_INDEX = 2;
