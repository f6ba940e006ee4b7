import type { CriterionVerdict, GateResult, Verdict } from '../../../lambda/gate/contract';
import { decide } from '../../../lambda/monitor-decide/decide';
import type { MonitorHistory } from '../../../lambda/monitor-decide/history';
import type { MonitoringWindow } from '../../../lambda/monitor-window/contract';

const NOW = new Date('2026-11-24T12:00:00.000Z');
const RULE = { breaches: 2, windows: 3, coolDownHours: 24 };

const verdict = (...failed: string[]): Verdict =>
  ({
    criteria: [
      { check: 'drift', id: 'drift.driftedFeatureShare', outcome: 'passed' },
      ...failed.map((check) => ({ check, id: `${check}.x`, outcome: 'failed' })),
    ] as CriterionVerdict[],
  }) as unknown as Verdict;

/** A window: `S1` is a scheduled one, `L1` one of labels. */
const window = (windowId: string): MonitoringWindow =>
  ({
    windowId,
    cause: windowId.startsWith('L') ? 'Labels' : 'Schedule',
    end: `2026-11-24T11:00:0${windowId.slice(1)}.000Z`,
    windowUri: `s3://evidence/${windowId}.json`,
    labelsUris: windowId.startsWith('L') ? [`s3://data/labels/${windowId}/`] : [],
  }) as unknown as MonitoringWindow;

/** Decides over windows in their order; a window in brackets breached by the named check. */
function after(windows: readonly [id: string, ...failed: string[]][], start: MonitorHistory = { entries: [] }, rule = RULE): ReturnType<typeof decide> {
  let last: ReturnType<typeof decide> | undefined;
  for (const [id, ...failed] of windows) {
    last = decide(last?.history ?? start, { window: window(id), verdict: { verdictUri: `s3://evidence/${id}/verdict.json` } as GateResult }, verdict(...failed), rule, NOW);
  }
  if (last === undefined) {
    throw new Error('no windows');
  }
  return last;
}

test('a window within its limits asks for nothing', () => {
  expect(after([['S1']]).result).toMatchObject({ retrain: false, breach: false, reason: '0 of the last 1 windows breached (retraining from 2 of 3)' });
});

test('one breach is not enough', () => {
  expect(after([['S1', 'drift']]).result).toMatchObject({ retrain: false, breach: true });
});

test('two breaches of three, with labels, ask for retraining with the breached windows', () => {
  const { result, history } = after([['S1', 'drift'], ['S2'], ['L3', 'quality']]);
  expect(result).toEqual({
    retrain: true,
    breach: true,
    reason: '2 of the last 3 windows breached (retraining from 2 of 3)',
    windows: ['S1', 'L3'],
    windowUris: ['s3://evidence/S1.json', 's3://evidence/L3.json'],
    labelsUris: ['s3://data/labels/L3/'],
  });
  expect(history.retrainingAt).toBe(NOW.toISOString());
});

test('without labels there is nothing to learn from: retraining waits for them', () => {
  const waiting = after([['S1', 'drift'], ['S2', 'drift']]);
  expect(waiting.result).toMatchObject({ retrain: false, reason: expect.stringContaining('but no labels have arrived') });
  expect(waiting.history.retrainingAt).toBeUndefined();
  expect(after([['L3']], waiting.history).result).toMatchObject({ retrain: true, windows: ['S1', 'S2'] });
});

test('drift of records whose labels arrived was counted when they were predicted', () => {
  expect(after([['L1', 'drift']]).result.breach).toBe(false);
  expect(after([['L1', 'quality']]).result.breach).toBe(true);
});

test('breaches that are further back than the rule looks do not count', () => {
  expect(after([['S1', 'drift'], ['S2'], ['S3'], ['L4', 'quality']]).result).toMatchObject({ retrain: false, windows: ['L4'] });
});

test('after a request nothing is asked for until the cool-down is over', () => {
  const hot: MonitorHistory = { entries: [], retrainingAt: '2026-11-24T01:00:00.000Z' };
  expect(after([['S1', 'drift'], ['L2', 'quality']], hot).result).toMatchObject({ retrain: false, reason: expect.stringContaining('less than 24 hours ago') });
  expect(after([['S1', 'drift'], ['L2', 'quality']], { ...hot, retrainingAt: '2026-11-23T12:00:00.000Z' }).result.retrain).toBe(true);
});

test('the next scheduled window begins where the last one ended; labels do not move it', () => {
  expect(after([['S1'], ['L2']]).history.last).toEqual({ end: '2026-11-24T11:00:01.000Z', windowUri: 's3://evidence/S1.json' });
});

test('a repeated call counts its window once', () => {
  expect(after([['S1', 'drift'], ['S1', 'drift']]).result).toMatchObject({ windows: ['S1'], retrain: false });
});

test('the history does not grow for ever', () => {
  const { history } = after(Array.from({ length: 150 }, (_, index): [string] => [`S${index}`]));
  expect(history.entries).toHaveLength(100);
  expect(history.entries.at(-1)?.windowId).toBe('S149');
});
