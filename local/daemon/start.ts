import { spawn } from 'node:child_process';
import { existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withoutAws } from '../core/own-environment';
import { REPOSITORY_FOLDER } from '../setup/python';
import type { DaemonOptions, DaemonReady } from './main';

/** A local AWS that this process started. */
export interface Daemon {
  readonly pid: number;
  readonly endpoint: string;
  /** Leaves it up when this process ends. */
  keep(): void;
  stop(): Promise<void>;
}

const START_LIMIT_MILLISECONDS = 60_000;

/**
 * Starts the local AWS as a process of its own and waits until it answers.
 *
 * @throws Error with the reason, e.g. a port that is in use.
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const log = openSync(join(options.folder, 'daemon.log'), 'a');
  const child = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'main.ts'), JSON.stringify(options)], {
    cwd: REPOSITORY_FOLDER,
    env: withoutAws(),
    stdio: ['pipe', log, log],
    // Of its own group: Ctrl-C reaches whoever started it, and the closed pipe ends it in good order.
    detached: true,
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const file = join(options.folder, 'daemon.json');
  const deadline = Date.now() + START_LIMIT_MILLISECONDS;
  while (!existsSync(file)) {
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`the local AWS did not start; see ${join(options.folder, 'daemon.log')}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const ready = JSON.parse(readFileSync(file, 'utf8')) as DaemonReady;
  if ('error' in ready) {
    await ended;
    throw new Error(ready.error);
  }
  return {
    ...ready,
    keep: () => {
      child.stdin?.end('keep\n');
      child.unref();
    },
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
