import { errorOf, operationsOf, type SdkModule } from '../schema';
import { ServiceError, type HttpAnswer } from '../service';
import type { Protocol, WireRequest } from './protocol';
import { decodeValue, encodeJson } from './values';

const header = (request: WireRequest, name: string): string | undefined => {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
};

export function parseJsonBody(body: Buffer): unknown {
  if (body.length === 0) {
    return {};
  }
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new ServiceError('SerializationException', `the body is no JSON: ${(error as Error).message}`);
  }
}

/** JSON error body and headers, shared by the JSON protocols. */
export function jsonError(error: ServiceError, sdk: SdkModule, requestId: string, type: string, status: number): HttpAnswer {
  const { shapeName, queryCode } = errorOf(sdk, error.code);
  return {
    status,
    headers: {
      'content-type': type,
      'x-amzn-requestid': requestId,
      'x-amzn-errortype': shapeName,
      'x-amzn-query-error': `${queryCode};${status >= 500 ? 'Receiver' : 'Sender'}`,
    },
    body: JSON.stringify({ __type: shapeName, message: error.message, ...error.members }),
  };
}

/** JSON 1.0 and 1.1: the operation in `X-Amz-Target`, everything else in the body. */
export const awsJson: Protocol = {
  decode(request, sdk) {
    const target = header(request, 'x-amz-target') ?? '';
    const name = target.slice(target.lastIndexOf('.') + 1);
    const operation = operationsOf(sdk).get(name);
    if (operation === undefined) {
      throw new ServiceError('UnknownOperationException', `the AWS SDK knows no operation ${JSON.stringify(target)}`);
    }
    return { operation, input: decodeValue(operation.input, parseJsonBody(request.body), 'json') };
  },

  encode(operation, output, request, requestId) {
    return {
      status: 200,
      headers: { 'content-type': contentType(request), 'x-amzn-requestid': requestId },
      body: JSON.stringify(encodeJson(operation.output, output ?? {}, operation.name)),
    };
  },

  encodeError(error, request, sdk, requestId) {
    return jsonError(error, sdk, requestId, contentType(request), error.status);
  },
};

const contentType = (request: WireRequest): string => {
  const sent = header(request, 'content-type') ?? '';
  return sent.startsWith('application/x-amz-json') ? sent : 'application/x-amz-json-1.1';
};
