import {
  benjaminiHochberg, binCounts, chiSquaredHomogeneity, empiricalDistribution, hellingerDistance, holm, infinityDistance, jensenShannonDivergence,
  kolmogorovSmirnov, kolmogorovSmirnovCritical, kullbackLeibler, moments, normedWassersteinDistance, poolRareCategories, quantileEdges, quantiles,
  robustDistance, stabilityIndex, stabilityIndexNullLimit, stabilityIndexNullMean, totalVariation, wassersteinDistance,
} from '../../../../lambda/shared/statistics';
import { expectClose, gaussian, random } from './closeness';
import { AGE_DECILES, ANCESTRY, C, CAT3, CAT4, R } from './fixtures';

const r = empiricalDistribution(R);
const c = empiricalDistribution(C);

describe('Two samples of numbers', () => {
  test('have mean and population standard deviation', () => {
    expectClose(moments(r).mean, 1.32);
    expectClose(moments(r).std, 0.8411896338);
    expectClose(moments(c).mean, 2.675);
    expectClose(moments(c).std, 1.252414335);
  });

  test('have quantiles with linear interpolation', () => {
    quantiles(r, [0, 0.2, 0.4, 0.6, 0.8, 1]).forEach((value, index) => expectClose(value, [0.1, 0.48, 1.08, 1.46, 2.04, 2.9][index] ?? 0));
  });

  test('differ by Kolmogorov-Smirnov with an exact and an asymptotic p-value', () => {
    const exact = kolmogorovSmirnov(r, c);
    expectClose(exact.statistic, 0.4833333333);
    expect(exact.location).toBe(2.2);
    expect(exact.method).toBe('exact');
    expectClose(exact.pValue, 0.1112788141);
    expectClose(kolmogorovSmirnov(r, c, 'asymptotic').pValue, 0.1563253301);
    expectClose(kolmogorovSmirnovCritical(0.05, 10, 12), 0.5815043278);
  });

  test('with ties agree with scipy', () => {
    const a = [9, 10, 15, 19, 0, 2, 16, 18, 4, 6, 17, 8, 5, 16, 5, 8, 12, 10, 1, 0, 17, 15, 16, 10, 16, 6, 9, 15, 2, 6, 2, 9, 19, 2, 7, 8, 18, 4, 10, 5, 0, 15,
      1, 5, 9, 9, 2, 19, 14, 19, 1, 14, 5, 10, 18, 5, 14, 3, 6, 19];
    const b = [10, 12, 7, 4, 10, 14, 11, 17, 9, 14, 17, 20, 10, 2, 16, 12, 19, 11, 9, 3, 11, 14, 17, 19, 6, 13, 18, 7, 8, 18, 13, 12, 15, 12, 21, 17, 3, 4, 12,
      18, 3, 15, 17, 17, 19];
    const [first, second] = [empiricalDistribution(a), empiricalDistribution(b)];
    expectClose(kolmogorovSmirnov(first, second).statistic, 0.3);
    expectClose(kolmogorovSmirnov(first, second).pValue, 0.01590948320007435, 1e-7);
    expectClose(wassersteinDistance(first, second), 2.9388888888888887);
  });

  test('have a Wasserstein distance, plain and in standard deviations of the reference', () => {
    expectClose(wassersteinDistance(r, c), 1.355);
    expectClose(normedWassersteinDistance(r, c), 1.610813954);
  });

  test('fail when one is empty or not finite', () => {
    expect(() => kolmogorovSmirnov(r, empiricalDistribution([]))).toThrow('sizes 10 and 0');
    expect(() => empiricalDistribution([1, Number.NaN])).toThrow('finite values, got NaN');
  });
});

