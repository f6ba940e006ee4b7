import type { GateResult } from '../gate/contract';
import type { MonitoringWindow } from '../monitor-window/contract';

export interface MonitorDecideEvent {
  readonly window: MonitoringWindow;
  readonly verdict: GateResult;
}

/** What follows from the windows so far. */
export interface MonitorDecision {
  readonly retrain: boolean;
  /** One sentence: why, or why not. */
  readonly reason: string;
  /** Of this window. */
  readonly breach: boolean;
  /** Windows that ask for the retraining. */
  readonly windows: readonly string[];
  readonly windowUris: readonly string[];
  readonly labelsUris: readonly string[];
}

/** Metrics of the monitor, in `metricNamespace(model)` with the dimension `Environment`; the gate's measurements come as `<check>.<measurement>`. */
export const MonitorMetrics = {
  /** 1 if the window breached, else 0. */
  BREACH: 'WindowBreach',
  /** 1 for every window that was judged. */
  WINDOWS: 'WindowsJudged',
  ROWS: 'WindowRows',
} as const;
