import type { ProblemType } from '../../../lambda/shared/project/contract';
import type { Outcome } from '../../../local/scaffold/measure/measure';
import { proposeThresholds } from '../../../local/scaffold/measure/thresholds';
import { outcomes } from './made-up';

const limits = (problemType: ProblemType, found: readonly Outcome[]) => proposeThresholds(problemType, { outcomes: found });

describe('Thresholds that are proposed from measured splits', () => {
  test('lie half way between the linear baseline and a candidate that gains more than the splits differ', () => {
    const { metrics, margin, worthIt, held, monitoring } = limits('binaryClassification', outcomes('auc', [0.9, 0.901, 0.899, 0.9, 0.9], 0.8));
    expect(metrics[0]).toMatchObject({ metric: 'auc', side: 'minimum', value: 0.85, basis: 'gain' });
    expect([margin, worthIt, held]).toEqual([0.05, true, 5]);
    expect(monitoring).toMatchObject({ metric: 'auc', value: 0.8 });
  });

  test('leave room for the split where it differs more than the models', () => {
    const { metrics, margin, worthIt } = limits('binaryClassification', outcomes('auc', [0.84, 0.86, 0.82, 0.85, 0.83], 0.8, 0.03));
    expect(metrics[0]).toMatchObject({ basis: 'spread' });
    expect(metrics[0]?.value).toBeCloseTo(0.792, 3);
    expect([margin, worthIt]).toEqual([0.015, true]);
  });

  test('refuse a candidate that gains nothing, and say so', () => {
    const found = limits('binaryClassification', outcomes('auc', [0.81, 0.8, 0.79, 0.8, 0.8], 0.8, 0));
    expect(found).toMatchObject({ worthIt: false, margin: 0.01, held: 0 });
    const worse = limits('regression', outcomes('rmse', [14.9, 12, 15], 12, -0.1));
    expect([worse.metrics[0]?.basis, worse.metrics[0]?.value]).toEqual(['baseline', 12.1]);
  });

  test('refuse what gains in some splits and loses in others', () => {
    const mixed = outcomes('auc', [0.8, 0.8, 0.8, 0.8, 0.8], 0.8).map((outcome, index) => ({ ...outcome, against: { ...outcome.against, baseline: { ...outcome.against.baseline, gain: index % 2 === 0 ? 0.03 : -0.01 } } }));
    expect(limits('binaryClassification', mixed)).toMatchObject({ worthIt: false, margin: 0.01 });
  });

  test('are greatest values where less is better', () => {
    const { metrics, monitoring } = limits('regression', outcomes('rmse', [10, 10.01, 9.99, 10, 10], 14));
    expect(metrics[0]).toMatchObject({ metric: 'rmse', side: 'maximum', value: 12 });
    expect(monitoring).toMatchObject({ side: 'maximum', value: 14 });
  });

  test('stay within the range of their metric', () => {
    expect(limits('multiclassClassification', outcomes('accuracy', [0.05, 0.01, 0.2, 0.1, 0.03], 0)).metrics[0]?.value).toBe(0);
  });

  test('of the champion allow what one split differs from another, from 0.005 to 0.05', () => {
    expect(limits('binaryClassification', outcomes('auc', [0.9, 0.9, 0.9], 0.8)).tolerance).toBe(0.005);
    expect(limits('binaryClassification', outcomes('auc', [0.9, 0.6, 0.8], 0.5)).tolerance).toBe(0.05);
  });

  test('do not hold on a split where the paired test could not tell the models apart', () => {
    const unsure = outcomes('auc', [0.9, 0.9, 0.9], 0.8).map((outcome, index) => (index === 0 ? { ...outcome, against: { ...outcome.against, baseline: { ...outcome.against.baseline, pValue: 0.2 } } } : outcome));
    expect(limits('binaryClassification', unsure).held).toBe(2);
  });
});
