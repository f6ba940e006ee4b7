import { answerForm } from '../../../../lambda/shared/inference/answers';
import type { ModelOutput } from '../../../../lambda/shared/inference/contract';
import type { ModelProjectData, ProblemType } from '../../../../lambda/shared/project/contract';
import type { ColumnSchema } from '../../../../lambda/shared/schema/contract';
import { PROJECT } from '../../support';

const form = (problemType: ProblemType, target: Partial<ColumnSchema> = {}) =>
  answerForm({ ...PROJECT, schema: { ...PROJECT.schema, target: { name: 'answer', type: 'string', ...target } }, declaration: { ...PROJECT.declaration, problemType, decisionThreshold: 0.6 } } as ModelProjectData);

const FORMS = {
  binaryClassification: form('binaryClassification', { domain: ['No', 'Yes'] }),
  multiclassClassification: form('multiclassClassification', { domain: ['a', 'b', 'c'] }),
  regression: form('regression', { type: 'number' }),
};

test.each<[ProblemType, ModelOutput, readonly number[], string]>([
  ['binaryClassification', { probability: 0.7, label: 'Yes' }, [0.7], 'positive'],
  ['binaryClassification', { probability: 0.55, label: 'Yes' }, [0.55], 'negative'],
  ['multiclassClassification', { probabilities: { a: 0.2, b: 0.5, c: 0.3 }, label: 'b' }, [0.2, 0.5, 0.3], 'b'],
  ['regression', { value: -12.5 }, [-12.5], 'estimated'],
])('an answer of a %s has numbers and a decision', (problemType, output, vector, decision) => {
  const { parse, vector: vectorOf, decide } = FORMS[problemType];
  expect(parse({ ...output, more: 'than agreed' })).toEqual(output);
  expect(vectorOf(output)).toEqual(vector);
  expect(decide(output)).toBe(decision);
});

test('classes are counted in the order of the domain, whatever the order of the answer', () => {
  expect(FORMS.multiclassClassification.vector({ probabilities: { c: 0.3, a: 0.2, b: 0.5 }, label: 'b' })).toEqual([0.2, 0.5, 0.3]);
});

test.each<[ProblemType, unknown]>([
  ['binaryClassification', { probability: 1.1, label: 'Yes' }],
  ['binaryClassification', { probability: 0.5 }],
  ['binaryClassification', null],
  ['multiclassClassification', { probabilities: { a: 0.5, b: 0.5 }, label: 'a' }],
  ['multiclassClassification', { probabilities: { a: 0.5, b: 0.5, c: 0.5 }, label: 'a' }],
  ['multiclassClassification', { probabilities: { a: 0.5, b: 0.25, c: 0.25 }, label: 'd' }],
  ['multiclassClassification', { probability: 0.5, label: 'a' }],
  ['regression', { value: '12' }],
  ['regression', { value: Number.NaN }],
  ['regression', { probability: 0.5, label: 1 }],
])('an answer of a %s is not %j', (problemType, output) => {
  expect(FORMS[problemType].parse(output)).toBeUndefined();
});
