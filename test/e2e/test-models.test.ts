import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testModels } from '../../local/setup/test-models';

/** A folder with a project for each text of a test file. */
function projects(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'models-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, 'tests'), { recursive: true });
    writeFileSync(join(folder, name, 'tests', 'test_it.py'), text);
  }
  return folder;
}

const SOUND = 'import unittest\nclass T(unittest.TestCase):\n    def test_one(self):\n        self.assertEqual(1, 1)\n';

test("every project's tests are counted by themselves, and what failed is told by name and reason", async () => {
  const lines: string[] = [];
  const folder = projects({ bad: `${SOUND}    def test_two(self):\n        self.assertEqual(1, 2)\n`, broken: 'import os\nos._exit(3)\n', empty: '', good: SOUND });
  expect(await testModels(folder, (line) => lines.push(line))).toEqual([
    { name: 'bad', passed: 1, failed: 1 }, { name: 'broken', passed: 0, failed: 1 }, { name: 'empty', passed: 0, failed: 1 }, { name: 'good', passed: 1, failed: 0 },
  ]);
  expect(lines).toContain('FAILED  test_it.T.test_two: AssertionError: 1 != 2 (test_it.py, line 6)');
  expect(lines).toContain('no test ran: there is no test_*.py with a unittest.TestCase in the folder tests');
}, 120_000);
