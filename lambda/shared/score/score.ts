import type { CriterionVerdict } from '../../gate/contract';
import { type MlTestScore, type RecordedVerdict, type ScoreFacts, type ScoredTest, type Section, SECTIONS } from './contract';
import { type Proof, PROOFS } from './proofs';
import { TESTS } from './tests';

/** Gates that somebody has to start: what they prove was done by hand, with a record. */
const BY_HAND: ReadonlySet<string> = new Set(['reproduction']);

/** Gates whose verdicts are about one version: those of another one say nothing about it. */
const OF_A_VERSION: ReadonlySet<string> = new Set(['data', 'model']);

/** In an environment that judges nothing, only that the whole works together is shown. */
const SHOWN_WITHOUT_JUDGING: ReadonlySet<string> = new Set(['I3']);

/**
 * ML Test Score (Breck et al., "The ML Test Score", IEEE Big Data 2017): 28 tests, 1 point where it runs automatically and repeatedly, half a point where
 * it was done by hand and recorded; the score is the least sum of the four sections.
 *
 * A test counts as run when a gate measured it, whatever the gate said: a test that refuses a bad candidate does its work. What was not measured, or never
 * applied, counts as nothing.
 */
export function scoreOf(facts: ScoreFacts, computedAt: string): MlTestScore {
  const verdicts = relevant(facts);
  const tests = Object.entries(TESTS).map(([id, title]): ScoredTest => {
    const fromGates = proofOfGates(id, verdicts);
    const fromFacts = PROOFS[id]?.(facts);
    const best = fromFacts === undefined || fromGates.points >= fromFacts.points && fromGates.points > 0 ? fromGates : fromFacts;
    return { id, section: SECTIONS[id.charAt(0) as keyof typeof SECTIONS], title, ...best };
  });
  const sums = (section: Section): number => tests.filter((test) => test.section === section).reduce((sum, { points }) => sum + points, 0);
  const sections = Object.fromEntries(Object.values(SECTIONS).map((section) => [section, sums(section)])) as Record<Section, number>;
  return {
    version: '1',
    model: facts.model,
    packageDigest: facts.version?.packageDigest ?? null,
    computedAt,
    score: Math.min(...Object.values(sections)),
    sections,
    tests,
  };
}

/** Newest first; of the gates of a version only those that its manifest names. */
function relevant({ verdicts, version }: ScoreFacts): RecordedVerdict[] {
  const own = new Set(version?.manifest.gates.map(({ verdictUri }) => verdictUri));
  return verdicts
    .filter(({ uri, verdict }) => !OF_A_VERSION.has(verdict.gate) || version === undefined || own.has(uri))
    .toSorted((a, b) => b.verdict.endedAt.localeCompare(a.verdict.endedAt));
}

interface Finding {
  readonly uri: string;
  readonly gate: string;
  readonly criterion: CriterionVerdict;
}

function proofOfGates(id: string, verdicts: readonly RecordedVerdict[]): Proof {
  const all = verdicts.flatMap(({ uri, verdict }) =>
    verdict.criteria
      .filter(({ mlTestScore, mode = verdict.mode }) => mlTestScore === id && (mode === 'QUALITATIVE' || SHOWN_WITHOUT_JUDGING.has(id)))
      .map((criterion): Finding => ({ uri, gate: verdict.gate, criterion })),
  );
  if (all.length === 0) {
    return { points: 0, evidence: [], reason: 'No verdict on record measures it.' };
  }
  // Of each criterion the newest verdict in which it applied: a window without labels takes nothing back.
  const newest = new Map<string, Finding>();
  for (const finding of all.filter(({ criterion }) => criterion.outcome !== 'notApplicable')) {
    const key = `${finding.gate}/${finding.criterion.id}`;
    newest.set(key, newest.get(key) ?? finding);
  }
  const findings = [...newest.values()];
  const unmeasured = findings.find(({ criterion }) => criterion.outcome === 'notMeasured');
  const measured = findings.filter(({ criterion }) => criterion.outcome !== 'notMeasured');
  if (unmeasured !== undefined && measured.length === 0) {
    return { points: 0, evidence: [], reason: `Not measured: ${unmeasured.criterion.reason}` };
  }
  if (measured.length === 0) {
    return { points: 0, evidence: [], reason: `Not applicable: ${all[0]?.criterion.reason ?? ''}` };
  }
  const points = measured.every(({ gate }) => BY_HAND.has(gate)) ? 0.5 : 1;
  const failed = measured.filter(({ criterion }) => criterion.outcome === 'failed');
  const gates = [...new Set(measured.map(({ gate }) => gate))].join(', ');
  const silent = unmeasured === undefined ? '' : `; ${findings.length - measured.length} not measured: ${unmeasured.criterion.reason}`;
  const last = `${failed[0] === undefined ? 'all passed' : `${failed.length} said no: ${failed[0].criterion.reason}`}${silent}`;
  return {
    points,
    evidence: [...new Set(measured.map(({ uri }) => uri))],
    reason: `${measured.length} ${measured.length === 1 ? 'criterion' : 'criteria'} of ${gates}: ${last}`,
  };
}
