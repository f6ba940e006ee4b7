import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_FILE } from '../runtime/contract';
import type { ModelProjectData } from './contract';

let project: ModelProjectData | undefined;

/** The model project that was bundled with this function. */
export function modelProject(): ModelProjectData {
  project ??= JSON.parse(readFileSync(join(process.env.LAMBDA_TASK_ROOT ?? __dirname, PROJECT_FILE), 'utf8')) as ModelProjectData;
  return project;
}
