import type { Criterion, Evidence, GateEvent, Measurement } from '../../../lambda/gate/contract';
import { judge, reasonOf, type Reading } from '../../../lambda/gate/judge';

const SUBJECT = { type: 'dataSnapshot', name: 's3://bucket/snapshot/', digest: 'd'.repeat(64) } as const;

const criterion = (change: Partial<Criterion> = {}): Criterion => ({
  check: 'model',
  measurement: 'auc',
  title: 'AUC on test data',
  comparison: '>=',
  threshold: 0.84,
  unit: '1',
  paperSection: '2.3',
  ...change,
});

const measurement = (change: Partial<Measurement> = {}): Measurement => ({ id: 'auc', status: 'measured', value: 0.86, explanation: 'Of 3,000 rows', ...change });

const reading = (measurements: Measurement[], change: Partial<Evidence> = {}): Reading => ({
  check: 'model',
  uri: 's3://evidence/model.json',
  sha256: 'e'.repeat(64),
  evidence: { version: '1', check: 'model', subject: SUBJECT, startedAt: '', endedAt: '', measurements, ...change },
});

const event = (change: Partial<GateEvent> = {}): GateEvent => ({
  gate: 'model',
  mode: 'QUALITATIVE',
  runId: 'run-1',
  subject: SUBJECT,
  policyDigest: 'p',
  startedAt: '2026-01-01T00:00:00Z',
  criteria: [criterion()],
  checks: [],
  ...change,
});

const verdict = (readings: Reading[], change: Partial<GateEvent> = {}) => judge(event(change), readings, 'prod', '2026-01-01T00:01:00Z');

describe('In qualitative mode', () => {
  test('a value within its limit passes, with value, limit and name in the reason', () => {
    const { outcome, criteria } = verdict([reading([measurement()])]);
    expect(outcome).toBe('passed');
    expect(criteria[0]).toMatchObject({ id: 'model.auc', outcome: 'passed', value: 0.86, evidenceUri: 's3://evidence/model.json' });
    expect(criteria[0]?.reason).toBe('AUC on test data: 0.86 is at least 0.84. Of 3,000 rows.');
  });

  test('a value beyond its limit fails the gate', () => {
    const judged = verdict([reading([measurement({ value: 0.51 })])]);
    expect(judged.outcome).toBe('failed');
    expect(reasonOf(judged)).toBe('AUC on test data: 0.51 is below the required 0.84. Of 3,000 rows.');
  });

  test.each([
    ['>=', 0.84, 'passed'],
    ['>=', 0.8399999999, 'failed'],
    ['<=', 0.84, 'passed'],
    ['<=', 0.8400000001, 'failed'],
    ['<', 0.84, 'failed'],
    ['<', 0.8399999999, 'passed'],
  ] as const)('%s 0.84 judges %s as %s', (comparison, value, outcome) => {
    expect(verdict([reading([measurement({ value })])], { criteria: [criterion({ comparison })] }).outcome).toBe(outcome);
  });

  test('digits are shown where rounding would hide why a value failed', () => {
    expect(reasonOf(verdict([reading([measurement({ value: 0.8399999999 })])]))).toContain('0.8399999999 is below the required 0.84');
  });

  test('two limits on one measurement are judged apart', () => {
    const limits = [criterion({ comparison: '>=', threshold: 0.5 }), criterion({ comparison: '<=', threshold: 0.7 })];
    expect(verdict([reading([measurement({ value: 0.9 })])], { criteria: limits }).criteria.map(({ outcome }) => outcome)).toEqual(['passed', 'failed']);
  });
});

describe('In functional mode', () => {
  const functional = { mode: 'FUNCTIONAL' } as const;

  test('a value beyond its limit is recorded and passes', () => {
    const { outcome, criteria } = verdict([reading([measurement({ value: 0.51 })])], functional);
    expect([outcome, criteria[0]?.value]).toEqual(['passed', 0.51]);
    expect(criteria[0]?.reason).toBe('AUC on test data: measured 0.51, recorded without judgement. Of 3,000 rows.');
  });

  test('what could not be measured fails', () => {
    expect(verdict([reading([measurement({ status: 'notMeasured', value: undefined })])], functional).outcome).toBe('failed');
  });
});

