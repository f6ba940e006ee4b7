import type { CriterionVerdict, Outcome, Verdict } from '../../../lambda/gate/contract';
import type { RecordedVerdict, ScoreFacts } from '../../../lambda/shared/score/contract';
import { collectVerdicts } from '../../../lambda/shared/score/collect';
import { scoreOf } from '../../../lambda/shared/score/score';
import { manifestOf } from '../../support/manifest';
import { inMemoryS3 } from '../in-memory-s3';

const criterion = (mlTestScore: string, outcome: Outcome, id = `check.${mlTestScore}`, reason = `reason of ${mlTestScore}`): CriterionVerdict => ({
  id, check: 'check', measurement: id, title: id, comparison: '>=', threshold: 1, unit: '1', paperSection: '2.3', mlTestScore, outcome, reason,
});

let runs = 0;
function verdict(gate: string, criteria: CriterionVerdict[], change: Partial<Verdict> = {}): RecordedVerdict {
  runs += 1;
  return {
    uri: `s3://evidence/employment/gates/${gate}/run-${runs}/verdict.json`,
    verdict: {
      version: '1', gate, mode: 'QUALITATIVE', environment: 'prod', runId: `run-${runs}`, subject: { type: 'modelPackage', name: 'm', digest: 'd' }, policyDigest: 'p',
      startedAt: '2026-01-01T00:00:00Z', endedAt: `2026-01-01T00:00:${String(runs).padStart(2, '0')}Z`, outcome: 'passed', criteria, ...change,
    },
  };
}

const score = (verdicts: RecordedVerdict[], change: Partial<ScoreFacts> = {}) => scoreOf({ model: 'employment', verdicts, ...change }, '2026-01-02T00:00:00Z');
const test1 = (id: string, verdicts: RecordedVerdict[], change: Partial<ScoreFacts> = {}) => score(verdicts, change).tests.find((one) => one.id === id);
const versionWith = (change: Parameters<typeof manifestOf>[0] = {}) => ({ uri: 's3://evidence/m.json', packageDigest: 'd', manifest: manifestOf(change) });

beforeEach(() => (runs = 0));

describe('The ML Test Score', () => {
  test('has 28 tests, seven in each section, and is the least of the four sums', () => {
    const all = ['D', 'M', 'I', 'O'].flatMap((section) => [1, 2, 3, 4, 5, 6, 7].map((number) => `${section}${number}`));
    const full = score([verdict('qualification', all.filter((id) => id !== 'M2').map((id) => criterion(id, 'passed')))]);
    expect(full.tests.map(({ id }) => id)).toEqual(all);
    expect(full.sections).toEqual({ data: 7, model: 6, infrastructure: 7, monitoring: 7 });
    expect(full.score).toBe(6);
  });

  test('is 0 where nothing is on record, and says of each test what is missing', () => {
    const nothing = score([]);
    expect(nothing.score).toBe(0);
    expect(nothing.tests.every(({ points, reason, evidence }) => points === 0 && reason.length > 10 && evidence.length === 0)).toBe(true);
  });
});

describe('A test of the score', () => {
  test('counts with its evidence when a gate measured it', () => {
    const found = verdict('model', [criterion('M5', 'passed')]);
    expect(test1('M5', [found])).toMatchObject({ points: 1, evidence: [found.uri], reason: '1 criterion of model: all passed' });
  });

  test('counts when the gate said no: the test did its work', () => {
    expect(test1('O7', [verdict('monitor', [criterion('O7', 'failed')], { outcome: 'failed' })])).toMatchObject({ points: 1, reason: expect.stringContaining('1 said no: reason of O7') });
  });

  test('does not count when it was not measured, with the reason', () => {
    expect(test1('O7', [verdict('monitor', [criterion('O7', 'notMeasured')])])).toMatchObject({ points: 0, reason: 'Not measured: reason of O7' });
  });

  test('does not count when it never applied', () => {
    expect(test1('M7', [verdict('model', [criterion('M7', 'notApplicable')])])).toMatchObject({ points: 0, reason: 'Not applicable: reason of M7' });
  });

  test('goes by the newest verdict in which it applied', () => {
    const old = verdict('monitor', [criterion('O7', 'passed')]);
    expect(test1('O7', [old, verdict('monitor', [criterion('O7', 'notApplicable')])])).toMatchObject({ points: 1, evidence: [old.uri] });
    expect(test1('O7', [old, verdict('monitor', [criterion('O7', 'notMeasured')])])).toMatchObject({ points: 0 });
  });

  test('counts half when somebody had to start it', () => {
    expect(test1('I1', [verdict('reproduction', [criterion('I1', 'passed')])])).toMatchObject({ points: 0.5 });
    expect(test1('I1', [verdict('reproduction', [criterion('I1', 'passed')]), verdict('model', [criterion('I1', 'passed')])])).toMatchObject({ points: 1 });
  });

  test('does not count where nothing is judged, except that the whole works together', () => {
    const functional = verdict('model', [criterion('M5', 'passed'), criterion('I3', 'passed')], { mode: 'FUNCTIONAL' });
    expect(test1('M5', [functional])).toMatchObject({ points: 0 });
    expect(test1('I3', [functional])).toMatchObject({ points: 1 });
  });

  test('counts where nothing else is judged, if its criterion is judged everywhere', () => {
    expect(test1('D7', [verdict('model', [{ ...criterion('D7', 'passed'), mode: 'QUALITATIVE' }], { mode: 'FUNCTIONAL' })])).toMatchObject({ points: 1 });
  });

  test('of the data or the model counts for the version whose manifest names the verdict', () => {
    const [own, other] = [verdict('model', [criterion('M5', 'passed')]), verdict('model', [criterion('M6', 'passed')])];
    const version = versionWith({ gates: [{ gate: 'model', verdictUri: own.uri, verdictSha256: 'x' }] });
    expect(test1('M5', [own, other], { version })).toMatchObject({ points: 1 });
    expect(test1('M6', [own, other], { version })).toMatchObject({ points: 0 });
  });
});

