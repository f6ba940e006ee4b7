import type { ChampionRecord } from '../shared/process/contract';
import type { EndpointLock } from '../shared/release/contract';

/** What the janitor sees of an endpoint whose execution ended without cleaning up. */
export interface Situation {
  readonly lock: Pick<EndpointLock, 'machine' | 'fleetName' | 'endpointName'>;
  /** Absent: there is no endpoint. */
  readonly endpoint?: { readonly status: string; readonly configName: string };
  readonly champion?: ChampionRecord;
}

export type Step =
  /** The endpoint is changing; look again. */
  | 'wait'
  | 'deleteEndpoint'
  /** The candidate serves without a verdict: back to the version that was recorded as champion. */
  | 'restoreChampion'
  /** Nothing uses the candidate: delete its configuration, model and alarms, then the lock. */
  | 'removeCandidate'
  /** The candidate was recorded as champion before the execution ended: delete alarms and lock only. */
  | 'keepCandidate';

/** SageMaker refuses changes of an endpoint in these statuses. */
const CHANGING = ['Creating', 'Updating', 'SystemUpdating', 'RollingBack', 'Deleting'];

/** Next step towards a clean world. Pure, asked again after every step until the candidate is removed or kept. */
export function nextStep({ lock, endpoint, champion }: Situation): Step {
  if (endpoint === undefined) {
    return 'removeCandidate';
  }
  if (CHANGING.includes(endpoint.status)) {
    return 'wait';
  }
  if (lock.machine === 'qualification') {
    return 'deleteEndpoint';
  }
  if (endpoint.configName !== lock.fleetName) {
    return 'removeCandidate';
  }
  if (champion === undefined || champion.endpointName !== lock.endpointName) {
    return 'deleteEndpoint';
  }
  return champion.endpointConfigName === lock.fleetName ? 'keepCandidate' : 'restoreChampion';
}
