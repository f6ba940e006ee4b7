import { errorOf, operationsOf, type Shape } from '../schema';
import { ServiceError } from '../service';
import { decodeCbor, encodeCbor } from './cbor';
import type { Protocol } from './protocol';
import { decodeValue } from './values';

const HEADERS = { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' } as const;
const PATH = /^\/service\/\w+\/operation\/(\w+)(?:\?|$)/;

/** Members that the schema knows; dates stay dates and bytes bytes, since CBOR has both. */
function known(shape: Shape, value: unknown): unknown {
  if (value === undefined || value === null) {
    return undefined;
  }
  switch (shape.kind) {
    case 'timestamp': return value instanceof Date ? value : new Date(typeof value === 'number' ? value * 1000 : String(value));
    case 'list': return (value as readonly unknown[]).map((element) => known(shape.member().shape, element) ?? null);
    case 'map': return Object.fromEntries(Object.entries(value).map(([key, element]) => [key, known(shape.value().shape, element)]));
    case 'structure': case 'union':
      return Object.fromEntries(Object.entries(value).map(([key, element]) => {
        const member = shape.members.get(key)?.();
        return [key, member === undefined ? undefined : known(member.shape, element)];
      }));
    default: return value;
  }
}

function parse(body: Buffer): unknown {
  if (body.length === 0) {
    return {};
  }
  try {
    return decodeCbor(body);
  } catch (error) {
    throw new ServiceError('SerializationException', `the body is no CBOR: ${(error as Error).message}`);
  }
}

/** Smithy's RPC v2 over CBOR, which newer clients of CloudWatch speak: the operation in the path, everything else in the body. */
export const rpcCbor: Protocol = {
  decode(request, sdk) {
    const name = PATH.exec(request.url)?.[1] ?? '';
    const operation = operationsOf(sdk).get(name);
    if (operation === undefined) {
      throw new ServiceError('UnknownOperationException', `the AWS SDK knows no operation at ${request.url}`, 404);
    }
    return { operation, input: decodeValue(operation.input, parse(request.body), 'json') };
  },

  encode(operation, output, _request, requestId) {
    return { status: 200, headers: { ...HEADERS, 'x-amzn-requestid': requestId }, body: encodeCbor(known(operation.output, output ?? {})) };
  },

  encodeError(error, _request, sdk, requestId) {
    const { shapeName, queryCode } = errorOf(sdk, error.code);
    const side = error.status >= 500 ? 'Receiver' : 'Sender';
    return {
      status: error.status,
      headers: { ...HEADERS, 'x-amzn-requestid': requestId, 'x-amzn-query-error': `${queryCode};${side}` },
      body: encodeCbor({ __type: shapeName, message: error.message, ...error.members }),
    };
  },
};
