import { isCategorical } from '../shared/profile/profile';
import { RECORD_ID_INDEX } from '../shared/schema/columns';
import type { ColumnSchema } from '../shared/schema/contract';
import { isTime } from '../shared/schema/values';
import { BUCKETS } from './collect';
import { type ColumnFacts, invalidValues, type SnapshotFacts } from './facts';

/**
 * The snapshot in the file formats of SageMaker Model Monitor, which the model registry and other tools accept as statistics, constraints and
 * violations of data quality. No service is needed to write or read them.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-statistics.html
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-constraints.html
 */
const VERSION = 0;

type InferredType = 'Integral' | 'Fractional' | 'String' | 'Unknown';

/** Names are no features: ids are left out of all three files. */
const described = ({ columns }: SnapshotFacts): ColumnFacts[] => columns.filter((_, index) => index !== RECORD_ID_INDEX);

function inferredType({ rows, nulls }: ColumnFacts, column: ColumnSchema): InferredType {
  if (rows === nulls) {
    return 'Unknown';
  }
  return column.type === 'integer' || isTime(column) ? 'Integral' : column.type === 'number' ? 'Fractional' : 'String';
}

const present = ({ rows, nulls }: ColumnFacts): number => rows - nulls;

/** `statistics.json`. Dates and timestamps are seconds since 1970; deviations are those of the population. */
export function statisticsReport(facts: SnapshotFacts): object {
  return {
    version: VERSION,
    dataset: { item_count: facts.rows },
    features: described(facts).map((column) => {
      const common = { num_present: present(column), num_missing: column.nulls };
      return {
        name: column.column.name,
        inferred_type: inferredType(column, column.column),
        ...(column.numbers === undefined ? { string_statistics: stringStatistics(column, common) } : { numerical_statistics: numericalStatistics(column, column.numbers, common) }),
      };
    }),
  };
}

function numericalStatistics({ buckets = [] }: ColumnFacts, { mean, minimum, maximum, deviation, count }: NonNullable<ColumnFacts['numbers']>, common: object): object {
  const width = (maximum - minimum) / BUCKETS;
  return {
    common,
    mean,
    sum: mean * count,
    std_dev: deviation,
    min: minimum,
    max: maximum,
    // Counts are exact; the name of the sketch belongs to the format.
    distribution: { kll: { buckets: buckets.map((n, bucket) => ({ lower_bound: minimum + bucket * width, upper_bound: bucket + 1 === BUCKETS ? maximum : minimum + (bucket + 1) * width, count: n })) } },
  };
}

/** Categories in the files; the rest of a column of many is told by its number alone. */
const CATEGORIES = 100;

const stringStatistics = ({ column, frequencies = [] }: ColumnFacts, common: object): object => ({
  common,
  distinct_count: frequencies.length,
  // The values of free text may be personal: only declared categories are shown.
  ...(column.domain !== undefined && { distribution: { categorical: { buckets: frequencies.slice(0, CATEGORIES).map(({ item, n }) => ({ value: item, count: n })) } } }),
});

/** Share from which Model Monitor calls a difference a violation, its own default. */
const THRESHOLD = 0.1;

/** `constraints.json`: what this data suggests for the data to come, within what the schema says. */
export function constraintsReport(facts: SnapshotFacts): object {
  return {
    version: VERSION,
    features: described(facts).map((column) => ({
      name: column.column.name,
      inferred_type: inferredType(column, column.column),
      completeness: column.column.nullable === true && column.rows > 0 ? present(column) / column.rows : 1,
      ...(column.numbers !== undefined && { num_constraints: { is_non_negative: column.numbers.negative === 0 } }),
      ...(column.column.domain !== undefined && isCategorical(column.column) && { string_constraints: { domains: column.column.domain.map(String) } }),
    })),
    monitoring_config: {
      evaluate_constraints: 'Enabled',
      emit_metrics: 'Enabled',
      datatype_check_threshold: THRESHOLD,
      domain_content_threshold: THRESHOLD,
      distribution_constraints: {
        perform_comparison: 'Enabled', comparison_threshold: THRESHOLD, comparison_method: 'Robust', categorical_comparison_threshold: THRESHOLD, categorical_drift_method: 'LInfinity',
      },
    },
  };
}

export interface Violation {
  readonly feature_name: string;
  readonly constraint_check_type: 'data_type_check' | 'completeness_check' | 'baseline_drift_check' | 'missing_column_check' | 'extra_column_check' | 'categorical_values_check' | 'numerical_values_check';
  readonly description: string;
}

/** `constraint_violations.json`: columns that differ from the schema, counted, by their names and limits alone: no value of a record is in it. */
export function violationsReport(facts: SnapshotFacts, drifted: readonly { readonly column: string; readonly explanation: string }[] = []): { readonly version: number; readonly violations: readonly Violation[] } {
  const violation = (feature_name: string, constraint_check_type: Violation['constraint_check_type'], description: string): Violation => ({ feature_name, constraint_check_type, description });
  const ofColumns = described(facts).flatMap((column) => {
    const { name, nullable } = column.column;
    const { type, outsideDomain } = column.problems;
    const others = invalidValues(column) - type - outsideDomain;
    const of = `of ${present(column)} values`;
    return [
      ...(column.nulls > 0 && nullable !== true ? [violation(name, 'completeness_check', `${column.nulls} of ${column.rows} values are missing; the schema allows none`)] : []),
      ...(type > 0 ? [violation(name, 'data_type_check', `${type} ${of} are not of type ${column.column.type}`)] : []),
      ...(outsideDomain > 0 ? [violation(name, 'categorical_values_check', `${outsideDomain} ${of} are outside the domain`)] : []),
      ...(others > 0 ? [violation(name, 'numerical_values_check', `${others} ${of} are outside the range or form of the schema, or in the future`)] : []),
    ];
  });
  const ofFiles = facts.files.flatMap(({ missing, unexpected }) => [
    ...missing.map((name) => violation(name, 'missing_column_check', 'the column is not in every file')),
    ...unexpected.slice(0, CATEGORIES).map((name) => violation(name, 'extra_column_check', 'the column is not in the schema')),
  ]);
  const all = [...ofFiles, ...ofColumns, ...drifted.map(({ column, explanation }) => violation(column, 'baseline_drift_check', explanation))];
  const once = new Map(all.map((item) => [`${item.feature_name} ${item.constraint_check_type}`, item]));
  return { version: VERSION, violations: [...once.values()] };
}
