import { explainMissing, isSuitable, type PythonReport } from '../../../local/setup/find-python';

const python = (minor: number, missing: readonly string[] = []): PythonReport => ({
  program: `/usr/bin/python3.${minor}`,
  version: [3, minor, 4],
  missing,
});

describe('the choice of a Python', () => {
  test.each([11, 12])('takes Python 3.%i with venv', (minor) => {
    expect(isSuitable(python(minor))).toBe(true);
  });

  test.each([10, 13])('passes over Python 3.%i, for which nothing is locked', (minor) => {
    expect(isSuitable(python(minor))).toBe(false);
  });

  test('passes over a Python that cannot make virtual environments', () => {
    expect(isSuitable(python(12, ['ensurepip']))).toBe(false);
  });
});

describe('what a person is told', () => {
  test('names the missing module and the package that brings it', () => {
    expect(explainMissing([python(9), python(11, ['ensurepip'])])).toBe(
      '/usr/bin/python3.11 is Python 3.11.4 but lacks the module ensurepip, which virtual environments need. ' +
        'On Debian or Ubuntu: apt install python3.11-venv',
    );
  });

  test('names what was found when no version fits', () => {
    expect(explainMissing([python(13)])).toContain('found only: /usr/bin/python3.13 is 3.13.4');
  });

  test('says so when there is no Python at all', () => {
    expect(explainMissing([])).toContain('no python3 is on the PATH');
  });
});
