import { checkNumbers, compareErrors, empiricalDistribution, quantiles, regressionMeasures } from '../statistics';
import { counted, figure } from '../words';
import { attempt, type Metric, type Outputs, primaryMetric, type Problem } from './problem';

const NONE = new Float64Array(0);
const valuesOf = (outputs: Outputs): Float64Array => outputs[0] ?? NONE;

/** A number: labels and answers are in the unit of the target. */
export function regressionProblem(): Problem {
  return {
    primary: primaryMetric('regression'),
    label: { name: 'label', kind: 'number' },
    outputs: (contender) => [{ name: contender, kind: 'number' }],
    unusable: (labels, outputs, name) => unusable(labels, valuesOf(outputs), name),
    metrics: (labels, outputs) => metrics(labels, valuesOf(outputs)),
    primaryMetric: (labels, outputs) => attempt(() => regressionMeasures(labels, valuesOf(outputs)).rmse),
    details: (labels, outputs) => details(labels, valuesOf(outputs)),
    errors: (labels, outputs) => ({ name: 'mean absolute error', errors: valuesOf(outputs).map((value, row) => value - (labels[row] ?? 0)) }),
    compare: (labels, first, second) => {
      const test = compareErrors(labels, valuesOf(first), valuesOf(second));
      return {
        first: test.firstRmse, second: test.secondRmse, gain: test.improvement, interval: test.improvementInterval, pValue: test.pValue,
        details: Number.isFinite(test.t) ? { t: test.t } : {},
      };
    },
  };
}

function metrics(labels: Float64Array, values: Float64Array): Record<string, Metric> {
  const { rmse, mae, r2, bias, medianAbsoluteError, mape } = regressionMeasures(labels, values);
  return { rmse, mae, r2, bias, medianAbsoluteError, mape: mape ?? { problem: 'a label is 0, and an error has no share of nothing' } };
}

/** Quantiles of the errors: a skew or a long tail that no mean shows. */
function details(labels: Float64Array, values: Float64Array): object {
  const shares = [0.05, 0.25, 0.5, 0.75, 0.95];
  const errors = quantiles(empiricalDistribution(labels.map((label, row) => (values[row] ?? 0) - label)), shares);
  return { errorQuantiles: Object.fromEntries(shares.map((quantile, index) => [quantile, errors[index]])) };
}

function unusable(labels: Float64Array, values: Float64Array, name: string): string | undefined {
  const missing = values.reduce((count, value) => count + Number(!Number.isFinite(value)), 0);
  if (missing > 0) {
    return `${name} has no finite value in ${figure(missing)} of ${counted(values.length, 'row')}`;
  }
  try {
    checkNumbers(labels, values);
  } catch (error) {
    return (error as Error).message;
  }
  return labels.every((label) => label === labels[0]) ? `all ${counted(labels.length, 'row')} have the label ${labels[0]}; there is nothing to predict` : undefined;
}
