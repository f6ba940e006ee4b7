import { spawn } from 'node:child_process';

export interface Finished {
  /** `null` when the program could not be started or was ended by a signal. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs a program to its end and collects what it prints; a program that does not exist gives `code: null` and the reason in `stderr`.
 * When this process is told to end, the program and what it started end first, so that nothing is left running.
 */
export function run(command: string, args: readonly string[], options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {}): Promise<Finished> {
  return new Promise((resolve) => {
    // A process group of its own, so that a signal reaches what the program started as well.
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    const pass = (signal: NodeJS.Signals): void => {
      endGroup(child.pid, signal);
      stopListening();
      // Without another listener the signal would have ended this process.
      if (process.listenerCount(signal) === 0) {
        child.once('close', () => process.kill(process.pid, signal));
      }
    };
    const stopListening = (): void => SIGNALS.forEach((signal) => process.removeListener(signal, pass));
    SIGNALS.forEach((signal) => process.on(signal, pass));
    child.on('error', (error) => {
      stopListening();
      resolve({ code: null, stdout: '', stderr: error.message });
    });
    child.on('close', (code) => {
      stopListening();
      resolve({ code, stdout: Buffer.concat(out).toString('utf8'), stderr: Buffer.concat(err).toString('utf8') });
    });
  });
}

function endGroup(leader: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (leader !== undefined) {
      process.kill(-leader, signal);
    }
  } catch (error) {
    // It ended by itself meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') {
      throw error;
    }
  }
}

/** The last lines of a program's output: where the reason stands. */
export const tail = (text: string, lines = 12): string => text.trimEnd().split('\n').slice(-lines).join('\n');
