import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { SetupError } from './errors';
import { withLock } from './lock';
import { run, tail } from './process';
import { ensurePython, REPOSITORY_FOLDER, sha256OfFile, type SetupOptions } from './python';

/** The package that carries the data; only its wheel is fetched, nothing of it is installed. */
const PACKAGE = { requirement: 'nannyml==0.13.1', sha256: 'cf5f4a33489834ae6773cb1baa33a0f98c0a3ee6ed9b43049478b25ce22fe869' };
const FOLDER_IN_WHEEL = 'nannyml/datasets/data/';

/** Files of the employment data with their SHA-256 (hex). */
export const EMPLOYMENT_FILES: Readonly<Record<string, string>> = {
  'employment_MA_reference.pq': '21d0e33655666071bde9ed21bf35b24fe14c1476e3dd37a5194b827ad5a570e4',
  'employment_MA_analysis.pq': '591328bcf7e46139660f2cc6b1705a6f2f66edf2418ce2a893cf2892be3f66a7',
  'employment_MA_analysis_target.pq': 'c306840f0c092bda7608a09e61e7e715ac2b7fb2d17da8062900c3ecd6fdbe30',
};

/**
 * Fetches the three Parquet files of the employment data into `.cache/employment` on first use; later calls only compare their digests.
 *
 * @throws SetupError when the package index is out of reach or a file is not the one that was reviewed.
 */
export async function ensureEmploymentData(options: SetupOptions): Promise<{ folder: string }> {
  const cache = join(options.folder ?? REPOSITORY_FOLDER, '.cache');
  const folder = join(cache, 'employment');
  if (isComplete(folder)) {
    return { folder };
  }
  const { python } = await ensurePython(options);
  const onWait = (): void => options.log('Employment data: waiting for another process that is fetching it');
  await withLock(join(cache, 'employment.lock'), onWait, async () => {
    if (!isComplete(folder)) {
      options.log('Employment data: fetching (23 MB, only this once)');
      await fetchData(python, cache, folder);
    }
  });
  return { folder };
}

const isComplete = (folder: string): boolean =>
  Object.entries(EMPLOYMENT_FILES).every(([name, sha256]) => existsSync(join(folder, name)) && sha256OfFile(join(folder, name)) === sha256);

async function fetchData(python: string, cache: string, folder: string): Promise<void> {
  const work = mkdtempSync(join(cache, 'employment-'));
  try {
    const requirements = join(work, 'requirements.txt');
    writeFileSync(requirements, `${PACKAGE.requirement} --hash=sha256:${PACKAGE.sha256}\n`);
    const options = ['--quiet', '--disable-pip-version-check', '--no-input', '--no-deps', '--only-binary=:all:', '--require-hashes'];
    const downloaded = await run(python, ['-m', 'pip', 'download', ...options, '--dest', work, '--requirement', requirements]);
    const wheel = readdirSync(work).find((name) => name.endsWith('.whl'));
    if (downloaded.code !== 0 || wheel === undefined) {
      throw new SetupError(
        `the employment data could not be fetched: pip must reach a package index that has ${PACKAGE.requirement}. ` +
          `Without one use the sample in models/employment/data (npm start -- --sample). pip said:\n${tail(downloaded.stderr)}`,
      );
    }
    const files = join(work, 'files');
    mkdirSync(files);
    for (const [name, bytes] of Object.entries(extract(readFileSync(join(work, wheel))))) {
      writeFileSync(join(files, name), bytes);
    }
    rmSync(folder, { recursive: true, force: true });
    renameSync(files, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * The data files of a wheel, by name.
 *
 * @throws SetupError when one is missing or has another digest than the reviewed one.
 */
export function extract(wheel: Uint8Array, expected: Readonly<Record<string, string>> = EMPLOYMENT_FILES): Record<string, Uint8Array> {
  const entries = unzipSync(wheel, { filter: ({ name }) => name.startsWith(FOLDER_IN_WHEEL) && name.slice(FOLDER_IN_WHEEL.length) in expected });
  const files: Record<string, Uint8Array> = {};
  for (const [name, sha256] of Object.entries(expected)) {
    const bytes = entries[FOLDER_IN_WHEEL + name];
    if (bytes === undefined) {
      throw new SetupError(`the wheel of ${PACKAGE.requirement} has no file ${FOLDER_IN_WHEEL}${name}`);
    }
    const actual = createHash('sha256').update(bytes).digest('hex');
    if (actual !== sha256) {
      throw new SetupError(`${name} of ${PACKAGE.requirement} has sha256 ${actual}, but ${sha256} was reviewed (local/setup/employment-data.ts)`);
    }
    files[name] = bytes;
  }
  return files;
}
