import { type Database, identifier } from '../shared/tables/duckdb';
import type { TableFile } from '../shared/tables/files';
import { columnsOf, MissingColumnsError, source, UnreadableFileError } from '../shared/tables/reading';

/** How two files of predictions on the test rows differ, or why they can't be compared. */
export type PredictionComparison =
  | {
      readonly rows: number;
      /** Rows that only one of the two has. */
      readonly unmatched: number;
      /** Greatest absolute difference; another class counts as 1. */
      readonly difference: number;
    }
  | { readonly problem: string };

const CANDIDATE = 'candidate';

/**
 * Compares what two candidates said about the same records. Rows are matched by record id, whatever their order.
 *
 * @param recordId name of the column that identifies a record
 */
export async function comparePredictions(database: Database, files: { readonly original: TableFile; readonly rebuilt: TableFile }, recordId: string): Promise<PredictionComparison> {
  try {
    const columns = await sharedColumns(database, files, recordId);
    const { original, rebuilt } = files;
    const side = (file: TableFile): string =>
      `(SELECT *, row_number() OVER (PARTITION BY ${identifier(recordId)} ORDER BY ${columns.map(identifier).join(', ')}) AS repeat FROM ${source(file)})`;
    const differences = columns.map(difference);
    const { rows, unmatched, difference: greatest } = await database.row<{ rows: number; unmatched: number; difference: number | null }>(
      `SELECT count(*) AS rows, count(*) FILTER (a.repeat IS NULL OR b.repeat IS NULL) AS unmatched, max(greatest(${differences.join(', ')})) AS difference
       FROM ${side(original)} a FULL JOIN ${side(rebuilt)} b ON a.${identifier(recordId)} = b.${identifier(recordId)} AND a.repeat = b.repeat`,
    );
    return rows === 0 || greatest === null ? { problem: 'the two files have no record in common' } : { rows, unmatched, difference: greatest };
  } catch (error) {
    if (error instanceof UnreadableFileError || error instanceof MissingColumnsError) {
      return { problem: error.message };
    }
    throw error;
  }
}

/** Numbers by their distance, words by whether they are the same; a value that one side lacks is as bad as another word. */
const difference = (column: string): string => {
  const [a, b] = ['a', 'b'].map((side) => `${side}.${identifier(column)}`);
  const [x, y] = [a, b].map((value) => `TRY_CAST(${value} AS DOUBLE)`);
  return `CASE WHEN a.repeat IS NULL OR b.repeat IS NULL THEN NULL WHEN isfinite(${x}) AND isfinite(${y}) THEN abs(${x} - ${y}) WHEN ${a} = ${b} THEN 0 ELSE 1 END`;
};

async function sharedColumns(database: Database, { original, rebuilt }: { original: TableFile; rebuilt: TableFile }, recordId: string): Promise<string[]> {
  const [before, now] = [[...(await columnsOf(database, original)).keys()], [...(await columnsOf(database, rebuilt)).keys()]];
  const wanted = before.filter((name) => name === CANDIDATE || name.startsWith(`${CANDIDATE}_`));
  for (const [file, present] of [[original, before], [rebuilt, now]] as const) {
    const missing = [recordId, CANDIDATE, ...wanted].filter((name, index, all) => !present.includes(name) && all.indexOf(name) === index);
    if (missing.length > 0) {
      throw new MissingColumnsError(file, missing, present);
    }
  }
  return wanted;
}
