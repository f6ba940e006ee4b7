import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let root: string | undefined;

/** An empty folder for files that become assets; gone when the process ends, since CDK has copied them by then. */
export function scratchFolder(name: string): string {
  if (root === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'mlops-'));
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    root = folder;
  }
  return mkdtempSync(join(root, `${name}-`));
}
