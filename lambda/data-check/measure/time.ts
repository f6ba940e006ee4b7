import type { Measurement } from '../../gate/contract';
import { Checks } from '../../shared/checks/contract';
import type { DataSchema } from '../../shared/schema/contract';
import { isYear } from '../../shared/schema/queries';
import { article, isTime } from '../../shared/schema/values';
import type { SnapshotFacts } from '../facts';
import { notApplicable, notMeasured } from './found';
import { extreme } from './values';

const ID = Checks.DATA.measurements;
const MILLISECONDS_PER_DAY = 86_400_000;
/** Clocks of two machines may differ; a delivery from farther in the future has a wrong time. */
const CLOCK_SKEW_MILLISECONDS = 3_600_000;

/** Timeliness of the delivery. */
export function measureAge(newestModifiedAt: string, now: Date): Measurement {
  const age = now.getTime() - Date.parse(newestModifiedAt);
  if (Number.isNaN(age)) {
    return notMeasured(ID.AGE_DAYS, `the arrival of the newest delivery is no time: ${JSON.stringify(newestModifiedAt)}`);
  }
  if (age < -CLOCK_SKEW_MILLISECONDS) {
    return notMeasured(ID.AGE_DAYS, `the newest delivery arrived at ${newestModifiedAt}, which lies in the future of ${now.toISOString()}`);
  }
  const days = Math.max(0, age) / MILLISECONDS_PER_DAY;
  return { id: ID.AGE_DAYS, status: 'measured', value: days, explanation: `the newest delivery arrived at ${newestModifiedAt}, ${days.toFixed(1)} days ago` };
}

const SECONDS_PER_DAY = 86_400;

/** Timeliness of the content: how old the newest record is. */
export function measureNewestValue({ columns, rows }: SnapshotFacts, { order }: DataSchema, now: Date): Measurement {
  const id = ID.NEWEST_VALUE_AGE_DAYS;
  if (order === undefined || !(isTime(order) || isYear(order))) {
    return notApplicable(id, order === undefined ? 'the schema has no order column' : `${order.name} is ${article(order.type)} that the schema does not bound to years, so it tells no time`);
  }
  const facts = columns.find(({ column }) => column.name === order.name);
  if (facts?.numbers === undefined || rows === 0) {
    return notMeasured(id, `no row has a valid ${order.name}`);
  }
  const { maximum } = facts.numbers;
  const known = isTime(order) ? maximum : Date.UTC(maximum + 1, 0, 1) / 1000;
  // A year that is not over is as young as today.
  const days = (now.getTime() / 1000 - (isTime(order) ? known : Math.min(known, now.getTime() / 1000))) / SECONDS_PER_DAY;
  if (facts.problems.inFuture > 0 || days < -1 || !Number.isFinite(days)) {
    return notMeasured(id, `the newest ${order.name}, ${extreme(maximum, order)}, lies in the future of ${now.toISOString()}`);
  }
  return {
    id,
    status: 'measured',
    value: Math.max(0, days),
    sampleSize: facts.numbers.count,
    explanation: `the newest ${order.name} is ${extreme(maximum, order)}, ${Math.max(0, days).toFixed(1)} days ago`,
  };
}
