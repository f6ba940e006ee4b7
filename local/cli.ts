#!/usr/bin/env node
import { audit } from './commands/audit';
import { type Command, CommandError } from './commands/command';
import { compare } from './commands/compare';
import { down } from './commands/down';
import { env } from './commands/env';
import { fault } from './commands/fault';
import { fetchData } from './commands/fetch-data';
import { inferSchemaOfFile } from './commands/infer-schema';
import { logs } from './commands/logs';
import { monitor } from './commands/monitor';
import { newModelProject } from './commands/new-model';
import { promote } from './commands/promote';
import { reproduce } from './commands/reproduce';
import { score } from './commands/score';
import { status } from './commands/status';
import { story } from './commands/story';
import { testModelProjects } from './commands/test-models';
import { train } from './commands/train';
import { up } from './commands/up';
import { SetupError } from './setup';

// The pinned SDK supports this Node.js; its notice about later versions is for whoever raises the pin.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const COMMANDS: Readonly<Record<string, Command>> = {
  story, up, down, status, logs, env, fault, train, promote, monitor, reproduce, audit, compare, score,
  'test-models': testModelProjects, 'fetch-data': fetchData, 'new-model': newModelProject, 'infer-schema': inferSchemaOfFile,
};

async function main(): Promise<number> {
  const [name = '', ...args] = process.argv.slice(2);
  const command = COMMANDS[name];
  if (command === undefined || args.includes('--help')) {
    const usages = Object.values(COMMANDS).map(({ usage, summary }) => `  ${usage}\n      ${summary}`);
    process.stderr.write(`${command === undefined && name !== '--help' ? `there is no command ${JSON.stringify(name)}\n\n` : ''}npm run local -- COMMAND\n\n${usages.join('\n')}\n`);
    return command === undefined && name !== '--help' ? 1 : 0;
  }
  return command.run(args);
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const plain = error instanceof CommandError || error instanceof SetupError;
    process.stderr.write(`${plain ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(error instanceof CommandError ? error.exitCode : 1);
  },
);
