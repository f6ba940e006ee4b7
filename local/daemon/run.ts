import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY_FOLDER } from '../setup/python';

/** `run.json` of a run: how to reach a local AWS that is up. */
export interface Run {
  readonly pid: number;
  readonly endpoint: string;
  readonly region: string;
  readonly folder: string;
  readonly timeScale: number;
  /** Account id by environment. */
  readonly accounts: Readonly<Record<string, string>>;
  /** Folder of model projects that was deployed. */
  readonly models: string;
}

const STATE_FOLDER = join(REPOSITORY_FOLDER, '.local');
const RUNS_FOLDER = join(STATE_FOLDER, 'runs');
const LATEST = join(STATE_FOLDER, 'latest');

/** Makes the folder of a new run, points `.local/latest` at it, and removes what runs that are no longer up have left. */
export function newRunFolder(): string {
  mkdirSync(RUNS_FOLDER, { recursive: true });
  for (const name of readdirSync(RUNS_FOLDER)) {
    const folder = join(RUNS_FOLDER, name);
    if (!isOwned(folder)) {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  const folder = join(RUNS_FOLDER, `${new Date().toISOString().replace(/[:.]/g, '-')}-${process.pid}`);
  mkdirSync(folder);
  // Until the local AWS is up, the folder belongs to the process that starts it.
  writeFileSync(join(folder, 'owner'), String(process.pid));
  rmSync(LATEST, { force: true });
  symlinkSync(folder, LATEST);
  return folder;
}

export function saveRun(run: Run): void {
  writeFileSync(join(run.folder, 'run.json'), `${JSON.stringify(run, null, 2)}\n`);
}

/** The run that `.local/latest` points to, if it is up. */
export function latestRun(): Run | undefined {
  if (!existsSync(LATEST)) {
    return undefined;
  }
  const file = join(realpathSync(LATEST), 'run.json');
  if (!existsSync(file)) {
    return undefined;
  }
  const run = JSON.parse(readFileSync(file, 'utf8')) as Run;
  return isDaemon(run.pid) ? run : undefined;
}

/** A folder belongs to somebody while its local AWS, or the process that is starting one, is alive. */
function isOwned(folder: string): boolean {
  const pids = ['owner', 'daemon.json', 'run.json'].map((name) => join(folder, name)).filter(existsSync).map(pidIn);
  return pids.some((pid) => pid === process.pid || isOurs(pid));
}

const pidIn = (file: string): number => {
  const text = readFileSync(file, 'utf8');
  try {
    const parsed = JSON.parse(text) as number | { pid: number };
    return typeof parsed === 'number' ? parsed : parsed.pid;
  } catch {
    return 0;
  }
};

/** Process ids are used again: the command line tells whether it is still one of ours. */
const commandLine = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
};
const isOurs = (pid: number): boolean => pid > 0 && commandLine(pid).includes('local/');
const isDaemon = (pid: number): boolean => pid > 0 && commandLine(pid).includes('local/daemon/main');