describe('Without a gate', () => {
  test('privacy is proved by the compliance report of the same commit', () => {
    const compliance = { uri: 'compliance/report.json', commit: 'c'.repeat(40), unexplained: 0, rules: 400 };
    expect(test1('D5', [], { compliance, version: versionWith() })).toMatchObject({ points: 1, evidence: ['compliance/report.json'] });
    expect(test1('D5', [], { compliance: { ...compliance, commit: 'other' }, version: versionWith() })).toMatchObject({ points: 0, reason: expect.stringContaining('is of commit other') });
    expect(test1('D5', [], { compliance: { ...compliance, unexplained: 2 } })).toMatchObject({ points: 0, reason: expect.stringContaining('2 findings') });
  });

  test('a clean commit counts half: nothing shows that it was reviewed', () => {
    expect(test1('M1', [], { version: versionWith() })).toMatchObject({ points: 0.5 });
    const { code } = manifestOf();
    expect(test1('M1', [], { version: versionWith({ code: { ...code, commit: `${code.commit}-dirty` } }) })).toMatchObject({ points: 0 });
  });

  test('hyperparameters count when a search chose them', () => {
    const parameters = { hyperparameters: {}, seed: 1, chosenBy: 'tuning' as const, search: { uri: 's3://a/tune.json', sha256: 'a'.repeat(64) } };
    expect(test1('M3', [], { version: versionWith({ parameters }) })).toMatchObject({ points: 1, evidence: ['s3://a/tune.json'] });
    expect(test1('M3', [], { version: versionWith() })).toMatchObject({ points: 0, reason: expect.stringContaining('no search') });
  });

  test('a rollback that happened counts half', () => {
    const found = verdict('promotion', [criterion('I6', 'notMeasured', 'rollout.requests', 'The shift was rolled back: alarm')], { outcome: 'failed' });
    expect(test1('I7', [found])).toMatchObject({ points: 0.5, evidence: [found.uri] });
    expect(test1('I7', [])).toMatchObject({ points: 0 });
  });

  test('packages count when they were compared with those of a champion', () => {
    expect(test1('O1', [], { version: versionWith() })).toMatchObject({ points: 1, reason: expect.stringContaining('nothing changed') });
    const { environment } = manifestOf();
    expect(test1('O1', [], { version: versionWith({ environment: { ...environment, changes: null } }) })).toMatchObject({ points: 0 });
  });
});

test('verdicts are collected from every gate and from admitted qualifications, and nothing else is read', async () => {
  const objects = new Map<string, Uint8Array>();
  inMemoryS3(objects);
  for (const folder of ['gates/model/run-1', 'gates/monitor/w-1', 'qualifications/d']) {
    objects.set(`s3://evidence/employment/${folder}/verdict.json`, Buffer.from(JSON.stringify({ gate: folder })));
    objects.set(`s3://evidence/employment/${folder}/check.json`, Buffer.from('no verdict'));
  }
  const found = await collectVerdicts('evidence', 'employment', ['s3://other/verdict.json']);
  expect(found.map(({ uri }) => uri).toSorted()).toEqual([
    's3://evidence/employment/gates/model/run-1/verdict.json', 's3://evidence/employment/gates/monitor/w-1/verdict.json', 's3://evidence/employment/qualifications/d/verdict.json',
  ]);
});
