import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SetupError } from './errors';
import { findPython } from './find-python';
import { withLock } from './lock';
import { run, tail } from './process';

export const REPOSITORY_FOLDER = resolve(__dirname, '../..');
const REQUIREMENTS_FILE = join(__dirname, 'requirements.txt');

export interface SetupOptions {
  /** Receives progress, one line at a time; nothing is said when there is nothing to do. */
  readonly log: (line: string) => void;
  /** Where `.venv` and `.cache` lie. @default - the root of the repository */
  readonly folder?: string;
}

/** What a finished environment was made from. It is written last, so an environment without it is half made. */
export interface Stamp {
  /** SHA-256 (hex) of the locked requirements. */
  readonly requirements: string;
  /** Folder of the environment: its programs hold absolute paths, so a moved one is made anew. */
  readonly folder: string;
}

/**
 * Makes the project's virtual environment `.venv` on first use and returns its Python. A second call does nothing; neither needs a network then.
 * An environment that is half made, was moved, or belongs to other requirements is made anew.
 *
 * @throws SetupError that names what the machine lacks.
 */
export async function ensurePython({ log, folder = REPOSITORY_FOLDER }: SetupOptions): Promise<{ python: string }> {
  const venv = join(folder, '.venv');
  const python = join(venv, 'bin', 'python');
  const wanted: Stamp = { requirements: sha256OfFile(REQUIREMENTS_FILE), folder: venv };
  if (isReady(venv, wanted)) {
    return { python };
  }
  const onWait = (owner: number | undefined): void => log(`Python environment: waiting for another process (${owner ?? 'unknown'}) that is making it`);
  await withLock(join(folder, '.cache', 'python.lock'), onWait, async () => {
    if (!isReady(venv, wanted)) {
      await make(venv, wanted, log);
    }
  });
  return { python };
}

/** Whether the environment is complete and made from these requirements in this place. */
export function isReady(venv: string, wanted: Stamp): boolean {
  if (!existsSync(join(venv, 'bin', 'python'))) {
    return false;
  }
  try {
    const stamp = JSON.parse(readFileSync(stampFile(venv), 'utf8')) as Partial<Stamp>;
    return stamp.requirements === wanted.requirements && stamp.folder === wanted.folder;
  } catch {
    return false;
  }
}

async function make(venv: string, stamp: Stamp, log: SetupOptions['log']): Promise<void> {
  const started = Date.now();
  const { program, version } = await findPython();
  const packages = packageCount(readFileSync(REQUIREMENTS_FILE, 'utf8'));
  log(`Python environment: making .venv with Python ${version.join('.')} (${packages} packages, about half a minute, only this once)`);
  rmSync(venv, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 });
  const created = await run(program, ['-m', 'venv', venv]);
  if (created.code !== 0) {
    throw new SetupError(`"${program} -m venv .venv" failed:\n${tail(created.stdout + created.stderr)}`);
  }
  await install(join(venv, 'bin', 'python'));
  writeFileSync(stampFile(venv), `${JSON.stringify(stamp, undefined, 2)}\n`);
  log(`Python environment: ready after ${((Date.now() - started) / 1000).toFixed(0)} s`);
}

async function install(python: string): Promise<void> {
  const options = ['--quiet', '--disable-pip-version-check', '--no-input', '--only-binary=:all:', '--require-hashes', '--no-compile'];
  const installed = await run(python, ['-m', 'pip', 'install', ...options, '--requirement', REQUIREMENTS_FILE]);
  if (installed.code !== 0) {
    throw new SetupError(
      'the Python packages of local/setup/requirements.txt could not be installed: the package index must be reachable on first use, ' +
        `and the packages are locked for Linux with glibc 2.28 or newer on x86_64 and aarch64. pip said:\n${tail(installed.stderr)}`,
    );
  }
  // By hand and on all cores, without the packages' own tests: pip's way takes twice as long. What cannot be compiled is never imported.
  await run(python, ['-c', COMPILE]);
}

const COMPILE = "import compileall, re, sysconfig; compileall.compile_dir(sysconfig.get_path('purelib'), quiet=2, workers=0, rx=re.compile('/tests?/'))";

/** Packages in a requirements file; further lines of a package are indented. */
export const packageCount = (requirements: string): number => requirements.split('\n').filter((line) => /^[a-z0-9]/i.test(line)).length;

const stampFile = (venv: string): string => join(venv, 'mlops-setup.json');

export const sha256OfFile = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
