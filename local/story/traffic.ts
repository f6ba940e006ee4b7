import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { DataRecord } from './data';

/** What callers of the application saw. */
export interface TrafficReport {
  requests: number;
  records: number;
  /** Answered with 200. */
  served: number;
  failed: number;
  /** Failed requests by status and message. */
  failures: Record<string, number>;
  /** Answers by the model package that gave them. */
  byModelPackage: Record<string, number>;
  readonly latencies: number[];
}

export const emptyReport = (): TrafficReport => ({ requests: 0, records: 0, served: 0, failed: 0, failures: {}, byModelPackage: {}, latencies: [] });

export interface Application {
  readonly lambda: LambdaClient;
  readonly functionName: string;
}

/** Calls the application once with some records, in the form in which its function URL hands a POST to it. */
export async function call(application: Application, records: readonly DataRecord[], report: TrafficReport): Promise<void> {
  const started = performance.now();
  report.requests++;
  report.records += records.length;
  let failure: string | undefined;
  try {
    const answer = await application.lambda.send(
      new InvokeCommand({ FunctionName: application.functionName, Payload: Buffer.from(JSON.stringify(post({ records }))) }),
    );
    const payload = JSON.parse(Buffer.from(answer.Payload ?? []).toString('utf8')) as { statusCode?: number; body?: string; errorMessage?: string };
    if (payload.statusCode === 200) {
      const { modelPackageArn } = JSON.parse(payload.body ?? '{}') as { modelPackageArn?: string };
      const version = modelPackageArn ?? 'unknown';
      report.byModelPackage[version] = (report.byModelPackage[version] ?? 0) + 1;
    } else {
      failure = `${payload.statusCode ?? 'function error'}: ${(payload.body ?? payload.errorMessage ?? '').slice(0, 200)}`;
    }
  } catch (error) {
    failure = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
  report.latencies.push(performance.now() - started);
  if (failure === undefined) {
    report.served++;
  } else {
    report.failed++;
    report.failures[failure] = (report.failures[failure] ?? 0) + 1;
  }
}

/** API Gateway payload format 2.0 of a POST, as far as the application reads it. */
function post(body: object): object {
  return {
    version: '2.0',
    rawPath: '/',
    headers: { 'content-type': 'application/json' },
    requestContext: { http: { method: 'POST', path: '/' } },
    body: JSON.stringify(body),
    isBase64Encoded: false,
  };
}

/** Sends all records in requests of `batch`, two at a time. */
export async function send(application: Application, records: readonly DataRecord[], batch: number, report: TrafficReport): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < records.length) {
      const from = next;
      next += batch;
      await call(application, records.slice(from, from + batch), report);
    }
  };
  await Promise.all([worker(), worker()]);
}

/** Open-loop traffic in the background until it is stopped: one request every `1 / requestsPerSecond`, whether or not earlier ones have returned. */
export function startTraffic(
  application: Application,
  records: readonly DataRecord[],
  requestsPerSecond: number,
  report: TrafficReport,
): () => Promise<TrafficReport> {
  const pending = new Set<Promise<void>>();
  let i = 0;
  const timer = setInterval(() => {
    const record = records[i++ % records.length];
    if (record !== undefined) {
      const one = call(application, [record], report).finally(() => pending.delete(one));
      pending.add(one);
    }
  }, 1000 / requestsPerSecond);
  return async () => {
    clearInterval(timer);
    await Promise.all(pending);
    return report;
  };
}
