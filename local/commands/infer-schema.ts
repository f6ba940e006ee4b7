import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { infer, type Inference, type Overrides, readProblemType, ScaffoldError, schemaText } from '../scaffold';
import { type Command, CommandError, readArguments } from './command';

export const inferSchemaOfFile: Command = {
  usage: 'infer-schema --data FILE --target COLUMN [--record-id COLUMN] [--order COLUMN] [--problem-type TYPE] [--overrides FILE.json] [--out schema.json]',
  summary: 'propose schema.json and the expectations of model.yaml from training data, for a person to review',
  async run(args) {
    const { values } = readArguments(args, {
      data: { type: 'string' }, target: { type: 'string' }, 'record-id': { type: 'string' }, order: { type: 'string' }, 'problem-type': { type: 'string' },
      overrides: { type: 'string' }, out: { type: 'string' },
    });
    const { data, target, out } = values;
    if (data === undefined || target === undefined) {
      throw new CommandError('infer-schema needs --data FILE and --target COLUMN');
    }
    if (out !== undefined && existsSync(out)) {
      throw new CommandError(`${out} exists; a reviewed schema is not replaced, so write to another file and compare`);
    }
    try {
      const wishes = { target, recordId: values['record-id'], order: values.order, problemType: readProblemType(values['problem-type']), overrides: readOverrides(values.overrides) };
      return await infer(data, wishes, async (found) => {
        if (out !== undefined) {
          writeFileSync(out, schemaText(found.schema));
        }
        process.stdout.write(values.json ? `${JSON.stringify(plain(found))}\n` : reportOf(found, out));
        return 0;
      });
    } catch (error) {
      throw error instanceof ScaffoldError ? new CommandError(error.message) : error;
    }
  },
};

function readOverrides(file: string | undefined): Overrides | undefined {
  if (file === undefined) {
    return undefined;
  }
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Overrides;
  } catch (error) {
    throw new CommandError(`--overrides must be a JSON file such as {"plan": {"domain": [1, 2, 3]}}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const plain = ({ rows, schema, target: { problemType, positiveLabel }, data, leftOut, changes, notes }: Inference) => ({ rows, schema, problemType, positiveLabel, data, leftOut, changes, notes });

function reportOf(found: Inference, out: string | undefined): string {
  const { rows, schema, problemType, positiveLabel, data, leftOut, changes, notes } = plain(found);
  const section = (title: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : [`# ${title}`, ...lines.map((line) => `#   ${line}`), '#']);
  return [
    `# ${rows} rows, ${schema.features.length} features`,
    ...section('left out', leftOut.map(({ name, because }) => `${name}: ${because}`)),
    ...section('the data meet the schema after these changes', changes),
    ...section('to look at', notes),
    stringify({ problemType, ...(positiveLabel !== undefined && { positiveLabel }), data }).trimEnd(),
    ...(out === undefined ? ['', schemaText(schema).trimEnd()] : [`# schema: ${out}`]),
    '',
  ].join('\n');
}
