import type { Measurement } from '../../gate/contract';
import { Checks } from '../../shared/checks/contract';
import { type Problem, PROBLEMS } from '../../shared/schema/columns';
import type { ColumnSchema, DataSchema } from '../../shared/schema/contract';
import { isTime } from '../../shared/schema/values';
import { counted, figure, list, percent } from '../../shared/words';
import { type ColumnFacts, invalidValues, type SnapshotFacts } from '../facts';
import { notApplicable, notMeasured, rowsNamed } from './found';

const ID = Checks.DATA.measurements;
/** Columns told in a sentence; the evidence holds them all. */
const SHOWN = 5;

/** Completeness: values that must be there. */
export function measureCompleteness({ columns, rows }: SnapshotFacts): Measurement {
  const required = columns.filter(({ column, rows: present }) => column.nullable !== true && present > 0);
  const gaps = required.filter(({ nulls }) => nulls > 0).toSorted((a, b) => b.nulls / b.rows - a.nulls / a.rows);
  const worst = gaps[0];
  if (required.length === 0) {
    return notMeasured(ID.COMPLETENESS, 'no column of the schema is there');
  }
  return {
    id: ID.COMPLETENESS,
    status: 'measured',
    value: worst === undefined ? 1 : 1 - worst.nulls / worst.rows,
    sampleSize: rows,
    explanation: worst === undefined
      ? `no value is missing in ${counted(required.length, 'column')}`
      : list(gaps.map((gap) => `${gap.column.name} has ${figure(gap.nulls)} of ${figure(gap.rows)} values missing (${percent(gap.nulls / gap.rows)})`), SHOWN),
    details: { missingValues: Object.fromEntries(gaps.map(({ column, nulls }) => [column.name, nulls])) },
  };
}

const present = ({ rows, nulls }: ColumnFacts): number => rows - nulls;
const invalidShare = (facts: ColumnFacts): number => (present(facts) === 0 ? 0 : invalidValues(facts) / present(facts));

/** Accuracy: values have the type, range, domain and form of the schema, and none lies in the future. */
export function measureInvalid({ columns }: SnapshotFacts, schema: DataSchema): Measurement {
  const measured = columns.filter((facts) => present(facts) > 0);
  if (measured.length === 0) {
    return notMeasured(ID.INVALID_SHARE, 'no column of the schema holds a value');
  }
  const bad = measured.filter((facts) => invalidValues(facts) > 0).toSorted((a, b) => invalidShare(b) - invalidShare(a));
  const worst = bad[0];
  const values = measured.reduce((sum, facts) => sum + present(facts), 0);
  return {
    id: ID.INVALID_SHARE,
    status: 'measured',
    value: worst === undefined ? 0 : invalidShare(worst),
    sampleSize: worst === undefined ? values : present(worst),
    explanation: bad.length === 0
      ? `all ${figure(values)} values of ${counted(measured.length, 'column')} have the type, range, domain and form of schema version ${schema.version}`
      : bad.slice(0, SHOWN).map(invalidSentence).join('; ') + (bad.length > SHOWN ? `; and ${bad.length - SHOWN} more columns` : ''),
    details: Object.fromEntries(bad.map(({ column, problems, examples, numbers }) => [
      column.name, { problems, rowIds: examples, ...(numbers !== undefined && { minimum: numbers.minimum, maximum: numbers.maximum }) },
    ])),
  };
}

/** An extreme of a column as a person writes it. */
export const extreme = (value: number | undefined, column: ColumnSchema): string => (value === undefined ? 'none' : isTime(column) ? new Date(value * 1000).toISOString() : String(value));

const PROBLEM_WORDS: Readonly<Record<Problem, (facts: ColumnFacts) => string>> = {
  type: ({ column }) => `are not of type ${column.type}`,
  belowMinimum: ({ column, numbers }) => `lie below the minimum ${column.minimum} (least: ${extreme(numbers?.minimum, column)})`,
  aboveMaximum: ({ column, numbers }) => `lie above the maximum ${column.maximum} (greatest: ${extreme(numbers?.maximum, column)})`,
  outsideDomain: ({ column }) => `are none of ${list((column.domain ?? []).map(String), 12)}`,
  otherForm: ({ column }) => `have not the form ${column.pattern}`,
  inFuture: ({ column, numbers }) => `lie in the future (latest: ${extreme(numbers?.maximum, column)})`,
};

function invalidSentence(facts: ColumnFacts): string {
  const parts = PROBLEMS.filter((problem) => facts.problems[problem] > 0).map((problem) => {
    const count = facts.problems[problem];
    return `${figure(count)} of ${figure(present(facts))} values (${percent(count / present(facts))}) ${PROBLEM_WORDS[problem](facts)}${rowsNamed(facts.examples[problem])}`;
  });
  return `${facts.column.name}: ${parts.join('; ')}`;
}

/** Consistency: values of one row fit together. */
export function measureRules({ rules, rows }: SnapshotFacts): Measurement {
  if (rules.length === 0) {
    return notApplicable(ID.RULE_VIOLATION_SHARE, 'the schema has no rules over several columns');
  }
  const broken = rules.filter((rule) => rule.broken > 0).toSorted((a, b) => b.broken - a.broken);
  return {
    id: ID.RULE_VIOLATION_SHARE,
    status: 'measured',
    value: (broken[0]?.broken ?? 0) / rows,
    sampleSize: rows,
    explanation: broken.length === 0
      ? `every row keeps ${rules.length === 1 ? 'the rule' : `all ${rules.length} rules`}`
      : list(broken.map(({ rule, broken: count, examples }) =>
          `rule ${rule.id} (${rule.description ?? 'no description'}): ${figure(count)} of ${counted(rows, 'row')} (${percent(count / rows)}) break it${rowsNamed(examples)}`), SHOWN),
    details: Object.fromEntries(rules.map(({ rule, broken: count, examples }) => [rule.id, { broken: count, rowIds: examples }])),
  };
}