describe('The population stability index', () => {
  test('of categories', () => {
    expectClose(stabilityIndex(CAT3.reference, CAT3.current).value, 0.2407945609);
    expect(stabilityIndex(CAT4.reference, CAT4.current)).toMatchObject({ emptyCells: 1, cells: 4 });
    expectClose(stabilityIndex(CAT4.reference, CAT4.current).value, 0.4962164371);
  });

  test('of numbers in quantile bins of the reference', () => {
    const edges = quantileEdges(r, 5);
    expect([binCounts(r, edges), binCounts(c, edges)]).toEqual([[2, 2, 2, 2, 2], [0, 1, 2, 1, 8]]);
    expectClose(stabilityIndex([2, 2, 2, 2, 2], [0, 1, 2, 1, 8]).value, 2.291627801);
    expectClose(stabilityIndex([2, 2, 2, 2, 2], [0, 1, 2, 1, 8], 1e-6).value, 3.213409722);
    expectClose(stabilityIndex([2.5, 2.5, 2.5, 2.5, 2.5], [0.5, 1.5, 2.5, 1.5, 8.5]).value, 0.8376624244);
  });

  test('agrees with the variant of pooled edges when given its counts', () => {
    const [reference, current] = [[7, 6, 6, 6, 6, 6, 3, 0], [4, 5, 5, 5, 5, 5, 5, 6]];
    expectClose(stabilityIndex(reference, current).value, 1.186554396);
    expectClose(Math.sqrt(jensenShannonDivergence(reference, current)), 0.2513329691);
    const [first, second] = [0.25, 0.3].map((step, which) => empiricalDistribution(Array.from({ length: 40 }, (_, k) => step * (k + 1) + which * 0.5)));
    expectClose(normedWassersteinDistance(first!, second!), 0.5284406598);
    expectClose(kolmogorovSmirnov(first!, second!).statistic, 0.225);
    expectClose(kolmogorovSmirnov(first!, second!).pValue, 0.2656871403);
  });

  test.each([[100, 100, 0.18, 0.338], [500, 500, 0.036, 0.068], [1000, 1000, 0.018, 0.034], [57738, 5000, 0.002, 0.0037]])(
    'has a mean and a limit by chance at n = %p, m = %p', (n, m, mean, limit) => {
      expect(stabilityIndexNullMean(n, m, 10)).toBeCloseTo(mean, 3);
      expect(stabilityIndexNullLimit(n, m, 10)).toBeCloseTo(limit, 3);
    },
  );

  test('leaves out what is empty on both sides and merges equal edges', () => {
    expect(stabilityIndex([5, 5, 0], [5, 5, 0])).toEqual({ value: 0, emptyCells: 0, cells: 2 });
    expect(quantileEdges(empiricalDistribution([0, 0, 0, 0, 0, 0, 0, 0, 1, 2]))).toEqual([0.1999999999999993, 1.1].map((edge) => expect.closeTo(edge, 9)));
    expect(quantileEdges(empiricalDistribution([7, 7, 7]))).toEqual([]);
    expect(stabilityIndexNullLimit(10, 10, 1)).toBe(0);
  });

  test('fails on counts of other cells or of nothing', () => {
    expect(() => stabilityIndex([1, 2], [1])).toThrow('2 and 1 cells');
    expect(() => stabilityIndex([1, 2], [0, 0])).toThrow('3 and 0 rows');
  });
});

describe('Distances of categories', () => {
  test.each([
    ['three categories', CAT3, 0.02962348064, 0.04273764861, 0.172114731, 0.2067308603, 0.2, 0.2, 0.1727974332],
    ['a new category', CAT4, 0.04032024331, 0.05816981506, 0.2007990122, 0.2411841932, 0.2, 0.2, 0.2193776066],
  ] as const)('%s', (_, { reference, current }, nats, bits, distance, distanceBits, infinity, variation, hellinger) => {
    expectClose(jensenShannonDivergence(reference, current), nats);
    expectClose(jensenShannonDivergence(reference, current, 'bits'), bits);
    expectClose(Math.sqrt(jensenShannonDivergence(reference, current)), distance);
    expectClose(Math.sqrt(jensenShannonDivergence(reference, current, 'bits')), distanceBits);
    expectClose(infinityDistance(reference, current), infinity);
    expectClose(totalVariation(reference, current), variation);
    expectClose(hellingerDistance(reference, current), hellinger);
  });

  test('relative entropy in both directions', () => {
    expectClose(kullbackLeibler(CAT3.reference, CAT3.current), 0.1167833758);
    expectClose(kullbackLeibler(CAT3.current, CAT3.reference), 0.1240111851);
    expect(kullbackLeibler(CAT4.current, CAT4.reference)).toBe(Infinity);
  });

  test('beyond chance', () => {
    expect(robustDistance(0.2, 100, 100)).toBe(0);
    expectClose(robustDistance(0.2, 1000, 1000), 0.1195015528);
    expectClose(robustDistance(0.2, 1000, 1000, Math.sqrt(-Math.log(0.025) / 2)), 0.1392638538);
  });
});

describe('The chi-squared test of homogeneity', () => {
  test('of three and four categories and of two shares', () => {
    const three = chiSquaredHomogeneity(CAT3.reference, CAT3.current);
    expectClose(three.statistic, 11.66666667);
    expectClose(three.pValue, 0.002928299695);
    expectClose(three.cramersV, 0.2415229458);
    const four = chiSquaredHomogeneity(CAT4.reference, CAT4.current);
    expect(four.degreesOfFreedom).toBe(3);
    expectClose(four.statistic, 14.09090909);
    expectClose(four.pValue, 0.002783985468);
    expectClose(chiSquaredHomogeneity([50, 50], [30, 70]).statistic, 8.333333333);
    expectClose(chiSquaredHomogeneity([50, 50], [30, 70]).pValue, 0.003892417, 1e-6);
  });

  test('joins categories too rare for it', () => {
    expect(poolRareCategories([100, 80, 3, 1], [90, 95, 0, 2])).toEqual({ reference: [100, 80, 4], current: [90, 95, 2] });
  });

  test('of a single category finds nothing', () => {
    expect(chiSquaredHomogeneity([10, 0], [12, 0])).toMatchObject({ statistic: 0, pValue: 1, cramersV: 0 });
  });
});

