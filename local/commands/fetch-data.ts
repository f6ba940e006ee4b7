import { ensureExampleData, type Example, EXAMPLE_DATA } from '../setup';
import { type Command, CommandError, readArguments } from './command';

const isExample = (name: string | undefined): name is Example => name !== undefined && Object.hasOwn(EXAMPLE_DATA, name);

export const fetchData: Command = {
  usage: 'fetch-data EXAMPLE',
  summary: `fetch all data of an example (${Object.keys(EXAMPLE_DATA).join(', ')}) and print the folder; the samples are committed`,
  async run(args) {
    const [example] = readArguments(args, {}, true).positionals;
    if (!isExample(example)) {
      throw new CommandError(`name one of the examples ${Object.keys(EXAMPLE_DATA).join(', ')}, got ${example ?? 'none'}`);
    }
    const { folder } = await ensureExampleData(example, { log: (line) => void process.stderr.write(`${line}\n`) });
    process.stdout.write(`${folder}\n`);
    return 0;
  },
};
