import { type Verdict, VERDICT_FILE } from '../gate/contract';
import { modelProject } from '../shared/project/project';
import { Env } from '../shared/runtime/contract';
import { requireEnv } from '../shared/runtime/environment';
import { logger } from '../shared/runtime/logger';
import { Layout } from '../shared/storage/contract';
import { canonicalJson } from '../shared/storage/hash';
import { getJson, listKeys, parseJson, putOnce, s3Uri } from '../shared/storage/s3';
import { cleanUp } from './clean-up';
import { type ExecutionEnded, type JanitorResult, WATCHED_MACHINES, type WatchedMachine } from './contract';
import { brokenVerdict, gatesOf, missingVerdict } from './verdict';

interface Event {
  readonly detail: ExecutionEnded;
}

interface Context {
  getRemainingTimeInMillis(): number;
}

/** Kept back for the calls after the last look at the endpoint. */
const RESERVE_MILLISECONDS = 30_000;

/**
 * Answers an execution that ended badly. A state machine can't catch its own end by timeout, by a limit or by hand: what it would have recorded
 * and removed is recorded and removed here.
 */
export async function handler({ detail }: Event, context: Context): Promise<JanitorResult> {
  const machine = parseJson<Record<string, WatchedMachine>>(requireEnv(WATCHED_MACHINES), WATCHED_MACHINES)[detail.stateMachineArn];
  if (machine === undefined) {
    throw new Error(`${detail.stateMachineArn} is not among the machines that this janitor looks after`);
  }
  const verdictUri = await recordBroken(detail, machine);
  const tableName = process.env[Env.STATE_TABLE];
  const removed =
    tableName === undefined
      ? []
      : await cleanUp(detail.executionArn, {
          model: modelProject().declaration.name,
          tableName,
          endpointName: requireEnv(Env.ENDPOINT_NAME),
          deadline: Date.now() + context.getRemainingTimeInMillis() - RESERVE_MILLISECONDS,
        });
  logger.info('cleaned up', { execution: detail.executionArn, status: detail.status, error: detail.error, verdictUri, removed });
  return { verdictUri, removed };
}

async function recordBroken(execution: ExecutionEnded, machine: WatchedMachine): Promise<string | undefined> {
  const { declaration, policyDigest } = modelProject();
  const uriOf = (gate: string): string => s3Uri(requireEnv(Env.EVIDENCE_BUCKET), `${Layout.gatePrefix(declaration.name, gate, execution.name)}${VERDICT_FILE}`);
  const outcomes = new Map<string, Verdict['outcome']>();
  const gates = gatesOf(machine, execution);
  for (const gate of gates) {
    if ((await listKeys(uriOf(gate))).length > 0) {
      outcomes.set(gate, (await getJson<Verdict>(uriOf(gate))).outcome);
    }
  }
  const gate = missingVerdict(gates, outcomes);
  if (gate === undefined) {
    return undefined;
  }
  const verdict = brokenVerdict({ gate, machine, execution, environment: requireEnv(Env.ENVIRONMENT), policyDigest });
  await putOnce(uriOf(gate), canonicalJson(verdict));
  return uriOf(gate);
}
