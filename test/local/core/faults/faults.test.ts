import { createClock } from '../../../../local/core/clock';
import { ConnectionReset, FaultBoard } from '../../../../local/core/faults/faults';
import { parseFaultRule, parseFaultRules } from '../../../../local/core/faults/rules';

const broken = { code: 'ModelError', message: 'no', status: 500 };
const invoke = { service: 'sagemaker', operation: 'InvokeEndpoint', error: broken };

describe('a fault rule', () => {
  test('hits what it names and nothing else', async () => {
    const board = new FaultBoard();
    board.add({ ...invoke, match: { EndpointName: 'prod-*' } });
    await expect(board.apply('sagemaker', 'InvokeEndpoint', { EndpointName: 'prod-employment' })).rejects.toMatchObject({ code: 'ModelError', status: 500 });
    await board.apply('sagemaker', 'InvokeEndpoint', { EndpointName: 'int-employment' });
    await board.apply('sagemaker', 'InvokeEndpoint', {});
    await board.apply('sagemaker', 'CreateEndpoint', { EndpointName: 'prod-employment' });
    await board.apply('lambda', 'InvokeEndpoint', { EndpointName: 'prod-employment' });
    expect(board.list()).toEqual([expect.objectContaining({ hits: 1 })]);
  });

  test('ends after so many hits', async () => {
    const board = new FaultBoard();
    board.add({ ...invoke, times: 1 });
    await expect(board.apply('sagemaker', 'InvokeEndpoint', {})).rejects.toThrow('no');
    await expect(board.apply('sagemaker', 'InvokeEndpoint', {})).resolves.toEqual({});
  });

  test('hits a share of the calls', async () => {
    const draws = [0.1, 0.9];
    const board = new FaultBoard(() => draws.shift() ?? 1);
    board.add({ ...invoke, share: 0.5 });
    await expect(board.apply('sagemaker', 'InvokeEndpoint', {})).rejects.toThrow('no');
    await expect(board.apply('sagemaker', 'InvokeEndpoint', {})).resolves.toEqual({});
  });

  test('can be removed by its id, or all at once', async () => {
    const board = new FaultBoard();
    const id = board.add(invoke);
    board.add(invoke);
    board.add(invoke);
    expect(board.remove(id)).toBe(1);
    expect(board.remove()).toBe(2);
    await expect(board.apply('sagemaker', 'InvokeEndpoint', {})).resolves.toEqual({});
  });

  test('lets the first calls pass', async () => {
    const board = new FaultBoard();
    board.add({ ...invoke, after: 2, times: 1 });
    const outcomes = [];
    for (let call = 0; call < 4; call += 1) {
      outcomes.push(await board.apply('sagemaker', 'InvokeEndpoint', {}).then(() => 'ok', () => 'hit'));
    }
    expect(outcomes).toEqual(['ok', 'ok', 'hit', 'ok']);
  });

  test('hits the same calls in every run when it has a seed', async () => {
    const hits = async (seed: number): Promise<string> => {
      const board = new FaultBoard();
      board.add({ ...invoke, share: 0.3, seed });
      let pattern = '';
      for (let call = 0; call < 50; call += 1) {
        pattern += await board.apply('sagemaker', 'InvokeEndpoint', {}).then(() => '.', () => 'x');
      }
      return pattern;
    };
    const first = await hits(7);
    expect(await hits(7)).toBe(first);
    expect(await hits(8)).not.toBe(first);
    expect(first.replaceAll('.', '').length).toBeGreaterThan(5);
    expect(first.replaceAll('.', '').length).toBeLessThan(25);
  });

  test('resets a connection, or says what else is to happen', async () => {
    const board = new FaultBoard();
    const id = board.add({ service: 's3', operation: 'PUT', reset: true });
    await expect(board.apply('s3', 'PUT', {})).rejects.toBeInstanceOf(ConnectionReset);
    board.remove(id);
    board.add({ service: 'events', operation: '*', duplicate: true });
    board.add({ service: 'events', operation: 'Deliver', drop: true });
    await expect(board.apply('events', 'Deliver', {})).resolves.toEqual({ kill: false, drop: true, duplicate: true });
  });
});

describe('a written fault rule', () => {
  test.each([
    ['throttle', 'states', { error: { code: 'ThrottlingException', message: 'Rate exceeded', status: 400 } }],
    ['throttle', 's3', { error: { code: 'SlowDown', message: 'Please reduce your request rate.', status: 503 } }],
    ['throttle', 'lambda', { error: { code: 'TooManyRequestsException', message: 'Rate Exceeded.', status: 429 } }],
    ['denied', 's3', { error: { code: 'AccessDenied', message: 'Access Denied', status: 403 } }],
    ['kill', 'sagemaker', { kill: true }],
    ['duplicate', 'events', { duplicate: true }],
  ])('may say %s of %s', (kind, service, meant) => {
    expect(parseFaultRule({ service, operation: '*', kind, share: 0.5 })).toEqual({ service, operation: '*', share: 0.5, ...meant });
  });

  test.each([
    ['no service', { operation: '*' }, 'service: '],
    ['an unknown member', { service: 's', operation: '*', probability: 1 }, 'probability'],
    ['a share above one', { service: 's', operation: '*', share: 2 }, 'share: '],
    ['an unknown kind', { service: 's', operation: '*', kind: 'explode' }, 'kinds are throttle, internal'],
    ['a status that is none', { service: 's', operation: '*', error: { code: 'X', status: 200 } }, 'error.status: '],
  ])('is refused with %s', (_name, written, problem) => {
    expect(() => parseFaultRule(written)).toThrow(problem);
  });

  test('of a file has the seed of the file and its place', () => {
    const rules = parseFaultRules('{"seed": 7, "faults": [{"service": "a", "operation": "*", "kind": "drop"}, {"service": "b", "operation": "*", "seed": 1}]}');
    expect(rules).toEqual([{ service: 'a', operation: '*', drop: true, seed: 7 }, { service: 'b', operation: '*', seed: 1 }]);
    expect(() => parseFaultRules('{"faults": [{"service": "a", "operation": "*"}, {"operation": "*"}]}')).toThrow('fault rule 2: service');
    expect(() => parseFaultRules('{')).toThrow('no JSON');
  });
});

describe('a clock', () => {
  test('that is stopped ends no wait, and goes on where it stood', async () => {
    const clock = createClock(1000);
    let over = false;
    const wait = clock.sleep(50).then(() => { over = true; });
    clock.stop(true);
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(over).toBe(false);
    expect(clock.stopped).toBe(true);
    clock.stop(false);
    await wait;
    expect(clock.stoppedMs()).toBeGreaterThan(100);
  });

  test('ends a wait early only for its signal', async () => {
    const controller = new AbortController();
    const wait = createClock(1).sleep(60, controller.signal);
    controller.abort();
    await expect(wait).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('takes waits that no timer of Node could hold', async () => {
    const controller = new AbortController();
    let over = false;
    const wait = createClock(1).sleep(10_000_000, controller.signal).then(() => { over = true; }, () => undefined);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(over).toBe(false);
    controller.abort();
    await wait;
  });
});
