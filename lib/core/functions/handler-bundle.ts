import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type BuildOptions, buildSync, version } from 'esbuild';
import type { ModelProjectData } from '../../../lambda/shared/project/contract';
import { PROJECT_FILE } from '../../../lambda/shared/runtime/contract';
import { lit, UnscopedValidationError } from '../errors';
import { scratchFolder } from '../scratch';

const ROOT = join(__dirname, '..', '..', '..');
const HANDLERS = join(ROOT, 'lambda');

/** Where bundles of earlier syntheses lie, named by what they were made from. */
const CACHE = join(ROOT, '.cache', 'bundles');
const KEPT = 3;

const OPTIONS: BuildOptions = {
  bundle: true,
  platform: 'node',
  // What the local run has; Lambda's Node.js is newer.
  target: 'node20',
  format: 'cjs',
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'error',
  // Paths in comments are told from here, so that a bundle is the same wherever it is made.
  absWorkingDir: ROOT,
  // The engine is native code: it comes with a layer.
  external: ['@duckdb/node-api', '@duckdb/node-bindings', '@duckdb/node-bindings-linux-x64'],
};

const folders = new Map<string, string>();

/**
 * Folder with a bundled handler, and the model project beside it, for a Lambda asset.
 *
 * @throws when there is no such handler, naming the file that is missing.
 */
export function bundleHandler(handler: string, project?: ModelProjectData): string {
  if (!existsSync(join(HANDLERS, handler, 'index.ts'))) {
    throw new UnscopedValidationError(lit`HandlerFolder`, `there is no handler lambda/${handler}/index.ts; name a folder under lambda/`);
  }
  const key = `${handler}:${project?.declaration.name ?? ''}:${project?.policyDigest ?? ''}`;
  let folder = folders.get(key);
  if (folder === undefined) {
    folder = scratchFolder(handler);
    cpSync(join(bundles(), handler), folder, { recursive: true });
    if (project !== undefined) {
      writeFileSync(join(folder, PROJECT_FILE), JSON.stringify(project));
    }
    folders.set(key, folder);
  }
  return folder;
}

let made: string | undefined;

/** Folder with the bundles of all handlers. They share most of their code, so that all together cost little more than one. */
function bundles(): string {
  if (made === undefined) {
    const folder = join(CACHE, sourceDigest());
    made = existsSync(folder) ? folder : makeBundles(folder);
  }
  return made;
}

function makeBundles(folder: string): string {
  mkdirSync(CACHE, { recursive: true });
  const unfinished = mkdtempSync(join(CACHE, 'unfinished-'));
  const handlers = readdirSync(HANDLERS).filter((name) => existsSync(join(HANDLERS, name, 'index.ts')));
  buildSync({ ...OPTIONS, entryPoints: handlers.map((name) => join(HANDLERS, name, 'index.ts')), outbase: HANDLERS, outdir: unfinished });
  try {
    renameSync(unfinished, folder);
  } catch {
    // Another process made the same meanwhile.
    rmSync(unfinished, { recursive: true, force: true });
  }
  forgetOldBundles();
  return folder;
}

function forgetOldBundles(): void {
  const age = (name: string): number => statSync(join(CACHE, name)).mtimeMs;
  const finished = readdirSync(CACHE).filter((name) => !name.startsWith('unfinished-'));
  for (const name of finished.toSorted((left, right) => age(right) - age(left)).slice(KEPT)) {
    rmSync(join(CACHE, name), { recursive: true, force: true });
  }
}

/** Digest of all that a bundle is made from: the handlers, the packages, the bundler and its options. */
function sourceDigest(): string {
  const hash = createHash('sha256').update(version).update(JSON.stringify(OPTIONS).replaceAll(ROOT, ''));
  const sources = readdirSync(HANDLERS, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|json)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  for (const file of [...sources, join(ROOT, 'package-lock.json')].filter(existsSync).toSorted()) {
    hash.update(relative(ROOT, file)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex').slice(0, 32);
}
