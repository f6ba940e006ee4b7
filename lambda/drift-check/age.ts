import type { Measurement } from '../gate/contract';
import { Checks } from '../shared/checks/contract';
import type { ReferenceProfile } from '../shared/profile/contract';
import { rounded } from '../shared/words';

const ID = Checks.AGE.measurements.MODEL_AGE_DAYS;
const DAY = 86_400_000;

/** Age of the champion at the end of a window: a model that nothing alarms grows stale all the same. */
export function measureAge({ trainedAt }: ReferenceProfile, end: string): Measurement {
  const days = (Date.parse(end) - Date.parse(trainedAt ?? '')) / DAY;
  if (!Number.isFinite(days)) {
    return { id: ID, status: 'notMeasured', explanation: `the champion was trained at ${trainedAt ?? 'a time that its reference does not tell'}, the window ended at ${end}` };
  }
  return { id: ID, status: 'measured', value: Math.max(0, days), explanation: `the champion was trained ${rounded(Math.max(0, days))} days before the end of the window` };
}
