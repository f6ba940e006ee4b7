import { errorOf, operationsOf, type Member, type OperationSchema, type SdkModule } from '../schema';
import { ServiceError } from '../service';
import { jsonError, parseJsonBody } from './json';
import type { DecodedCall, Protocol, WireRequest } from './protocol';
import { decodeValue, encodeJson, encodeText } from './values';

interface Route {
  readonly operation: OperationSchema;
  readonly method: string;
  readonly path: RegExp;
  readonly labels: readonly string[];
  /** Query parameters that belong to the template, such as `find=LayerVersion`. */
  readonly query: readonly (readonly [string, string])[];
  /** Literal segments: the more, the more specific. */
  readonly weight: number;
}

const routes = new WeakMap<SdkModule, readonly Route[]>();

function routeOf(operation: OperationSchema): Route[] {
  if (operation.http === undefined) {
    return [];
  }
  const [template = '', search = ''] = operation.http.uri.split('?');
  const labels: string[] = [];
  const segments = template.split('/').filter((segment) => segment !== '');
  const pattern = segments.map((segment) => {
    const label = /^\{([^+}]+)(\+?)\}$/.exec(segment);
    if (label === null) {
      return segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    }
    labels.push(label[1] ?? '');
    return label[2] === '+' ? '(.+)' : '([^/]+)';
  });
  return [{
    operation,
    method: operation.http.method,
    path: new RegExp(`^/${pattern.join('/')}/?$`),
    labels,
    query: [...new URLSearchParams(search)],
    weight: segments.length - labels.length + new URLSearchParams(search).size,
  }];
}

function routesOf(sdk: SdkModule): readonly Route[] {
  const known = routes.get(sdk);
  if (known !== undefined) {
    return known;
  }
  const made = [...operationsOf(sdk).values()].flatMap(routeOf).sort((a, b) => b.weight - a.weight);
  routes.set(sdk, made);
  return made;
}

type Located = readonly [name: string, value: unknown];

function locatedMember(name: string, member: Member, request: WireRequest, query: URLSearchParams, labels: ReadonlyMap<string, string>): Located[] {
  const { traits, shape } = member;
  if (traits.httpLabel === true) {
    const label = labels.get(name);
    return label === undefined ? [] : [[name, decodeValue(shape, decodeURIComponent(label), 'text')]];
  }
  if (traits.httpQuery !== undefined) {
    const values = query.getAll(traits.httpQuery);
    return values.length === 0 ? [] : [[name, decodeValue(shape, shape.kind === 'list' ? values : values[0], 'text')]];
  }
  if (traits.httpHeader !== undefined) {
    const value = request.headers[traits.httpHeader.toLowerCase()];
    return value === undefined ? [] : [[name, decodeValue(shape, Array.isArray(value) ? value.join(', ') : value, 'text')]];
  }
  if (traits.httpPayload === true) {
    const raw = shape.kind === 'blob' ? request.body : shape.kind === 'string' ? request.body.toString('utf8') : undefined;
    return request.body.length === 0 ? [] : [[name, raw ?? decodeValue(shape, parseJsonBody(request.body), 'json')]];
  }
  return [];
}

const inBody = ({ traits }: Member): boolean => Object.keys(traits).every((trait) => !trait.startsWith('http'));

function decodeInput(route: Route, request: WireRequest, path: string, query: URLSearchParams): DecodedCall {
  const { operation } = route;
  const match = route.path.exec(path);
  const labels = new Map(route.labels.map((label, index) => [label, match?.[index + 1] ?? '']));
  const members = [...operation.input.members].map(([name, member]) => [name, member()] as const);
  const located = members.flatMap(([name, member]) => locatedMember(name, member, request, query, labels));
  const payload = members.some(([, member]) => member.traits.httpPayload === true);
  const body = payload || request.body.length === 0 ? {} : decodeValue(operation.input, parseJsonBody(request.body), 'json');
  return { operation, input: { ...(body as object), ...Object.fromEntries(located) } };
}

/** REST with JSON bodies: the operation from method and path, members in path, query, headers and body. */
export const restJson: Protocol = {
  decode(request, sdk) {
    const [path = '/', search = ''] = request.url.split('?', 2);
    const query = new URLSearchParams(search);
    const route = routesOf(sdk).find((candidate) => candidate.method === request.method && candidate.path.test(path)
      && candidate.query.every(([key, value]) => query.get(key) === value));
    if (route === undefined) {
      throw new ServiceError('UnknownOperationException', `the AWS SDK knows no operation at ${request.method} ${path}`, 404);
    }
    return decodeInput(route, request, path, query);
  },

  encode(operation, output, _request, requestId) {
    const values = (output ?? {}) as Readonly<Record<string, unknown>>;
    const members = [...operation.output.members].map(([name, member]) => ({ name, member: member(), value: values[name] }))
      .filter(({ value }) => value !== undefined && value !== null);
    const headers: Record<string, string> = { 'content-type': 'application/json', 'x-amzn-requestid': requestId };
    let status = operation.http?.status ?? 200;
    let payload: Buffer | string | undefined;
    const body: Record<string, unknown> = {};
    for (const { name, member: { traits, shape }, value } of members) {
      if (traits.httpHeader !== undefined) {
        headers[traits.httpHeader.toLowerCase()] = encodeText(shape, value, 'http-date');
      } else if (traits.httpResponseCode === true) {
        status = Number(value);
      } else if (traits.httpPayload === true) {
        payload = shape.kind === 'blob' ? Buffer.from(value as Uint8Array) : JSON.stringify(encodeJson(shape, value, name));
      } else {
        body[name] = encodeJson(shape, value, name);
      }
    }
    const hasPayload = [...operation.output.members.values()].some((member) => member().traits.httpPayload === true);
    const hasBody = [...operation.output.members.values()].some((member) => inBody(member()));
    return { status, headers, body: hasPayload ? payload ?? '' : hasBody ? JSON.stringify(body) : '' };
  },

  encodeError(error, _request, sdk, requestId) {
    const status = error.status === 400 ? errorOf(sdk, error.code).status ?? 400 : error.status;
    return jsonError(error, sdk, requestId, 'application/json', status);
  },
};
