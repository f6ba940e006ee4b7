import { existsSync, readdirSync } from 'node:fs';
import { basename, delimiter, join, resolve } from 'node:path';
import { SetupError } from './errors';
import { run } from './process';
import { ensurePython, REPOSITORY_FOLDER } from './python';

/** Where projects of every folder find the package that they share. */
const SHARED_FOLDER = join(REPOSITORY_FOLDER, 'models');

export interface ModelTestResult {
  readonly passed: number;
  readonly failed: number;
}

/** What the tests of one project said: the content of its {@link modelTestsReport}, evidence that the code of features and models is tested (ML Test Score D7, I2). */
export interface ModelTestReport extends ModelTestResult {
  readonly version: '1';
  readonly name: string;
  /** Commit that was tested, with `-dirty` behind where the files differ from it; `unknown` outside git. */
  readonly commit: string;
  readonly createdAt: string;
  readonly seconds: number;
}

/** Where `npm run test:models` writes the report of a project, from the repository's folder. One file each: testing other projects forgets nothing. */
export const modelTestsReport = (name: string): string => join('model-tests', `${name}.json`);

/**
 * Runs the unit tests (`tests/test_*.py`) of every model project of a folder, and of a package that lies beside them, with the repository's Python and
 * prints what they print.
 *
 * @param folder Folder of model projects. Default: `models` of the repository.
 * @param log Receives the output; standard error by default, so that standard output stays a machine's.
 * @throws SetupError when no project has tests: nothing tested is not a pass.
 */
export async function testModels(
  folder: string = join(REPOSITORY_FOLDER, 'models'),
  log: (line: string) => void = (line) => process.stderr.write(`${line}\n`),
): Promise<ModelTestReport[]> {
  const projects = projectsWithTests(folder);
  if (projects.length === 0) {
    throw new SetupError(`no model project in "${folder}" has a folder tests with test_*.py`);
  }
  const { python } = await ensurePython({ log });
  const commit = await commitOf(folder);
  const reports: ModelTestReport[] = [];
  for (const project of projects) {
    const started = performance.now();
    const finished = await run(python, ['-m', 'unittest', 'discover', '--start-directory', 'tests', '--verbose'], {
      cwd: project,
      env: { ...process.env, PYTHONPATH: [resolve(project), SHARED_FOLDER].join(delimiter) },
    });
    log(finished.stderr.trimEnd());
    const { passed, failed } = readUnittest(finished.stderr, finished.code);
    log(`${project}: ${passed} passed, ${failed} failed`);
    const seconds = Math.round((performance.now() - started) / 100) / 10;
    reports.push({ version: '1', name: basename(project), commit, createdAt: new Date().toISOString(), passed, failed, seconds });
  }
  return reports;
}

async function commitOf(folder: string): Promise<string> {
  const { stdout, code } = await run('git', ['describe', '--always', '--dirty', '--abbrev=40', '--exclude=*'], { cwd: folder });
  return code === 0 ? stdout.trim() : 'unknown';
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

/**
 * Counts of a unittest run from its last lines. A run that ended badly without saying so, or that ran no test, counts as one failure.
 */
export function readUnittest(output: string, code: number | null): ModelTestResult {
  const ran = Number(/^Ran (\d+) tests? in /m.exec(output)?.[1] ?? 0);
  const verdict = /^(?:OK|FAILED)(?: \((.*)\))?$/m.exec(output)?.[1] ?? '';
  const count = (word: string): number => Number(new RegExp(`(?:^|, )${word}=(\\d+)`).exec(verdict)?.[1] ?? 0);
  const failed = count('failures') + count('errors') + count('unexpected successes');
  const passed = Math.max(0, ran - failed - count('skipped'));
  return (code === 0) === (failed === 0) && ran > 0 ? { passed, failed } : { passed, failed: Math.max(1, failed) };
}
