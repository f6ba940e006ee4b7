import { type LocalService, ServiceError } from '../service';
import { awsJson } from './json';
import { headerOf, type Protocol, type WireRequest } from './protocol';
import { awsQuery } from './query';
import { restJson } from './rest';
import { rpcCbor } from './rpc-cbor';

const PROTOCOLS: Readonly<Record<LocalService['protocol'], Protocol>> = { json: awsJson, 'rest-json': restJson, query: awsQuery };

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
