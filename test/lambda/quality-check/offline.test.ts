import type { Measurement } from '../../../lambda/gate/contract';
import { withOffline } from '../../../lambda/quality-check/offline';
import { measured, PROJECT } from '../support';

const ONLINE: Measurement[] = [
  { id: 'auc', status: 'measured', value: 0.8, sampleSize: 600, explanation: 'AUC 0.8' },
  { id: 'precision', status: 'notMeasured', explanation: 'nobody' },
];
const regression = { ...PROJECT, declaration: { ...PROJECT.declaration, problemType: 'regression' as const } };

test('Offline metrics stand beside online ones, and the loss of the primary metric is measured', () => {
  const result = withOffline(ONLINE, { auc: 0.86, precision: 0.7 }, PROJECT);
  expect(measured(result, 'auc')).toMatchObject({ value: 0.8, explanation: 'AUC 0.8; on the test rows it was 0.86', details: { offline: 0.86, difference: expect.closeTo(-0.06, 9) } });
  expect(measured(result, 'precision')).toEqual(ONLINE[1]);
  expect(measured(result, 'offlineLoss')).toMatchObject({ status: 'measured', value: expect.closeTo(0.06, 9), sampleSize: 600 });
});

test('The loss of an error is the share by which it grew', () => {
  const online: Measurement[] = [{ id: 'rmse', status: 'measured', value: 12, explanation: 'RMSE 12' }];
  expect(measured(withOffline(online, { rmse: 10 }, regression), 'offlineLoss').value).toBeCloseTo(0.2, 12);
});

test('A reference that tells no metrics leaves the loss unmeasured', () => {
  expect(measured(withOffline(ONLINE, undefined, PROJECT), 'offlineLoss')).toMatchObject({ status: 'notMeasured', explanation: expect.stringContaining('does not tell its AUC') });
});

test.each(['notApplicable', 'notMeasured'] as const)('Without an online metric (%s) there is no loss', (status) => {
  expect(measured(withOffline([{ id: 'auc', status, explanation: 'no labels' }], { auc: 0.9 }, PROJECT), 'offlineLoss')).toMatchObject({ status, explanation: 'no labels' });
});
