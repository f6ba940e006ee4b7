import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { inferSchema, InferenceError, type InferenceOptions, type InferredProject } from '../infer-schema';
import { type Command, CommandError, readArguments } from './command';

export const inferSchemaOfFile: Command = {
  usage: 'infer-schema --data FILE --target COLUMN [--record-id COLUMN] [--order COLUMN] [--overrides FILE.json] [--out schema.json]',
  summary: 'propose schema.json and the expectations of model.yaml from training data, for a person to review',
  async run(args) {
    const { values } = readArguments(args, {
      data: { type: 'string' }, target: { type: 'string' }, 'record-id': { type: 'string' }, order: { type: 'string' }, overrides: { type: 'string' }, out: { type: 'string' },
    });
    if (values.data === undefined || values.target === undefined) {
      throw new CommandError('infer-schema needs --data FILE and --target COLUMN');
    }
    if (values.out !== undefined && existsSync(values.out)) {
      throw new CommandError(`${values.out} exists; a reviewed schema is not replaced, so write to another file and compare`);
    }
    try {
      const found = await inferSchema({ file: values.data, target: values.target, recordId: values['record-id'], order: values.order, overrides: readOverrides(values.overrides) });
      if (values.out !== undefined) {
        writeFileSync(values.out, schemaText(found.schema));
      }
      process.stdout.write(values.json ? `${JSON.stringify(found)}\n` : reportOf(found, values.out));
      return 0;
    } catch (error) {
      throw error instanceof InferenceError ? new CommandError(error.message) : error;
    }
  },
};

function readOverrides(file: string | undefined): InferenceOptions['overrides'] {
  if (file === undefined) {
    return undefined;
  }
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as InferenceOptions['overrides'];
  } catch (error) {
    throw new CommandError(`--overrides must be a JSON file such as {"plan": {"domain": [1, 2, 3]}}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** `schema.json` with a line for each column, as people like to read and compare it. */
export function schemaText(schema: InferredProject['schema']): string {
  const lines = schema.features.map((column) => `    ${JSON.stringify(column)}`).join(',\n');
  return `${JSON.stringify({ ...schema, features: [] }, null, 2).replace('"features": []', `"features": [\n${lines}\n  ]`)}\n`;
}

function reportOf({ rows, schema, problemType, positiveLabel, data, leftOut, notes }: InferredProject, out: string | undefined): string {
  const section = (title: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : [`# ${title}`, ...lines.map((line) => `#   ${line}`), '#']);
  return [
    `# ${rows} rows, ${schema.features.length} features`,
    ...section('left out', leftOut.map(({ name, reason }) => `${name} ${reason}`)),
    ...section('to look at', notes),
    stringify({ problemType, ...(positiveLabel !== undefined && { positiveLabel }), data }).trimEnd(),
    ...(out === undefined ? ['', schemaText(schema).trimEnd()] : [`# schema: ${out}`]),
    '',
  ].join('\n');
}
