import { Turns } from '../../../local/core/turns';

const after = async (milliseconds: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, milliseconds));

describe('turns', () => {
  test('work of one key runs in order of arrival, work of another key beside it', async () => {
    const turns = new Turns();
    const seen: string[] = [];
    const work = (name: string, milliseconds: number) => async (): Promise<void> => {
      seen.push(`${name} starts`);
      await after(milliseconds);
      seen.push(`${name} ends`);
    };
    await Promise.all([turns.take('a', work('a1', 10)), turns.take('a', work('a2', 1)), turns.take('b', work('b1', 1))]);
    expect(seen).toEqual(['a1 starts', 'b1 starts', 'b1 ends', 'a1 ends', 'a2 starts', 'a2 ends']);
  });

  test('a failure is the caller\'s alone', async () => {
    const turns = new Turns();
    const failing = turns.take('a', async () => Promise.reject(new Error('no')));
    const next = turns.take('a', async () => Promise.resolve('yes'));
    await expect(failing).rejects.toThrow('no');
    await expect(next).resolves.toBe('yes');
  });
});
