import type { HttpAnswer, HttpCall, LocalCloud } from '../../core/service';
import { ServiceError } from '../../core/service';
import type { Endpoint, Route } from './endpoint';
import type { ModelAnswer, ModelServer } from './model-server';
import type { Endpoints } from './operations';

/** Request body limit of InvokeEndpoint. */
const BODY_LIMIT = 6_291_456;
const PATH = /^\/endpoints\/([^/?]+)\/(invocations|async-invocations|invocations-response-stream|invocations-bidirectional-stream)(?:\?|$)/;
const OPERATIONS: Readonly<Record<string, string>> = {
  'async-invocations': 'InvokeEndpointAsync',
  'invocations-response-stream': 'InvokeEndpointWithResponseStream',
  'invocations-bidirectional-stream': 'InvokeEndpointWithBidirectionalStream',
};

const header = (call: HttpCall, name: string): string | undefined => {
  const value = call.headers[name];
  return Array.isArray(value) ? value[0] : value;
};

function failure(code: string, status: number, message: string, members: object, call: HttpCall): HttpAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': code, 'x-amzn-requestid': call.context.requestId },
    body: JSON.stringify({ Message: message, ...members }),
  };
}

/** InvokeEndpoint of the SageMaker runtime: picks fleet and variant, asks the model server, counts. */
export class Invocations {
  constructor(private readonly cloud: LocalCloud, private readonly endpoints: Endpoints, private readonly random: () => number = Math.random) {}

  /** Calls of the runtime, which come with a body of any kind. */
  name({ url, method }: HttpCall): { readonly operation: string; readonly input: { readonly EndpointName: string } } | undefined {
    const [, name, kind] = PATH.exec(url) ?? [];
    return name === undefined || method !== 'POST' ? undefined : { operation: OPERATIONS[kind ?? ''] ?? 'InvokeEndpoint', input: { EndpointName: decodeURIComponent(name) } };
  }

  /** @returns undefined for what is no call of the runtime */
  async handle(call: HttpCall): Promise<HttpAnswer | undefined> {
    const match = PATH.exec(call.url);
    if (match === null || call.method !== 'POST') {
      return undefined;
    }
    const name = decodeURIComponent(String(match[1]));
    if (match[2] !== 'invocations') {
      throw new ServiceError('UnsupportedOperation', `sagemaker-runtime: ${match[2]} is not supported by the local AWS`, 501);
    }
    const endpoint = this.endpoints.find(name, call.context);
    const route = endpoint?.route(header(call, 'x-amzn-sagemaker-target-variant'), this.random);
    if (endpoint === undefined || route === undefined) {
      return failure('ValidationError', 400, absence(name, endpoint, call), {}, call);
    }
    if (call.body.length > BODY_LIMIT) {
      return failure('ValidationError', 400, `the body has ${call.body.length} bytes; the limit of InvokeEndpoint is ${BODY_LIMIT}`, {}, call);
    }
    return this.invoke(endpoint, route, call);
  }

  private async invoke(endpoint: Endpoint, route: Route, call: HttpCall): Promise<HttpAnswer> {
    const server = route.fleet.server(route.variant);
    if (server === undefined) {
      return failure('ServiceUnavailable', 503, `no model server for the variant ${route.variant}`, {}, call);
    }
    const started = performance.now();
    let modelStarted = started;
    let answer: ModelAnswer;
    try {
      answer = await server.invoke({ body: call.body, headers: containerHeaders(call) }, async () => {
        await this.injectFault(endpoint, route, server);
        modelStarted = performance.now();
      });
    } catch (error) {
      if (!(error instanceof ServiceError)) {
        throw error;
      }
      answer = { status: error.status, headers: {}, body: Buffer.from(error.message) };
    }
    const ended = performance.now();
    if (answer.status === 0) {
      const which = `the ${route.side} model server of ${endpoint.name}/${route.variant}`;
      this.cloud.log('sagemaker', `${which} gave no answer: ${answer.body.toString('utf8')}`);
    }
    this.count(endpoint, route, answer.status, { modelMs: ended - modelStarted, overheadMs: modelStarted - started });
    return answer.status >= 200 && answer.status < 300 ? success(answer, route, call) : this.modelError(endpoint, answer, call);
  }

