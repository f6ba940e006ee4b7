import { randomUUID } from 'node:crypto';
import { ServiceError, type HttpAnswer, type HttpCall } from '../core/service';
import type { Runner } from './invoke';
import type { Settings } from './settings';

const ROUTE = /^\/_lambda-url\/([0-9a-f]{32})(\/[^?]*)?(?:\?(.*))?$/;

type Json = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const joined = (value: string | string[]): string => (Array.isArray(value) ? value.join(',') : value);
const TEXT = /^(text\/|application\/(json|xml|javascript|x-www-form-urlencoded|graphql))|\+json|charset=/;

/** The event of payload format 2.0. */
export function urlEvent(call: HttpCall, id: string, path: string, query: string): Json {
  const { caller, accountId } = call.context;
  const headers = Object.fromEntries(Object.entries(call.headers).flatMap(([name, value]) => (value === undefined ? [] : [[name.toLowerCase(), joined(value)]])));
  const { cookie, ...others } = headers;
  const parameters = new URLSearchParams(query);
  const isText = TEXT.test(headers['content-type'] ?? 'text/plain');
  const now = new Date();
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query,
    ...(cookie === undefined ? {} : { cookies: cookie.split(/;\s*/) }),
    headers: others,
    ...(parameters.size === 0 ? {} : { queryStringParameters: Object.fromEntries([...new Set(parameters.keys())].map((key) => [key, parameters.getAll(key).join(',')])) }),
    requestContext: {
      accountId,
      apiId: id,
      authentication: null,
      authorizer: {
        iam: {
          accessKey: caller.accessKeyId, accountId: caller.accountId, callerId: caller.accessKeyId, cognitoIdentity: null, principalOrgId: null,
          userArn: caller.principalArn, userId: caller.accessKeyId,
        },
      },
      domainName: headers['host'] ?? '',
      domainPrefix: id,
      http: { method: call.method, path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: headers['user-agent'] ?? '' },
      requestId: randomUUID(),
      routeKey: '$default',
      stage: '$default',
      time: now.toUTCString(),
      timeEpoch: now.getTime(),
    },
    ...(call.body.length === 0 ? {} : { body: isText ? call.body.toString('utf8') : call.body.toString('base64') }),
    isBase64Encoded: call.body.length > 0 && !isText,
  };
}

/** A handler's result as HTTP: with a statusCode it is the whole answer, else it is the body. */
export function urlAnswer(payload: string): HttpAnswer {
  const result: unknown = JSON.parse(payload);
  if (!isRecord(result) || result['statusCode'] === undefined) {
    return { status: 200, headers: { 'content-type': 'application/json' }, body: typeof result === 'string' ? result : payload };
  }
  const headers = isRecord(result['headers']) ? Object.entries(result['headers']).map(([name, value]) => [name.toLowerCase(), String(value)]) : [];
  const cookies = Array.isArray(result['cookies']) ? { 'set-cookie': result['cookies'].join(', ') } : {};
  const { body } = result;
  const text = body === undefined || body === null ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  return {
    status: Number(result['statusCode']),
    headers: { 'content-type': 'application/json', ...Object.fromEntries(headers), ...cookies },
    body: result['isBase64Encoded'] === true ? Buffer.from(text, 'base64') : text,
  };
}

const found = (id: string, settings: Settings): NonNullable<ReturnType<Settings['urlTarget']>> => {
  const target = settings.urlTarget(id);
  if (target === undefined) {
    throw new ServiceError('ResourceNotFoundException', `no function has the URL ${id}`, 404);
  }
  return target;
};

/** Which function a call on a URL is about, and how the URL is guarded. */
export function nameUrl(call: HttpCall, settings: Settings): { readonly operation: string; readonly input: Json } | undefined {
  const [, id] = ROUTE.exec(call.url) ?? [];
  if (id === undefined) {
    return undefined;
  }
  const { target, config } = found(id, settings);
  return { operation: 'InvokeFunctionUrl', input: { FunctionName: target.invokedArn, AuthType: config.AuthType } };
}

/** Function URLs: `/_lambda-url/<id>/...` on the endpoint of the local AWS, signed like every other call. */
export async function answerUrl(call: HttpCall, settings: Settings, run: Runner): Promise<HttpAnswer | undefined> {
  const match = ROUTE.exec(call.url);
  if (match === null) {
    return undefined;
  }
  const [, id = '', path = '/', query = ''] = match;
  const { target } = found(id, settings);
  const event = urlEvent(call, id, path, query);
  const outcome = await run(target, { requestId: randomUUID(), event: JSON.stringify(event), functionArn: target.invokedArn });
  return outcome.failed
    ? { status: 502, headers: { 'content-type': 'application/json', 'x-amzn-errortype': 'InternalFailure' }, body: JSON.stringify({ message: 'Internal Server Error' }) }
    : urlAnswer(outcome.payload);
}
