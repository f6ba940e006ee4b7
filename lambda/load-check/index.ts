import { LambdaClient } from '@aws-sdk/client-lambda';
import { type GoldenRecords, readGolden } from '../contract-check/golden';
import type { CheckEvent, CheckResult } from '../gate/contract';
import { callApplication } from '../prediction/client';
import { PREDICTION_FUNCTION } from '../prediction/contract';
import { Checks } from '../shared/checks/contract';
import { writeEvidence } from '../shared/evidence/evidence';
import { modelProject } from '../shared/project/project';
import { requireEnv } from '../shared/runtime/environment';
import { MAXIMUM_RUNS } from './contract';
import { isLate, measure } from './measure';
import { openLoop, type Sample } from './open-loop';

/** What a function is told of its call, as far as it is used here. */
interface Context {
  getRemainingTimeInMillis(): number;
}

/** For the answers of the last requests and for the evidence. */
const MARGIN_SECONDS = 35;

/** Requests on their way at the same time; further ones wait for a connection, and their wait counts as latency. */
const SOCKETS = { maxSockets: 256, keepAlive: true };

// No retries: a request that had to be sent twice is a failed one. No request hangs longer than a caller would wait.
const client = new LambdaClient({ maxAttempts: 1, requestHandler: { httpAgent: SOCKETS, httpsAgent: SOCKETS, requestTimeout: 30_000 } });

/**
 * Check `load`: the declared rate for the declared time, through the application, in an open loop.
 *
 * Context: `goldenUri` (required), whose records are sent.
 */
export async function handler(event: CheckEvent, context?: Context): Promise<CheckResult> {
  const startedAt = new Date().toISOString();
  const { requestsPerSecond: rate, warmUpSeconds, durationSeconds, rowsPerRequest } = modelProject().declaration.serving.loadTest;
  const golden = await readGolden(event.context);
  const functionName = requireEnv(PREDICTION_FUNCTION);
  const send = (index: number): Promise<string | undefined> => sendOne(functionName, `${event.runId}-load-${index}`, rows(golden, index, rowsPerRequest));
  const warmUp = Math.round(rate * warmUpSeconds);
  let samples: Sample[] = [];
  const isTimeForAnother = (): boolean => (context?.getRemainingTimeInMillis() ?? 0) > (warmUpSeconds + durationSeconds + MARGIN_SECONDS) * 1000;
  for (let run = 1; run === 1 || (run <= MAXIMUM_RUNS && isLate(samples) && isTimeForAnother()); run++) {
    samples = (await openLoop(rate, warmUp + Math.round(rate * durationSeconds), send)).slice(warmUp);
  }
  return writeEvidence(event, Checks.LOAD.id, startedAt, measure(samples, rate));
}

async function sendOne(functionName: string, requestId: string, records: GoldenRecords['records']): Promise<string | undefined> {
  const { status, problem } = await callApplication(client, functionName, requestId, { records });
  return status === 200 ? undefined : (problem ?? `status ${status}`);
}

/** The golden records in a circle, so that every request has its rows. */
export function rows({ records }: GoldenRecords, index: number, count: number): GoldenRecords['records'] {
  return Array.from({ length: count }, (_, row) => records[(index * count + row) % records.length] ?? {});
}
