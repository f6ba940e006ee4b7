import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { ModelDeclaration, ModelProjectData } from '../../lambda/shared/project/contract';
import type { DataSchema } from '../../lambda/shared/schema/contract';

/** A model project that the app has validated already: the local tools only read it. */
export function loadProject(folder: string): Pick<ModelProjectData, 'declaration' | 'schema'> {
  const declaration = parse(readFileSync(join(folder, 'model.yaml'), 'utf8')) as ModelDeclaration;
  const schema = JSON.parse(readFileSync(join(folder, declaration.schema), 'utf8')) as DataSchema;
  return { declaration, schema };
}
