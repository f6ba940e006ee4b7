import { getJson } from '../shared/storage/s3';

/** Records with the numbers that the candidate answered when it was evaluated: a probability, one for each class, or a value. */
export interface GoldenRecords {
  readonly records: readonly Readonly<Record<string, unknown>>[];
  readonly expected: readonly (readonly number[])[];
}

/**
 * Reads the golden records of a model package.
 *
 * @throws Error when they are missing, empty or of unequal length: without them nothing can be compared.
 */
export async function readGolden(context: Readonly<Record<string, unknown>>): Promise<GoldenRecords> {
  const uri = context['goldenUri'];
  if (typeof uri !== 'string') {
    throw new Error('the gate\'s context has no goldenUri: the state machine must hand on the package\'s metadata property "goldenUri"');
  }
  const { records, expected } = await getJson<Partial<GoldenRecords>>(uri);
  if (!Array.isArray(records) || !Array.isArray(expected) || records.length === 0 || records.length !== expected.length) {
    throw new Error(`${uri} must hold equally many "records" and "expected", got ${records?.length ?? 'no'} and ${expected?.length ?? 'no'}`);
  }
  return { records, expected };
}
