import type { EndpointConfig } from '../../../local/sagemaker/endpoints/configs';
import { bake, shiftTraffic } from '../../../local/sagemaker/endpoints/deployment';
import { Endpoint, initialState, type Shift } from '../../../local/sagemaker/endpoints/endpoint';
import type { Fleet } from '../../../local/sagemaker/endpoints/fleet';
import { Invocations } from '../../../local/sagemaker/endpoints/invoke';
import type { ModelAnswer } from '../../../local/sagemaker/endpoints/model-server';
import type { Endpoints } from '../../../local/sagemaker/endpoints/operations';
import type { RollbackAlarms } from '../../../local/sagemaker/endpoints/rollback-alarms';
import { ServiceError, type HttpCall } from '../../../local/core/service';
import { fakeCloud, fakeContext, virtualClock, type FakeCloud } from '../../support/fake-cloud';

const place = { accountId: '111111111111', region: 'eu-central-1' };

const configOf = (name: string, weights: Readonly<Record<string, number>> = { AllTraffic: 1 }): EndpointConfig => ({
  name, arn: name, creationTime: new Date(), input: { EndpointConfigName: name, ProductionVariants: [] },
  variants: Object.entries(weights).map(([VariantName, InitialVariantWeight]) => ({ VariantName, InitialVariantWeight, InitialInstanceCount: 2, ModelName: 'm' })),
});

interface FakeFleet {
  readonly fleet: Fleet;
  readonly ended: () => boolean;
}

function fleetOf(config: EndpointConfig, answer: Partial<ModelAnswer> = { status: 200 }): FakeFleet {
  let ended = false;
  const server = {
    invoke: async (_sent: unknown, before: () => Promise<void>): Promise<ModelAnswer> => {
      await before();
      return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(config.name), ...answer };
    },
    kill: async () => undefined,
  };
  const fleet = { config, images: new Map(), server: () => server, end: async () => void (ended = true), start: async () => undefined };
  return { fleet: fleet as unknown as Fleet, ended: () => ended };
}

function endpointOn(cloud: FakeCloud, config: EndpointConfig, fleet: Fleet): Endpoint {
  const endpoint = new Endpoint('prod-employment', 'arn:aws:sagemaker:eu-central-1:111111111111:endpoint/prod-employment', place, config, cloud);
  endpoint.live = fleet;
  endpoint.enter('InService');
  return endpoint;
}

/** Alarms that ring from the n-th look on. */
const alarmsFrom = (look: number): RollbackAlarms & { readonly looks: () => number } => {
  let looks = 0;
  return {
    missing: async () => [],
    ringing: async () => {
      looks += 1;
      return looks >= look ? ['errors'] : [];
    },
    close: () => undefined,
    looks: () => looks,
  };
};

function updating(cloud = fakeCloud()): { endpoint: Endpoint; shift: Shift; old: FakeFleet; next: FakeFleet } {
  const [before, after] = [configOf('v1'), configOf('v2')];
  const [old, next] = [fleetOf(before), fleetOf(after)];
  const endpoint = endpointOn(cloud, before, old.fleet);
  const shift: Shift = { fleet: next.fleet, variants: initialState(after.variants), startTime: new Date(), share: 0, stage: 'Creating' };
  endpoint.shift = shift;
  return { endpoint, shift, old, next };
}

const never = new AbortController().signal;
const plan = { steps: [{ share: 0.1, waitSeconds: 30 }, { share: 1, waitSeconds: 20 }], terminationWaitSeconds: 10, alarms: ['errors'] };

describe('an update', () => {
  test('ends on the new fleet when no alarm rings, and the old one goes', async () => {
    const { endpoint, shift, old } = updating();
    const clock = virtualClock();
    await expect(shiftTraffic(endpoint, shift, plan, alarmsFrom(Infinity), clock, never)).resolves.toBeUndefined();
    expect(endpoint.config.name).toBe('v2');
    expect(endpoint.shift).toBeUndefined();
    expect(old.ended()).toBe(true);
    expect(clock.now()).toBe(60);
  });

  test.each([[2, 10], [4, 100], [6, 100]])('is called back when the alarm rings at look %d, with %d %% of the traffic shifted', async (look, percent) => {
    const { endpoint, shift, old } = updating();
    const outcome = await shiftTraffic(endpoint, shift, plan, alarmsFrom(look), virtualClock(), never);
    expect(outcome).toContain(`the alarm errors went into ALARM while ${percent} %`);
    expect(endpoint.config.name).toBe('v1');
    expect(old.ended()).toBe(false);
  });

  test('looks at the alarms once even without a wait', async () => {
    const alarms = alarmsFrom(1);
    await expect(bake(0, alarms, virtualClock(), never)).resolves.toEqual(['errors']);
    expect(alarms.looks()).toBe(1);
  });

  test('looks no more often than the clock of this machine allows', async () => {
    const alarms = alarmsFrom(Infinity);
    await bake(300, alarms, virtualClock(3000), never);
    expect(alarms.looks()).toBe(2);
  });
});

describe('a request', () => {
  test('goes to the new fleet in the share that has been shifted', () => {
    const { endpoint, shift } = updating();
    shift.share = 0.3;
    const side = (point: number): unknown => endpoint.route(undefined, () => point)?.side;
    expect([side(0), side(0.29), side(0.3), side(0.99)]).toEqual(['new', 'new', 'old', 'old']);
    shift.share = 0;
    expect(side(0)).toBe('old');
  });

  test('goes to variants by weight, or to the one that is asked for', () => {
    const config = configOf('two', { a: 1, b: 0 });
    const endpoint = endpointOn(fakeCloud(), config, fleetOf(config).fleet);
    expect(endpoint.route(undefined, () => 0.99)?.variant).toBe('a');
    expect(endpoint.route('b')?.variant).toBe('b');
    expect(endpoint.route('c')).toBeUndefined();
  });
});

