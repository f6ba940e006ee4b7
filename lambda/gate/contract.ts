/**
 * Check -> evidence -> verdict. A check measures and writes evidence; the gate judges the evidence against criteria that the model project
 * declares and writes a verdict. Measuring and judging never mix.
 */

/** `FUNCTIONAL`: every criterion must be measurable, its value is recorded and not judged. `QUALITATIVE`: its value is judged. */
export type GateMode = 'FUNCTIONAL' | 'QUALITATIVE';

export type Outcome = 'passed' | 'failed' | 'notApplicable' | 'notMeasured';

/** What one check found out about one quantity. */
export interface Measurement {
  /** Stable id within the check, e.g. `auc`. */
  readonly id: string;
  readonly status: 'measured' | 'notApplicable' | 'notMeasured';
  readonly value?: number;
  /** Two-sided confidence interval at 95 % unless `details` says otherwise. */
  readonly interval?: readonly [number, number];
  readonly sampleSize?: number;
  /** One plain sentence for a person: what was found, with names and figures; why, if it could not be measured. */
  readonly explanation: string;
  readonly details?: unknown;
}

/** File that a check writes: `<gatePrefix>/<check>.json`. */
export interface Evidence {
  readonly version: '1';
  readonly check: string;
  readonly subject: Subject;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly measurements: readonly Measurement[];
  /** What the check wrote beside, such as statistics in a format that other tools read. */
  readonly files?: readonly EvidenceFile[];
}

/** A file of a check, beside its evidence. */
export interface EvidenceFile {
  readonly name: string;
  readonly uri: string;
  readonly sha256: string;
}

/** What a verdict is about. `digest` is a SHA-256 in hex: of the data snapshot before registration, `packageDigest` after it. */
export interface Subject {
  readonly type: 'dataSnapshot' | 'developmentRun' | 'modelPackage' | 'window';
  readonly name: string;
  readonly digest: string;
}

/** Input of every check function. `context` is what the calling state machine hands to its gate; each check documents what it reads from it. */
export interface CheckEvent {
  readonly gate: string;
  readonly runId: string;
  readonly subject: Subject;
  readonly context: Readonly<Record<string, unknown>>;
}

/** Output of every check function. */
export interface CheckResult {
  readonly check: string;
  readonly evidenceUri: string;
  readonly evidenceSha256: string;
}

/** What the state machine hands to the gate for a check that failed or ran out of time. */
export interface CheckFailure {
  readonly check: string;
  readonly error: string;
  readonly cause: string;
}

/** One limit of the model project, applied to one measurement. */
export interface Criterion {
  readonly check: string;
  readonly measurement: string;
  readonly title: string;
  readonly comparison: '>=' | '<=' | '<';
  readonly threshold: number;
  /** `1` for what has none, such as a share. */
  readonly unit: string;
  /** Section of "Implementation of MLOps" (Zwiesler, 2023). */
  readonly paperSection: string;
  /** Test of the ML Test Score (Breck et al., 2017), e.g. `M5`. */
  readonly mlTestScore?: string;
  /** Of this criterion wherever the gate runs: what neither depends on data nor on the environment is judged in each. @default - that of the gate */
  readonly mode?: GateMode;
}

/** Input of the gate function, the last state of a `TestGate`. */
export interface GateEvent {
  readonly gate: string;
  readonly mode: GateMode;
  readonly runId: string;
  readonly subject: Subject;
  readonly policyDigest: string;
  readonly startedAt: string;
  readonly criteria: readonly Criterion[];
  readonly checks: readonly (CheckResult | CheckFailure)[];
}

export interface CriterionVerdict extends Criterion {
  /** `<check>.<measurement>` */
  readonly id: string;
  readonly outcome: Outcome;
  readonly value?: number;
  readonly interval?: readonly [number, number];
  readonly sampleSize?: number;
  readonly evidenceUri?: string;
  readonly evidenceSha256?: string;
  /** One plain sentence: why this outcome. */
  readonly reason: string;
}

/** `verdict.json`, written once beside the evidence. */
export interface Verdict {
  readonly version: '1';
  readonly gate: string;
  readonly mode: GateMode;
  readonly environment: string;
  readonly runId: string;
  readonly subject: Subject;
  readonly policyDigest: string;
  readonly startedAt: string;
  readonly endedAt: string;
  /** `broken`: a check failed to run, so nothing can be said. Only `passed` opens the gate. */
  readonly outcome: 'passed' | 'failed' | 'broken';
  readonly criteria: readonly CriterionVerdict[];
}

/** Output of a `TestGate` execution. The gate's own execution succeeds whenever a verdict was delivered, whatever it says. */
export interface GateResult {
  readonly gate: string;
  readonly outcome: 'passed' | 'failed' | 'broken';
  readonly verdictUri: string;
  readonly verdictSha256: string;
  /** Base64 signature over the verdict's SHA-256 digest (`ECDSA_SHA_256`, `MessageType: DIGEST`) where the gate has a signing key. */
  readonly signature?: string;
  readonly signingKeyArn?: string;
  /** Reasons of every criterion that did not pass, joined; empty when all passed. */
  readonly reason: string;
}

/** Files of a gate run, under its gate prefix; the evidence of a check lies there as `<check>.json`. */
export const VERDICT_FILE = 'verdict.json';
export const SIGNATURE_FILE = 'signature.json';

/** Content of {@link SIGNATURE_FILE}: lets whoever reads the verdict in another account verify that the gate wrote it. */
export interface VerdictSignature {
  readonly version: '1';
  /** SHA-256 (hex) of the bytes of `verdict.json`: the digest that was signed. */
  readonly verdictSha256: string;
  readonly algorithm: 'ECDSA_SHA_256';
  /** Base64, DER encoded. */
  readonly signature: string;
  readonly signingKeyArn: string;
}

/** Environment variable with the ARN of the key that signs verdicts; absent where verdicts are not signed. */
export const SIGNING_KEY_ARN = 'MLOPS_SIGNING_KEY_ARN';

/** Error names of state machines. A gate that says no and a gate that could not decide are different errors; neither is a pass. */
export const GateErrors = { FAILED: 'GateFailed', BROKEN: 'GateBroken' } as const;
