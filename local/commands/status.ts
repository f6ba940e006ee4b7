import { latestRun } from '../daemon/run';
import { control } from './attach';
import { type Command, readArguments } from './command';

interface DaemonStatus {
  readonly services: readonly string[];
  readonly uptimeSeconds: number;
  readonly memoryBytes: number;
}

export const status: Command = {
  usage: 'status [--json]',
  summary: 'what is up: endpoint, accounts, folder',
  async run(args) {
    const { values } = readArguments(args, {});
    const run = latestRun();
    if (run === undefined) {
      process.stdout.write(values.json ? '{"up":false}\n' : 'no local AWS is up; start one with: npm run local -- up\n');
      return 1;
    }
    const daemon = await control<DaemonStatus>(run, 'GET', 'status');
    if (values.json) {
      process.stdout.write(`${JSON.stringify({ up: true, ...run, ...daemon })}\n`);
      return 0;
    }
    const lines = [
      `up for ${daemon.uptimeSeconds} s at ${run.endpoint} (pid ${run.pid}, ${Math.round(daemon.memoryBytes / 1e6)} MB)`,
      ...Object.entries(run.accounts).map(([environment, account]) => `  ${environment.padEnd(6)} ${account}`),
      `own services: ${daemon.services.join(', ')}`,
      `folder: ${run.folder}`,
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
    return 0;
  },
};
