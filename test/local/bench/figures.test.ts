import { median, tableOf, timed } from '../../../local/bench/figures';

test.each([[[3, 1, 2], 2], [[4, 1, 2, 3], 2.5], [[7], 7], [[], 0]])('the median of %j is %d', (values, expected) => {
  expect(median(values)).toBe(expected);
});

test('a figure is the median of the calls after the first ones', async () => {
  let calls = 0;
  const milliseconds = await timed(async () => { calls += 1; }, 10, 3);
  expect(calls).toBe(13);
  expect(milliseconds).toBeGreaterThanOrEqual(0);
});

test('the table tells which limit is exceeded, and by how much more than the yardstick', () => {
  const table = tableOf([
    { name: 'quick', unit: 'ms', value: 1.234, limit: 2, ratio: 3, yardstick: 'a bare request' },
    { name: 'slow', unit: 'ms', value: 3456, limit: 3000, ratio: 20.4, yardstick: 'a bare start' },
    { name: 'free', unit: 'ms', value: 5, ratio: 8, yardstick: 'a bare request' },
  ]);
  expect(table.split('\n').map((line) => line.split(/\s{2,}/))).toEqual([
    ['figure', 'median', 'limit', 'of the same run'],
    ['quick', '1.23 ms', '2 ms', 'within', '3.00 x a bare request'],
    ['slow', '3456 ms', '3000 ms', 'ABOVE', '20 x a bare start'],
    ['free', '5.00 ms', '8.00 x a bare request'],
  ]);
});
