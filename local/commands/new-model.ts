import { basename } from 'node:path';
import { newModel, type NewModel, readProblemType, ScaffoldError } from '../scaffold';
import { orderNote } from '../scaffold/render/model-yaml';
import { type Command, CommandError, readArguments } from './command';

export const newModelProject: Command = {
  usage: 'new-model NAME --data FILE --target COLUMN [--models DIR] [--record-id COLUMN] [--order COLUMN] [--problem-type TYPE] [--split order|recordId] [--json]',
  summary: 'make a model project of a CSV, Parquet or JSON lines file: schema, thresholds from measured baselines, code, tests',
  async run(args) {
    const { values, positionals } = readArguments(args, {
      data: { type: 'string' }, target: { type: 'string' }, 'record-id': { type: 'string' }, order: { type: 'string' }, 'problem-type': { type: 'string' }, split: { type: 'string' },
    }, true);
    const [name, ...more] = positionals;
    const { data, target } = values;
    if (name === undefined || more.length > 0 || data === undefined || target === undefined) {
      throw new CommandError(`new-model needs one NAME, --data FILE and --target COLUMN: npm run new-model -- NAME --data FILE --target COLUMN${more.length > 0 ? `; got the names ${positionals.join(', ')}` : ''}`);
    }
    try {
      const made = await newModel({
        name, data, target, models: values.models ?? process.env.MLOPS_MODELS ?? 'models', recordId: values['record-id'], order: values.order,
        problemType: readProblemType(values['problem-type']), split: readSplit(values.split), log: (line) => void process.stderr.write(`${line}\n`),
      });
      process.stdout.write(values.json ? `${JSON.stringify(summary(made))}\n` : reportOf(made));
      return 0;
    } catch (error) {
      throw error instanceof ScaffoldError ? new CommandError(error.message) : error;
    }
  },
};

function readSplit(text: string | undefined): 'order' | 'recordId' | undefined {
  if (text === undefined || text === 'order' || text === 'recordId') {
    return text;
  }
  throw new CommandError(`--split must be order or recordId, got ${JSON.stringify(text)}`);
}

const summary = ({ name, folder, delivery, inference: { target, leftOut, changes, notes, schema }, thresholds: { held, worthIt, gain, margin }, measured: { outcomes, split } }: NewModel) => ({
  name, folder, delivery, problemType: target.problemType, features: schema.features.length, leftOut, changes, notes, split, margin, gain, worthIt, held, splits: outcomes.length,
});

function reportOf(made: NewModel): string {
  const { name, folder, delivery, modelsOption, inference: { changes, leftOut, notes }, thresholds: { worthIt, held }, measured: { outcomes } } = made;
  const section = (title: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)]);
  return [
    `made ${folder}`,
    ...section('to review', [...notes, ...[orderNote(made) ?? []].flat()]),
    ...section('left out', leftOut.map(({ name: column, because }) => `${column}: ${because}`)),
    ...section(`changed in ${basename(delivery)}`, changes),
    `the proposed limits hold on ${held} of ${outcomes.length} splits${worthIt ? '' : '; the candidate gains nothing over the linear baseline, so the model gate will refuse it: see quality.baseline in model.yaml'}`,
    'next:',
    `  npm run local -- test-models${modelsOption}`,
    `  npm run local -- train --model ${name} --data ${delivery} --environment int${modelsOption}`,
    '',
  ].join('\n');
}
