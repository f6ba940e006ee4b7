import type { FaultBoard } from '../core/faults/faults';
import { parseFaultRule } from '../core/faults/rules';
import type { WireRequest } from '../core/protocol/protocol';
import { type FaultRule, type HttpAnswer, ServiceError } from '../core/service';

export interface ControlOptions {
  readonly faults: () => FaultBoard;
  readonly status: () => object;
  readonly stop: () => void;
  /** What roles may do and did; `undefined` where permissions are not enforced. */
  readonly access: () => Promise<object | undefined>;
}

const json = (status: number, body: object): HttpAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/**
 * What the command line and the story ask of the local AWS itself, below `/_local/`: `GET status`, `POST stop`, `GET|POST|DELETE faults`, `GET access`.
 */
export function createControl({ faults, status, stop, access }: ControlOptions): (request: WireRequest) => Promise<HttpAnswer> {
  const routes: Record<string, (request: WireRequest, id: string | undefined) => HttpAnswer | Promise<HttpAnswer>> = {
    'GET status': () => json(200, status()),
    'POST stop': () => {
      setImmediate(stop);
      return json(202, {});
    },
    'GET faults': () => json(200, { faults: faults().list() }),
    'POST faults': (request) => json(201, { id: faults().add(faultRule(request.body)) }),
    'GET access': async () => {
      const report = await access();
      if (report === undefined) {
        throw new ServiceError('NotFound', 'permissions are not enforced in this run, so nobody keeps account of them; start it without --enforce off', 404);
      }
      return json(200, report);
    },
    'DELETE faults': (_request, id) => json(200, { removed: faults().remove(id) }),
  };
  return async (request) => {
    const [, name = '', id] = /^\/_local\/(\w+)(?:\/([\w-]+))?$/.exec(request.url) ?? [];
    const route = routes[`${request.method} ${name}`];
    if (route === undefined) {
      throw new ServiceError('NotFound', `nothing answers ${request.method} ${request.url}; there is ${Object.keys(routes).join(', ')}`, 404);
    }
    return route(request, id);
  };
}

function faultRule(body: Buffer): FaultRule {
  let written: unknown;
  try {
    written = JSON.parse(body.toString('utf8'));
  } catch {
    throw new ServiceError('ValidationException', 'a fault rule is a JSON document');
  }
  return parseFaultRule(written);
}
