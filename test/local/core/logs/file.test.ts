import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogFile } from '../../../../local/core/logs/file';

let folder: string;

beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'log-')); });
afterEach(() => rmSync(folder, { recursive: true }));

test('a log never has more than twice its limit on disk, and keeps the newest lines', () => {
  const path = join(folder, 'deep', 'a.log');
  const log = new LogFile(path, 1_000);
  for (let line = 0; line < 200; line += 1) {
    log.write(`line ${line}`);
    log.flush();
  }
  expect(statSync(path).size + statSync(`${path}.1`).size).toBeLessThanOrEqual(2_000);
  expect(readFileSync(path, 'utf8').trimEnd()).toMatch(/Z line 199$/);
});

test('a log that is opened again goes on', () => {
  const path = join(folder, 'a.log');
  for (const text of ['first', 'second']) {
    const log = new LogFile(path, 1_000);
    log.write(text);
    log.flush();
  }
  expect(readFileSync(path, 'utf8').trimEnd().split('\n').map((line) => line.split(' ').at(-1))).toEqual(['first', 'second']);
});
