import type { Measurement } from '../gate/contract';
import { answerForm } from '../shared/inference/answers';
import { loadWindow, PREDICTION, WINDOW_TABLE } from '../shared/inference/window';
import { type Metric, METRICS, type OutputColumn, type Outputs, type Problem, problemOf } from '../shared/metrics';
import type { ModelProjectData } from '../shared/project/contract';
import { type Database, identifier, literal } from '../shared/tables/duckdb';
import type { TableFile } from '../shared/tables/files';
import { loadTable, MissingColumnsError, numbers, UnreadableFileError } from '../shared/tables/reading';
import { counted, figure, interval, rounded } from '../shared/words';

/** Every metric of the project's problem type, by name. */
const metricNames = ({ declaration }: ModelProjectData): string[] => Object.keys(METRICS[declaration.problemType]);

const all = (status: 'notApplicable' | 'notMeasured', project: ModelProjectData, explanation: string): Measurement[] =>
  metricNames(project).map((id) => ({ id, status, explanation }));

export const qualityNotApplicable = (project: ModelProjectData, explanation: string): Measurement[] => all('notApplicable', project, explanation);

/** Predictions of a window with their labels. */
export interface LabelledPredictions {
  readonly predictions: number;
  /** Labels that arrived. */
  readonly arrived: number;
  readonly labels: Float64Array;
  readonly outputs: Outputs;
}

/**
 * Joins and measures; what is malformed is not measured, with the reason.
 *
 * @param seed of intervals by bootstrap
 */
export async function measureQuality(
  database: Database,
  window: readonly TableFile[],
  labels: readonly TableFile[],
  project: ModelProjectData,
  seed: string,
): Promise<Measurement[]> {
  const problem = problemOf(project);
  try {
    return judge(await join(database, window, labels, project, problem), project, problem, seed);
  } catch (error) {
    if (error instanceof UnreadableFileError || error instanceof MissingColumnsError) {
      return all('notMeasured', project, error.message);
    }
    throw error;
  }
}

/** The latest prediction of each record with its latest label; a record that was asked for twice counts once. */
async function join(
  database: Database,
  window: readonly TableFile[],
  labels: readonly TableFile[],
  project: ModelProjectData,
  problem: Problem,
): Promise<LabelledPredictions> {
  const { recordId, target } = project.schema;
  const numeric = recordId.type === 'integer' || recordId.type === 'number';
  // The log holds ids as JSON, a delivery as its file has them: numbers are compared as numbers.
  const key = (column: string): string => (numeric ? `TRY_CAST(${column} AS DOUBLE)` : column);
  await loadWindow(database, window, project);
  await loadTable(database, 'labels', labels, [{ name: recordId.name, type: 'VARCHAR' }, { name: target.name, type: 'VARCHAR' }]);
  const { predictions } = await database.row<{ predictions: number }>(`SELECT count(*) AS predictions FROM ${WINDOW_TABLE}`);
  const { arrived } = await database.row<{ arrived: number }>('SELECT count(*) AS arrived FROM labels');
  const classes = `[${(target.domain ?? []).map((value) => literal(String(value))).join(', ')}]`;
  const number = ({ name, kind }: OutputColumn): string => (kind === 'number' ? identifier(name) : `nullif(list_position(${classes}, ${identifier(name)}), 0) - 1`);
  const outputs = problem.outputs(PREDICTION);
  const joined = await database.columns(
    `WITH latest AS (
       SELECT ${key('"recordId"')} AS id, ${outputs.map(({ name }) => identifier(name)).join(', ')} FROM ${WINDOW_TABLE} WHERE "recordId" IS NOT NULL
       QUALIFY row_number() OVER (PARTITION BY id ORDER BY "time" DESC, "requestId", "row") = 1
     ), labelled AS (
       SELECT ${key(identifier(recordId.name))} AS id, last(${answerForm(project).label(identifier(target.name))} ORDER BY rowid) AS ${identifier(problem.label.name)} FROM labels
       WHERE ${identifier(target.name)} IS NOT NULL GROUP BY id
     )
     SELECT ${[problem.label, ...outputs].map((column, index) => `${number(column)} AS "${index}"`).join(', ')} FROM latest JOIN labelled USING (id) ORDER BY id`,
  );
  return { predictions, arrived, labels: numbers(joined[0]), outputs: outputs.map((_, index) => numbers(joined[index + 1])) };
}

/** Every metric of what is labelled. Labels come late by nature: too few of them is no finding about the model. */
export function judge({ predictions, arrived, labels, outputs }: LabelledPredictions, project: ModelProjectData, problem: Problem, seed: string): Measurement[] {
  const { problemType, monitoring } = project.declaration;
  if (labels.length < monitoring.minimumRows) {
    return qualityNotApplicable(
      project,
      `${figure(labels.length)} of ${counted(predictions, 'prediction')} have a label among the ${figure(arrived)} that arrived; monitoring.minimumRows is ${figure(monitoring.minimumRows)}`,
    );
  }
  const fault = problem.unusable(labels, outputs, 'the model in production');
  if (fault !== undefined) {
    return all('notMeasured', project, fault);
  }
  const metrics = problem.metrics(labels, outputs, seed);
  const where = `on ${figure(labels.length)} labelled of ${counted(predictions, 'prediction')}`;
  return metricNames(project).map((id) => measurement(id, METRICS[problemType][id]?.title ?? id, metrics[id] ?? { problem: 'it was not measured' }, labels.length, where));
}

function measurement(id: string, title: string, { value, interval: bounds, problem }: Metric, sampleSize: number, where: string): Measurement {
  if (value === undefined) {
    return { id, status: 'notMeasured', explanation: `${title} ${where}: ${problem ?? 'no value'}` };
  }
  return {
    id,
    status: 'measured',
    value,
    ...(bounds !== undefined && { interval: bounds }),
    sampleSize,
    explanation: `${title} ${rounded(value)}${bounds === undefined ? '' : ` (95 % interval ${interval(bounds)})`} ${where}`,
  };
}
