import type { Measurement } from '../gate/contract';
import { Checks, fairnessId } from '../shared/checks/contract';
import type { Problem } from '../shared/metrics';
import type { FairnessAttribute, FairnessDeclaration, ModelProjectData } from '../shared/project/contract';
import { counted, figure, interval, list, rounded } from '../shared/words';
import { Contenders } from './contract';
import { decisionFairness } from './fairness-decisions';
import { errorFairness } from './fairness-errors';
import { largeEnough } from './fairness-finding';
import { columnOf, groupRows } from './groups';
import type { TestPredictions } from './read';

const ID = Checks.MODEL.measurements.FAIRNESS;

/**
 * Fairness of the candidate for each declared attribute. Convention: each group against the **best** group (four-fifths rule, 29 CFR 1607.4(D)), the
 * worst ratio is the value; the details also hold the measures of each group against the rest, as SageMaker Clarify defines them. Groups below the
 * declared minimum are named and not judged; where fewer than two are left, nothing was measured.
 */
export function measureFairness(predictions: TestPredictions, project: ModelProjectData, problem: Problem): Measurement[] {
  const { fairness } = project.declaration.quality;
  if (fairness === undefined) {
    return [{ id: ID, status: 'notApplicable', explanation: 'quality.fairness declares no attribute' }];
  }
  const measurements = fairness.attributes.map((attribute) => measureAttribute(attribute, fairness, predictions, project, problem));
  const measured = measurements.filter(([{ status }]) => status === 'measured');
  return [
    {
      id: ID,
      status: 'measured',
      value: measured.length,
      sampleSize: predictions.labels.length,
      explanation: measurements
        .map(([{ explanation }], index) => `${fairness.attributes[index]?.column} (${fairness.attributes[index]?.gate === true ? 'gates' : 'reported only'}): ${explanation}`)
        .join('. '),
    },
    ...measurements.flat(),
  ];
}

type AttributeMeasurements = [Measurement, ...Measurement[]];

function measureAttribute(
  { column, bands }: FairnessAttribute,
  fairness: FairnessDeclaration,
  { labels, outputs, groups }: TestPredictions,
  { schema }: ModelProjectData,
  problem: Problem,
): AttributeMeasurements {
  const ids = [fairnessId(column), fairnessId(column, 'floor'), fairnessId(column, 'odds')] as const;
  const values = groups.get(column);
  const nothing = (explanation: string, details?: object): AttributeMeasurements =>
    ids.map((id): Measurement => ({ id, status: 'notMeasured', explanation, ...(details && { details }) })) as AttributeMeasurements;
  if (values === undefined || values.every((value) => value === null)) {
    return nothing(`the predictions say nothing of the column ${column}`);
  }
  const rowsOf = groupRows(values, columnOf(schema, column), column, bands);
  const strata = fairness.stratum === undefined ? undefined : groups.get(fairness.stratum);
  const decided = problem.decisions?.(labels, outputs[Contenders.CANDIDATE] ?? []);
  const finding = decided === undefined
    ? errorFairness(rowsOf, problem.errors(labels, outputs[Contenders.CANDIDATE] ?? []), fairness)
    : decisionFairness(rowsOf, decided.labels, decided.decisions, fairness, strata);
  const { rateName, best } = finding;
  const details = { convention: `${rateName} of each group against the best group`, best, groups: finding.groups, ...finding.details };
  const small = finding.groups.filter(({ rows, positives }) => !largeEnough(fairness, rows, positives));
  const smallness = small.length === 0
    ? ''
    : `; too small to judge (below ${figure(fairness.minimumRows)} rows${small.some(({ positives }) => positives !== undefined) ? ` or ${figure(fairness.minimumPositives)} favourable labels` : ''}): ` +
      list(small.map(({ group, rows, positives }) => `${group} with ${counted(rows, 'row')}${positives === undefined ? '' : `, ${figure(positives)} favourable`}`));
  const compared = finding.groups.filter(({ ratio }) => ratio !== undefined);
  const [worst] = compared.toSorted((a, b) => (a.ratio?.value ?? 0) - (b.ratio?.value ?? 0));
  const [least] = compared.toSorted((a, b) => (a.ratio?.interval[0] ?? 0) - (b.ratio?.interval[0] ?? 0));
  if (worst?.ratio === undefined || least?.ratio === undefined) {
    return nothing(`fewer than two groups of ${column} can be compared${smallness}`, details);
  }
  const odds: Measurement = finding.oddsDifference === undefined
    ? { id: ids[2], status: 'notApplicable', explanation: `no recall and false positive rate is known of two groups of ${column}` }
    : {
      id: ids[2], status: 'measured', value: finding.oddsDifference, sampleSize: labels.length,
      explanation: `recall or false positive rate differ by up to ${rounded(finding.oddsDifference)} between the groups of ${column}${smallness}`,
    };
  return [
    {
      id: ids[0], status: 'measured', value: worst.ratio.value, interval: worst.ratio.interval, sampleSize: worst.rows, details,
      explanation: `the ratio of ${worst.group} to ${best} in ${rateName} is ${rounded(worst.ratio.value)} (95 % interval ${interval(worst.ratio.interval)}, ` +
        `${counted(worst.rows, 'row')})${smallness}`,
    },
    {
      id: ids[1], status: 'measured', value: least.ratio.interval[0], sampleSize: least.rows,
      explanation: `the lowest 95 % bound is that of ${least.group} to ${best}: ${rounded(least.ratio.interval[0])} (${counted(least.rows, 'row')})${smallness}`,
    },
    odds,
  ];
}
