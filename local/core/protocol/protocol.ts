import { gunzipSync } from 'node:zlib';
import type { OperationSchema, SdkModule } from '../schema';
import { ServiceError, type HttpAnswer, type LocalService } from '../service';
import { awsJson } from './json';
import { awsQuery } from './query';
import { restJson } from './rest';
import { rpcCbor } from './rpc-cbor';

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

const PROTOCOLS: Readonly<Record<LocalService['protocol'], Protocol>> = { json: awsJson, 'rest-json': restJson, query: awsQuery };

export const headerOf = (request: Pick<WireRequest, 'headers'>, name: string): string | undefined => {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
};

/**
 * The protocol of a request. The request decides where it is plain (clients of different age speak to one service in different forms), else the service.
 */
export function protocolOf(service: Pick<LocalService, 'protocol' | 'name'>, request: WireRequest): Protocol {
  if (headerOf(request, 'x-amz-target') !== undefined) {
    return awsJson;
  }
  const type = headerOf(request, 'content-type') ?? '';
  if (type.startsWith('application/x-www-form-urlencoded')) {
    return awsQuery;
  }
  if (headerOf(request, 'smithy-protocol') === 'rpc-v2-cbor') {
    return rpcCbor;
  }
  if (type.startsWith('application/cbor')) {
    throw new ServiceError('UnsupportedProtocol', `${service.name}: the local AWS speaks CBOR as Smithy's RPC v2 only; use a JSON or query client`, 501);
  }
  return PROTOCOLS[service.protocol];
}

/** Undoes request compression, which SDKs apply to large bodies. */
export function decompressed(request: WireRequest): WireRequest {
  return headerOf(request, 'content-encoding') === 'gzip' ? { ...request, body: gunzipSync(request.body) } : request;
}
