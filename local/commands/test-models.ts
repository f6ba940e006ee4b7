import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { MODEL_TESTS_REPORT, testModels } from '../setup';
import { localOptions } from './bring-up';
import { type Command, readArguments } from './command';

export const testModelProjects: Command = {
  usage: 'test-models [--models FOLDER]',
  summary: "run every model project's own tests and write model-tests/report.json",
  async run(args) {
    const { values } = readArguments(args, {});
    const { models } = localOptions(values, (line) => void process.stderr.write(`${line}\n`));
    const report = await testModels(models);
    const { passed, failed } = report;
    mkdirSync(dirname(MODEL_TESTS_REPORT), { recursive: true });
    writeFileSync(MODEL_TESTS_REPORT, `${JSON.stringify(report, null, 2)}\n`);
    process.stdout.write(`Tests: ${failed > 0 ? `${failed} failed, ` : ''}${passed} passed, ${passed + failed} total\n`);
    return failed > 0 ? 1 : 0;
  },
};
