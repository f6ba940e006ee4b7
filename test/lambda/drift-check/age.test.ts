import { measureAge } from '../../../lambda/drift-check/age';
import type { ReferenceProfile } from '../../../lambda/shared/profile/contract';

const reference = (trainedAt?: string): ReferenceProfile => ({ version: '1', schemaVersion: '1', rows: 1, features: {}, prediction: { kind: 'categorical', count: 1, missing: 0, counts: {} }, ...(trainedAt !== undefined && { trainedAt }) });

test('The age of the champion counts from its evaluation to the end of the window', () => {
  expect(measureAge(reference('2026-01-01T00:00:00+00:00'), '2026-01-31T12:00:00Z')).toMatchObject({ id: 'modelAgeDays', status: 'measured', value: 30.5 });
});

test('A clock that runs behind makes no negative age', () => {
  expect(measureAge(reference('2026-01-01T00:00:10Z'), '2026-01-01T00:00:00Z').value).toBe(0);
});

test.each([[undefined, '2026-01-31T00:00:00Z'], ['2026-01-01T00:00:00Z', 'the end']])('Without both times (%s, %s) there is no age', (trainedAt, end) => {
  expect(measureAge(reference(trainedAt), end).status).toBe('notMeasured');
});
