import {
  betaQuantile, binomialCdf, chiSquaredQuantile, chiSquaredUpperTail, clopperPearsonInterval, kolmogorovUpperTail, normalCdf, normalQuantile,
  normalUpperTail, twoProportionTest, wilsonInterval,
} from '../../../../lambda/shared/statistics';
import { incompleteBeta, logGamma } from '../../../../lambda/shared/statistics/special-functions';
import { expectClose } from './closeness';

describe('The special functions agree with scipy', () => {
  test.each([[0.1, 2.252712651734206], [150.5, 602.5139548705853], [1, 0], [0.5, Math.log(Math.sqrt(Math.PI))]])('log gamma of %p', (x, expected) => {
    expectClose(logGamma(x), expected, 1e-12);
  });

  test.each([
    [0.3, 2, 5, 0.579825], [0.9, 0.5, 0.5, 0.7951672353008665], [0.01, 10, 2, 1.09e-19], [0.5, 200, 210, 0.6894852134274166],
  ])('incomplete beta at %p with %p and %p', (x, a, b, expected) => {
    expectClose(incompleteBeta(x, a, b), expected, 1e-11);
  });
});

describe('The normal distribution agrees with scipy', () => {
  test('in the middle and far out in the tail', () => {
    expectClose(normalCdf(1.96), 0.9750021048517795, 1e-13);
    expectClose(normalCdf(-1.96), 1 - 0.9750021048517795, 1e-12);
    expectClose(normalUpperTail(8), 6.22096057427174e-16, 1e-11);
    expectClose(normalUpperTail(30), 4.906713927147908e-198, 1e-11);
  });

  test.each([
    [0.975, 1.959963984540054], [1e-10, -6.361340902404056], [0.3, -0.5244005127080409], [0.5001, 0.0002506628300880075], [1e-300, -37.0470962993612],
    [0.5, 0],
  ])('quantile of %p', (probability, expected) => {
    expectClose(normalQuantile(probability), expected, 1e-10);
  });

  test('fails for a probability outside 0 and 1', () => {
    expect(() => normalQuantile(1)).toThrow('between 0 and 1, got 1');
  });
});

describe('The chi-squared distribution agrees with scipy', () => {
  test.each([
    [3.84, 1, 0.05004352124870519], [11.66666667, 2, 0.00292829968993769], [100, 5, 5.285148360943219e-20], [1000, 10, 1.870290720915977e-208],
    [406.788, 3, 7.495420209622449e-88], [0.5, 9, 0.9999695662588389], [250, 300, 0.9838029502076451], [0, 4, 1],
  ])('upper tail of %p with %p degrees of freedom', (x, df, expected) => {
    expectClose(chiSquaredUpperTail(x, df), expected, 1e-11);
  });

  test.each([
    [0.95, 9, 16.918977604620448], [0.95, 1, 3.841458820694124], [0.99, 100, 135.80672317102676], [0.05, 2, 0.10258658877510106],
  ])('quantile %p with %p degrees of freedom', (probability, df, expected) => {
    expectClose(chiSquaredQuantile(probability, df), expected, 1e-11);
  });
});

describe('The Kolmogorov distribution agrees with scipy', () => {
  test.each([
    [0.3, 0.9999906941986655], [0.5, 0.9639452436648751], [0.59, 0.8772403412558947], [0.61, 0.8507709951598499], [1, 0.26999967167735456],
    [2, 0.0006709252557796953], [4, 2.532833109818835e-14],
  ])('upper tail of %p', (x, expected) => {
    expectClose(kolmogorovUpperTail(x), expected, 1e-12);
  });

  test('is certain at zero', () => {
    expect(kolmogorovUpperTail(0)).toBe(1);
  });
});

describe('Intervals of proportions', () => {
  test.each([
    [3, 8, 0.13684428582359737, 0.6942576053973728], [0, 10, 0, 0.27753279986288926], [10, 10, 0.7224672001371109, 1],
    [17, 1000, 0.01064068985681633, 0.027055958840229925],
  ])('Wilson of %p in %p', (k, n, lower, upper) => {
    const interval = wilsonInterval(k, n);
    expectClose(interval[0], lower);
    expectClose(interval[1], upper);
  });

  test.each([
    [3, 8, 0.08523341413759308, 0.7551367836335001], [0, 10, 0, 0.30849710781876294], [10, 10, 0.6915028921812371, 1],
    [17, 1000, 0.009933512592716536, 0.027079496864807494],
  ])('Clopper-Pearson of %p in %p', (k, n, lower, upper) => {
    const interval = clopperPearsonInterval(k, n);
    expectClose(interval[0], lower);
    expectClose(interval[1], upper);
  });

  test('of Clopper-Pearson leave exactly half of the error on each side', () => {
    const [lower, upper] = clopperPearsonInterval(3, 8);
    expectClose(1 - binomialCdf(2, 8, lower), 0.025);
    expectClose(binomialCdf(3, 8, upper), 0.025);
    expectClose(binomialCdf(3, 10, 0.4), 0.3822806016);
    expectClose(betaQuantile(0.5, 3, 3), 0.5);
  });

  test('the pooled test of two proportions', () => {
    const first = twoProportionTest({ successes: 48, n: 80 }, { successes: 12, n: 40 });
    expectClose(first.z, 3.0984, 1e-5);
    expectClose(first.pValue, 0.00195, 3e-3);
    expectClose(twoProportionTest({ successes: 50, n: 100 }, { successes: 30, n: 100 }).z, 2.886751346);
  });

  test('fail when the counts are no proportion', () => {
    expect(() => wilsonInterval(9, 8)).toThrow('got 9 of 8');
    expect(() => clopperPearsonInterval(0, 0)).toThrow('n > 0');
  });
});
