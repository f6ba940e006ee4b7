import type { ShortAccess } from '../../local/story/access';
import type { Summary } from '../../local/story/summary';
import { runCli } from './cli';

jest.setTimeout(600_000);

/** EventBridge delivers at least once: here every event arrives twice at every target, and the process must not care. */
test('the story is the same when every event arrives twice', async () => {
  const ended = await runCli(['story', '--sample', '--duplicate-events', '--json']);
  expect(ended.stdout.startsWith('{') ? '' : ended.stderr.slice(-4000)).toBe('');
  const { steps, access, versions, endpointHistory, verdicts } = JSON.parse(ended.stdout) as Summary & { readonly access?: ShortAccess };
  expect(steps.filter(({ outcome }) => outcome !== 'ok').map(({ number, sentence }) => `${number}: ${sentence}`)).toEqual([]);
  expect(access?.refused).toEqual([]);
  // Nothing was done twice.
  expect(versions.map(({ approval }) => approval)).toEqual(['Approved', 'Rejected', 'Approved', 'Approved']);
  expect(endpointHistory.map(({ step }) => step)).toEqual([4, 9, 10]);
  for (const gate of ['qualification', 'promotion']) {
    const subjects = verdicts.filter((verdict) => verdict.gate === gate).map(({ subject }) => subject);
    expect(subjects.length).toBeGreaterThanOrEqual(3);
    expect(new Set(subjects).size).toBe(subjects.length);
  }
  expect(ended.code).toBe(0);
});
