import type { Clock } from '../../core/service';
import type { Endpoint, Shift } from './endpoint';
import type { RollbackAlarms } from './rollback-alarms';
import type { TrafficPlan } from './traffic';

/** AWS seconds between two looks at the alarms; longer on a fast clock, since a look takes real time. */
const POLL_SECONDS = 10;
const SHORTEST_POLL_REAL_SECONDS = 0.05;

/** Waits so many AWS seconds while watching the alarms; tells which rang. At least one look, also without a wait. */
export async function bake(seconds: number, alarms: RollbackAlarms, clock: Clock, signal: AbortSignal): Promise<readonly string[]> {
  const poll = Math.max(POLL_SECONDS, SHORTEST_POLL_REAL_SECONDS * clock.scale);
  for (let rest = seconds; rest > 0; rest -= poll) {
    await clock.sleep(Math.min(poll, rest), signal);
    const ringing = await alarms.ringing();
    if (ringing.length > 0) {
      return ringing;
    }
  }
  return seconds > 0 ? [] : alarms.ringing();
}

/** How an update ended: undefined when the new fleet serves, else the reason of the rollback. */
export type Outcome = string | undefined;

/**
 * Shifts an endpoint's traffic to a fleet that is up, step by step, and back at once when an alarm rings.
 * Requests are answered all the time: a fleet is ended only after it gets none and has answered those it had.
 */
export async function shiftTraffic(
  endpoint: Endpoint,
  shift: Shift,
  plan: TrafficPlan,
  alarms: RollbackAlarms,
  clock: Clock,
  signal: AbortSignal,
): Promise<Outcome> {
  for (const step of plan.steps) {
    shift.stage = 'ActivatingTraffic';
    shift.share = step.share;
    shift.stage = 'Baking';
    const ringing = await bake(step.waitSeconds, alarms, clock, signal);
    if (ringing.length > 0) {
      return rolledBack(ringing, step.share);
    }
  }
  if (plan.terminationWaitSeconds > 0) {
    const ringing = await bake(plan.terminationWaitSeconds, alarms, clock, signal);
    if (ringing.length > 0) {
      return rolledBack(ringing, 1);
    }
  }
  const old = endpoint.live;
  endpoint.live = shift.fleet;
  endpoint.config = shift.fleet.config;
  endpoint.variants = shift.variants;
  endpoint.shift = undefined;
  await old?.end();
  return undefined;
}

const rolledBack = (alarms: readonly string[], share: number): string =>
  `The deployment was rolled back: the alarm${alarms.length > 1 ? 's' : ''} ${alarms.join(', ')} went into ALARM while ${Math.round(share * 100)} % `
  + 'of the traffic went to the new fleet.';
