import type { ModelOutput } from '../shared/inference/contract';

/**
 * What callers of the application send and get, as JSON over HTTP (`POST /`, content type `application/json`).
 */

/** Environment variable: the Firehose stream that carries the inference records. */
export const INFERENCE_STREAM = 'MLOPS_INFERENCE_STREAM';

/** Environment variable of those who call the application through Lambda: the name of its function. */
export const PREDICTION_FUNCTION = 'MLOPS_PREDICTION_FUNCTION';

/** Records in one request: one request is then one batch of the inference log (Firehose takes 500 records a call). */
export const MAXIMUM_RECORDS = 500;

/** Body of a request. A record holds the record id and every feature of the schema, and nothing else. */
export interface PredictionRequest {
  readonly records: readonly Readonly<Record<string, unknown>>[];
}

/** Body of an answer with status 200: one prediction for each record, in their order, with the record id under its own column name. */
export interface PredictionResponse {
  readonly requestId: string;
  readonly modelPackageArn: string;
  readonly predictions: readonly Prediction[];
}

/**
 * The model's answer, with the record id under the name of its column, and what the application made of it: `positive` or `negative` under the project's
 * decision threshold, the most probable class, or `estimated` for a number.
 */
export type Prediction = ModelOutput & { readonly decision: string } & { readonly [column: string]: unknown };

/** Body of every answer with another status than 200. */
export interface PredictionError {
  readonly error: 'ValidationError' | 'ModelUnavailable' | 'ModelError' | 'LogError' | 'InternalError';
  /** What was wrong, as a path in the request: `records[0].AGEP`, `records`, `body`, `method`, `content-type`. Only of a `ValidationError`. */
  readonly field?: string;
  readonly message: string;
}

/** The part of a function URL event (API Gateway payload format 2.0) that the application reads. */
export interface HttpEvent {
  readonly requestContext: { readonly requestId?: string; readonly http: { readonly method: string } };
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

export interface HttpResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
