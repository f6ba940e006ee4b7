import type { ArtifactReference } from '../shared/process/contract';

/** What the starter must know beside {@link Env}; one starter stands in front of each state machine. */
export const StarterEnv = {
  STATE_MACHINE_ARN: 'STATE_MACHINE_ARN',
  /** A {@link Machine}. */
  MACHINE: 'MACHINE',
  /** `ReleasePin` as JSON; of `development` only. */
  RELEASE: 'RELEASE',
} as const;

export type Machine = 'development' | 'qualification' | 'promotion' | 'monitor';

/** Target input of a schedule: EventBridge Scheduler fills in the time for which it is scheduled, so a repeated delivery has the same name. */
export interface ScheduleEvent {
  readonly cause: 'Schedule';
  readonly time: string;
}

/** Input of a Scheduler target that starts a machine. */
export const SCHEDULE_INPUT: ScheduleEvent = { cause: 'Schedule', time: '<aws.scheduler.scheduled-time>' };

/** Event of a person or a tool that starts development; `id` makes it a run of its own. */
export interface ManualEvent {
  readonly cause: 'Manual';
  readonly id: string;
  /** Deliveries to use beside the training deliveries, as S3 URIs of folders. */
  readonly additional?: readonly string[];
  /** Leave the training deliveries out. @default false */
  readonly alone?: boolean;
}

/** Event that asks for the reproduction of a version; `id` makes it a run of its own. */
export interface ReproductionEvent extends ArtifactReference {
  readonly cause: 'Reproduction';
  readonly id: string;
}

/** Input of the `ModelMonitor` state machine. */
export interface MonitorInput {
  readonly cause: 'Schedule' | 'Labels';
  /** ISO 8601: of the schedule, or of the arrival of the labels. */
  readonly time: string;
  /** Folder of the labels delivery, for cause `Labels`. */
  readonly deliveryUri?: string;
}

/** What the starter answers: the name of the execution, or why none was started. */
export type StartResult =
  | { readonly started: true; readonly executionName: string; readonly executionArn: string }
  | { readonly started: false; readonly executionName?: string; readonly reason: string };
