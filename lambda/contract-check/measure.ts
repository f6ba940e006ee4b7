import type { Measurement } from '../gate/contract';
import type { ApplicationAnswer } from '../prediction/client';
import { Checks } from '../shared/checks/contract';
import type { AnswerForm } from '../shared/inference/answers';
import { clopperPearsonInterval } from '../shared/statistics';
import type { GoldenRecords } from './golden';
import type { InvalidRequest } from './invalid-requests';

export interface ValidCall extends GoldenRecords {
  readonly answer: ApplicationAnswer;
}

const IDS = Checks.CONTRACT.measurements;

/** Examples of failures in an explanation; the rest is counted. */
const EXAMPLES = 3;

/** What the application promises of each prediction. */
export interface Promised {
  /** Name of the column with the record id. */
  readonly recordId: string;
  readonly form: AnswerForm;
}

/** Turns the answers of the application into measurements. Pure. */
export function measure(promised: Promised, valid: readonly ValidCall[], invalid: readonly (InvalidRequest & { answer: ApplicationAnswer })[]): Measurement[] {
  const answered = valid.filter(({ answer }) => answer.status === 200);
  const misformed = answered.flatMap((call) => formatProblem(promised, call) ?? []);
  return [
    share(IDS.VALID_REQUESTS, 'valid requests were answered with 200', valid.length, valid.flatMap(({ answer }) => (answer.status === 200 ? [] : told(answer)))),
    share(IDS.INVALID_REQUESTS, 'invalid requests were refused with 400 and the name of the field', invalid.length, invalid.flatMap((call) => refusalProblem(call) ?? [])),
    answered.length === 0
      ? notMeasured(IDS.OUTPUT_FORMAT, valid)
      : share(IDS.OUTPUT_FORMAT, 'answers had the promised form, row count and order', answered.length, misformed),
    goldenDifference(promised.form, answered, valid, misformed.length),
  ];
}

function share(id: string, title: string, total: number, problems: readonly string[]): Measurement {
  const good = total - problems.length;
  const shown = [...new Set(problems)].slice(0, EXAMPLES).join('; ');
  return {
    id,
    status: 'measured',
    value: good / total,
    interval: clopperPearsonInterval(good, total),
    sampleSize: total,
    explanation: `${good} of ${total} ${title}${problems.length === 0 ? '' : `; for example: ${shown}`}.`,
    details: problems.length === 0 ? undefined : { problems },
  };
}

function notMeasured(id: string, valid: readonly ValidCall[]): Measurement {
  const first = valid[0]?.answer;
  return { id, status: 'notMeasured', explanation: `No valid request was answered: ${first === undefined ? 'none was sent' : told(first)}.` };
}

const told = ({ status, body, problem }: ApplicationAnswer): string =>
  problem ?? `status ${status}${isObject(body) && typeof body['message'] === 'string' ? ` (${body['message']})` : ''}`;

function refusalProblem({ title, field, answer }: InvalidRequest & { answer: ApplicationAnswer }): string | undefined {
  if (answer.status !== 400) {
    return `${title}: ${told(answer)} instead of 400`;
  }
  const named = isObject(answer.body) ? answer.body['field'] : undefined;
  return named === field ? undefined : `${title}: the refusal names ${JSON.stringify(named)} instead of ${JSON.stringify(field)}`;
}

/** What of an answer with status 200 is not as promised. */
function formatProblem({ recordId, form }: Promised, { records, answer }: ValidCall): string | undefined {
  const body = answer.body;
  if (!isObject(body) || typeof body['requestId'] !== 'string' || typeof body['modelPackageArn'] !== 'string' || !Array.isArray(body['predictions'])) {
    return 'an answer without requestId, modelPackageArn or predictions';
  }
  const predictions: readonly unknown[] = body['predictions'];
  if (predictions.length !== records.length) {
    return `${predictions.length} predictions for ${records.length} records`;
  }
  const wrong = predictions.findIndex((prediction, row) => !isPrediction(prediction, form) || prediction[recordId] !== records[row]?.[recordId]);
  return wrong < 0 ? undefined : `prediction ${wrong} has another form or belongs to another record`;
}

const isPrediction = (value: unknown, form: AnswerForm): value is Record<string, unknown> =>
  isObject(value) && form.parse(value) !== undefined && (form.decisions?.includes(String(value['decision'])) ?? typeof value['decision'] === 'string');

/** Only complete answers count: a maximum over the rows that happened to come back would hide the others. */
function goldenDifference(form: AnswerForm, answered: readonly ValidCall[], valid: readonly ValidCall[], misformed: number): Measurement {
  if (answered.length < valid.length || misformed > 0) {
    return { id: IDS.GOLDEN_DIFFERENCE, status: 'notMeasured', explanation: 'Not every golden record came back in the promised form, so the answers could not be compared.' };
  }
  const differences = answered.flatMap(({ expected, answer }) => {
    const { predictions } = answer.body as { predictions: readonly unknown[] };
    return expected.map((values, row) => distance(form, predictions[row], values));
  });
  const value = Math.max(...differences);
  return {
    id: IDS.GOLDEN_DIFFERENCE,
    status: 'measured',
    value,
    sampleSize: differences.length,
    explanation: `The served predictions of ${differences.length} golden records differ from those of the evaluation by at most ${value.toPrecision(3)}.`,
  };
}

/** Greatest difference between the numbers of a served and of a recorded answer; of numbers beyond 1 the relative one, since digits are relative too. */
function distance(form: AnswerForm, prediction: unknown, expected: readonly number[]): number {
  const output = form.parse(prediction);
  const served = output === undefined ? [] : form.vector(output);
  const differences = expected.map((value, index) => Math.abs((served[index] ?? Number.NaN) - value) / Math.max(1, Math.abs(value)));
  return served.length === expected.length ? Math.max(...differences) : Number.NaN;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
