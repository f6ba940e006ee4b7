import type { Measurement } from '../gate/contract';
import { Checks } from '../shared/checks/contract';
import type { Metric, Problem } from '../shared/metrics';
import type { ModelProjectData } from '../shared/project/contract';
import { counted, figure, interval, list, rounded } from '../shared/words';
import { Contenders } from './contract';
import { at, columnOf, type Group, groupRows } from './groups';
import type { TestPredictions } from './read';

const ID = Checks.MODEL.measurements.SLICES;

interface SliceFinding extends Metric {
  readonly slice: string;
  readonly rows: number;
  /** How much worse than over all: a difference, or for errors a share of the error over all. */
  readonly loss?: number;
}

/**
 * Is the candidate as good on each slice as over all? The loss of the worst slice, by the primary metric. A slice that is too small, or on which the
 * metric says nothing, is reported by name and not judged.
 */
export function measureSlices(predictions: TestPredictions, project: ModelProjectData, problem: Problem): Measurement {
  const { slices } = project.declaration.quality;
  if (slices === undefined) {
    return { id: ID, status: 'notApplicable', explanation: 'quality.slices declares no column' };
  }
  const absent = slices.columns.filter((column) => !predictions.groups.has(column) || predictions.groups.get(column)?.every((value) => value === null));
  if (absent.length > 0) {
    return { id: ID, status: 'notMeasured', explanation: `the predictions say nothing of the columns ${list(absent)} of quality.slices` };
  }
  const outputs = predictions.outputs[Contenders.CANDIDATE] ?? [];
  const overall = problem.primaryMetric(predictions.labels, outputs);
  const groups = slices.columns.flatMap((column) => groupRows(predictions.groups.get(column) ?? [], columnOf(project.schema, column), column));
  const findings = groups.map(({ name, rows }: Group): SliceFinding => {
    const metric = problem.primaryMetric(at(predictions.labels, rows), outputs.map((output) => at(output, rows)));
    return { slice: name, rows: rows.length, ...metric, loss: loss(overall, metric, problem) };
  });
  const small = findings.filter(({ rows }) => rows < slices.minimumRows);
  const silent = findings.filter(({ rows, loss: found }) => rows >= slices.minimumRows && found === undefined);
  const judged = findings.filter(({ rows, loss: found }) => rows >= slices.minimumRows && found !== undefined);
  const unjudged = [
    ...(small.length > 0 ? [`too small to judge (below ${figure(slices.minimumRows)} rows): ${list(small.map(({ slice, rows }) => `${slice} with ${figure(rows)}`))}`] : []),
    ...silent.map(({ slice, problem: why }) => `${slice} can't be judged: ${why ?? 'no value'}`),
  ];
  const details = { metric: problem.primary.metric, overall, slices: findings };
  const [worst] = judged.toSorted((a, b) => (b.loss ?? 0) - (a.loss ?? 0));
  if (worst?.loss === undefined || overall.value === undefined) {
    return { id: ID, status: 'notMeasured', explanation: `no slice can be judged; ${unjudged.join('; ')}`, details };
  }
  return {
    id: ID,
    status: 'measured',
    value: worst.loss,
    sampleSize: worst.rows,
    explanation: [
      `the worst of ${counted(judged.length, 'slice')} is ${worst.slice}: ${problem.primary.metric} ${rounded(worst.value ?? Number.NaN)} ` +
        `(95 % interval ${interval(worst.interval ?? [Number.NaN, Number.NaN])}, ${counted(worst.rows, 'row')}), over all ${rounded(overall.value)}`,
      ...unjudged,
    ].join('; '),
    details,
  };
}

function loss({ value: overall }: Metric, { value }: Metric, { primary }: Problem): number | undefined {
  if (overall === undefined || value === undefined) {
    return undefined;
  }
  return primary.higherIsBetter ? overall - value : overall === 0 ? undefined : value / overall - 1;
}
