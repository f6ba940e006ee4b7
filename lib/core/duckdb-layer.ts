import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SymlinkFollowMode } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { lit, UnscopedValidationError } from './errors';
import { scratchFolder } from './scratch';

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
    const layout = stage();
    super(scope, id, {
      description: 'DuckDB engine and its Node.js interface',
      code: lambda.Code.fromAsset(layout.folder, { followSymlinks: SymlinkFollowMode.ALWAYS, assetHash: layout.hash }),
      compatibleRuntimes: [lambda.Runtime.NODEJS_24_X],
      compatibleArchitectures: [lambda.Architecture.X86_64],
      license: 'MIT',
    });
  }
}

interface Layout {
  readonly folder: string;
  readonly hash: string;
}

let staged: Layout | undefined;

/** Links the installed packages into the layout of a layer, once per process. Versions tell one layer from another: reading 70 MB takes half a second. */
function stage(): Layout {
  if (staged !== undefined) {
    return staged;
  }
  const folder = scratchFolder('duckdb');
  const modules = join(folder, 'nodejs', 'node_modules');
  const hash = createHash('sha256');
  mkdirSync(join(modules, '@duckdb'), { recursive: true });
  for (const name of PACKAGES) {
    const description = installed(name);
    hash.update(readFileSync(description));
    symlinkSync(dirname(description), join(modules, name));
  }
  staged = { folder, hash: hash.digest('hex') };
  return staged;
}

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
