import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLock } from '../../../local/setup/lock';

// Greater than every process id that a Linux machine gives out.
const NOBODY = 2 ** 30;

describe('a lock between processes', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lock-'));
    file = join(folder, 'cache', 'a.lock');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('is held during the task and gone after it', async () => {
    const held = await withLock(file, () => undefined, () => Promise.resolve(existsSync(file)));
    expect(held).toBe(true);
    expect(existsSync(file)).toBe(false);
  });

  test('is gone after a task that failed', async () => {
    await expect(withLock(file, () => undefined, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(existsSync(file)).toBe(false);
  });

  test('lets one task wait for the other, and says once who holds it', async () => {
    const order: string[] = [];
    const waited: (number | undefined)[] = [];
    const first = withLock(file, () => undefined, async () => {
      await new Promise((resolve) => setTimeout(resolve, 250));
      order.push('first');
    });
    const second = withLock(file, (owner) => waited.push(owner), () => Promise.resolve(order.push('second')));
    await Promise.all([first, second]);
    expect(order).toEqual(['first', 'second']);
    expect(waited).toEqual([process.pid]);
  });

  test('is taken over from a process that is gone', async () => {
    await withLock(file, () => undefined, () => Promise.resolve());
    writeFileSync(file, String(NOBODY));
    await expect(withLock(file, () => undefined, () => Promise.resolve('done'))).resolves.toBe('done');
  });

  test('is taken over when it has no owner for five seconds', async () => {
    await withLock(file, () => undefined, () => Promise.resolve());
    writeFileSync(file, '');
    const before = new Date(Date.now() - 6_000);
    utimesSync(file, before, before);
    await expect(withLock(file, () => undefined, () => Promise.resolve('done'))).resolves.toBe('done');
  });
});
