import type { ShortAccess } from '../../local/story/access';
import type { Summary } from '../../local/story/summary';
import { type Ended, runCli } from './cli';

jest.setTimeout(600_000);

describe('the story on the sample', () => {
  let ended: Ended;
  let summary: Summary & { readonly access?: ShortAccess };

  beforeAll(async () => {
    ended = await runCli(['story', '--sample', '--json']);
    if (!ended.stdout.startsWith('{')) {
      throw new Error(`the story gave no summary:\n${ended.stderr.slice(-4000)}`);
    }
    summary = JSON.parse(ended.stdout) as typeof summary;
  });

  test('every step ends as the story says', () => {
    expect(summary.steps.filter(({ outcome }) => outcome !== 'ok').map(({ number, sentence }) => `${number}: ${sentence}`)).toEqual([]);
    expect(summary.steps).toHaveLength(10);
    expect(ended.code).toBe(0);
  });

  test('no role was refused anything, and none may do what nobody can explain', () => {
    expect(summary.access).toEqual({ unexplained: [], refused: [] });
  });

  test('every verdict has its evidence, unaltered', () => {
    expect(summary.verdicts.flatMap(({ evidenceFaults }) => evidenceFaults)).toEqual([]);
    expect(summary.verdicts.length).toBeGreaterThanOrEqual(15);
  });

  test('a gate that said no names what spoke against it, and the value where there is one', () => {
    for (const verdict of summary.verdicts.filter(({ outcome }) => outcome === 'failed')) {
      const against = verdict.criteria.filter(({ outcome }) => outcome === 'failed' || outcome === 'notMeasured');
      expect(against.length).toBeGreaterThan(0);
      expect(against.every(({ outcome, value, reason }) => (value !== undefined) === (outcome === 'failed') && reason.length > 20)).toBe(true);
    }
  });

  test('four versions are registered; the one that failed under load is rejected', () => {
    expect(summary.versions.map(({ approval }) => approval)).toEqual(['Approved', 'Rejected', 'Approved', 'Approved']);
    expect(new Set(summary.versions.map(({ packageDigest }) => packageDigest)).size).toBe(4);
  });

  test('the endpoint was created, replaced under traffic without a failed request, and rolled back', () => {
    expect(summary.endpointHistory.map(({ step }) => step)).toEqual([4, 9, 10]);
    expect(summary.traffic['2018 during the blue/green deployment']?.failed).toBe(0);
    expect(summary.traffic['2018 during the blue/green deployment']?.served).toBeGreaterThan(50);
    const rollback = summary.traffic['2018 during the rollback'];
    expect(rollback?.served).toBeGreaterThan(rollback?.failed ?? Number.POSITIVE_INFINITY);
  });

  test('harmless windows do not drift and the injected change does', () => {
    expect(summary.drift.some(({ outcome }) => outcome === 'passed')).toBe(true);
    expect(summary.drift.filter(({ outcome }) => outcome === 'failed').length).toBeGreaterThanOrEqual(2);
  });
});
