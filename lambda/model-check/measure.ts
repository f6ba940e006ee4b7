import type { Measurement } from '../gate/contract';
import { Checks } from '../shared/checks/contract';
import { type Comparison, METRICS, type Outputs, type Problem } from '../shared/metrics';
import type { ModelProjectData } from '../shared/project/contract';
import { counted, interval, pValueText, rounded } from '../shared/words';
import { Contenders } from './contract';
import { measureFairness } from './fairness';
import type { TestPredictions } from './read';
import { measureSlices } from './slices';

const ID = Checks.MODEL.measurements;

const notMeasured = (explanation: string, ids: readonly string[]): Measurement[] => ids.map((id) => ({ id, status: 'notMeasured', explanation }));

/** What the test predictions tell beside metrics. */
const JUDGED = [ID.BASELINE_MARGIN, ID.BASELINE_P_VALUE, ID.TRIVIAL_MARGIN, ID.TRIVIAL_P_VALUE, ID.CHAMPION_DIFFERENCE, ID.SLICES, ID.FAIRNESS];

/** What is not measured when predictions can't be judged, with the reason. A criterion on anything that is left out is not measured either. */
export const nothingMeasured = (explanation: string, { declaration }: ModelProjectData): Measurement[] =>
  notMeasured(explanation, [...Object.keys(METRICS[declaration.problemType]), ...JUDGED]);

/** Everything that the test predictions tell. */
export function measurePredictions(predictions: TestPredictions, project: ModelProjectData, problem: Problem, seed: string): Measurement[] {
  const { labels, outputs } = predictions;
  const rows: Measurement = {
    id: ID.ROWS, status: 'measured', value: labels.length, sampleSize: labels.length, explanation: `the test split has ${counted(labels.length, 'row')}`,
  };
  const candidate = outputs[Contenders.CANDIDATE] ?? [];
  const fault = labels.length === 0 ? 'the test split has no rows' : problem.unusable(labels, candidate, 'the candidate');
  if (fault !== undefined) {
    return [rows, ...nothingMeasured(fault, project)];
  }
  return [
    rows,
    ...measureMetrics(labels, candidate, problem, seed),
    ...against(predictions, problem, Contenders.BASELINE, 'the baseline', ID.BASELINE_MARGIN, ID.BASELINE_P_VALUE),
    ...against(predictions, problem, Contenders.TRIVIAL, 'the trivial predictor', ID.TRIVIAL_MARGIN, ID.TRIVIAL_P_VALUE),
    measureChampion(predictions, problem),
    measureSlices(predictions, project, problem),
    ...measureFairness(predictions, project, problem),
  ];
}

/** Every metric with its interval; confusion and calibration go with the primary one. */
function measureMetrics(labels: Float64Array, candidate: Outputs, problem: Problem, seed: string): Measurement[] {
  return Object.entries(problem.metrics(labels, candidate, seed)).map(([name, metric]) => {
    if (metric.value === undefined || !Number.isFinite(metric.value)) {
      return { id: name, status: 'notMeasured', explanation: `${name} can't be told: ${metric.problem ?? 'it is no number'}` };
    }
    return {
      id: name,
      status: 'measured',
      value: metric.value,
      ...(metric.interval !== undefined && { interval: metric.interval }),
      sampleSize: labels.length,
      explanation: `${name} ${rounded(metric.value)}${metric.interval === undefined ? '' : ` (95 % interval ${interval(metric.interval)})`} on ${counted(labels.length, 'row')}`,
      ...(name === problem.primary.metric && { details: problem.details(labels, candidate) }),
    };
  });
}

/** The candidate against a simpler contender: what it gains, and whether chance explains it. */
function against(predictions: TestPredictions, problem: Problem, contender: string, name: string, margin: string, pValue: string): Measurement[] {
  const compared = compare(predictions, problem, contender, name);
  if (typeof compared === 'string') {
    return notMeasured(compared, [margin, pValue]);
  }
  const { test, sentence, details } = compared;
  const sampleSize = predictions.labels.length;
  return [
    { id: margin, status: 'measured', value: test.gain, interval: test.interval, sampleSize, explanation: `${sentence}. ${gained(test, problem)}`, details },
    { id: pValue, status: 'measured', value: test.pValue, sampleSize, explanation: `${sentence}; p of equal models by ${problem.primary.test} is ${pValueText(test.pValue)}` },
  ];
}

function measureChampion(predictions: TestPredictions, problem: Problem): Measurement {
  const id = ID.CHAMPION_DIFFERENCE;
  if ((predictions.outputs[Contenders.CHAMPION] ?? []).every((output) => output.every(Number.isNaN))) {
    return { id, status: 'notApplicable', explanation: 'there is no champion yet' };
  }
  const compared = compare(predictions, problem, Contenders.CHAMPION, 'the champion');
  if (typeof compared === 'string') {
    return { id, status: 'notMeasured', explanation: compared };
  }
  const { test, sentence, details } = compared;
  return {
    id, status: 'measured', value: test.gain, interval: test.interval, sampleSize: predictions.labels.length,
    explanation: `${sentence} on the same rows. ${gained(test, problem)}`,
    details: { ...details, pValue: test.pValue },
  };
}

/** The paired comparison, or why there is none. */
function compare(
  { labels, outputs }: TestPredictions,
  problem: Problem,
  contender: string,
  name: string,
): string | { readonly test: Comparison; readonly sentence: string; readonly details: object } {
  const other = outputs[contender] ?? [];
  const fault = problem.unusable(labels, other, name);
  if (fault !== undefined) {
    return fault;
  }
  try {
    const test = problem.compare(labels, outputs[Contenders.CANDIDATE] ?? [], other);
    const sentence = `the candidate has ${problem.primary.metric} ${rounded(test.first)}, ${name} ${rounded(test.second)}`;
    return { test, sentence, details: { primaryMetric: problem.primary.metric, test: problem.primary.test, candidate: test.first, [contender]: test.second, ...test.details } };
  } catch (error) {
    if (error instanceof RangeError) {
      return `${name}: ${error.message}`;
    }
    throw error;
  }
}

const gained = ({ gain, interval: bounds }: Comparison, { primary }: Problem): string =>
  `${primary.gain}: ${rounded(gain)} (95 % interval ${interval(bounds)})`;
