import {
  bootstrapInterval, calibrationLine, classMeasures, compareDecisions, compareErrors, expectedCalibrationError, mcNemar, meanEstimate, pairedTest, regressionMeasures,
  reliabilityBins, seededRandom, studentQuantile, studentTwoSided,
} from '../../../../lambda/shared/statistics';
import { expectClose, gaussian, random } from './closeness';
import { LABELS, SCORES } from './fixtures';

/** Twelve rows of three classes. */
const CLASSES = {
  labels: [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2],
  decisions: [0, 0, 1, 0, 1, 1, 0, 2, 2, 1, 2, 2],
  probabilities: [
    [0.7, 0.5, 0.3, 0.6, 0.2, 0.3, 0.5, 0.1, 0.2, 0.1, 0.3, 0.1],
    [0.2, 0.3, 0.4, 0.3, 0.6, 0.5, 0.4, 0.3, 0.2, 0.5, 0.2, 0.1],
    [0.1, 0.2, 0.3, 0.1, 0.2, 0.2, 0.1, 0.6, 0.6, 0.4, 0.5, 0.8],
  ],
};

describe("Student's t", () => {
  test('agrees with scipy', () => {
    expectClose(studentTwoSided(2.5, 7), 0.040992218585752874);
    expectClose(studentQuantile(0.975, 11), 2.200985160082949);
    expectClose(studentQuantile(0.975, 1), 12.706204736432095);
    expectClose(studentQuantile(0.01, 300), -2.338841923785626);
    expect(studentQuantile(0.5, 4)).toBe(0);
  });

  test('a constant sample has no width, and paired values that are alike do not differ', () => {
    expect(meanEstimate([2, 2, 2])).toMatchObject({ mean: 2, interval: [2, 2] });
    expect(pairedTest([0, 0, 0])).toMatchObject({ t: 0, pValue: 1 });
    expect(pairedTest([1, 1, 1]).pValue).toBe(0);
  });
});

describe('Regression', () => {
  const [label, prediction] = [[3, -0.5, 2, 7], [2.5, 0, 2, 8]];

  test('agrees with scikit-learn', () => {
    const measures = regressionMeasures(label, prediction);
    expectClose(measures.rmse.value, 0.6123724357);
    expectClose(measures.mae.value, 0.5);
    expectClose(measures.r2.value, 0.948608137);
    expectClose(measures.mape!.value, 0.3273809524);
    expectClose(measures.medianAbsoluteError.value, 0.5);
    expectClose(measures.bias.value, 0.25);
    expectClose(measures.bias.interval[0], -0.7771301283804395);
    expectClose(measures.bias.interval[1], 1.2771301283804395);
  });

  test('has no share of a label that is zero', () => {
    expect(regressionMeasures([0, 1, 2], [0.1, 1, 2.2]).mape).toBeUndefined();
  });

  test('the intervals cover the truth about 19 times in 20', () => {
    const next = random(8);
    const truths = { rmse: 1, bias: 0, mae: Math.sqrt(2 / Math.PI), r2: 0.8, medianAbsoluteError: 0.6744897502 };
    const covered = Object.fromEntries(Object.keys(truths).map((name) => [name, 0]));
    for (let trial = 0; trial < 300; trial += 1) {
      const expected = Array.from({ length: 200 }, () => gaussian(next) * 2);
      const measures = regressionMeasures(expected.map((value) => value + gaussian(next)), expected);
      for (const [name, truth] of Object.entries(truths)) {
        const { interval } = measures[name as keyof typeof truths];
        covered[name]! += interval[0] <= truth && truth <= interval[1] ? 1 : 0;
      }
    }
    for (const hits of Object.values(covered)) {
      expect(hits / 300).toBeGreaterThan(0.91);
    }
  });

  test.each([
    ['no row', [], [], 'got 0 labels and 0 predictions'],
    ['a prediction that is no number', [1, 2], [1, Number.NaN], 'got 2 and NaN in row 1'],
    ['a label that never varies', [1, 1], [1, 2], 'all 2 labels are 1'],
  ])('fails with the reason for %s', (_, labels, predictions, message) => {
    expect(() => regressionMeasures(labels, predictions)).toThrow(message);
  });

  test('two models are compared by their squared errors, as scipy does', () => {
    const labels = [1.2, 3.4, 2.2, 5.1, 4.8, 6.0, 2.9, 3.3];
    const [first, second] = [[1.0, 3.9, 2.0, 5.5, 4.1, 6.2, 3.0, 3.1], [2.0, 2.4, 2.9, 4.1, 5.6, 5.0, 3.9, 2.3]];
    const comparison = compareErrors(labels, first, second);
    expectClose(comparison.t, -6.798112823890878);
    expectClose(comparison.pValue, 0.00025364122303296106);
    expectClose(comparison.improvement, 0.6024446937019563);
    expect(comparison.improvementInterval[0]).toBeLessThan(comparison.improvement);
    expect(compareErrors(labels, first, first)).toMatchObject({ improvement: 0, pValue: 1, improvementInterval: [0, 0] });
    expect(compareErrors(labels, labels, first).improvement).toBe(1);
    expect(() => compareErrors(labels, first, labels)).toThrow('no error in any row');
  });
});

