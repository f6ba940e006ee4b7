import type { Criterion, CriterionVerdict, Evidence, GateEvent, Measurement, Verdict } from './contract';

/** Evidence of one check as the gate found it, or why there is none. */
export type Reading =
  | { readonly check: string; readonly uri: string; readonly sha256: string; readonly evidence: Evidence }
  | { readonly check: string; readonly problem: string };

/**
 * Judges evidence against criteria. Pure: the same evidence always gives the same verdict.
 *
 * A criterion passes when its value is measured and, in qualitative mode, within the limit; it may have a mode of its own. What could not be measured fails. What is not
 * applicable is recorded and does not fail, but a gate in which nothing applies says nothing and is broken. So is one whose check did not run.
 */
export function judge(event: GateEvent, readings: readonly Reading[], environment: string, endedAt: string): Verdict {
  const criteria = event.criteria.map((criterion) => judgeCriterion(event, criterion, readings));
  return {
    version: '1',
    gate: event.gate,
    mode: event.mode,
    environment,
    runId: event.runId,
    subject: event.subject,
    policyDigest: event.policyDigest,
    startedAt: event.startedAt,
    endedAt,
    outcome: outcomeOf(criteria, brokenChecks(event, readings)),
    criteria,
  };
}

/** One sentence for every criterion that stands in the way, joined; empty when the gate is passed. */
export function reasonOf(verdict: Verdict): string {
  if (verdict.outcome === 'passed') {
    return '';
  }
  const reasons = verdict.criteria.filter(({ outcome }) => outcome === 'failed' || outcome === 'notMeasured').map(({ reason }) => reason);
  return reasons.length > 0 ? [...new Set(reasons)].join(' ') : `Gate ${verdict.gate} measured nothing, so nothing can be said.`;
}

function outcomeOf(criteria: readonly CriterionVerdict[], broken: readonly string[]): Verdict['outcome'] {
  if (broken.length > 0 || criteria.every(({ outcome }) => outcome === 'notApplicable')) {
    return 'broken';
  }
  return criteria.every(({ outcome }) => outcome === 'passed' || outcome === 'notApplicable') ? 'passed' : 'failed';
}

/** Checks that delivered no usable evidence, whether or not a criterion names them. */
function brokenChecks(event: GateEvent, readings: readonly Reading[]): string[] {
  const delivered = new Set(readings.filter((reading) => problemOf(event, reading) === undefined).map(({ check }) => check));
  const expected = [...event.criteria.map(({ check }) => check), ...event.checks.map(({ check }) => check)];
  return [...new Set(expected)].filter((check) => !delivered.has(check));
}

function problemOf(event: GateEvent, reading: Reading): string | undefined {
  if ('problem' in reading) {
    return reading.problem;
  }
  const { evidence } = reading;
  if (evidence.check !== reading.check) {
    return `its evidence says that it comes from check ${evidence.check}`;
  }
  const { type, name, digest } = event.subject;
  if (evidence.subject.type !== type || evidence.subject.name !== name || evidence.subject.digest !== digest) {
    return `its evidence is about ${evidence.subject.type} ${evidence.subject.name}, not about ${type} ${name}`;
  }
  return undefined;
}

function judgeCriterion(event: GateEvent, criterion: Criterion, readings: readonly Reading[]): CriterionVerdict {
  const base = { ...criterion, id: `${criterion.check}.${criterion.measurement}` };
  const reading = readings.find(({ check }) => check === criterion.check);
  const problem = reading === undefined ? 'it delivered nothing' : problemOf(event, reading);
  if (reading === undefined || 'problem' in reading || problem !== undefined) {
    return { ...base, outcome: 'notMeasured', reason: `${criterion.title}: check ${criterion.check} did not run to its end: ${endSentence(problem ?? '')}` };
  }
  const measurement = reading.evidence.measurements.find(({ id }) => id === criterion.measurement);
  const evidence = { evidenceUri: reading.uri, evidenceSha256: reading.sha256 };
  return { ...base, ...evidence, ...judgeMeasurement(event, criterion, measurement) };
}

type Judgement = Pick<CriterionVerdict, 'outcome' | 'value' | 'interval' | 'sampleSize' | 'reason'>;

function judgeMeasurement(event: GateEvent, criterion: Criterion, measurement: Measurement | undefined): Judgement {
  if (measurement === undefined) {
    const reason = `${criterion.title}: check ${criterion.check} recorded no ${criterion.measurement}, so it was not measured.`;
    return { outcome: 'notMeasured', reason };
  }
  const { status, value, interval, sampleSize } = measurement;
  const explanation = endSentence(measurement.explanation);
  if (status === 'notApplicable') {
    return { outcome: 'notApplicable', reason: `${criterion.title}: not applicable. ${explanation}` };
  }
  if (status !== 'measured' || value === undefined || !Number.isFinite(value)) {
    return { outcome: 'notMeasured', reason: `${criterion.title}: could not be measured. ${explanation}` };
  }
  const { held, sentence } = compare(value, criterion);
  const measured = { value, interval, sampleSize };
  if ((criterion.mode ?? event.mode) === 'FUNCTIONAL') {
    return { ...measured, outcome: 'passed', reason: `${criterion.title}: measured ${quantity(value, criterion)}, recorded without judgement. ${explanation}` };
  }
  return { ...measured, outcome: held ? 'passed' : 'failed', reason: `${criterion.title}: ${sentence}. ${explanation}` };
}

const COMPARISONS = {
  '>=': { holds: (value: number, limit: number) => value >= limit, held: 'is at least', missed: 'is below the required' },
  '<=': { holds: (value: number, limit: number) => value <= limit, held: 'is at most', missed: 'is above the allowed' },
  '<': { holds: (value: number, limit: number) => value < limit, held: 'is below', missed: 'reaches the limit of' },
} as const;

function compare(value: number, criterion: Criterion): { held: boolean; sentence: string } {
  const { holds, held: yes, missed } = COMPARISONS[criterion.comparison];
  const held = holds(value, criterion.threshold);
  return { held, sentence: `${quantity(value, criterion)} ${held ? yes : missed} ${quantity(criterion.threshold, criterion)}` };
}

/** Six digits read well; where they would hide the difference to the limit, all digits are shown. */
function quantity(value: number, { threshold, unit }: Criterion): string {
  const short = Number(value.toPrecision(6));
  const shown = value !== threshold && short === Number(threshold.toPrecision(6)) ? value : short;
  return unit === '1' ? `${shown}` : `${shown} ${unit}`;
}

const endSentence = (text: string): string => (/[.!?]$/.test(text) || text === '' ? text : `${text}.`);
