import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { type Zippable, zipSync } from 'fflate';
import { lit, UnscopedValidationError } from '../core/errors';
import { scratchFolder } from '../core/scratch';

/** What all model projects share. It is released with each of them, wherever they lie: a bundle rebuilds its model alone. */
export const SHARED_PACKAGE = resolve(__dirname, '..', '..', 'models', 'tabular');

/** Code of a model project, its tests, and the package that both call, as one file. */
export interface ReleaseBundle {
  /** Path of the zip file. */
  readonly path: string;
  /** SHA-256 (hex) of the zip file: equal code has an equal bundle, wherever and whenever it is made. */
  readonly sha256: string;
  /** Paths in the bundle, sorted. */
  readonly files: readonly string[];
}

/** What nothing in AWS needs: texts for people, traces of running the code here. */
const LEFT_OUT = [/^README/i, /^__pycache__$/, /\.pyc$/, /^\./, /^node_modules$/];

/** The example data of a project, and the tests of the package that all projects share: both stay in the repository. A project's own tests are released. */
const EXAMPLE_DATA = /^data$/;
const SHARED_TESTS = /^tests$/;

/** Within a zip's range of years and the same in every time zone. */
const TIME = new Date(1980, 0, 1);

/**
 * Packs the code of a model project: names sorted, one fixed time, so that the hash tells the content and nothing else. A project with a folder of the
 * shared package's name has a copy of its own and keeps it.
 *
 * @throws when the folder holds nothing to pack.
 */
export function bundleRelease(folder: string): ReleaseBundle {
  const own = listFiles(folder, EXAMPLE_DATA);
  if (own.length === 0) {
    throw new UnscopedValidationError(lit`ReleaseBundle`, `the model project ${JSON.stringify(folder)} holds no code to release`);
  }
  const shared = basename(SHARED_PACKAGE);
  const places = new Map(own.map((file) => [file, join(folder, file)]));
  if (!own.some((file) => file.startsWith(`${shared}/`))) {
    listFiles(SHARED_PACKAGE, SHARED_TESTS).forEach((file) => places.set(`${shared}/${file}`, join(SHARED_PACKAGE, file)));
  }
  const files = [...places.keys()].toSorted();
  const content: Zippable = Object.fromEntries(files.map((file) => [file, readFileSync(places.get(file) ?? '')]));
  const zip = zipSync(content, { mtime: TIME, level: 9 });
  const path = join(scratchFolder('release'), 'code.zip');
  writeFileSync(path, zip);
  return { path, sha256: createHash('sha256').update(zip).digest('hex'), files };
}

/** @param stays what is left out at the top of the folder alone */
function listFiles(folder: string, stays: RegExp, below = ''): string[] {
  return readdirSync(join(folder, below), { withFileTypes: true })
    .filter(({ name }) => !LEFT_OUT.some((pattern) => pattern.test(name)) && !(below === '' && stays.test(name)))
    .flatMap((entry) => {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      return entry.isDirectory() ? listFiles(folder, stays, path) : [path];
    });
}
