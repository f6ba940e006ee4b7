import { answerForm } from '../inference/answers';
import type { ModelProjectData } from '../project/contract';
import type { Database } from '../tables/duckdb';
import type { TableColumn } from '../tables/reading';
import type { ColumnProfile } from './contract';
import { numericProfile, profileOf } from './profile';

/** The column that stands for an answer where answers are compared: a number, or the class alone. */
export function predictionColumn(name: string, project: ModelProjectData): TableColumn {
  const kind = answerForm(project).columns(name)[0]?.kind;
  return { name, type: kind === 'class' ? 'VARCHAR' : 'DOUBLE' };
}

/** Profile of what a model answered. */
export const predictionProfile = (database: Database, table: string, name: string, project: ModelProjectData): Promise<ColumnProfile> =>
  predictionColumn(name, project).type === 'VARCHAR' ? profileOf(database, table, { name, type: 'string' }) : numericProfile(database, table, name);
