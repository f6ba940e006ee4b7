import { Checks, type Measurement } from '../gate/contract';
import type { ModelDeclaration } from '../shared/contract';
import {
  areaUnderCurve, averagePrecision, brierScore, classificationMeasures, compareAreas, confusion, expectedCalibrationError, logLoss, wilsonInterval,
} from '../shared/statistics';
import { unusable } from '../shared/usable-scores';
import { counted, figure, interval, percent, pValueText, rounded } from '../shared/words';

const ID = Checks.MODEL.measurements;

/** Columns of `predictions.parquet`; a missing number is NaN. */
export interface TestPredictions {
  readonly label: Float64Array;
  readonly candidate: Float64Array;
  readonly baseline: Float64Array;
  readonly champion: Float64Array;
}

/** Measures that cannot be told, with the reason. */
export const nothingMeasured = (explanation: string, ids: readonly string[] = Object.values(ID)): Measurement[] =>
  ids.map((id) => ({ id, status: 'notMeasured', explanation }));

/** Everything that the model check measures. */
export function measureModel(predictions: TestPredictions, declaration: ModelDeclaration): Measurement[] {
  const { label, candidate } = predictions;
  const rows: Measurement = {
    id: ID.ROWS, status: 'measured', value: label.length, sampleSize: label.length, explanation: `the test split has ${counted(label.length, 'row')}`,
  };
  const problem = label.length === 0 ? 'the test split has no rows' : unusable(label, candidate, 'the candidate');
  if (problem !== undefined) {
    return [rows, ...nothingMeasured(problem, Object.values(ID).filter((id) => id !== ID.ROWS))];
  }
  return [rows, measureAuc(predictions), measureAccuracy(predictions, declaration.decisionThreshold ?? 0.5), ...measureBaseline(predictions), measureChampion(predictions)];
}

function measureAuc({ label, candidate }: TestPredictions): Measurement {
  const area = areaUnderCurve(label, candidate);
  return {
    id: ID.AUC,
    status: 'measured',
    value: area.auc,
    interval: area.interval,
    sampleSize: label.length,
    explanation: `AUC ${rounded(area.auc)} (95 % interval ${interval(area.interval)}) on ${counted(label.length, 'row')}`,
    details: {
      positives: area.positives, negatives: area.negatives, averagePrecision: averagePrecision(label, candidate), logLoss: logLoss(label, candidate),
      brierScore: brierScore(label, candidate), expectedCalibrationError: expectedCalibrationError(label, candidate),
    },
  };
}

function measureAccuracy({ label, candidate }: TestPredictions, threshold: number): Measurement {
  const counts = confusion(label, candidate, threshold);
  const measures = classificationMeasures(counts);
  const right = counts.truePositives + counts.trueNegatives;
  const bounds = wilsonInterval(right, label.length);
  return {
    id: ID.ACCURACY,
    status: 'measured',
    value: measures.accuracy,
    interval: bounds,
    sampleSize: label.length,
    explanation: `${figure(right)} of ${counted(label.length, 'row')} (${percent(measures.accuracy)}) are decided rightly at threshold ${threshold}`,
    // Precision and recall are undefined without positive decisions; JSON holds no NaN.
    details: { threshold, confusion: counts, ...Object.fromEntries(Object.entries(measures).filter(([, value]) => Number.isFinite(value))) },
  };
}

function measureBaseline({ label, candidate, baseline }: TestPredictions): Measurement[] {
  const problem = unusable(label, baseline, 'the baseline');
  if (problem !== undefined) {
    return nothingMeasured(problem, [ID.BASELINE_MARGIN, ID.BASELINE_P_VALUE]);
  }
  const test = compareAreas(label, candidate, baseline);
  const areas = `the candidate has AUC ${rounded(test.first.auc)}, the baseline ${rounded(test.second.auc)}`;
  return [
    {
      id: ID.BASELINE_MARGIN, status: 'measured', value: test.difference, interval: test.differenceInterval, sampleSize: label.length,
      explanation: `${areas}: a difference of ${rounded(test.difference)} (95 % interval ${interval(test.differenceInterval)})`,
      details: { candidate: test.first, baseline: test.second, covariance: test.covariance },
    },
    {
      id: ID.BASELINE_P_VALUE, status: 'measured', value: test.pValue, sampleSize: label.length,
      explanation: `${areas}; p of equal areas by DeLong's paired test is ${pValueText(test.pValue)}`,
      ...(Number.isFinite(test.z) && { details: { z: test.z } }),
    },
  ];
}

function measureChampion({ label, candidate, champion }: TestPredictions): Measurement {
  if (champion.every(Number.isNaN)) {
    return { id: ID.CHAMPION_DIFFERENCE, status: 'notApplicable', explanation: 'there is no champion yet' };
  }
  const problem = unusable(label, champion, 'the champion');
  if (problem !== undefined) {
    return { id: ID.CHAMPION_DIFFERENCE, status: 'notMeasured', explanation: problem };
  }
  const test = compareAreas(label, candidate, champion);
  return {
    id: ID.CHAMPION_DIFFERENCE,
    status: 'measured',
    value: test.difference,
    interval: test.differenceInterval,
    sampleSize: label.length,
    explanation: `the candidate has AUC ${rounded(test.first.auc)}, the champion ${rounded(test.second.auc)} on the same rows: ` +
      `a difference of ${rounded(test.difference)} (95 % interval ${interval(test.differenceInterval)})`,
    details: { candidate: test.first, champion: test.second, covariance: test.covariance, pValue: test.pValue },
  };
}
