import {
  averageOddsDifference, conditionalDisparity, decisionBias, equalizedOdds, fisherExact, generalizedEntropy, groupCounts, groupRates, labelBias, ratioOfShares, wilsonInterval,
} from '../../../../lambda/shared/statistics';
import { expectClose } from './closeness';
import { LABELS, SCORES } from './fixtures';

/** The first twelve of the twenty labelled scores are the advantaged group; a second column cuts across both groups. */
const STRATA = [...'xxyyxyxxyyxy', ...'xyyxxyyx'];
const DECISIONS = SCORES.map((score) => Number(score >= 0.5));
const isD = (row: number): boolean => row >= 12;
const [A, D] = [groupCounts(LABELS, DECISIONS, (row) => !isD(row)), groupCounts(LABELS, DECISIONS, isD)];

describe('Fairness of twenty decisions agrees with smclarify', () => {
  test('in its counts', () => {
    expect(A).toEqual({ truePositives: 5, falsePositives: 2, falseNegatives: 2, trueNegatives: 3 });
    expect(D).toEqual({ truePositives: 2, falsePositives: 1, falseNegatives: 2, trueNegatives: 3 });
  });

  test('in the bias of the labels', () => {
    const bias = labelBias(A, D)!;
    expectClose(bias.classImbalance, 0.2);
    expectClose(bias.labelDifference, 0.0833333333);
    expectClose(bias.kullbackLeibler!, 0.0139539146, 1e-8);
    expectClose(bias.jensenShannon, 0.0035007051, 1e-8);
    expectClose(bias.euclideanDistance, 0.1178511302);
    expectClose(bias.totalVariation, 0.0833333333);
    expectClose(bias.kolmogorovSmirnov, 0.0833333333);
    expectClose(conditionalDisparity(LABELS, isD, (row) => STRATA[row]!), 0.0833333333);
  });

  test('in the bias of the decisions', () => {
    const bias = decisionBias(A, D);
    expectClose(bias.selectionDifference!, 0.2083333333);
    expectClose(bias.selectionRatio!, 0.6428571429);
    expectClose(bias.accuracyDifference!, 0.0416666667);
    expectClose(bias.recallDifference!, 0.2142857143);
    expectClose(bias.specificityDifference!, 0.15);
    expectClose(bias.acceptanceDifference!, 0.0476190476);
    expect(bias.rejectionDifference).toBe(0);
    expectClose(bias.conditionalAcceptance, -0.3333333333);
    expectClose(bias.conditionalRejection, -0.2);
    expectClose(bias.treatmentEquality, 1);
    expectClose(conditionalDisparity(DECISIONS, isD, (row) => STRATA[row]!), 0.2380952381);
    expectClose(generalizedEntropy(LABELS, DECISIONS), 0.1925207756);
  });

  test('and with Fairlearn over all groups', () => {
    expectClose(equalizedOdds([A, D]).difference!, 0.2142857143);
    expectClose(equalizedOdds([A, D]).ratio!, 0.625);
    expectClose(averageOddsDifference(A, D)!, -0.1821428571);
  });
});

/** Counts of the published model's decisions on the adults of 2015, one group against the rest, and what smclarify's formulas give for them. */
const CENSUS = [
  ['SEX = 2', [14899, 2943, 2143, 7476], [14721, 4460, 2343, 8753], { dpl: 0.056993, dppl: 0.016204, di: 0.97506, ad: 0.039484, rd: 0.011558, fpr: -0.055082, te: -0.202832 }],
  ['RAC1P = 2', [28129, 6991, 4204, 15081], [1491, 412, 282, 1148], { dpl: 0.062349, dppl: 0.074572, di: 0.88448, ad: 0.002449, rd: 0.02903, fpr: 0.052634, te: 0.083121 }],
  ['DIS = 1', [29090, 7100, 3349, 9388], [530, 303, 1137, 6841], { dpl: 0.473813, dppl: 0.645132, di: 0.127814, ad: -0.050131, rd: 0.578824, fpr: 0.388203, te: 3.280785 }],
] as const;

test.each(CENSUS)('Fairness of the census decisions for %s agrees with its reference', (_, a, d, expected) => {
  const counts = ([truePositives, falsePositives, falseNegatives, trueNegatives]: readonly [number, number, number, number]) =>
    ({ truePositives, falsePositives, falseNegatives, trueNegatives });
  const [advantaged, disadvantaged] = [counts(a), counts(d)];
  const bias = decisionBias(advantaged, disadvantaged);
  expect(labelBias(advantaged, disadvantaged)!.labelDifference).toBeCloseTo(expected.dpl, 6);
  expect(bias.selectionDifference).toBeCloseTo(expected.dppl, 6);
  expect(bias.selectionRatio).toBeCloseTo(expected.di, 6);
  expect(bias.accuracyDifference).toBeCloseTo(expected.ad, 6);
  expect(bias.recallDifference).toBeCloseTo(expected.rd, 6);
  expect(groupRates(advantaged).falsePositiveRate! - groupRates(disadvantaged).falsePositiveRate!).toBeCloseTo(expected.fpr, 6);
  expect(bias.treatmentEquality).toBeCloseTo(expected.te, 6);
});

describe('Ratios and tests of shares', () => {
  test('48 of 80 against 12 of 40 fail four fifths beyond chance', () => {
    expectClose(ratioOfShares({ successes: 12, n: 40 }, { successes: 48, n: 80 })!.value, 0.5);
    expectClose(fisherExact({ successes: 48, n: 80 }, { successes: 12, n: 40 }), 0.00340922176784918, 1e-9);
    expectClose(fisherExact({ successes: 3, n: 8 }, { successes: 9, n: 11 }), 0.07394617766134795, 1e-9);
  });

  test("Katz's log interval and Wilson's", () => {
    const { value, interval } = ratioOfShares({ successes: 300, n: 1000 }, { successes: 400, n: 1000 })!;
    expectClose(value, 0.75);
    expectClose(interval[0], 0.664293557);
    expectClose(interval[1], 0.8467641965);
    expectClose(wilsonInterval(3, 8)[0], 0.1368442836, 1e-7);
    expectClose(wilsonInterval(3, 8)[1], 0.6942576054, 1e-7);
  });

  test('a group of which nobody is selected has the ratio 0, and nothing is a part of nothing', () => {
    expect(ratioOfShares({ successes: 0, n: 50 }, { successes: 20, n: 50 })).toMatchObject({ value: 0, interval: [0, expect.any(Number)] });
    expect(ratioOfShares({ successes: 5, n: 50 }, { successes: 0, n: 50 })).toBeUndefined();
  });
});

describe('Quotients without denominator', () => {
  const empty = { truePositives: 0, falsePositives: 0, falseNegatives: 0, trueNegatives: 0 };
  test('are absent, never zero', () => {
    expect(groupRates(empty)).toMatchObject({ rows: 0, selectionRate: undefined, recall: undefined, accuracy: undefined });
    expect(labelBias(A, empty)).toBeUndefined();
    expect(decisionBias(A, empty)).toMatchObject({ selectionRatio: undefined, recallDifference: undefined });
    expect(averageOddsDifference(A, empty)).toBeUndefined();
  });

  test('a divergence that the labels make infinite is absent', () => {
    expect(labelBias(A, { ...empty, truePositives: 4 })?.kullbackLeibler).toBeUndefined();
  });
});
