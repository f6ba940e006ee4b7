import type { ProblemType } from '../project/contract';
import type { Interval } from '../statistics';
import { METRICS, PRIMARY_METRIC } from './contract';

/** The metric by which models are compared, its paired test, what a gain in it is, and whether more of it is better. */
export type PrimaryMetric = (typeof PRIMARY_METRIC)[ProblemType] & { readonly higherIsBetter: boolean };

export const primaryMetric = (problemType: ProblemType): PrimaryMetric =>
  ({ ...PRIMARY_METRIC[problemType], higherIsBetter: METRICS[problemType][PRIMARY_METRIC[problemType].metric]?.better === 'higher' });

/** A metric of one model on some rows; without a value it could not be told, and `problem` says why. */
export interface Metric {
  readonly value?: number;
  /** 95 % unless a metric says otherwise. */
  readonly interval?: Interval;
  readonly problem?: string;
}

/** What the answers of a model were on the rows of `labels`: one vector per output column, in the order of {@link Problem.outputs}. */
export type Outputs = readonly Float64Array[];

/** Two models on the same rows, by the primary metric of the problem type. */
export interface Comparison {
  /** Primary metric of each. */
  readonly first: number;
  readonly second: number;
  /** How much better the first is; below 0 it is worse. */
  readonly gain: number;
  readonly interval: Interval;
  /** Two-sided, of equal models. */
  readonly pValue: number;
  /** Counts and statistics of the test. */
  readonly details: object;
}

/**
 * What the checks do differently for binary classes, several classes and numbers. Labels and outputs are numbers here: 0 or 1 and a probability; the
 * position of the class and one probability per class; the value.
 */
export interface Problem {
  /** What models are compared by. */
  readonly primary: PrimaryMetric;
  /** Columns of a contender in `predictions.parquet`. */
  outputs(contender: string): readonly OutputColumn[];
  /** Name and kind of the label's column. */
  readonly label: OutputColumn;
  /** Why labels and outputs can't be judged, or `undefined` if they can. A missing number is NaN. */
  unusable(labels: Float64Array, outputs: Outputs, name: string): string | undefined;
  /** Every metric of the problem type, by name. @param seed of intervals by bootstrap, usually a digest */
  metrics(labels: Float64Array, outputs: Outputs, seed: string): Readonly<Record<string, Metric>>;
  /** The primary metric alone: cheap enough for many slices. */
  primaryMetric(labels: Float64Array, outputs: Outputs): Metric;
  /** What else is worth a record: confusion, calibration. */
  details(labels: Float64Array, outputs: Outputs): object;
  compare(labels: Float64Array, first: Outputs, second: Outputs): Comparison;
  /** Favourable labels and decisions as 0 or 1, which fairness of decisions is about; absent where no answer is favourable. */
  decisions?(labels: Float64Array, outputs: Outputs): { readonly labels: Float64Array; readonly decisions: Float64Array };
  /** Error of each row, and what its mean size is called: what fairness is about where no answer is favourable. */
  errors(labels: Float64Array, outputs: Outputs): { readonly name: string; readonly errors: Float64Array };
}

/** A column of `predictions.parquet`. */
export interface OutputColumn {
  readonly name: string;
  /** `class`: the text of a class, read as its position. */
  readonly kind: 'number' | 'class';
}

/** A metric that fails with a reason instead of a number. */
export function attempt(measure: () => Metric): Metric {
  try {
    return measure();
  } catch (error) {
    if (error instanceof RangeError) {
      return { problem: error.message };
    }
    throw error;
  }
}