describe('Several classes', () => {
  test('agree with scikit-learn', () => {
    const measures = classMeasures(CLASSES);
    expect(measures.confusion).toEqual([[3, 1, 0], [1, 2, 1], [0, 1, 3]]);
    expectClose(measures.accuracy.value, 0.6666666667);
    expectClose(measures.balancedAccuracy.value, 0.6666666667);
    expectClose(measures.macroF1.value, 0.6666666667);
    expectClose(measures.logLoss.value, 0.7026886650525777);
    expectClose(measures.macroAuc!.value, 0.8958333333333334);
  });

  test('their intervals hold about 19 of 20 repetitions', () => {
    const next = random(21);
    const draw = (rows: number) => {
      const labels = Array.from({ length: rows }, () => Math.floor(next() * 3));
      const decisions = labels.map((label) => (next() < 0.7 ? label : Math.floor(next() * 3)));
      const raw = labels.map((label) => [0, 1, 2].map((index) => Math.exp(gaussian(next) + (index === label ? 1 : 0))));
      const sums = raw.map((weights) => weights.reduce((sum, weight) => sum + weight, 0));
      return { labels, decisions, probabilities: [0, 1, 2].map((index) => raw.map((weights, row) => weights[index]! / sums[row]!)) };
    };
    const truth = classMeasures(draw(60_000));
    const names = ['balancedAccuracy', 'macroF1', 'macroAuc', 'logLoss'] as const;
    const covered = new Map<string, number>();
    for (let trial = 0; trial < 200; trial += 1) {
      const measures = classMeasures(draw(300));
      for (const name of names) {
        const { interval } = measures[name]!;
        covered.set(name, (covered.get(name) ?? 0) + Number(interval[0] <= truth[name]!.value && truth[name]!.value <= interval[1]));
      }
    }
    for (const name of names) {
      expect(covered.get(name)! / 200).toBeGreaterThan(0.89);
    }
  });

  test('a class that never occurs has no recall and no rank, and does not stop the others', () => {
    const measures = classMeasures({ labels: [0, 1, 0, 1], decisions: [0, 1, 1, 1], probabilities: [[0.9, 0.2, 0.4, 0.3], [0.1, 0.7, 0.5, 0.6], [0, 0.1, 0.1, 0.1]] });
    expect(measures.balancedAccuracy.value).toBe(0.75);
    expect(measures.macroAuc!.value).toBe(1);
  });

  test.each([
    ['a class beyond the known', { ...CLASSES, labels: [3, ...CLASSES.labels.slice(1)] }, 'one of 3 classes, got 3 and 0 in row 0'],
    ['a probability above one', { ...CLASSES, probabilities: [[1.2, ...CLASSES.probabilities[0]!.slice(1)], ...CLASSES.probabilities.slice(1)] }, 'got 1.2 in row 0'],
    ['no rows', { labels: [], decisions: [], probabilities: [[], []] }, 'got 0 labels'],
  ])('fail with the reason for %s', (_, predictions, message) => {
    expect(() => classMeasures(predictions)).toThrow(message);
  });
});

describe('McNemar', () => {
  test('is exact', () => {
    expectClose(mcNemar(15, 4, 100).pValue, 0.0192108154296875);
    expectClose(mcNemar(15, 4, 100).difference, 0.11);
    expect(mcNemar(0, 0, 10)).toMatchObject({ difference: 0, pValue: 1, differenceInterval: [0, 0] });
    expect(() => mcNemar(9, 4, 10)).toThrow('got 9 and 4 of 10');
  });

  test('counts the rows on which one decision alone is right', () => {
    expect(compareDecisions([1, 1, 0, 0], [1, 1, 0, 1], [1, 0, 1, 1])).toMatchObject({ firstOnly: 2, secondOnly: 0, difference: 0.5 });
  });
});

describe('Calibration', () => {
  test('the line of the twenty scores agrees with an unpenalized logistic regression', () => {
    const line = calibrationLine(LABELS, SCORES)!;
    expectClose(line.slope, 1.55121328, 1e-6);
    expectClose(line.intercept, 0.51604766, 1e-6);
  });

  test('does not exist where nothing can be fitted', () => {
    expect(calibrationLine([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9])).toBeUndefined();
    expect(calibrationLine([0, 1, 1], [0.5, 0.5, 0.5])).toBeUndefined();
  });

  test('the bins are those of the expected calibration error', () => {
    const bins = reliabilityBins(LABELS, SCORES);
    expect(bins.reduce((sum, { rows }) => sum + rows, 0)).toBe(20);
    const error = bins.reduce((sum, { rows, meanProbability, positiveShare }) => sum + (rows / 20) * Math.abs(meanProbability - positiveShare), 0);
    expectClose(error, expectedCalibrationError(LABELS, SCORES));
  });
});

describe('The bootstrap', () => {
  const values = Array.from({ length: 200 }, (_, row) => row % 10);
  const mean = (sample: Uint32Array): number => sample.reduce((sum, row) => sum + values[row]!, 0) / sample.length;

  test('of a mean is close to its formula', () => {
    const [low, high] = bootstrapInterval(values.length, mean, 'a digest', 2000);
    const formula = meanEstimate(values).interval;
    expect(Math.abs(low - formula[0])).toBeLessThan(0.05);
    expect(Math.abs(high - formula[1])).toBeLessThan(0.05);
  });

  test('gives the same interval for the same digest and another for another one', () => {
    expect(bootstrapInterval(200, mean, 'one')).toEqual(bootstrapInterval(200, mean, 'one'));
    expect(bootstrapInterval(200, mean, 'one')).not.toEqual(bootstrapInterval(200, mean, 'two'));
  });

  test('draws evenly', () => {
    const next = seededRandom('evenly');
    const counts = Array.from({ length: 10 }, () => 0);
    for (let draw = 0; draw < 20_000; draw += 1) {
      counts[Math.floor(next() * 10)]! += 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(1800);
    expect(Math.max(...counts)).toBeLessThan(2200);
  });

  test('says so when there is nothing to tell', () => {
    expect(() => bootstrapInterval(3, () => Number.NaN, 'x')).toThrow('not finite in any of 400 resamples of 3 rows');
  });
});
