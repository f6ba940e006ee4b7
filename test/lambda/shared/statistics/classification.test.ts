import {
  areaUnderCurve, averagePrecision, brierScore, classificationMeasures, compareAreas, confusion, expectedCalibrationError, logLoss,
} from '../../../../lambda/shared/statistics';
import { expectClose, gaussian, random } from './closeness';
import { BASELINE, LABELS, SCORES } from './fixtures';

describe('The measures of twenty labelled scores', () => {
  test('counts and what follows from them', () => {
    const counts = confusion(LABELS, SCORES);
    expect(counts).toEqual({ truePositives: 7, falsePositives: 3, falseNegatives: 4, trueNegatives: 6 });
    const measures = classificationMeasures(counts);
    expectClose(measures.accuracy, 0.65);
    expectClose(measures.precision, 0.7);
    expectClose(measures.recall, 0.6363636364);
    expectClose(measures.f1, 0.6666666667);
    expectClose(measures.balancedAccuracy, 0.6515151515);
    expectClose(measures.matthews, 0.3015113446);
    expectClose(measures.kappa, 0.3);
  });

  test('ranking and probabilities', () => {
    expectClose(areaUnderCurve(LABELS, SCORES).auc, 0.8282828283);
    expectClose(averagePrecision(LABELS, SCORES), 0.8690738554);
    expectClose(logLoss(LABELS, SCORES), 0.5069658872);
    expectClose(brierScore(LABELS, SCORES), 0.171855);
    expectClose(expectedCalibrationError([0, 0, 1, 1, 1, 1, 0, 0], [0.1, 0.4, 0.45, 0.8, 0.85, 0.95, 0.3, 0.6], 5), 0.15625);
  });

  test('ties count half', () => {
    const [labels, scores] = [[0, 0, 1, 1, 1, 0], [0.2, 0.5, 0.5, 0.7, 0.2, 0.2]];
    expectClose(areaUnderCurve(labels, scores).auc, 0.7222222222);
    expectClose(averagePrecision(labels, scores), 0.7222222222);
  });

  test('the decision threshold itself is positive', () => {
    expect(confusion([1, 0], [0.5, 0.5], 0.5)).toMatchObject({ truePositives: 1, falsePositives: 1 });
  });
});

describe('DeLong on the same rows', () => {
  test('agrees with R pROC', () => {
    const comparison = compareAreas(LABELS, SCORES, BASELINE);
    expectClose(comparison.first.auc, 0.8282828283);
    expectClose(comparison.second.auc, 0.7676767677);
    expectClose(comparison.first.variance, 0.008835833078);
    expectClose(comparison.second.variance, 0.0128966432);
    expectClose(comparison.covariance, 0.009243954699);
    expectClose(comparison.z, 1.063990353);
    expectClose(comparison.pValue, 0.2873330697);
  });

  test('models that rank alike are equal, whatever their calibration', () => {
    const comparison = compareAreas(LABELS, SCORES, SCORES.map((score) => score ** 3));
    expect(comparison).toMatchObject({ difference: 0, z: 0, pValue: 1 });
  });

  test('is antisymmetric', () => {
    const [there, back] = [compareAreas(LABELS, SCORES, BASELINE), compareAreas(LABELS, BASELINE, SCORES)];
    expectClose(there.z, -back.z);
    expectClose(there.pValue, back.pValue);
  });

  test('perfect separation has an area of one and no width', () => {
    expect(areaUnderCurve([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4])).toMatchObject({ auc: 1, variance: 0, interval: [1, 1] });
  });

  test('the area is the share of rightly ordered pairs, and scores turned round give the rest', () => {
    const next = random(11);
    for (let trial = 0; trial < 20; trial += 1) {
      const labels = Array.from({ length: 60 }, (_, row) => (row < 2 ? row : Number(next() < 0.4)));
      const scores = labels.map((label) => Math.round((gaussian(next) + label) * 4) / 4);
      let [pairs, right] = [0, 0];
      labels.forEach((positive, i) => labels.forEach((negative, j) => {
        if (positive === 1 && negative === 0) {
          pairs += 1;
          right += (scores[i] ?? 0) > (scores[j] ?? 0) ? 1 : scores[i] === scores[j] ? 0.5 : 0;
        }
      }));
      expectClose(areaUnderCurve(labels, scores).auc, right / pairs);
      expectClose(areaUnderCurve(labels, scores.map((score) => -score)).auc, 1 - right / pairs);
    }
  });

  test('the interval covers the true area about 19 times in 20', () => {
    const next = random(3);
    // Two unit normal distributions one apart: the area is Phi(1 / sqrt(2)).
    const truth = 0.7602499389;
    let covered = 0;
    for (let trial = 0; trial < 300; trial += 1) {
      const labels = Array.from({ length: 200 }, (_, row) => row % 2);
      const { interval } = areaUnderCurve(labels, labels.map((label) => gaussian(next) + label));
      covered += interval[0] <= truth && truth <= interval[1] ? 1 : 0;
    }
    expect(covered / 300).toBeGreaterThan(0.91);
    expect(covered / 300).toBeLessThan(0.985);
  });

  test('sixty thousand rows are compared by ranks, not by pairs', () => {
    const next = random(5);
    const labels = Array.from({ length: 60_000 }, () => Number(next() < 0.5));
    const [first, second] = [1, 0.8].map((skill) => labels.map((label) => gaussian(next) + label * skill));
    expect(compareAreas(labels, first!, second!).pValue).toBeLessThan(0.01);
  });
});

describe('Measures fail with the reason', () => {
  test.each([
    ['one class only', [1, 1], [0.2, 0.3], 'needs both classes, got 2 positive and 0 negative rows'],
    ['no rows', [], [], 'got 0 labels and 0 scores'],
    ['other lengths', [0, 1], [0.5], 'got 2 labels and 1 scores'],
    ['a label of another kind', [0, 2], [0.5, 0.6], 'a label is 0 or 1, got 2 in row 1'],
    ['a score that is not a number', [0, 1], [0.5, Number.NaN], 'got NaN in row 1'],
  ])('for %s', (_, labels, scores, message) => {
    expect(() => areaUnderCurve(labels, scores)).toThrow(message);
  });
});
