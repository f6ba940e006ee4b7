import type { OutputColumn, Outputs, Problem } from '../shared/metrics';
import type { ModelProjectData } from '../shared/project/contract';
import { type Database, identifier, literal } from '../shared/tables/duckdb';
import type { TableFile } from '../shared/tables/files';
import { loadTable, numbers, type TableColumn } from '../shared/tables/reading';
import { Contenders, groupColumn } from './contract';

/** The content of `predictions.parquet`. */
export interface TestPredictions {
  readonly labels: Float64Array;
  /** By the name of the contender. */
  readonly outputs: Readonly<Record<string, Outputs>>;
  /** Values of the columns that rows are grouped by, by the name of the column; a column that the file lacks is absent. */
  readonly groups: ReadonlyMap<string, readonly (string | null)[]>;
}

const TABLE = 'predictions';

/**
 * Reads predictions; classes become their positions.
 *
 * @param groupedBy columns whose groups are asked for
 * @throws UnreadableFileError, MissingColumnsError
 */
export async function readPredictions(
  database: Database,
  files: readonly TableFile[],
  { schema }: ModelProjectData,
  problem: Problem,
  groupedBy: readonly string[],
): Promise<TestPredictions> {
  const columnsOf = (contender: string): readonly OutputColumn[] => problem.outputs(contender);
  const contenders = Object.values(Contenders);
  const typed = ({ name, kind }: OutputColumn, optional: boolean): TableColumn => ({ name, type: kind === 'class' ? 'VARCHAR' : 'DOUBLE', optional });
  await loadTable(database, TABLE, files, [
    typed(problem.label, false),
    ...contenders.flatMap((contender) => columnsOf(contender).map((column) => typed(column, contender === Contenders.CHAMPION))),
    ...groupedBy.map((column): TableColumn => ({ name: groupColumn(column), type: 'VARCHAR', optional: true })),
  ]);
  const classes = `[${(schema.target.domain ?? []).map((value) => literal(String(value))).join(', ')}]`;
  const number = ({ name, kind }: OutputColumn): string =>
    (kind === 'number' ? identifier(name) : `nullif(list_position(${classes}, ${identifier(name)}), 0) - 1`);
  const query = (select: string): string => `SELECT ${select} FROM ${TABLE}`;
  const read = async (columns: readonly OutputColumn[]): Promise<Float64Array[]> => {
    const result = await database.columns(query(columns.map((column, index) => `${number(column)} AS "${index}"`).join(', ')));
    return columns.map((_, index) => numbers(result[index]));
  };
  const [labels = new Float64Array(0)] = await read([problem.label]);
  const outputs: Record<string, Outputs> = {};
  for (const contender of contenders) {
    outputs[contender] = await read(columnsOf(contender));
  }
  const groups = new Map<string, readonly (string | null)[]>();
  for (const column of groupedBy) {
    const values = await database.columns(query(`${identifier(groupColumn(column))} AS value`));
    groups.set(column, (values.value ?? []) as (string | null)[]);
  }
  return { labels, outputs, groups };
}
