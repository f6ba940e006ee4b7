import { existsSync, mkdirSync, mkdtempSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { readBundle } from '../../../lambda/release';
import { sha256 } from '../../../lambda/shared/storage/hash';
import { bundleRelease, SHARED_PACKAGE } from '../../../lib/training/release-bundle';

function project(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

const FILES = { 'train.py': 'x', 'model.yaml': 'y', 'lib/features.py': 'z' };

/** Files of the project itself. */
const own = ({ files }: ReturnType<typeof bundleRelease>): readonly string[] => files.filter((file) => !file.startsWith('tabular/'));

test('holds the code, as the release function unpacks it', () => {
  const bundle = bundleRelease(project(FILES));
  expect(own(bundle)).toEqual(['lib/features.py', 'model.yaml', 'train.py']);
  expect(Object.keys(readBundle(readFileSync(bundle.path), 'code.zip'))).toEqual(bundle.files);
  expect(sha256(readFileSync(bundle.path))).toBe(bundle.sha256);
});

test('leaves out example data, texts and traces of running', () => {
  const extra = { 'data/a.parquet': '', 'README.md': '', '__pycache__/x.pyc': '', 'lib/__pycache__/y.pyc': '', '.env': '', '.venv/z': '' };
  expect(own(bundleRelease(project({ ...FILES, ...extra })))).toEqual(['lib/features.py', 'model.yaml', 'train.py']);
});

test("holds the project's own tests with the data they need, so that they run where training does", () => {
  const tests = { 'tests/test_x.py': '', 'tests/data/few.csv': '', 'tests/__pycache__/x.pyc': '' };
  expect(own(bundleRelease(project({ ...FILES, ...tests })))).toEqual(['lib/features.py', 'model.yaml', 'tests/data/few.csv', 'tests/test_x.py', 'train.py']);
});

test('is the same file whenever and wherever it is made', () => {
  const other = project(Object.fromEntries(Object.entries(FILES).toReversed()));
  utimesSync(join(other, 'train.py'), 0, 0);
  const zone = process.env.TZ;
  const hashes = ['UTC', 'Pacific/Auckland'].map((TZ) => {
    process.env.TZ = TZ;
    return bundleRelease(other).sha256;
  });
  process.env.TZ = zone;
  expect(new Set([...hashes, bundleRelease(project(FILES)).sha256]).size).toBe(1);
});

test('is another file when the code is another', () => {
  expect(bundleRelease(project({ ...FILES, 'train.py': 'changed' })).sha256).not.toBe(bundleRelease(project(FILES)).sha256);
});

test('unpacks to what was packed', () => {
  expect(new TextDecoder().decode(unzipSync(readFileSync(bundleRelease(project(FILES)).path))['lib/features.py'])).toBe('z');
});

test('holds the package that projects share, without its tests, wherever the project lies', () => {
  const { files } = bundleRelease(project(FILES));
  const shared = files.filter((file) => file.startsWith('tabular/'));
  expect(shared).toEqual(expect.arrayContaining(['tabular/__init__.py', 'tabular/train.py', 'tabular/inference.py']));
  expect(shared.every((file) => file.endsWith('.py') && existsSync(join(dirname(SHARED_PACKAGE), file)))).toBe(true);
  expect(shared.filter((file) => file.includes('/tests/'))).toEqual([]);
});

test('leaves a project its own copy of the package', () => {
  const bundle = bundleRelease(project({ ...FILES, 'tabular/train.py': 'mine' }));
  expect(bundle.files.filter((file) => file.startsWith('tabular/'))).toEqual(['tabular/train.py']);
});

test('fails for a project without code', () => {
  expect(() => bundleRelease(project({ 'README.md': '' }))).toThrow('holds no code to release');
});