test('the status in events is in upper snake case, and the configuration stays the old one while updating', () => {
  const cloud = fakeCloud();
  const { endpoint } = updating(cloud);
  endpoint.enter('Updating');
  endpoint.enter('RollingBack', 'why');
  expect(cloud.events.map(({ detail }) => (detail as { EndpointStatus: string }).EndpointStatus)).toEqual(['IN_SERVICE', 'UPDATING', 'ROLLING_BACK']);
  expect(endpoint.description()).toMatchObject({ EndpointConfigName: 'v1', FailureReason: 'why', PendingDeploymentSummary: { EndpointConfigName: 'v2' } });
  expect(endpoint.uses('v1') && endpoint.uses('v2') && !endpoint.uses('v3')).toBe(true);
});

describe('InvokeEndpoint', () => {
  const call = (more: Partial<HttpCall> = {}): HttpCall => ({
    method: 'POST', url: '/endpoints/prod-employment/invocations', headers: { 'content-type': 'application/json' }, body: Buffer.from('{}'), context: fakeContext(), ...more,
  });
  const answering = (answer: Partial<ModelAnswer>, cloud = fakeCloud()): { cloud: FakeCloud; invocations: Invocations } => {
    const config = configOf('v1');
    const endpoint = endpointOn(cloud, config, fleetOf(config, answer).fleet);
    const endpoints = { find: (name: string) => (name === endpoint.name ? endpoint : undefined) } as unknown as Endpoints;
    return { cloud, invocations: new Invocations(cloud, endpoints, () => 0) };
  };
  const values = (cloud: FakeCloud, name: string): number[] => cloud.metrics.filter((metric) => metric.name === name).map(({ value }) => value);

  test('passes the answer of the model on and names the variant', async () => {
    const { cloud, invocations } = answering({ status: 200 });
    expect(await invocations.handle(call())).toMatchObject({ status: 200, headers: { 'content-type': 'application/json', 'x-amzn-invoked-production-variant': 'AllTraffic' } });
    expect(values(cloud, 'Invocations')).toEqual([1, 1]);
    expect(values(cloud, 'Invocation5XXErrors')).toEqual([0, 0]);
    expect(cloud.metrics.filter(({ name }) => name === 'ModelLatency').map(({ dimensions, unit }) => [dimensions, unit])).toEqual([
      [{ EndpointName: 'prod-employment', VariantName: 'AllTraffic' }, 'Microseconds'],
      [{ EndpointName: 'prod-employment', VariantName: 'AllTraffic', EndpointConfigName: 'v1' }, 'Microseconds'],
    ]);
  });

  test.each([[400, 'Invocation4XXErrors', 'client error (400)'], [500, 'Invocation5XXErrors', 'server error (500)'], [0, 'Invocation5XXErrors', 'server error (0)']])(
    'turns the status %d of the model into a ModelError and counts it as %s',
    async (status, metric, words) => {
      const { cloud, invocations } = answering({ status, body: Buffer.from('why') });
      const answer = await invocations.handle(call());
      expect(answer).toMatchObject({ status: 424, headers: { 'x-amzn-errortype': 'ModelError' } });
      expect(JSON.parse(String(answer?.body))).toMatchObject({ OriginalStatusCode: status, OriginalMessage: 'why', Message: expect.stringContaining(words) as string });
      expect(values(cloud, metric)).toEqual([1, 1]);
      expect(values(cloud, 'InvocationModelErrors')).toEqual([1, 1]);
    },
  );

  test('answers a fault rule as the model would, and counts it', async () => {
    const facts: unknown[] = [];
    const cloud = fakeCloud({
      faults: {
        apply: async (_service, _operation, given) => {
          facts.push(given);
          throw new ServiceError('InternalError', 'injected', 500);
        },
      },
    });
    const { invocations } = answering({ status: 200 }, cloud);
    expect(await invocations.handle(call())).toMatchObject({ status: 424 });
    expect(facts).toEqual([{ EndpointName: 'prod-employment', VariantName: 'AllTraffic', EndpointConfigName: 'v1', Fleet: 'old' }]);
    expect(values(cloud, 'Invocation5XXErrors')).toEqual([1, 1]);
  });

  test.each<[string, Partial<HttpCall>, string]>([
    ['an endpoint that does not exist', { url: '/endpoints/other/invocations' }, 'Endpoint other of account 111111111111 not found.'],
    ['a variant that does not exist', { headers: { 'x-amzn-sagemaker-target-variant': 'x' } }, 'has no variant x'],
    ['a body that is too large', { body: Buffer.alloc(6_291_457) }, 'the limit of InvokeEndpoint is 6291456'],
  ])('refuses %s', async (_title, more, message) => {
    const answer = await answering({}).invocations.handle(call(more));
    expect(answer).toMatchObject({ status: 400, headers: { 'x-amzn-errortype': 'ValidationError' } });
    expect(String(answer?.body)).toContain(message);
  });

  test('passes control plane calls on and refuses streams by name', async () => {
    const { invocations } = answering({});
    await expect(invocations.handle(call({ url: '/' }))).resolves.toBeUndefined();
    await expect(invocations.handle(call({ url: '/endpoints/x/invocations-response-stream' }))).rejects.toThrow('invocations-response-stream is not supported');
  });
});
