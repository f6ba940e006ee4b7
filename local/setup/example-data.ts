import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { SetupError } from './errors';
import { withLock } from './lock';
import { run, tail } from './process';
import { ensurePython, REPOSITORY_FOLDER, sha256OfFile, type SetupOptions } from './python';

/** The package that carries the data of the examples; only its wheel is fetched, nothing of it is installed. */
const PACKAGE = { requirement: 'nannyml==0.13.1', sha256: 'cf5f4a33489834ae6773cb1baa33a0f98c0a3ee6ed9b43049478b25ce22fe869' };
const FOLDER_IN_WHEEL = 'nannyml/datasets/data/';

/** Files of each example's data with their SHA-256 (hex). */
export const EXAMPLE_DATA = {
  employment: {
    'employment_MA_reference.pq': '21d0e33655666071bde9ed21bf35b24fe14c1476e3dd37a5194b827ad5a570e4',
    'employment_MA_analysis.pq': '591328bcf7e46139660f2cc6b1705a6f2f66edf2418ce2a893cf2892be3f66a7',
    'employment_MA_analysis_target.pq': 'c306840f0c092bda7608a09e61e7e715ac2b7fb2d17da8062900c3ecd6fdbe30',
  },
  housing: {
    'california_housing_reference.csv': '4e60293410864600a6731b5801b7b21d7f54581d87c33e3eb299c2103e61406d',
    'california_housing_analysis.csv': 'd7fb67b54e97fa0e0c38bebf3ca9f8a7a78e6032477aee04267d684fca84da45',
  },
} as const satisfies Readonly<Record<string, Files>>;

/** SHA-256 (hex) by file name. */
type Files = Readonly<Record<string, string>>;
export type Example = keyof typeof EXAMPLE_DATA;

/**
 * Fetches the files of an example's data into `.cache/<example>` on first use; later calls only compare their digests.
 *
 * @throws SetupError when the package index is out of reach or a file is not the one that was reviewed.
 */
export async function ensureExampleData(example: Example, options: SetupOptions): Promise<{ folder: string }> {
  const cache = join(options.folder ?? REPOSITORY_FOLDER, '.cache');
  const folder = join(cache, example);
  const files: Files = EXAMPLE_DATA[example];
  if (isComplete(folder, files)) {
    return { folder };
  }
  const { python } = await ensurePython(options);
  const onWait = (): void => options.log(`Data of ${example}: waiting for another process that is fetching it`);
  await withLock(join(cache, `${example}.lock`), onWait, async () => {
    if (!isComplete(folder, files)) {
      options.log(`Data of ${example}: fetching (23 MB, only this once)`);
      await fetchData(python, cache, folder, files);
    }
  });
  return { folder };
}

const isComplete = (folder: string, files: Files): boolean =>
  Object.entries(files).every(([name, sha256]) => existsSync(join(folder, name)) && sha256OfFile(join(folder, name)) === sha256);

async function fetchData(python: string, cache: string, folder: string, wanted: Files): Promise<void> {
  const work = mkdtempSync(join(cache, 'data-'));
  try {
    const requirements = join(work, 'requirements.txt');
    writeFileSync(requirements, `${PACKAGE.requirement} --hash=sha256:${PACKAGE.sha256}\n`);
    const options = ['--quiet', '--disable-pip-version-check', '--no-input', '--no-deps', '--only-binary=:all:', '--require-hashes'];
    const downloaded = await run(python, ['-m', 'pip', 'download', ...options, '--dest', work, '--requirement', requirements]);
    const wheel = readdirSync(work).find((name) => name.endsWith('.whl'));
    if (downloaded.code !== 0 || wheel === undefined) {
      throw new SetupError(
        `the data could not be fetched: pip must reach a package index that has ${PACKAGE.requirement}. ` +
          `Without one use the committed sample of the example (npm start -- --sample). pip said:\n${tail(downloaded.stderr)}`,
      );
    }
    const files = join(work, 'files');
    mkdirSync(files);
    for (const [name, bytes] of Object.entries(extract(readFileSync(join(work, wheel)), wanted))) {
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
export function extract(wheel: Uint8Array, expected: Files): Record<string, Uint8Array> {
  const entries = unzipSync(wheel, { filter: ({ name }) => name.startsWith(FOLDER_IN_WHEEL) && name.slice(FOLDER_IN_WHEEL.length) in expected });
  const files: Record<string, Uint8Array> = {};
  for (const [name, sha256] of Object.entries(expected)) {
    const bytes = entries[FOLDER_IN_WHEEL + name];
    if (bytes === undefined) {
      throw new SetupError(`the wheel of ${PACKAGE.requirement} has no file ${FOLDER_IN_WHEEL}${name}`);
    }
    const actual = createHash('sha256').update(bytes).digest('hex');
    if (actual !== sha256) {
      throw new SetupError(`${name} of ${PACKAGE.requirement} has sha256 ${actual}, but ${sha256} was reviewed (local/setup/example-data.ts)`);
    }
    files[name] = bytes;
  }
  return files;
}
