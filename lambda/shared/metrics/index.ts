import type { ModelProjectData, ProblemType } from '../project/contract';
import { binaryProblem } from './binary';
import { multiclassProblem } from './multiclass';
import type { Problem } from './problem';
import { regressionProblem } from './regression';

export * from './contract';
export * from './problem';

const PROBLEMS: Record<ProblemType, (project: ModelProjectData) => Problem> = {
  binaryClassification: ({ declaration }) => binaryProblem(declaration.decisionThreshold ?? 0.5),
  multiclassClassification: ({ declaration, schema }) => {
    const classes = (schema.target.domain ?? []).map(String);
    const favourable = declaration.quality.fairness?.favourableLabel;
    return multiclassProblem(classes, favourable === undefined ? undefined : classes.indexOf(String(favourable)));
  },
  regression: regressionProblem,
};

/** How the answers of a project's model are measured and compared. */
export const problemOf = (project: ModelProjectData): Problem => PROBLEMS[project.declaration.problemType](project);
