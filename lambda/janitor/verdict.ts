import type { Subject, Verdict } from '../gate/contract';
import type { DevelopmentInput, ModelPackageInput } from '../shared/process/contract';
import { sha256 } from '../shared/storage/hash';
import type { ExecutionEnded, WatchedMachine } from './contract';

/**
 * Gate whose verdict is missing, or `undefined` if the ending is explained: a gate that said no, or all gates spoke.
 *
 * @param outcomes of the verdicts on record, by gate.
 */
export function missingVerdict(gates: readonly string[], outcomes: ReadonlyMap<string, Verdict['outcome']>): string | undefined {
  const explained = [...outcomes.values()].some((outcome) => outcome !== 'passed');
  return explained ? undefined : gates.find((gate) => !outcomes.has(gate));
}

/** Gates that the execution owes a verdict of. */
export const gatesOf = ({ gates, comparison }: WatchedMachine, { input }: Pick<ExecutionEnded, 'input'>): readonly string[] =>
  comparison !== undefined && parse(input)?.compareWith !== undefined ? [comparison] : gates;

/** What is known about an execution that ended without a verdict. */
export interface BrokenFacts {
  readonly gate: string;
  readonly machine: WatchedMachine;
  readonly execution: ExecutionEnded;
  readonly environment: string;
  readonly policyDigest: string;
}

/** The verdict on an execution that ended before its gate could judge. */
export function brokenVerdict({ gate, machine, execution, environment, policyDigest }: BrokenFacts): Verdict {
  const { name, status, error, cause, startDate, stopDate } = execution;
  const why = [error, cause].filter((part) => typeof part === 'string' && part !== '').join(': ');
  return {
    version: '1',
    gate,
    mode: machine.mode,
    environment,
    runId: name,
    subject: subjectOf(machine, execution),
    policyDigest,
    startedAt: new Date(startDate).toISOString(),
    endedAt: new Date(stopDate ?? startDate).toISOString(),
    outcome: 'broken',
    criteria: [
      {
        id: 'execution.ending',
        check: 'execution',
        measurement: 'ending',
        title: 'Execution reached the verdict',
        comparison: '>=',
        threshold: 1,
        unit: '1',
        paperSection: '2.3',
        outcome: 'notMeasured',
        reason: `The execution ${name} of ${machine.machine} ended ${status} before the gate ${gate} could judge${why === '' ? '' : `: ${why.slice(0, 1000)}`}.`,
      },
    ],
  };
}

function subjectOf({ machine }: WatchedMachine, { name, input }: ExecutionEnded): Subject {
  const parsed = parse(input);
  if (typeof parsed?.modelPackageArn === 'string' && typeof parsed.packageDigest === 'string') {
    return { type: 'modelPackage', name: parsed.modelPackageArn, digest: parsed.packageDigest };
  }
  if (parsed?.compareWith !== undefined) {
    return { type: 'modelPackage', name: parsed.compareWith.manifestUri, digest: parsed.compareWith.packageDigest };
  }
  // There is no snapshot and no artifact yet: what was asked for is all that is known.
  return { type: machine === 'monitor' ? 'window' : 'developmentRun', name, digest: sha256(input ?? name) };
}

function parse(input: string | null | undefined): Partial<ModelPackageInput & DevelopmentInput> | undefined {
  try {
    const value: unknown = JSON.parse(input ?? '');
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
