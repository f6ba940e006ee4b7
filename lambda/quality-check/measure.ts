import { Checks, type Measurement } from '../gate/contract';
import type { ModelProjectData } from '../shared/contract';
import { type Database, identifier, literal } from '../shared/duckdb';
import { loadWindow, WINDOW_TABLE } from '../shared/inference-window';
import { areaUnderCurve } from '../shared/statistics';
import type { TableFile } from '../shared/tables/files';
import { loadTable, MissingColumnsError, numbers, UnreadableFileError } from '../shared/tables/reading';
import { unusable } from '../shared/usable-scores';
import { counted, figure, interval, rounded } from '../shared/words';

const ID = Checks.QUALITY.measurements.AUC;

export const qualityNotApplicable = (explanation: string): Measurement => ({ id: ID, status: 'notApplicable', explanation });
const notMeasured = (explanation: string): Measurement => ({ id: ID, status: 'notMeasured', explanation });

/** Predictions of a window with their labels. */
export interface LabelledPredictions {
  readonly predictions: number;
  readonly labels: number;
  readonly label: Float64Array;
  readonly probability: Float64Array;
}

/** Joins and measures; what is malformed is not measured, with the reason. */
export async function measureQuality(
  database: Database,
  window: readonly TableFile[],
  labels: readonly TableFile[],
  project: ModelProjectData,
): Promise<Measurement> {
  try {
    return judge(await join(database, window, labels, project), project);
  } catch (error) {
    if (error instanceof UnreadableFileError || error instanceof MissingColumnsError) {
      return notMeasured(error.message);
    }
    throw error;
  }
}

/** The latest prediction of each record with its latest label; a record that was asked for twice counts once. */
async function join(
  database: Database,
  window: readonly TableFile[],
  labels: readonly TableFile[],
  { schema, declaration }: ModelProjectData,
): Promise<LabelledPredictions> {
  const { recordId, target } = schema;
  const numeric = recordId.type === 'integer' || recordId.type === 'number';
  // The log holds ids as JSON, a delivery as its file has them: numbers are compared as numbers.
  const key = (column: string): string => (numeric ? `TRY_CAST(${column} AS DOUBLE)` : column);
  const { positiveLabel } = declaration;
  const positive = typeof positiveLabel === 'number'
    ? `TRY_CAST(${identifier(target.name)} AS DOUBLE) = ${positiveLabel}`
    : `${identifier(target.name)} = ${literal(String(positiveLabel))}`;
  await loadWindow(database, window, schema);
  await loadTable(database, 'labels', labels, [{ name: recordId.name, type: 'VARCHAR' }, { name: target.name, type: 'VARCHAR' }]);
  const { predictions } = await database.row<{ predictions: number }>(`SELECT count(*) AS predictions FROM ${WINDOW_TABLE}`);
  const { labels: count } = await database.row<{ labels: number }>('SELECT count(*) AS labels FROM labels');
  const joined = await database.columns(
    `WITH latest AS (
       SELECT ${key('"recordId"')} AS id, probability FROM ${WINDOW_TABLE} WHERE "recordId" IS NOT NULL
       QUALIFY row_number() OVER (PARTITION BY id ORDER BY "time" DESC, "requestId", "row") = 1
     ), labelled AS (
       SELECT ${key(identifier(recordId.name))} AS id, CAST(last(${positive} ORDER BY rowid) AS INTEGER) AS label FROM labels
       WHERE ${identifier(target.name)} IS NOT NULL GROUP BY id
     )
     SELECT label, probability FROM latest JOIN labelled USING (id) ORDER BY id`,
  );
  return { predictions, labels: count, label: numbers(joined.label), probability: numbers(joined.probability) };
}

/** AUC of what is labelled. Labels come late by nature: too few of them is no finding about the model. */
export function judge({ predictions, labels, label, probability }: LabelledPredictions, { declaration }: ModelProjectData): Measurement {
  const { minimumRows } = declaration.monitoring;
  if (label.length < minimumRows) {
    return qualityNotApplicable(
      `${figure(label.length)} of ${counted(predictions, 'prediction')} have a label among the ${figure(labels)} that arrived; monitoring.minimumRows is ${figure(minimumRows)}`,
    );
  }
  const problem = unusable(label, probability, 'the model in production');
  if (problem !== undefined) {
    return notMeasured(problem);
  }
  const area = areaUnderCurve(label, probability);
  return {
    id: ID,
    status: 'measured',
    value: area.auc,
    interval: area.interval,
    sampleSize: label.length,
    explanation: `AUC ${rounded(area.auc)} (95 % interval ${interval(area.interval)}) on ${figure(label.length)} labelled of ${counted(predictions, 'prediction')}`,
    details: { positives: area.positives, negatives: area.negatives },
  };
}