  /** Fault rules of `InvokeEndpoint`; what they answer comes from the container, so it is counted like any answer of it. */
  private async injectFault(endpoint: Endpoint, route: Route, server: ModelServer): Promise<void> {
    const facts = { EndpointName: endpoint.name, VariantName: route.variant, EndpointConfigName: route.fleet.config.name, Fleet: route.side };
    const { kill } = await this.cloud.faults.apply('sagemaker', 'InvokeEndpoint', facts);
    if (kill === true) {
      await server.kill();
    }
  }

  private count(endpoint: Endpoint, route: Route, status: number, { modelMs, overheadMs }: { modelMs: number; overheadMs: number }): void {
    const failed = status < 200 || status >= 300;
    const values: readonly (readonly [string, number, string])[] = [
      ['Invocations', 1, 'Count'],
      ['Invocation4XXErrors', status >= 400 && status < 500 ? 1 : 0, 'Count'],
      ['Invocation5XXErrors', status >= 500 || status === 0 ? 1 : 0, 'Count'],
      ['InvocationModelErrors', failed ? 1 : 0, 'Count'],
      ['ModelLatency', modelMs * 1000, 'Microseconds'],
      ['OverheadLatency', overheadMs * 1000, 'Microseconds'],
    ];
    const dimensions = { EndpointName: endpoint.name, VariantName: route.variant };
    for (const [name, value, unit] of values) {
      for (const all of [dimensions, { ...dimensions, EndpointConfigName: route.fleet.config.name }]) {
        this.cloud.putServiceMetric(endpoint.place.accountId, { namespace: 'AWS/SageMaker', name, dimensions: all, value, unit });
      }
    }
  }

  private modelError(endpoint: Endpoint, answer: ModelAnswer, call: HttpCall): HttpAnswer {
    const { accountId, region } = endpoint.place;
    const logGroup = `arn:aws:logs:${region}:${accountId}:log-group:/aws/sagemaker/Endpoints/${endpoint.name}`;
    const original = answer.body.toString('utf8').slice(0, 4096);
    const kind = answer.status >= 400 && answer.status < 500 ? 'client' : 'server';
    const message = `Received ${kind} error (${answer.status}) from primary with message "${original}". `
      + `See the log group ${logGroup} in account ${accountId} for more information.`;
    return failure('ModelError', 424, message, { OriginalStatusCode: answer.status, OriginalMessage: original, LogStreamArn: logGroup }, call);
  }
}

/** Endpoints that exist but do not serve answer like those that do not exist, with their status. */
function absence(name: string, endpoint: Endpoint | undefined, call: HttpCall): string {
  if (endpoint?.live === undefined) {
    const state = endpoint === undefined ? 'not found' : `is not ready to serve (status ${endpoint.status})`;
    return `Endpoint ${name} of account ${call.context.accountId} ${state}.`;
  }
  return `Endpoint ${name} has no variant ${header(call, 'x-amzn-sagemaker-target-variant') ?? 'with a weight above zero'}.`;
}

const FORWARDED = ['content-type', 'accept', 'x-amzn-sagemaker-custom-attributes', 'x-amzn-sagemaker-inference-id'] as const;

const containerHeaders = (call: HttpCall): Readonly<Record<string, string>> =>
  Object.fromEntries(FORWARDED.flatMap((name) => {
    const value = header(call, name);
    return value === undefined ? [] : [[name, value]];
  }));

function success(answer: ModelAnswer, route: Route, call: HttpCall): HttpAnswer {
  const attributes = answer.headers['x-amzn-sagemaker-custom-attributes'];
  return {
    status: 200,
    headers: {
      'content-type': String(answer.headers['content-type'] ?? 'application/octet-stream'),
      'x-amzn-invoked-production-variant': route.variant,
      'x-amzn-requestid': call.context.requestId,
      ...(attributes === undefined ? {} : { 'x-amzn-sagemaker-custom-attributes': String(attributes) }),
    },
    body: answer.body,
  };
}
