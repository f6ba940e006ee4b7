import { testModels } from '../setup';
import { localOptions } from './bring-up';
import { type Command, readArguments } from './command';

export const testModelProjects: Command = {
  usage: 'test-models [--models FOLDER]',
  summary: "run every model project's own tests, as the pipeline's step Test does",
  async run(args) {
    const { values } = readArguments(args, {});
    const { models } = localOptions(values, (line) => void process.stderr.write(`${line}\n`));
    const results = await testModels(models);
    const sum = (count: 'passed' | 'failed'): number => results.reduce((subtotal, result) => subtotal + result[count], 0);
    const [passed, failed] = [sum('passed'), sum('failed')];
    process.stdout.write(`Tests: ${failed > 0 ? `${failed} failed, ` : ''}${passed} passed, ${passed + failed} total\n`);
    return failed > 0 ? 1 : 0;
  },
};
