import type { Problem } from '../shared/metrics';
import type { FairnessDeclaration } from '../shared/project/contract';
import { empiricalDistribution, meanEstimate, normalQuantile, quantiles } from '../shared/statistics';
import { type FairnessFinding, type GroupFinding, largeEnough } from './fairness-finding';
import { at, type Group } from './groups';

const SHARES = [0.1, 0.5, 0.9] as const;

/**
 * Fairness where no answer is favourable: mean size of the errors, mean error and quantiles of the errors of each group. The ratio of a group is the
 * least mean size over its own, so that it is 1 at best as with decisions.
 */
export function errorFairness(groups: readonly Group[], { name: rateName, errors: all }: ReturnType<Problem['errors']>, fairness: FairnessDeclaration): FairnessFinding {
  const measured = groups.map(({ name, rows }) => {
    const errors = at(all, rows);
    return { name, rows: rows.length, absolute: meanEstimate(errors.map(Math.abs)), signed: meanEstimate(errors), quantiles: quantiles(empiricalDistribution(errors), SHARES) };
  });
  const large = measured.filter(({ rows }) => largeEnough(fairness, rows));
  const [best] = large.toSorted((a, b) => a.absolute.mean - b.absolute.mean);
  return {
    rateName,
    groups: measured.map((group): GroupFinding => ({
      group: group.name,
      rows: group.rows,
      rate: group.absolute.mean,
      ...(best !== undefined && group !== best && large.includes(group) && { ratio: ratio(best.absolute, group.absolute) }),
      details: { meanAbsoluteError: group.absolute, meanError: group.signed, errorQuantiles: Object.fromEntries(SHARES.map((share, index) => [share, group.quantiles[index]])) },
    })),
    ...(best !== undefined && { best: best.name }),
    details: {},
  };
}

type Mean = ReturnType<typeof meanEstimate>;

/** Ratio of two means with the delta method's interval of its logarithm. */
function ratio(least: Mean, own: Mean): NonNullable<GroupFinding['ratio']> {
  if (least.mean === 0 || own.mean === 0) {
    const value = own.mean === 0 ? 1 : 0;
    return { value, interval: [value, value] };
  }
  const value = least.mean / own.mean;
  const error = Math.hypot(least.standardError / least.mean, own.standardError / own.mean);
  const half = normalQuantile(0.975) * error;
  return { value, interval: [value * Math.exp(-half), value * Math.exp(half)] };
}
