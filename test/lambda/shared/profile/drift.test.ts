import type { ColumnProfile, NumericProfile, ReferenceProfile } from '../../../../lambda/shared/profile/contract';
import { compareColumn } from '../../../../lambda/shared/profile/compare';
import { assessDrift, type DriftLimits } from '../../../../lambda/shared/profile/drift';
import { condense, describe as describeNumbers } from '../../../../lambda/shared/profile/profile';
import { empiricalDistribution } from '../../../../lambda/shared/statistics';
import { expectClose, gaussian, random } from '../statistics/closeness';
import { ANCESTRY } from '../statistics/fixtures';

const LIMITS: DriftLimits = {
  psiWarning: 0.1, psiAlarm: 0.25, cramersV: 0.1, normedWasserstein: 0.1, ks: 0.1, significance: 0.01, featureShare: 0.3, criticalFeatures: ['age'],
};

const next = random(23);
const numeric = (sample: readonly number[], missing = 0): NumericProfile => describeNumbers(empiricalDistribution(sample), sample.length + missing);
const normal = (n: number, mean = 0, std = 1): number[] => Array.from({ length: n }, () => gaussian(next) * std + mean);
const categorical = (counts: Record<string, number>, missing = 0): ColumnProfile => ({
  kind: 'categorical', counts, missing, count: Object.values(counts).reduce((sum, count) => sum + count, 0),
});

const AGES = normal(20_000, 45, 15).map(Math.round);
const REFERENCE: ReferenceProfile = {
  version: '1',
  schemaVersion: '1',
  rows: 20_000,
  features: { age: condense(numeric(AGES)), income: condense(numeric(normal(20_000, 100, 30))), sex: categorical({ 1: 10_000, 2: 10_000 }) },
  prediction: condense(numeric(Array.from({ length: 5000 }, next))),
};

const assess = (changes: { readonly age?: ColumnProfile; readonly income?: ColumnProfile; readonly sex?: ColumnProfile; readonly prediction?: NumericProfile }) =>
  assessDrift(
    REFERENCE,
    {
      rows: 2000,
      features: {
        age: changes.age ?? numeric(normal(2000, 45, 15).map(Math.round)),
        income: changes.income ?? numeric(normal(2000, 100, 30)),
        sex: changes.sex ?? categorical({ 1: 1010, 2: 990 }),
      },
      prediction: changes.prediction ?? numeric(Array.from({ length: 2000 }, next)),
    },
    LIMITS,
  );

describe('A window like the reference', () => {
  test('alarms nothing, whatever the seed', () => {
    for (let trial = 0; trial < 30; trial += 1) {
      const report = assess({});
      expect([report.driftedShare, report.criticalDrifted, report.prediction.state]).toEqual([0, [], 'stable']);
    }
  });

  test('of real years is stable, although significance alone would alarm', () => {
    const counts = (years: readonly number[]): Record<string, number> => Object.fromEntries(years.map((count, index) => [String(index + 1), count]));
    const comparison = compareColumn('ANC', categorical(counts(ANCESTRY.reference)), categorical(counts(ANCESTRY.current)));
    expect(comparison.pValue).toBeLessThan(1e-80);
    expectClose(comparison.psi, 0.01400949, 1e-6);
    expect(comparison.cramersV).toBeLessThan(LIMITS.cramersV);
  });
});

describe('A changed window', () => {
  test('with another unit of a critical feature drifts, in one plain sentence', () => {
    const report = assess({ age: numeric(AGES.slice(0, 2000).map((age) => age * 12)) });
    expect(report.driftedShare).toBeCloseTo(1 / 3);
    expect(report.criticalDrifted.map(({ column }) => column)).toEqual(['age']);
    expect(report.drifted[0]?.explanation).toMatch(
      /^age drifted: PSI \d\.\d+ \(limit 0\.25\), KS 0\.9\d+ \(limit 0\.1\), normed Wasserstein 3\d\.\d+ \(limit 0\.1\), adjusted p .* \(limit 0\.01\), mean 5\d\d.* instead of 4\d/,
    );
  });

  test('with many missing values drifts, although the rest looks alike', () => {
    const report = assess({ age: numeric(normal(1200, 45, 15).map(Math.round), 800) });
    expect(report.drifted.map(({ column, missingShare }) => [column, missingShare])).toEqual([['age', 0.4]]);
    expect(report.drifted[0]?.explanation).toContain('40 % missing');
  });

  test('with nothing but missing values drifts', () => {
    expect(assess({ age: numeric([], 2000) }).criticalDrifted).toHaveLength(1);
  });

  test('with a new category drifts', () => {
    const report = assess({ sex: categorical({ 1: 800, 2: 800, 9: 400 }) });
    expect(report.drifted.map(({ column, emptyCells }) => [column, emptyCells])).toEqual([['sex', 1]]);
  });

  test('with a moderate shift only warns', () => {
    const limits = { ...LIMITS, ks: 0.9, normedWasserstein: 9 };
    const window = {
      rows: 2000, features: { age: numeric(normal(2000, 51, 15).map(Math.round)), income: numeric(normal(2000, 100, 30)), sex: categorical({ 1: 1000, 2: 1000 }) },
      prediction: numeric(Array.from({ length: 2000 }, next)),
    };
    expect(assessDrift(REFERENCE, window, limits).features.map(({ state }) => state)).toEqual(['warning', 'stable', 'stable']);
  });

  test('of predictions is told apart from the features', () => {
    const report = assess({ prediction: numeric(Array.from({ length: 2000 }, () => next() ** 2)) });
    expect([report.driftedShare, report.prediction.state]).toEqual([0, 'drifted']);
  });

  test('too small to be sure stays stable, although its effect is large', () => {
    const report = assess({ age: numeric(normal(12, 52, 15).map(Math.round)) });
    expect(report.features[0]).toMatchObject({ state: 'stable' });
    expect(report.features[0]?.psi).toBeGreaterThan(LIMITS.psiAlarm);
  });
});

describe('A condensed reference', () => {
  test('keeps bins, mean and extremes, and moves distances by less than a thousandth', () => {
    const [full, window] = [numeric(normal(30_000)), numeric(normal(3000, 0.1))];
    const small = condense(full);
    expect(small.values).toHaveLength(1000);
    expect([small.bins, small.mean, small.minimum, small.maximum]).toEqual([full.bins, full.mean, full.minimum, full.maximum]);
    const [exact, condensed] = [compareColumn('x', full, window), compareColumn('x', small, window)];
    expect(condensed.psi).toBe(exact.psi);
    expect(Math.abs((condensed.ks ?? 1) - (exact.ks ?? 0))).toBeLessThan(1e-3);
    expect(Math.abs((condensed.normedWasserstein ?? 1) - (exact.normedWasserstein ?? 0))).toBeLessThan(5e-3);
  });
});

describe('Reference and window that do not belong together fail', () => {
  test('for a feature or critical feature without a profile', () => {
    const window = { rows: 1, features: { height: numeric([1, 2]) }, prediction: numeric([0.5]) };
    expect(() => assessDrift(REFERENCE, window, LIMITS)).toThrow('the reference has no profile of height; it was made with schema version 1');
    expect(() => assessDrift({ ...REFERENCE, features: {} }, { ...window, features: {} }, LIMITS)).toThrow('age');
  });

  test('for another kind of column', () => {
    expect(() => compareColumn('age', numeric([1, 2]), categorical({ 1: 2 }))).toThrow('age is numeric in the reference and categorical in the window');
  });
});
