import type { MonitorDecision } from '../monitor-decide/contract';

export interface FeedbackEvent {
  /** Name of the execution; also of the delivery. */
  readonly runId: string;
  readonly decision: MonitorDecision;
  /** Verdict of the window that decided. */
  readonly verdictUri: string;
}

export interface FeedbackResult {
  /** False: none of the predictions has a label yet, so there is nothing to learn from. The cool-down does not begin then. */
  readonly requested: boolean;
  readonly rows: number;
  readonly deliveryUri?: string;
}
