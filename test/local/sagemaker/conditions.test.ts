import { allHold, conditionProblems, holds } from '../../../local/sagemaker/pipelines/conditions';
import type { Scope } from '../../../local/sagemaker/pipelines/references';

const scope: Scope = {
  parameters: { Minimum: 0.8, Mode: 'strict' }, execution: {}, step: () => undefined, propertyFile: async () => '{}', object: async () => '{}',
};

const binary = (Type: string, LeftValue: unknown, RightValue: unknown): Readonly<Record<string, unknown>> => ({ Type, LeftValue, RightValue });

test.each([
  ['Equals', 'strict', { Get: 'Parameters.Mode' }, true],
  ['Equals', 1, '1', false],
  ['GreaterThan', 0.8, { Get: 'Parameters.Minimum' }, false],
  ['GreaterThanOrEqualTo', 0.8, { Get: 'Parameters.Minimum' }, true],
  ['LessThan', 0.7, { Get: 'Parameters.Minimum' }, true],
  ['LessThanOrEqualTo', 0.9, { Get: 'Parameters.Minimum' }, false],
])('%s of %j and %j is %j', async (type, left, right, expected) => {
  await expect(holds(binary(type, left, right), scope)).resolves.toBe(expected);
});

test('In looks for a value in a list', async () => {
  await expect(holds({ Type: 'In', QueryValue: { Get: 'Parameters.Mode' }, Values: ['lax', 'strict'] }, scope)).resolves.toBe(true);
  await expect(holds({ Type: 'In', QueryValue: 'other', Values: ['lax', 'strict'] }, scope)).resolves.toBe(false);
});

test('Not and Or combine conditions', async () => {
  const no = binary('Equals', 1, 2);
  await expect(holds({ Type: 'Not', Expression: no }, scope)).resolves.toBe(true);
  await expect(holds({ Type: 'Or', Conditions: [no, binary('Equals', 2, 2)] }, scope)).resolves.toBe(true);
  await expect(holds({ Type: 'Or', Conditions: [no, no] }, scope)).resolves.toBe(false);
});

test('all conditions of a step must hold', async () => {
  await expect(allHold([binary('Equals', 1, 1), binary('Equals', 1, 2)], scope)).resolves.toBe(false);
  await expect(allHold([binary('Equals', 1, 1)], scope)).resolves.toBe(true);
});

test('comparing unlike values is an error, not a no', async () => {
  await expect(holds(binary('GreaterThan', '0.9', { Get: 'Parameters.Minimum' }), scope)).rejects.toThrow('cannot compare "0.9" with 0.8');
});

test.each([
  [{ Type: 'Near', LeftValue: 1 }, 'unknown condition type "Near"'],
  [{ Type: 'Equals', LeftValue: 1 }, 'C.RightValue: missing'],
  [{ Type: 'In', Value: 1, In: [] }, 'C.QueryValue: missing'],
  [{ Type: 'Not', Expression: { Type: 'Equals', LeftValue: 1 } }, 'C.Expression[0].RightValue: missing'],
])('%j is named as wrong', (condition, problem) => {
  expect(conditionProblems(condition, 'C').join('; ')).toContain(problem);
});
