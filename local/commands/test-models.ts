import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type ModelTestResult, modelTestsReport, testModels } from '../setup';
import { localOptions } from './bring-up';
import { type Command, readArguments } from './command';

export const testModelProjects: Command = {
  usage: 'test-models [--models FOLDER]',
  summary: "run every model project's own tests and write model-tests/NAME.json",
  async run(args) {
    const { values } = readArguments(args, {});
    const { models } = localOptions(values, (line) => void process.stderr.write(`${line}\n`));
    const reports = await testModels(models);
    for (const report of reports) {
      const file = modelTestsReport(report.name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
    }
    const sum = (count: keyof ModelTestResult): number => reports.reduce((subtotal, report) => subtotal + report[count], 0);
    const [passed, failed] = [sum('passed'), sum('failed')];
    process.stdout.write(`Tests: ${failed > 0 ? `${failed} failed, ` : ''}${passed} passed, ${passed + failed} total\n`);
    return failed > 0 ? 1 : 0;
  },
};
