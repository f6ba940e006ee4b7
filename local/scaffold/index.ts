import { PROBLEM_TYPES, type ProblemType } from '../../lambda/shared/project/contract';
import { ScaffoldError } from './errors';

export { ScaffoldError } from './errors';
export { infer, type Inference, type Overrides, type Wishes } from './inference';
export { newModel, type NewModel, type NewModelOptions } from './new-model';
export { schemaText } from './render/schema-json';

/** @throws ScaffoldError naming the types that there are. */
export function readProblemType(text: string | undefined): ProblemType | undefined {
  const found = PROBLEM_TYPES.find((type) => type === text);
  if (text !== undefined && found === undefined) {
    throw new ScaffoldError(`--problem-type must be one of ${PROBLEM_TYPES.join(', ')}, got ${JSON.stringify(text)}`);
  }
  return found;
}
