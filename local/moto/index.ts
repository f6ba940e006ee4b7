import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { withoutAws } from '../core/own-environment';

/** A running moto server. */
export interface Moto {
  readonly pid: number;
  readonly port: number;
  stop(): Promise<void>;
}

const START_LIMIT_MILLISECONDS = 30_000;
const LOG_LIMIT_BYTES = 4 * 1024 * 1024;

/** Settings of moto, all public. */
const SETTINGS: Readonly<Record<string, string>> = {
  // The bootstrap stack attaches AWS managed policies, which moto has only when asked.
  MOTO_IAM_LOAD_MANAGED_POLICIES: 'true',
  S3_IGNORE_SUBDOMAIN_BUCKETNAME: 'true',
  PYTHONDONTWRITEBYTECODE: '1',
};

function keepLog(child: ChildProcess, path: string): () => string {
  const file = createWriteStream(path);
  let written = 0;
  let tail = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    tail = (tail + chunk.toString('utf8')).slice(-2000);
    if (written < LOG_LIMIT_BYTES) {
      file.write(chunk);
    }
    written += chunk.length;
  });
  child.stderr?.once('close', () => file.end());
  return () => tail.trim();
}

/**
 * Starts moto as a child that ends with this process.
 *
 * @param python Interpreter that has `moto[server]`
 * @param folder Where its log goes
 * @throws Error with the end of moto's own output when it does not come up
 */
export async function startMoto(python: string, folder: string): Promise<Moto> {
  mkdirSync(folder, { recursive: true });
  const log = join(folder, 'moto.log');
  const child = spawn(python, [join(__dirname, 'server.py')], { stdio: ['pipe', 'pipe', 'pipe'], env: { ...withoutAws(), ...SETTINGS } });
  const tail = keepLog(child, log);
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const port = await new Promise<number>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`the moto server did not start within ${START_LIMIT_MILLISECONDS / 1000} s; see ${log}`));
    }, START_LIMIT_MILLISECONDS);
    child.once('error', (error) => reject(new Error(`${python} can't be run: ${error.message}`)));
    void closed.then(() => {
      clearTimeout(timer);
      reject(new Error(`the moto server ended while it started: ${tail()}`));
    });
    createInterface({ input: child.stdout }).once('line', (line) => {
      clearTimeout(timer);
      resolve((JSON.parse(line) as { port: number }).port);
    });
  });
  return {
    pid: child.pid ?? 0,
    port,
    async stop() {
      child.stdin.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), 3000);
      await closed;
      clearTimeout(timer);
    },
  };
}
