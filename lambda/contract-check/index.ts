import type { CheckEvent, CheckResult, Measurement } from '../gate/contract';
import { type ApplicationAnswer, callApplication } from '../prediction/client';
import { PREDICTION_FUNCTION } from '../prediction/contract';
import { Checks } from '../shared/checks/contract';
import { writeEvidence } from '../shared/evidence/evidence';
import { answerForm } from '../shared/inference/answers';
import { modelProject } from '../shared/project/project';
import * as clients from '../shared/runtime/clients';
import { requireEnv } from '../shared/runtime/environment';
import { type GoldenRecords, readGolden } from './golden';
import { type InvalidRequest, invalidRequests } from './invalid-requests';
import { measure, type ValidCall } from './measure';

/** Sizes of the requests into which the golden records are cut, over and over: one row, a few, many. */
const REQUEST_SIZES = [1, 7, 100];

/** Requests on their way at the same time: a contract test is no load test. */
const CONCURRENCY = 4;

/**
 * Check `contract`: whether the application keeps its promises to callers, through the application and not the endpoint alone.
 *
 * Context: `goldenUri` (required).
 */
export async function handler(event: CheckEvent): Promise<CheckResult> {
  const startedAt = new Date().toISOString();
  const golden = await readGolden(event.context);
  return writeEvidence(event, Checks.CONTRACT.id, startedAt, await run(event.runId, golden));
}

async function run(runId: string, golden: GoldenRecords): Promise<Measurement[]> {
  const project = modelProject();
  const { schema } = project;
  const functionName = requireEnv(PREDICTION_FUNCTION);
  const call = (id: string, body: string): Promise<ApplicationAnswer> => callApplication(clients.lambda(), functionName, `${runId}-${id}`, body);
  const invalid = invalidRequests(schema, golden.records[0] ?? {});
  return measure(
    { recordId: schema.recordId.name, form: answerForm(project) },
    await inTurn(cut(golden), async (part, index): Promise<ValidCall> => {
      return { ...part, answer: await call(`valid-${index}`, JSON.stringify({ records: part.records })) };
    }),
    await inTurn(invalid, async (request, index): Promise<InvalidRequest & { answer: ApplicationAnswer }> => {
      return { ...request, answer: await call(`invalid-${index}`, request.body) };
    }),
  );
}

/** Cuts the golden records into requests of several sizes. */
export function cut({ records, expected }: GoldenRecords): GoldenRecords[] {
  const parts: GoldenRecords[] = [];
  for (let start = 0; start < records.length; ) {
    const end = start + (REQUEST_SIZES[parts.length % REQUEST_SIZES.length] ?? 1);
    parts.push({ records: records.slice(start, end), expected: expected.slice(start, end) });
    start = end;
  }
  return parts;
}

async function inTurn<T, R>(items: readonly T[], work: (item: T, index: number) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += CONCURRENCY) {
    results.push(...(await Promise.all(items.slice(start, start + CONCURRENCY).map((item, index) => work(item, start + index)))));
  }
  return results;
}