describe('Adjusted p-values', () => {
  test('by Holm and by Benjamini-Hochberg, in the order of the input', () => {
    const p = [0.01, 0.04, 0.03, 0.005];
    holm(p).forEach((value, index) => expectClose(value, [0.03, 0.06, 0.06, 0.02][index] ?? 0));
    benjaminiHochberg(p).forEach((value, index) => expectClose(value, [0.02, 0.04, 0.04, 0.02][index] ?? 0));
    expect([holm([]), benjaminiHochberg([])]).toEqual([[], []]);
  });

  test('fail on what is no p-value', () => {
    expect(() => benjaminiHochberg([0.2, 1.5])).toThrow('got 1.5');
  });
});

describe('Real census data of 2015 and 2018', () => {
  test('age and ancestry have the published indices', () => {
    expectClose(stabilityIndex(AGE_DECILES.reference, AGE_DECILES.current).value, 0.00418009, 2e-6);
    expectClose(stabilityIndex(ANCESTRY.reference, ANCESTRY.current).value, 0.01400949, 1e-6);
    expectClose(jensenShannonDivergence(ANCESTRY.reference, ANCESTRY.current, 'bits'), 0.00252004, 2e-6);
    expectClose(Math.sqrt(jensenShannonDivergence(ANCESTRY.reference, ANCESTRY.current)), 0.0417942, 1e-6);
    expectClose(infinityDistance(ANCESTRY.reference, ANCESTRY.current), 0.04549526, 1e-6);
    expectClose(totalVariation(ANCESTRY.reference, ANCESTRY.current), 0.04549526, 1e-6);
    expectClose(chiSquaredHomogeneity(ANCESTRY.reference, ANCESTRY.current).statistic, 406.788, 1e-6);
    expectClose(chiSquaredHomogeneity(ANCESTRY.reference, ANCESTRY.current).cramersV, 0.058998, 1e-5);
  });
});

describe('Properties that hold for any two samples', () => {
  const next = random(7);
  const sample = (n: number, shift: number): number[] => Array.from({ length: n }, () => Math.round((gaussian(next) + shift) * 20) / 20);
  const pairs = Array.from({ length: 30 }, (_, index) => [sample(50 + index, 0), sample(40 + 2 * index, (index % 5) / 4)] as const);

  test('distances are symmetric, not negative, and zero against itself', () => {
    for (const [a, b] of pairs) {
      const [first, second] = [empiricalDistribution(a), empiricalDistribution(b)];
      expectClose(wassersteinDistance(first, second), wassersteinDistance(second, first), 1e-12);
      expect(kolmogorovSmirnov(first, second).statistic).toBeCloseTo(kolmogorovSmirnov(second, first).statistic, 12);
      expect(kolmogorovSmirnov(first, second).pValue).toBeCloseTo(kolmogorovSmirnov(second, first).pValue, 12);
      expect(wassersteinDistance(first, first)).toBe(0);
      expect(kolmogorovSmirnov(first, first)).toMatchObject({ statistic: 0, pValue: 1 });
      const edges = quantileEdges(first);
      const [p, q] = [binCounts(first, edges), binCounts(second, edges)];
      expect(stabilityIndex(p, q).value).toBeGreaterThanOrEqual(0);
      expectClose(stabilityIndex(p, q).value, stabilityIndex(q, p).value, 1e-12);
      expect(hellingerDistance(p, q)).toBeLessThanOrEqual(1);
      expect(infinityDistance(p, q)).toBeLessThanOrEqual(totalVariation(p, q) + 1e-15);
    }
  });

  test('bins lose no row, and no reference bin is empty', () => {
    for (const [a] of pairs) {
      const distribution = empiricalDistribution(a);
      const counts = binCounts(distribution, quantileEdges(distribution));
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(a.length);
      expect(Math.min(...counts)).toBeGreaterThan(0);
    }
  });

  test('shifting or scaling both samples leaves Kolmogorov-Smirnov and the normed distance alone', () => {
    for (const [a, b] of pairs.slice(0, 10)) {
      const [first, second] = [empiricalDistribution(a), empiricalDistribution(b)];
      const [moved, movedToo] = [a, b].map((values) => empiricalDistribution(values.map((value) => value * 4 + 16)));
      expect(kolmogorovSmirnov(moved!, movedToo!).statistic).toBeCloseTo(kolmogorovSmirnov(first, second).statistic, 12);
      expect(normedWassersteinDistance(moved!, movedToo!)).toBeCloseTo(normedWassersteinDistance(first, second), 9);
    }
  });

  test('without drift the index exceeds its limit about once in twenty', () => {
    let exceeded = 0;
    for (let trial = 0; trial < 400; trial += 1) {
      const reference = empiricalDistribution(Array.from({ length: 3000 }, next));
      const current = empiricalDistribution(Array.from({ length: 1000 }, next));
      const edges = quantileEdges(reference);
      const index = stabilityIndex(binCounts(reference, edges), binCounts(current, edges));
      exceeded += index.value > stabilityIndexNullLimit(3000, 1000, index.cells) ? 1 : 0;
    }
    expect(exceeded).toBeGreaterThan(4);
    expect(exceeded).toBeLessThan(40);
  });
});
