import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const POLL_MILLISECONDS = 200;
/** A lock without an owner was left by a process that died between two calls. */
const OWNERLESS_MILLISECONDS = 5_000;

/**
 * Runs a task while no other process runs one under the same lock file. A lock whose owner is gone is taken over.
 *
 * @param onWait Called once when another process holds the lock.
 */
export async function withLock<T>(file: string, onWait: (owner: number | undefined) => void, task: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  let told = false;
  while (!acquire(file)) {
    const owner = ownerOf(file);
    if (isStale(file, owner)) {
      rmSync(file, { force: true });
      continue;
    }
    if (!told) {
      onWait(owner);
      told = true;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
  }
  try {
    return await task();
  } finally {
    rmSync(file, { force: true });
  }
}

function acquire(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      return false;
    }
    throw error;
  }
}

function ownerOf(file: string): number | undefined {
  try {
    const owner = Number(readFileSync(file, 'utf8'));
    return Number.isInteger(owner) && owner > 0 ? owner : undefined;
  } catch {
    return undefined;
  }
}

function isStale(file: string, owner: number | undefined): boolean {
  if (owner !== undefined) {
    return !isAlive(owner);
  }
  try {
    return Date.now() - statSync(file).mtimeMs > OWNERLESS_MILLISECONDS;
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
