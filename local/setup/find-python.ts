import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { SetupError } from './errors';
import { run } from './process';

/** Minor versions of Python 3 for which the requirements are locked. */
const MINOR_VERSIONS = [12, 11] as const;

/** Programs to look for, the version of the container's own Python first. */
const PROGRAMS = ['python3.12', 'python3.11', 'python3'] as const;

/** What a Python on this machine says of itself. */
export interface PythonReport {
  readonly program: string;
  /** Major, minor, patch. */
  readonly version: readonly [number, number, number];
  /** Modules that a virtual environment needs and this Python lacks. */
  readonly missing: readonly string[];
}

const PROBE = `
import importlib.util, json, sys
needed = ("venv", "ensurepip")
print(json.dumps({"version": sys.version_info[:3], "missing": [name for name in needed if importlib.util.find_spec(name) is None]}))
`;

/**
 * The first Python on the PATH that can make the virtual environment.
 *
 * @throws SetupError that names what was found and what is missing.
 */
export async function findPython(path: string = process.env.PATH ?? ''): Promise<PythonReport> {
  const reports: PythonReport[] = [];
  for (const program of candidates(path)) {
    const report = await probe(program);
    if (report !== undefined) {
      reports.push(report);
      if (isSuitable(report)) {
        return report;
      }
    }
  }
  throw new SetupError(explainMissing(reports));
}

export function isSuitable({ version: [major, minor], missing }: PythonReport): boolean {
  return isSupported(major, minor) && missing.length === 0;
}

const isSupported = (major: number, minor: number): boolean => major === 3 && MINOR_VERSIONS.some((supported) => supported === minor);

/** What to tell a person whose machine has no suitable Python. */
export function explainMissing(reports: readonly PythonReport[]): string {
  const incomplete = reports.find(({ version: [major, minor] }) => isSupported(major, minor));
  if (incomplete !== undefined) {
    const [major, minor] = incomplete.version;
    return (
      `${incomplete.program} is Python ${incomplete.version.join('.')} but lacks the module ${incomplete.missing.join(' and the module ')}, ` +
      `which virtual environments need. On Debian or Ubuntu: apt install python${major}.${minor}-venv`
    );
  }
  const found = reports.map(({ program, version }) => `${program} is ${version.join('.')}`).join(', ');
  return (
    `Python 3.11 or 3.12 with venv is needed for the model projects and the local AWS; ${found === '' ? 'no python3 is on the PATH' : `found only: ${found}`}. ` +
    'On Debian 12: apt install python3.11 python3.11-venv; on Ubuntu 24.04: apt install python3.12 python3.12-venv'
  );
}

/** Every program of the wanted names in every folder of the PATH: the first of a name may be a shim that leads nowhere. */
function candidates(path: string): string[] {
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  return PROGRAMS.flatMap((program) => folders.map((folder) => join(folder, program)).filter((file) => existsSync(file)));
}

async function probe(program: string): Promise<PythonReport | undefined> {
  const { code, stdout } = await run(program, ['-I', '-c', PROBE]);
  if (code !== 0) {
    return undefined;
  }
  const { version, missing } = JSON.parse(stdout) as Omit<PythonReport, 'program'>;
  return { program, version, missing };
}
