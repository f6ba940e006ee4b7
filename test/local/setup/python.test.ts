import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isReady, packageCount, REPOSITORY_FOLDER, sha256OfFile, type Stamp } from '../../../local/setup/python';

describe('a virtual environment', () => {
  let venv: string;
  let wanted: Stamp;

  beforeEach(() => {
    venv = mkdtempSync(join(tmpdir(), 'venv-'));
    wanted = { requirements: 'abc', folder: venv };
    mkdirSync(join(venv, 'bin'));
    writeFileSync(join(venv, 'bin', 'python'), '');
  });
  afterEach(() => rmSync(venv, { recursive: true, force: true }));

  const stamp = (content: string): void => writeFileSync(join(venv, 'mlops-setup.json'), content);

  test('is ready when its stamp names these requirements and this place', () => {
    stamp(JSON.stringify(wanted));
    expect(isReady(venv, wanted)).toBe(true);
  });

  test('is made anew when it was left half made', () => {
    expect(isReady(venv, wanted)).toBe(false);
    stamp('{');
    expect(isReady(venv, wanted)).toBe(false);
  });

  test('is made anew when the requirements changed', () => {
    stamp(JSON.stringify({ ...wanted, requirements: 'def' }));
    expect(isReady(venv, wanted)).toBe(false);
  });

  test('is made anew when it was moved, since its programs hold absolute paths', () => {
    stamp(JSON.stringify({ ...wanted, folder: '/elsewhere/.venv' }));
    expect(isReady(venv, wanted)).toBe(false);
  });

  test('is made anew when its Python is gone', () => {
    stamp(JSON.stringify(wanted));
    rmSync(join(venv, 'bin', 'python'));
    expect(isReady(venv, wanted)).toBe(false);
  });
});

describe('the locked requirements', () => {
  const locked = readFileSync(join(REPOSITORY_FOLDER, 'local/setup/requirements.txt'), 'utf8');

  test('pin every package with at least one hash', () => {
    const entries = locked.split('\n').filter((line) => /^[a-z0-9]/.test(line));
    expect(entries.every((line) => /^[a-z0-9.-]+==[^ ]+ \\$/.test(line))).toBe(true);
    expect(packageCount(locked)).toBe(entries.length);
    expect(locked.match(/--hash=sha256:[0-9a-f]{64}/g)?.length ?? 0).toBeGreaterThanOrEqual(entries.length);
  });

  test.each(['scikit-learn==1.4.2', 'numpy==2.1.0', 'pandas==2.3.2', 'pyarrow==17.0.0', 'moto==5.2.1'])('hold %s', (pin) => {
    expect(locked).toContain(`\n${pin} `);
  });

  test('hold everything that requirements.in asks for', () => {
    const asked = readFileSync(join(REPOSITORY_FOLDER, 'local/setup/requirements.in'), 'utf8').split('\n').filter((line) => /^[a-z]/.test(line));
    for (const requirement of asked) {
      expect(locked).toContain(`\n${requirement.replace(/\[.*\]/, '')} `);
    }
  });
});

test('a file is hashed as sha256sum does', () => {
  expect(sha256OfFile(join(REPOSITORY_FOLDER, 'local/setup/requirements.txt'))).toMatch(/^[0-9a-f]{64}$/);
});
