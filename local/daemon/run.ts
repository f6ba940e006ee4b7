import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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

/** Makes the folder of a new run, and removes what runs that are no longer up have left. */
export function newRunFolder(): string {
  for (const folder of runFolders()) {
    if (!isOwned(folder)) {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  const folder = join(RUNS_FOLDER, `${new Date().toISOString().replace(/[:.]/g, '-')}-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  // Until the local AWS is up, the folder belongs to the process that starts it.
  writeFileSync(join(folder, 'owner'), String(process.pid));
  return folder;
}

/** Records that a run is up, and points `.local/latest` at it. */
export function saveRun(run: Run): void {
  writeFileSync(join(run.folder, 'run.json'), `${JSON.stringify(run, null, 2)}\n`);
  rmSync(LATEST, { force: true });
  symlinkSync(run.folder, LATEST);
}

/** The latest run that is still up. */
export function latestRun(): Run | undefined {
  return runFolders()
    .toSorted()
    .toReversed()
    .map((folder) => join(folder, 'run.json'))
    .filter(existsSync)
    .map((file) => JSON.parse(readFileSync(file, 'utf8')) as Run)
    .find(({ pid }) => isDaemon(pid));
}

const runFolders = (): string[] => (existsSync(RUNS_FOLDER) ? readdirSync(RUNS_FOLDER).map((name) => join(RUNS_FOLDER, name)) : []);

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
