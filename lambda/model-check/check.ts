import type { Measurement } from '../gate/contract';
import { problemOf } from '../shared/metrics';
import type { ModelProjectData } from '../shared/project/contract';
import type { Database } from '../shared/tables/duckdb';
import type { TableFile } from '../shared/tables/files';
import { MissingColumnsError, UnreadableFileError } from '../shared/tables/reading';
import type { StudiesReport } from './contract';
import { type Cost, measureCosts } from './costs';
import { measurePredictions, nothingMeasured } from './measure';
import { readPredictions } from './read';
import { measureStudies } from './studies';
import { measureTests } from './tests';

/** A JSON file of the pipeline, or why it can't be read. */
export interface Report {
  readonly content?: unknown;
  readonly problem?: string;
}

/** What a development run left behind. */
export interface ModelFiles {
  readonly predictions: readonly TableFile[];
  readonly evaluation: Report;
  readonly studies: Report;
  readonly tests: Report;
}

/**
 * Everything that the model check measures; a malformed file is not measured, with the reason.
 *
 * @param seed of intervals by bootstrap: the digest of the data, so that whoever has the data can repeat them
 */
export async function measureModel(database: Database, files: ModelFiles, project: ModelProjectData, seed: string): Promise<Measurement[]> {
  const problem = problemOf(project);
  const { slices, fairness } = project.declaration.quality;
  const groupedBy = [...new Set([...(slices?.columns ?? []), ...(fairness?.attributes.map(({ column }) => column) ?? []), ...(fairness?.stratum === undefined ? [] : [fairness.stratum])])];
  const beside = [...measureStudies(files.studies.content as StudiesReport | undefined, files.studies.problem), ...measureTests(files.tests.content, files.tests.problem)];
  try {
    const predictions = await readPredictions(database, files.predictions, project, problem, groupedBy);
    const costs = (files.evaluation.content as { readonly costs?: Record<string, Cost> } | undefined)?.costs;
    return [...measurePredictions(predictions, project, problem, seed), ...measureCosts(costs, predictions, problem), ...beside];
  } catch (error) {
    if (error instanceof UnreadableFileError || error instanceof MissingColumnsError) {
      return [...nothingMeasured(error.message, project), ...beside];
    }
    throw error;
  }
}
