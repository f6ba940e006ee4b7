import { assertWithinConstraints } from '../constraints';
import { awsJson } from '../protocol/json';
import { protocolOf } from '../protocol/choose';
import { decompressed, headerOf, type WireRequest } from '../protocol/protocol';
import { awsQuery, escapeXml } from '../protocol/query';
import { ServiceError, type CallContext, type Faults, type HttpAnswer, type LocalService } from '../service';
import { assertValid } from '../validate';
import type { Access, CheckedCall } from './access';

const textMembers = (input: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(input as object).filter(([, value]) => typeof value === 'string'));

/** A call on a service of our own: decode, inject faults, validate, authorize, run, encode. */
export async function callService(service: LocalService, sent: WireRequest, context: CallContext, faults: Faults, access?: Access): Promise<HttpAnswer> {
  const request = decompressed(sent);
  const { caller, region } = context;
  const named = service.nameHttp?.({ ...request, context });
  if (named !== undefined) {
    await access?.check({ caller, region, service: service.name, ...named });
    const raw = await service.handleHttp?.({ ...request, context });
    if (raw !== undefined) {
      return raw;
    }
  }
  const protocol = protocolOf(service, request);
  const { operation, input } = protocol.decode(request, service.sdk);
  const implementation = service.operations[operation.name];
  if (implementation === undefined) {
    throw new ServiceError('UnsupportedOperation', `${service.name}:${operation.name} is not supported by the local AWS`, 501);
  }
  await faults.apply(service.name, operation.name, textMembers(input));
  assertValid(operation.input, input, operation.name);
  assertWithinConstraints(service.name, operation.name, input);
  const checked = { caller, region, service: service.name, operation: operation.name, input: input as CheckedCall['input'] };
  await access?.check(checked);
  const output = await implementation(input as never, context);
  access?.changed(checked);
  return protocol.encode(operation, output, request, context.requestId);
}

const asServiceError = (error: unknown): ServiceError => {
  if (error instanceof ServiceError) {
    return error;
  }
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  return new ServiceError('InternalFailure', `the local AWS failed: ${name}: ${message}`, 500);
};

/** AWS calls a key that it does not know, or that has ended, by other names where the service is older. */
const OLDER_NAMES = {
  s3: { UnrecognizedClientException: 'InvalidAccessKeyId', ExpiredTokenException: 'ExpiredToken' },
  query: { UnrecognizedClientException: 'InvalidClientTokenId', ExpiredTokenException: 'ExpiredToken' },
} as const;

function renamed(error: ServiceError, kind: keyof typeof OLDER_NAMES): ServiceError {
  const code = (OLDER_NAMES[kind] as Readonly<Record<string, string>>)[error.code];
  return code === undefined ? error : new ServiceError(code, error.message, error.status, error.members);
}

/** An error in the form that the caller's client reads. */
export function answerError(thrown: unknown, request: WireRequest, service: LocalService | undefined, scope: string, requestId: string): HttpAnswer {
  const error = asServiceError(thrown);
  if (scope === 's3') {
    const fields = `<Code>${escapeXml(renamed(error, 's3').code)}</Code><Message>${escapeXml(error.message)}</Message><RequestId>${requestId}</RequestId>`;
    return { status: error.status, headers: { 'content-type': 'application/xml' }, body: `<?xml version="1.0"?><Error>${fields}</Error>` };
  }
  const isQuery = service?.protocol === 'query' || (headerOf(request, 'content-type') ?? '').startsWith('application/x-www-form-urlencoded');
  const protocol = service !== undefined && error.code !== 'UnsupportedProtocol' ? protocolOf(service, request) : isQuery ? awsQuery : awsJson;
  return protocol.encodeError(protocol === awsQuery ? renamed(error, 'query') : error, request, service?.sdk ?? {}, requestId);
}
