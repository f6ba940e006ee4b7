import { latestRun } from '../daemon/run';
import { control } from './attach';
import { type Command, readArguments } from './command';

export const down: Command = {
  usage: 'down [--json]',
  summary: 'end the local AWS and everything it has started',
  async run(args) {
    const { values } = readArguments(args, {});
    let stopped = 0;
    for (let run = latestRun(); run !== undefined; run = latestRun()) {
      await control(run, 'POST', 'stop');
      stopped = 1;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    process.stdout.write(values.json ? `${JSON.stringify({ stopped })}\n` : stopped === 0 ? 'no local AWS is up\n' : 'down\n');
    return 0;
  },
};
