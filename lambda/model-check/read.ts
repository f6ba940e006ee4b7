import type { Measurement } from '../gate/contract';
import type { ModelDeclaration } from '../shared/contract';
import type { Database } from '../shared/duckdb';
import type { TableFile } from '../shared/tables/files';
import { loadTable, MissingColumnsError, numbers, UnreadableFileError } from '../shared/tables/reading';
import { measureModel, nothingMeasured } from './measure';

/** Reads and measures predictions; a malformed file is not measured, with the reason. */
export async function measurePredictions(database: Database, files: readonly TableFile[], declaration: ModelDeclaration): Promise<Measurement[]> {
  try {
    await loadTable(database, 'predictions', files, [
      { name: 'label', type: 'DOUBLE' },
      { name: 'candidate', type: 'DOUBLE' },
      { name: 'baseline', type: 'DOUBLE' },
      { name: 'champion', type: 'DOUBLE', optional: true },
    ]);
  } catch (error) {
    if (error instanceof UnreadableFileError || error instanceof MissingColumnsError) {
      return nothingMeasured(error.message);
    }
    throw error;
  }
  const { label, candidate, baseline, champion } = await database.columns('SELECT label, candidate, baseline, champion FROM predictions');
  return measureModel({ label: numbers(label), candidate: numbers(candidate), baseline: numbers(baseline), champion: numbers(champion) }, declaration);
}
