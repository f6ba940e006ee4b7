import { randomUUID } from 'node:crypto';
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { answerForm } from '../shared/inference/answers';
import type { InferenceRecord } from '../shared/inference/contract';
import type { ModelProjectData } from '../shared/project/contract';
import { modelProject } from '../shared/project/project';
import * as clients from '../shared/runtime/clients';
import { Env } from '../shared/runtime/contract';
import { requireEnv } from '../shared/runtime/environment';
import { logger } from '../shared/runtime/logger';
import {
  type HttpEvent,
  type HttpResponse,
  INFERENCE_STREAM,
  type PredictionError,
  type PredictionRequest,
  type PredictionResponse,
} from './contract';
import { LogError, writeRecords } from './inference-log';
import { invokeModel, type ModelAnswer, ModelError, ModelUnavailable } from './model';
import { parseRequest, RequestRefusal } from './validate';

// One more attempt and no third: a caller waits, and retries under load make an overload worse.
const runtime = new SageMakerRuntimeClient({ maxAttempts: 2 });

/**
 * The application in front of the endpoint: validates, asks the model, decides, logs. No prediction leaves it unlogged.
 *
 * Answers 200; 400, 405, 415 to what the caller can mend; 503 while no model can answer; 502 when the model misbehaves; 500 when the
 * inference log cannot be written, or for a defect of its own.
 */
export async function handler(event: HttpEvent): Promise<HttpResponse> {
  const requestId = event.requestContext.requestId ?? randomUUID();
  try {
    return respond(200, await predict(event, requestId));
  } catch (error) {
    return refuse(error, requestId);
  }
}

async function predict(event: HttpEvent, requestId: string): Promise<PredictionResponse> {
  const project = modelProject();
  const request = parseRequest(event, project.schema);
  const started = Date.now();
  const answer = await invokeModel(runtime, requireEnv(Env.ENDPOINT_NAME), request, answerForm(project));
  const records = inferenceRecords(request, answer, project, {
    requestId,
    time: new Date(started).toISOString(),
    latencyMilliseconds: Date.now() - started,
  });
  await writeRecords(clients.firehose(), requireEnv(INFERENCE_STREAM), records);
  return {
    requestId,
    modelPackageArn: answer.modelPackageArn,
    predictions: records.map(({ recordId, output, response }) => ({
      [project.schema.recordId.name]: recordId,
      ...output,
      decision: response.decision,
    })),
  };
}

/** The log's view of one request: one record for each row. */
export function inferenceRecords(
  request: PredictionRequest,
  answer: ModelAnswer,
  project: ModelProjectData,
  call: Pick<InferenceRecord, 'requestId' | 'time' | 'latencyMilliseconds'>,
): InferenceRecord[] {
  const { schema } = project;
  const { decide } = answerForm(project);
  return answer.predictions.map((output, row) => {
    const { [schema.recordId.name]: recordId, ...input } = request.records[row] ?? {};
    return {
      ...call,
      row,
      modelPackageArn: answer.modelPackageArn,
      variant: answer.variant,
      schemaVersion: schema.version,
      recordId: (recordId ?? null) as string | number | null,
      input,
      output,
      response: { decision: decide(output) },
    };
  });
}

/** Characters of a model's own error that go to the log: enough to find it in the container's log, too few for the records that it may quote. */
const CAUSE_LENGTH = 200;

/** Status by kind of failure; what the caller is told says nothing of the inside. */
function refuse(error: unknown, requestId: string): HttpResponse {
  if (error instanceof RequestRefusal) {
    return respond(error.status, { error: 'ValidationError', field: error.field, message: error.message });
  }
  const { name, message, cause } = error as Error;
  logger.error(message, { requestId, error: name, cause: cause instanceof Error ? `${cause.name}: ${cause.message}`.slice(0, CAUSE_LENGTH) : undefined });
  if (error instanceof ModelUnavailable) {
    return respond(503, { error: 'ModelUnavailable', message });
  }
  if (error instanceof ModelError) {
    return respond(502, { error: 'ModelError', message });
  }
  if (error instanceof LogError) {
    return respond(500, { error: 'LogError', message: 'the prediction could not be logged and is therefore withheld; try again' });
  }
  return respond(500, { error: 'InternalError', message: `the application failed; its log has the details under ${requestId}` });
}

const respond = (statusCode: number, body: PredictionResponse | PredictionError): HttpResponse => ({
  statusCode,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
