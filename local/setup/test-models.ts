import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, join, resolve } from 'node:path';
import type { TestsReport } from '../../lambda/model-check/contract';
import { SetupError } from './errors';
import { run, tail } from './process';
import { ensurePython, REPOSITORY_FOLDER } from './python';

/** Where projects of every folder find the package that they share. */
const SHARED_FOLDER = join(REPOSITORY_FOLDER, 'models');

/** What the tests of one project said. */
export interface ModelTestResult {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
}

/**
 * Runs the unit tests (`tests/test_*.py`) of every model project of a folder, and of a package that lies beside them, with the repository's Python and with
 * the runner of the pipeline's step `Test`, and prints what they print.
 *
 * @param folder Folder of model projects. Default: `models` of the repository.
 * @param log Receives the output; standard error by default, so that standard output stays a machine's.
 * @throws SetupError when no project has tests: nothing tested is not a pass.
 */
export async function testModels(
  folder: string = join(REPOSITORY_FOLDER, 'models'),
  log: (line: string) => void = (line) => process.stderr.write(`${line}\n`),
): Promise<ModelTestResult[]> {
  const projects = projectsWithTests(folder);
  if (projects.length === 0) {
    throw new SetupError(`no model project in "${folder}" has a folder tests with test_*.py`);
  }
  const { python } = await ensurePython({ log });
  const results: ModelTestResult[] = [];
  for (const project of projects) {
    const result = await testProject(python, resolve(project), log);
    log(`${project}: ${result.passed} passed, ${result.failed} failed`);
    results.push(result);
  }
  return results;
}

/** A run that ended without a report, or in which no test passed or failed, counts as one failure. */
async function testProject(python: string, project: string, log: (line: string) => void): Promise<ModelTestResult> {
  const output = mkdtempSync(join(tmpdir(), 'model-tests-'));
  try {
    const { stdout, stderr } = await run(python, ['-m', 'tabular.unit_tests', project, '--output', output], {
      cwd: project,
      env: { ...process.env, PYTHONPATH: [project, SHARED_FOLDER].join(delimiter) },
    });
    log(stdout.trimEnd());
    const file = join(output, 'tests.json');
    const { passed, failed, tests } = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as TestsReport) : { passed: 0, failed: 0, tests: [] };
    tests.filter(({ outcome }) => outcome === 'failed').forEach(({ name, message }) => log(`FAILED  ${name}: ${message ?? 'no reason given'}`));
    if (passed + failed === 0) {
      log(`no test ran: ${tail(stderr) || 'there is no test_*.py with a unittest.TestCase in the folder tests'}`);
    }
    return { name: basename(project), passed, failed: passed + failed === 0 ? 1 : failed };
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
}

function projectsWithTests(folder: string): string[] {
  if (!existsSync(folder)) {
    return [];
  }
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, 'tests')))
    .map((entry) => join(folder, entry.name))
    .toSorted();
}
