import type { Measurement } from '../../gate/contract';
import { Checks, classShare } from '../../shared/checks/contract';
import type { ModelProjectData } from '../../shared/project/contract';
import { TARGET_INDEX } from '../../shared/schema/columns';
import { comparable } from '../../shared/schema/values';
import { wilsonInterval } from '../../shared/statistics';
import { normalQuantile } from '../../shared/statistics/distributions';
import { counted, figure, list, percent, rounded } from '../../shared/words';
import { type ColumnFacts, type SnapshotFacts } from '../facts';
import { LEAST_ROWS } from '../power';
import { notMeasured } from './found';

const ID = Checks.DATA.measurements;

/** Labels that are worth a measurement: those of the domain, or those that were found. */
const MOST_LABELS = 100;

function labelsOf({ column, frequencies = [] }: ColumnFacts): string[] {
  return (column.domain?.map(String) ?? frequencies.map(({ item }) => item)).slice(0, MOST_LABELS);
}

/** The target of the rows that have a valid one: shares of the classes, or the mean. */
export function measureTarget(facts: SnapshotFacts, project: ModelProjectData): Measurement[] {
  const { problemType } = project.declaration;
  const target = facts.columns[TARGET_INDEX];
  if (target === undefined) {
    throw new Error('the target has no counts');
  }
  return (problemType as string) === 'regression' ? [measureMean(target)] : measureClasses(target);
}

function measureClasses(target: ColumnFacts): Measurement[] {
  const { column, frequencies = [], problems } = target;
  const labels = labelsOf(target);
  const counts = new Map(frequencies.map(({ item, n }) => [String(comparable(item, column)), n]));
  const countOf = (label: string): number => counts.get(String(comparable(label, column))) ?? 0;
  const valid = labels.reduce((sum, label) => sum + countOf(label), 0);
  if (valid === 0 || problems.type === target.rows - target.nulls) {
    return labels.map((label) => notMeasured(classShare(label), `no row has a valid ${column.name}`));
  }
  return labels.map((label) => ({
    id: classShare(label),
    status: 'measured',
    value: countOf(label) / valid,
    interval: wilsonInterval(countOf(label), valid),
    sampleSize: valid,
    explanation: `${figure(countOf(label))} of ${counted(valid, 'row')} (${percent(countOf(label) / valid)}) have ${column.name} = ${label}`,
  }));
}

function measureMean({ column, numbers }: ColumnFacts): Measurement {
  if (numbers === undefined) {
    return notMeasured(ID.TARGET_MEAN, `no row has a valid ${column.name}`);
  }
  const { mean, deviation, count } = numbers;
  const half = (normalQuantile(0.975) * deviation) / Math.sqrt(count);
  return {
    id: ID.TARGET_MEAN,
    status: 'measured',
    value: mean,
    interval: [mean - half, mean + half],
    sampleSize: count,
    explanation: `${column.name} is ${rounded(mean)} on average (standard deviation ${rounded(deviation)}) in ${counted(count, 'row')}`,
  };
}

/** Features told in a sentence. */
const SHOWN = 3;

/** Leakage: a feature that alone tells the target was made from it, or after it. */
export function measurePower({ powers, rows }: SnapshotFacts, { declaration }: ModelProjectData): Measurement {
  if (powers === undefined) {
    return notMeasured(ID.SINGLE_FEATURE_POWER, `${counted(rows, 'row')} are too few to tell whether a feature knows the target; it takes ${LEAST_ROWS}`);
  }
  const ranked = powers.toSorted((a, b) => b.power - a.power);
  const unit = (declaration.problemType as string) === 'regression' ? 'share of variance explained' : 'AUC';
  return {
    id: ID.SINGLE_FEATURE_POWER,
    status: 'measured',
    value: ranked[0]?.power ?? 0,
    sampleSize: rows,
    explanation: `the features that alone tell most of the target (${unit}): ${list(ranked.slice(0, SHOWN).map(({ feature, power }) => `${feature} ${rounded(power)}`))}`,
    details: Object.fromEntries(ranked.map(({ feature, power }) => [feature, power])),
  };
}
