import { parseSchedule } from '../../../local/events/schedule';

const from = new Date('2026-03-01T10:15:30Z');

test.each([
  ['rate(1 hour)', '2026-03-01T11:15:30.000Z'],
  ['rate(5 minutes)', '2026-03-01T10:20:30.000Z'],
  ['cron(0 12 * * ? *)', '2026-03-01T12:00:00.000Z'],
  ['cron(0/15 * * * ? *)', '2026-03-01T10:30:00.000Z'],
  ['cron(0 8 ? * MON-FRI *)', '2026-03-02T08:00:00.000Z'],
  ['cron(30 6 1 JAN,JUL ? *)', '2026-07-01T06:30:00.000Z'],
  ['at(2026-12-24T18:00:00)', '2026-12-24T18:00:00.000Z'],
])('%s fires next at %s', (expression, expected) => {
  expect(parseSchedule(expression)(from)?.toISOString()).toBe(expected);
});

test('a time that has passed never fires', () => {
  expect(parseSchedule('at(2020-01-01T00:00:00)')(from)).toBeUndefined();
});

test.each([['rate(0 hours)'], ['rate(1 fortnight)'], ['every day'], ['cron(0 12 * * *)'], ['cron(0 25 * * ? *)'], ['cron(0 12 L * ? *)']])(
  '%s is refused by name',
  (expression) => {
    expect(() => parseSchedule(expression)(from)).toThrow(expression);
  },
);
