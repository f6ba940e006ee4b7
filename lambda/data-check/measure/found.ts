import type { Measurement } from '../../gate/contract';

export const notMeasured = (id: string, explanation: string): Measurement => ({ id, status: 'notMeasured', explanation });

export const notApplicable = (id: string, explanation: string): Measurement => ({ id, status: 'notApplicable', explanation });

/** `1, 2 and 3`: ids of rows that show a problem. */
export const rowsNamed = (ids: readonly string[] | undefined): string => (ids === undefined || ids.length === 0 ? '' : `, such as in the rows with id ${ids.join(', ')}`);
