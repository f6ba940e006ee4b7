import { gunzipSync } from 'node:zlib';
import type { OperationSchema, SdkModule } from '../schema';
import type { HttpAnswer, ServiceError } from '../service';

/** One request as it came, body complete. */
export interface WireRequest {
  readonly method: string;
  /** Path and query exactly as sent. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export interface DecodedCall {
  readonly operation: OperationSchema;
  /** Member names of the SDK; timestamps are `Date`, blobs are bytes. Not validated yet. */
  readonly input: unknown;
}

/** A wire form of the AWS SDKs, server side. */
export interface Protocol {
  /** @throws ServiceError that names an operation which the SDK does not know. */
  decode(request: WireRequest, sdk: SdkModule): DecodedCall;
  encode(operation: OperationSchema, output: unknown, request: WireRequest, requestId: string): HttpAnswer;
  encodeError(error: ServiceError, request: WireRequest, sdk: SdkModule, requestId: string): HttpAnswer;
}

export const headerOf = (request: Pick<WireRequest, 'headers'>, name: string): string | undefined => {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
};

/** Undoes request compression, which SDKs apply to large bodies. */
export function decompressed(request: WireRequest): WireRequest {
  return headerOf(request, 'content-encoding') === 'gzip' ? { ...request, body: gunzipSync(request.body) } : request;
}
