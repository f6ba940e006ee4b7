import { join } from 'node:path';
import { ModelProject } from '../../lib/config/model-project';

/** Folder with a small model project for tests of the infrastructure: real in form, empty scripts. */
export const FIXTURE_MODELS = join(__dirname, 'models');

let project: ModelProject | undefined;

/** The model project `employment` of the fixtures. */
export function fixtureProject(): ModelProject {
  project ??= ModelProject.load(join(FIXTURE_MODELS, 'employment'));
  return project;
}
