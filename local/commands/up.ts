import { FAULT_OPTIONS } from './fault';
import { bringUp, localOptions } from './bring-up';
import { type Command, readArguments } from './command';

export const up: Command = {
  usage: 'up [--models FOLDER] [--time-scale N] [--port N] [--faults FILE] [--duplicate-events] [--json]',
  summary: 'start a local AWS, deploy every environment and leave it up',
  async run(args) {
    const { values } = readArguments(args, FAULT_OPTIONS);
    const log = (line: string): void => void process.stderr.write(`${line}\n`);
    const { daemon, run, toolkit, assembly } = await bringUp(localOptions(values, log));
    try {
      await toolkit.deploy(assembly, ['**']);
    } catch (error) {
      await daemon.stop();
      throw error;
    }
    daemon.keep();
    const { endpoint, accounts, folder } = run;
    process.stdout.write(values.json ? `${JSON.stringify({ endpoint, accounts, folder })}\n` : `up at ${endpoint}; end it with: npm run local -- down\n`);
    return 0;
  },
};
