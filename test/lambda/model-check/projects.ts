import type { ModelDeclaration, ModelProjectData } from '../../../lambda/shared/project/contract';
import { PROJECT } from '../support';

type Quality = Partial<ModelDeclaration['quality']>;

/** The small project with a `quality` section. */
export const projectWith = (quality: Quality, problem: Partial<ModelDeclaration> = {}, target: Partial<ModelProjectData['schema']['target']> = {}): ModelProjectData => ({
  ...PROJECT,
  schema: { ...PROJECT.schema, target: { ...PROJECT.schema.target, ...target } },
  declaration: {
    ...PROJECT.declaration,
    ...problem,
    quality: { metrics: {}, baseline: { margin: 0.02, significance: 0.05 }, champion: { tolerance: 0.01 }, ...quality },
  },
});

export const multiclassProject = (quality: Quality = {}): ModelProjectData =>
  projectWith(quality, { problemType: 'multiclassClassification' }, { type: 'string', domain: ['a', 'b', 'c'] });

export const regressionProject = (quality: Quality = {}): ModelProjectData =>
  projectWith(quality, { problemType: 'regression' }, { type: 'number', domain: undefined });
