import { calibrationLine, checkClasses, type ClassPredictions, classMeasures, compareDecisions, expectedCalibrationError, meanEstimate, reliabilityBins, wilsonInterval } from '../statistics';
import { counted, figure } from '../words';
import { type Metric, type Outputs, primaryMetric, type Problem } from './problem';

const NONE = new Float64Array(0);
const decisionsOf = (outputs: Outputs): Float64Array => outputs[0] ?? NONE;
const predictionsOf = (labels: Float64Array, outputs: Outputs): ClassPredictions =>
  ({ labels, decisions: decisionsOf(outputs), probabilities: outputs.slice(1) });

/**
 * Several classes, in the order of the target's domain: the answer is a class and a probability for each.
 *
 * @param favourable position of the class that people hope for, if there is one; fairness of decisions is about it.
 */
export function multiclassProblem(classes: readonly string[], favourable?: number): Problem {
  return {
    primary: primaryMetric('multiclassClassification'),
    label: { name: 'label', kind: 'class' },
    outputs: (contender) => [{ name: contender, kind: 'class' }, ...classes.map((_, index) => ({ name: `${contender}_${index}`, kind: 'number' as const }))],
    unusable: (labels, outputs, name) => unusable(labels, outputs, name, classes),
    metrics: (labels, outputs) => metrics(predictionsOf(labels, outputs)),
    primaryMetric: (labels, outputs) => accuracy(labels, decisionsOf(outputs)),
    details: (labels, outputs) => details(predictionsOf(labels, outputs), classes),
    compare: (labels, first, second) => {
      const test = compareDecisions(labels, decisionsOf(first), decisionsOf(second));
      return {
        first: accuracy(labels, decisionsOf(first)).value ?? Number.NaN,
        second: accuracy(labels, decisionsOf(second)).value ?? Number.NaN,
        gain: test.difference,
        interval: test.differenceInterval,
        pValue: test.pValue,
        details: { firstOnlyRight: test.firstOnly, secondOnlyRight: test.secondOnly },
      };
    },
    errors: (labels, outputs) => ({ name: 'share of wrong decisions', errors: decisionsOf(outputs).map((decision, row) => Number(decision !== labels[row])) }),
    ...(favourable !== undefined && {
      decisions: (labels, outputs) => ({ labels: labels.map((label) => Number(label === favourable)), decisions: decisionsOf(outputs).map((decision) => Number(decision === favourable)) }),
    }),
  };
}

function accuracy(labels: Float64Array, decisions: Float64Array): Metric {
  if (labels.length === 0) {
    return { problem: 'there is no row' };
  }
  const right = labels.reduce((sum, label, row) => sum + Number(label === decisions[row]), 0);
  return { value: right / labels.length, interval: wilsonInterval(right, labels.length) };
}

function metrics(predictions: ClassPredictions): Record<string, Metric> {
  const { accuracy: share, balancedAccuracy, macroF1, logLoss, macroAuc } = classMeasures(predictions);
  return { accuracy: share, balancedAccuracy, macroF1, logLoss, macroAuc: macroAuc ?? { problem: 'one class alone occurs; a ranking needs two' } };
}

/** How probable the chosen class was, against whether it was right. */
function confidence({ labels, decisions, probabilities }: ClassPredictions): readonly [right: Float64Array, confidence: Float64Array] {
  const rows = Array.from({ length: labels.length }, (_, row) => row);
  return [
    Float64Array.from(rows, (row) => Number(labels[row] === decisions[row])),
    Float64Array.from(rows, (row) => probabilities[decisions[row] ?? 0]?.[row] ?? 0),
  ];
}

function details(predictions: ClassPredictions, classes: readonly string[]): object {
  const [right, confident] = confidence(predictions);
  return {
    classes,
    confusion: classMeasures(predictions).confusion,
    calibration: {
      expectedCalibrationError: expectedCalibrationError(right, confident), bins: reliabilityBins(right, confident), line: calibrationLine(right, confident) ?? null,
      meanConfidence: meanEstimate(confident).mean,
    },
  };
}

function unusable(labels: Float64Array, outputs: Outputs, name: string, classes: readonly string[]): string | undefined {
  const foreign = (values: Float64Array): number => values.reduce((sum, value) => sum + Number(!(value >= 0)), 0);
  const [strangeLabels, strangeDecisions] = [foreign(labels), foreign(decisionsOf(outputs))];
  if (strangeLabels > 0 || strangeDecisions > 0) {
    const [count, what] = strangeLabels > 0 ? [strangeLabels, 'the label'] : [strangeDecisions, `the answer of ${name}`];
    return `${what} is none of the classes ${classes.join(', ')} in ${figure(count)} of ${counted(labels.length, 'row')}`;
  }
  try {
    checkClasses(predictionsOf(labels, outputs));
  } catch (error) {
    return `${name}: ${(error as Error).message}`;
  }
  const sums = labels.map((_, row) => outputs.slice(1).reduce((sum, column) => sum + (column[row] ?? 0), 0));
  const wrong = sums.findIndex((sum) => Math.abs(sum - 1) > 1e-6);
  return wrong === -1 ? undefined : `${name} has probabilities that add up to ${sums[wrong]} in row ${wrong}; they must add up to 1`;
}
