import { FaultBoard } from '../../../local/core/faults';

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
    await expect(board.apply('sagemaker', 'InvokeEndpoint', {})).resolves.toBeUndefined();
  });

  test('hits a share of the calls', async () => {
    const draws = [0.1, 0.9];
    const board = new FaultBoard(() => draws.shift() ?? 1);
    board.add({ ...invoke, share: 0.5 });
    await expect(board.apply('sagemaker', 'InvokeEndpoint', {})).rejects.toThrow('no');
    await expect(board.apply('sagemaker', 'InvokeEndpoint', {})).resolves.toBeUndefined();
  });

  test('can be removed by its id, or all at once', async () => {
    const board = new FaultBoard();
    const id = board.add(invoke);
    board.add(invoke);
    board.add(invoke);
    expect(board.remove(id)).toBe(1);
    expect(board.remove()).toBe(2);
    await expect(board.apply('sagemaker', 'InvokeEndpoint', {})).resolves.toBeUndefined();
  });
});
