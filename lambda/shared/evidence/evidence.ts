import type { CheckEvent, CheckResult, Evidence, EvidenceFile, Measurement } from '../../gate/contract';
import { modelProject } from '../project/project';
import { Env } from '../runtime/contract';
import { requireEnv } from '../runtime/environment';
import { Layout } from '../storage/contract';
import { canonicalJson, sha256 } from '../storage/hash';
import { findBytes, getBytes, isPreconditionFailed, parseJson, putOnce, s3Uri } from '../storage/s3';

/** Where the evidence of a check lies: beside the verdict of its gate run. */
export function evidenceUri(event: CheckEvent, check: string): string {
  const prefix = Layout.gatePrefix(modelProject().declaration.name, event.gate, event.runId);
  return s3Uri(requireEnv(Env.EVIDENCE_BUCKET), `${prefix}${check}.json`);
}

/**
 * Writes what a check measured; the last step of every check function. The evidence of a retried check is the one that was written first,
 * since evidence is never replaced.
 *
 * @param startedAt when the check began, ISO 8601
 * @param files what the check wrote beside, by {@link writeReport}
 * @throws Error when a measurement contradicts itself, or when evidence of another subject lies in the same place.
 */
export async function writeEvidence(
  event: CheckEvent,
  check: string,
  startedAt: string,
  measurements: readonly Measurement[],
  files: readonly EvidenceFile[] = [],
): Promise<CheckResult> {
  const problems = measurements.flatMap(contradictions);
  if (problems.length > 0) {
    throw new Error(`check ${check}: ${problems.join('; ')}`);
  }
  const evidence: Evidence = { version: '1', check, subject: event.subject, startedAt, endedAt: new Date().toISOString(), measurements, ...(files.length > 0 && { files }) };
  const uri = evidenceUri(event, check);
  try {
    return { check, evidenceUri: uri, evidenceSha256: await putOnce(uri, canonicalJson(evidence)) };
  } catch (error) {
    if (!isPreconditionFailed(error instanceof Error ? error.cause : undefined)) {
      throw error;
    }
    return { check, evidenceUri: uri, evidenceSha256: await firstEvidence(uri, evidence) };
  }
}

/**
 * Writes a file beside the evidence of a check. Like evidence it is never replaced: a retried check keeps what was written first.
 *
 * @param name of the file within the gate run
 */
export async function writeReport(event: CheckEvent, name: string, report: unknown): Promise<EvidenceFile> {
  const prefix = Layout.gatePrefix(modelProject().declaration.name, event.gate, event.runId);
  const uri = s3Uri(requireEnv(Env.EVIDENCE_BUCKET), `${prefix}${name}`);
  try {
    return { name, uri, sha256: await putOnce(uri, canonicalJson(report)) };
  } catch (error) {
    if (!isPreconditionFailed(error instanceof Error ? error.cause : undefined)) {
      throw error;
    }
    return { name, uri, sha256: sha256(await getBytes(uri)) };
  }
}

async function firstEvidence(uri: string, evidence: Evidence): Promise<string> {
  const bytes = await findBytes(uri);
  const first = bytes === undefined ? undefined : parseJson<Evidence>(new TextDecoder().decode(bytes), uri);
  if (bytes === undefined || first?.check !== evidence.check || canonicalJson(first.subject) !== canonicalJson(evidence.subject)) {
    throw new Error(`${uri} holds evidence about another subject than ${evidence.subject.name}; a run's name must not be used twice`);
  }
  return sha256(bytes);
}

/** A measured value is a finite number, and only a measured one has a value: anything else could be read as a pass. */
function contradictions(measurement: Measurement): string[] {
  const { id, status, value } = measurement;
  if (status === 'measured') {
    return value !== undefined && Number.isFinite(value) ? [] : [`${id} is measured, but its value is ${String(value)}`];
  }
  return value === undefined ? [] : [`${id} is ${status}, but has the value ${value}`];
}