test('a criterion with a mode of its own is judged by it wherever the gate runs', () => {
  const own = { criteria: [criterion({ mode: 'QUALITATIVE' }), criterion({ title: 'By the gate' })] };
  const { outcome, criteria } = verdict([reading([measurement({ value: 0.5 })])], { mode: 'FUNCTIONAL', ...own });
  expect([outcome, ...criteria.map((one) => one.outcome)]).toEqual(['failed', 'failed', 'passed']);
});

describe.each(['FUNCTIONAL', 'QUALITATIVE'] as const)('In %s mode', (mode) => {
  test('a measurement that is absent was not measured', () => {
    const { outcome, criteria } = verdict([reading([])], { mode });
    expect([outcome, criteria[0]?.outcome]).toEqual(['failed', 'notMeasured']);
    expect(criteria[0]?.reason).toBe('AUC on test data: check model recorded no auc, so it was not measured.');
  });

  test('a measured value that is no number was not measured', () => {
    expect(verdict([reading([measurement({ value: Number.NaN })])], { mode }).criteria[0]?.outcome).toBe('notMeasured');
  });

  test('what is not applicable is recorded and does not fail', () => {
    const criteria = [criterion(), criterion({ measurement: 'championDifference', title: 'Champion' })];
    const none = measurement({ id: 'championDifference', status: 'notApplicable', value: undefined, explanation: 'There is no champion.' });
    const judged = verdict([reading([measurement(), none])], { mode, criteria });
    expect([judged.outcome, judged.criteria[1]?.outcome, reasonOf(judged)]).toEqual(['passed', 'notApplicable', '']);
  });

  test('a gate in which nothing is applicable is broken', () => {
    const judged = verdict([reading([measurement({ status: 'notApplicable', value: undefined })])], { mode });
    expect([judged.outcome, reasonOf(judged)]).toEqual(['broken', 'Gate model measured nothing, so nothing can be said.']);
  });

  test('a gate without criteria is broken', () => {
    expect(verdict([reading([measurement()])], { mode, criteria: [] }).outcome).toBe('broken');
  });

  test('a check that failed breaks the gate and is named', () => {
    const judged = verdict([{ check: 'model', problem: 'Lambda.Unknown: out of memory' }], { mode });
    expect(judged.outcome).toBe('broken');
    expect(reasonOf(judged)).toBe('AUC on test data: check model did not run to its end: Lambda.Unknown: out of memory.');
  });

  test('a check that delivered nothing breaks the gate', () => {
    expect(verdict([], { mode }).outcome).toBe('broken');
  });

  test('a failed check without criteria breaks the gate too', () => {
    const checks = [{ check: 'extra', error: 'States.Timeout', cause: 'no' }];
    expect(verdict([reading([measurement()]), { check: 'extra', problem: 'no' }], { mode, checks }).outcome).toBe('broken');
  });

  test('evidence about another subject breaks the gate', () => {
    const judged = verdict([reading([measurement()], { subject: { ...SUBJECT, digest: '0'.repeat(64) } })], { mode });
    expect(judged.outcome).toBe('broken');
    expect(reasonOf(judged)).toContain('its evidence is about dataSnapshot s3://bucket/snapshot/, not about');
  });

  test('evidence of another check breaks the gate', () => {
    expect(verdict([reading([measurement()], { check: 'data' })], { mode }).outcome).toBe('broken');
  });
});

test('a verdict says what it is about, by which rules and when', () => {
  expect(verdict([reading([measurement()])])).toMatchObject({
    version: '1', gate: 'model', mode: 'QUALITATIVE', environment: 'prod', runId: 'run-1', subject: SUBJECT, policyDigest: 'p',
    startedAt: '2026-01-01T00:00:00Z', endedAt: '2026-01-01T00:01:00Z',
  });
});
