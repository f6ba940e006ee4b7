import { latestRun } from '../daemon/run';
import { control } from './attach';
import { type Command, readArguments } from './command';

export const down: Command = {
  usage: 'down [--json]',
  summary: 'end the local AWS and everything it has started',
  async run(args) {
    const { values } = readArguments(args, {});
    const run = latestRun();
    if (run !== undefined) {
      await control(run, 'POST', 'stop');
      // It answers no more while it ends what it has started.
      while (latestRun() !== undefined) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    const stopped = run === undefined ? 0 : 1;
    process.stdout.write(values.json ? `${JSON.stringify({ stopped })}\n` : stopped === 0 ? 'no local AWS is up\n' : 'down\n');
    return 0;
  },
};
