import type { FairnessDeclaration } from '../shared/project/contract';
import {
  averageOddsDifference, conditionalDisparity, decisionBias, equalizedOdds, fisherExact, generalizedEntropy, type GroupCounts, groupCounts, groupRates, labelBias, ratioOfShares,
  type Share, twoProportionTest,
} from '../shared/statistics';
import { type FairnessFinding, type GroupFinding, largeEnough } from './fairness-finding';
import type { Group } from './groups';

/** Up to so many rows in a group Fisher's exact test costs nothing; beyond it the normal law is as good. */
const SMALL_GROUP = 1000;

/**
 * Fairness of decisions: bias of labels (before the model) and of decisions (after it), group by group.
 *
 * @param strata values of a column whose influence is no bias, for the conditional disparity
 */
export function decisionFairness(
  groups: readonly Group[],
  labels: Float64Array,
  decisions: Float64Array,
  fairness: FairnessDeclaration,
  strata: readonly (string | null)[] | undefined,
): FairnessFinding {
  const groupOf = new Int32Array(labels.length).fill(-1);
  groups.forEach(({ rows }, index) => rows.forEach((row) => {
    groupOf[row] = index;
  }));
  const counted = groups.map(({ name }, index) => {
    const counts = groupCounts(labels, decisions, (row) => groupOf[row] === index);
    return { name, index, counts, rates: groupRates(counts) };
  });
  const large = counted.filter(({ rates }) => largeEnough(fairness, rates.rows, rates.positives));
  const [best] = large.toSorted((a, b) => (b.rates.selectionRate ?? 0) - (a.rates.selectionRate ?? 0));
  const shareOf = ({ rates }: (typeof counted)[number]): Share => ({ successes: rates.selected, n: rates.rows });
  const findings = counted.map((group): GroupFinding => {
    const { name, index, counts, rates } = group;
    const rest = groupCounts(labels, decisions, (row) => groupOf[row] !== index);
    const isMember = (row: number): boolean => groupOf[row] === index;
    const ratio = best === undefined || group === best || !large.includes(group) ? undefined : ratioOfShares(shareOf(group), shareOf(best));
    return {
      group: name,
      rows: rates.rows,
      positives: rates.positives,
      ...(rates.selectionRate !== undefined && { rate: rates.selectionRate }),
      ...(ratio !== undefined && { ratio }),
      details: {
        counts,
        rates,
        ...(best !== undefined && group !== best && { equalSelectionPValue: equality(shareOf(group), shareOf(best)) }),
        againstTheRest: againstTheRest(rest, counts),
        ...(strata !== undefined && {
          conditionalLabelDisparity: conditionalDisparity(labels, isMember, (row) => strata[row] ?? ''),
          conditionalDecisionDisparity: conditionalDisparity(decisions, isMember, (row) => strata[row] ?? ''),
        }),
      },
    };
  });
  const odds = equalizedOdds(large.map(({ counts }) => counts));
  return {
    rateName: 'selection rate',
    groups: findings,
    ...(best !== undefined && { best: best.name }),
    ...(odds.difference !== undefined && { oddsDifference: odds.difference }),
    details: { equalizedOdds: odds, generalizedEntropy: generalizedEntropy(labels, decisions) },
  };
}

/** One group against the rest of the rows, before and after the model. */
const againstTheRest = (rest: GroupCounts, counts: GroupCounts): object => ({
  labels: labelBias(rest, counts), decisions: finite(decisionBias(rest, counts)), averageOddsDifference: averageOddsDifference(rest, counts),
});

/** A quotient may be infinite by its definition, which JSON can't say. */
const finite = (measures: object): object => Object.fromEntries(Object.entries(measures).map(([name, value]) => [name, Number.isFinite(value) ? value : null]));

/** p-value of equal selection rates. */
const equality = (first: Share, second: Share): number =>
  (first.n <= SMALL_GROUP ? fisherExact(first, second) : twoProportionTest(first, second).pValue);
