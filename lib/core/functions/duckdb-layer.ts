import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { type Zippable, zipSync } from 'fflate';
import { lit, UnscopedValidationError } from '../errors';

/** What `require('@duckdb/node-api')` loads on Lambda's x86-64; the same folder names as in `node_modules`. */
const PACKAGES = ['@duckdb/node-api', '@duckdb/node-bindings', '@duckdb/node-bindings-linux-x64'];

/**
 * Layer with the DuckDB engine for functions that read Parquet, CSV or JSON lines. One per stack is enough: about 70 MB unpacked, of the 250 MB
 * that Lambda allows for a function and its layers.
 *
 * @throws when the Linux build of the engine is not installed, as on a Mac, naming the command that installs it.
 */
export class DuckDbLayer extends lambda.LayerVersion {
  constructor(scope: Construct, id: string) {
    const { path, hash } = archive();
    super(scope, id, {
      description: 'DuckDB engine and its Node.js interface',
      code: lambda.Code.fromAsset(path, { assetHash: hash }),
      compatibleRuntimes: [lambda.Runtime.NODEJS_24_X],
      compatibleArchitectures: [lambda.Architecture.X86_64],
      license: 'MIT',
    });
  }
}

interface Archive {
  readonly path: string;
  readonly hash: string;
}

const CACHE = join(__dirname, '..', '..', '..', '.cache', 'layers');

/** Readable by everybody, as a function that runs under another user needs it. */
const ATTRIBUTES = { os: 3, attrs: 0o100644 << 16, mtime: new Date(1980, 0, 1) } as const;

let made: Archive | undefined;

/**
 * Packs the installed packages in the layout of a layer, once per version of them: packing 70 MB takes seconds, so the archive is kept for later
 * syntheses. Versions tell one layer from another.
 */
function archive(): Archive {
  if (made !== undefined) {
    return made;
  }
  const packages = PACKAGES.map((name) => ({ name, description: installed(name) }));
  const hash = createHash('sha256');
  packages.forEach(({ description }) => hash.update(readFileSync(description)));
  const digest = hash.digest('hex');
  const path = join(CACHE, `duckdb-${digest.slice(0, 16)}.zip`);
  if (!existsSync(path)) {
    const content: Zippable = {};
    for (const { name, description } of packages) {
      for (const file of listFiles(dirname(description))) {
        content[`nodejs/node_modules/${name}/${file}`] = [readFileSync(join(dirname(description), file)), ATTRIBUTES];
      }
    }
    mkdirSync(CACHE, { recursive: true });
    // Another process may be making the same: it appears whole or not at all.
    const unfinished = `${path}.${process.pid}`;
    writeFileSync(unfinished, zipSync(content, { level: 6 }));
    renameSync(unfinished, path);
  }
  made = { path, hash: digest };
  return made;
}

const listFiles = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .toSorted();

/** Path of the package's description. */
function installed(name: string): string {
  try {
    return require.resolve(`${name}/package.json`);
  } catch {
    throw new UnscopedValidationError(
      lit`DuckDbNotInstalled`,
      `package ${name} is not installed, and the layer needs it whatever machine synthesizes; run npm ci --os=linux --cpu=x64 or npm ci on Linux`,
    );
  }
}
