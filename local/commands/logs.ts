import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { requireRun } from './attach';
import { type Command, readArguments } from './command';

export const logs: Command = {
  usage: 'logs [--calls]',
  summary: 'the log of the local AWS, or of every call (--calls)',
  async run(args) {
    const { values } = readArguments(args, { calls: { type: 'boolean', default: false } });
    const run = requireRun();
    await pipeline(createReadStream(join(run.folder, values.calls ? 'calls.log' : 'local.log')), process.stdout, { end: false });
    return 0;
  },
};
