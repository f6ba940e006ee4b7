import { Memory } from '../../../local/iam/sources/memory';

test('a value is loaded once, also for those who ask meanwhile', async () => {
  const memory = new Memory<number>();
  const load = jest.fn(async () => 1);
  await Promise.all([memory.get('a', load), memory.get('a', load)]);
  await memory.get('a', load);
  expect(load).toHaveBeenCalledTimes(1);
});

test('what changes while it is loaded is loaded anew', async () => {
  const memory = new Memory<string>();
  let finish: (value: string) => void = () => undefined;
  const first = memory.get('a', async () => new Promise((resolve) => { finish = resolve; }));
  memory.drop('a');
  finish('old');
  await expect(first).resolves.toBe('old');
  await expect(memory.get('a', async () => 'new')).resolves.toBe('new');
});

test('a star drops all keys with that beginning', async () => {
  const memory = new Memory<number>();
  await Promise.all(['arn:a:1', 'arn:a:2', 'arn:b:1'].map((key) => memory.get(key, async () => 1)));
  memory.drop('arn:a:*');
  await expect(Promise.all(['arn:a:1', 'arn:a:2', 'arn:b:1'].map((key) => memory.get(key, async () => 2)))).resolves.toEqual([2, 2, 1]);
});

test('a failure is not kept', async () => {
  const memory = new Memory<number>();
  await expect(memory.get('a', async () => { throw new Error('busy'); })).rejects.toThrow('busy');
  await expect(memory.get('a', async () => 1)).resolves.toBe(1);
});
