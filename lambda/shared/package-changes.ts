/** Python and packages of a job. */
export interface PythonEnvironment {
  readonly python: string;
  readonly packages: Readonly<Record<string, string>>;
}

/** What differs between two environments, one line each, such as `numpy 2.0.0 -> 2.1.0`. */
export function packageChanges(before: PythonEnvironment, now: PythonEnvironment): string[] {
  const flat = ({ python, packages }: PythonEnvironment): Record<string, string> => ({ python, ...packages });
  const [old, current] = [flat(before), flat(now)];
  return [...new Set([...Object.keys(old), ...Object.keys(current)])]
    .sort()
    .filter((name) => old[name] !== current[name])
    .map((name) => `${name} ${old[name] ?? 'absent'} -> ${current[name] ?? 'absent'}`);
}
