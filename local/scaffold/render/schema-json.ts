import type { DataSchema } from '../../../lambda/shared/schema/contract';

/** `schema.json` with a line for each column, as people like to read and compare it. */
export function schemaText(schema: DataSchema): string {
  const lines = schema.features.map((column) => `    ${JSON.stringify(column)}`).join(',\n');
  return `${JSON.stringify({ ...schema, features: [] }, null, 2).replace('"features": []', () => `"features": [\n${lines}\n  ]`)}\n`;
}
