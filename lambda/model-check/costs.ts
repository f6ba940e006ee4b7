import type { Measurement } from '../gate/contract';
import { Checks } from '../shared/checks/contract';
import type { Problem } from '../shared/metrics';
import { figure, rounded } from '../shared/words';
import { Contenders } from './contract';
import type { TestPredictions } from './read';

const ID = Checks.MODEL.measurements;

/** What one contender cost, as `evaluation.json` has it. */
export interface Cost {
  readonly fitSeconds: number;
  /** Of scoring the test rows. */
  readonly scoreSeconds: number;
  readonly modelBytes: number;
  readonly trainRows: number;
}

/**
 * Cost of the candidate, beside the gain that each cheaper contender would forgo: what a person needs to say whether the gain is worth it (paper 2.1).
 *
 * Energy proxy: seconds of one processor core at full load, since jobs run single-threaded. It compares models on one machine; it is no figure in joules.
 */
export function measureCosts(costs: Readonly<Record<string, Cost | undefined>> | undefined, { labels, outputs }: TestPredictions, problem: Problem): Measurement[] {
  const ids = [ID.MODEL_BYTES, ID.FIT_SECONDS, ID.SCORE_MILLISECONDS];
  const own = costs?.[Contenders.CANDIDATE];
  if (own === undefined || ![own.fitSeconds, own.scoreSeconds, own.modelBytes].every(Number.isFinite)) {
    const explanation = 'evaluation.json tells no costs of the candidate (costs.candidate with fitSeconds, scoreSeconds, modelBytes)';
    return ids.map((id) => ({ id, status: 'notMeasured', explanation }));
  }
  const perThousand = (cost: Cost): number => (cost.scoreSeconds * 1e6) / labels.length;
  const benefit = Object.entries(costs ?? {}).flatMap(([contender, cost]) => {
    const others = outputs[contender];
    const usable = cost !== undefined && others !== undefined && problem.unusable(labels, others, contender) === undefined;
    return usable
      ? [{
        contender, ...cost, scoreMillisecondsPerThousandRows: perThousand(cost), coreSeconds: cost.fitSeconds + cost.scoreSeconds,
        [problem.primary.metric]: problem.primaryMetric(labels, others).value,
      }]
      : [];
  });
  const of = (id: string, value: number, what: string): Measurement =>
    ({ id, status: 'measured', value, sampleSize: labels.length, explanation: `${what}${baselineToo(costs?.[Contenders.BASELINE])}` });
  return [
    { ...of(ID.MODEL_BYTES, own.modelBytes, `the candidate's archive has ${figure(own.modelBytes)} bytes`), details: { primaryMetric: problem.primary.metric, contenders: benefit } },
    of(ID.FIT_SECONDS, own.fitSeconds, `the candidate took ${rounded(own.fitSeconds)} seconds of one core to fit ${figure(own.trainRows)} rows`),
    of(ID.SCORE_MILLISECONDS, perThousand(own), `the candidate takes ${rounded(perThousand(own))} milliseconds for 1,000 rows`),
  ];
}

const baselineToo = (cost: Cost | undefined): string =>
  (cost === undefined ? '' : `; the baseline has ${figure(cost.modelBytes)} bytes and took ${rounded(cost.fitSeconds)} seconds to fit`);
